//go:build unix

// Command torture runs the release column of the catalogue in
// docs/testing.md, row by row, and prints a table.
//
// A run is named by its seed: SEED=7 repeats run 7, and goes on where it was
// broken off, because what was done is noted in a file beside the logs. Words
// on the command line are ids to run; none means all. WHERRY_TORTURE_TIME
// bounds each row (12h unless it says otherwise), WHERRY_FUZZ_TIME each group
// of parsers (8h).
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// done is a row that was run, as the state file keeps it.
type done struct {
	Row      string  `json:"row"`
	OK       bool    `json:"ok"`
	Trials   int     `json:"trials"`
	Lost     int     `json:"lost"`
	Findings int     `json:"findings"`
	Seconds  float64 `json:"seconds"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errFailed = errors.New("some rows did not pass")

func run(ctx context.Context, ids []string) error {
	seed := os.Getenv("SEED")
	if seed == "" {
		seed = strconv.FormatInt(time.Now().Unix(), 10)
	}
	bound, err := span("WHERRY_TORTURE_TIME", 12*time.Hour)
	if err != nil {
		return err
	}
	fuzz, err := span("WHERRY_FUZZ_TIME", 8*time.Hour)
	if err != nil {
		return err
	}
	dir := filepath.Join(os.TempDir(), "wherry-torture-"+seed)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	before, err := load(filepath.Join(dir, "state.jsonl"))
	if err != nil {
		return err
	}
	fmt.Printf("SEED=%s; logs and state in %s\n", seed, dir)
	all := true
	for _, j := range jobs(fuzz) {
		if len(ids) > 0 && !slices.Contains(ids, j.id) {
			continue
		}
		d, was := before[j.name()]
		if !was || !d.OK {
			if d = j.run(ctx, dir, seed, bound); ctx.Err() != nil {
				return fmt.Errorf("stopped in %s; SEED=%s goes on from there", j.id, seed)
			}
			if err := note(filepath.Join(dir, "state.jsonl"), d); err != nil {
				return err
			}
		}
		all = all && d.OK
		verdict := "ok"
		if !d.OK {
			verdict = "FAILED"
		}
		if was && d.OK {
			verdict += " (before)"
		}
		fmt.Printf("%-6s %-52s trials %7d  lost %3d  findings %3d  %8.0f s  %s\n", j.id, j.promise, d.Trials, d.Lost, d.Findings, d.Seconds, verdict)
	}
	if !all {
		return errFailed
	}
	return nil
}

func span(name string, otherwise time.Duration) (time.Duration, error) {
	s := os.Getenv(name)
	if s == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no time", name, s)
	}
	return d, nil
}

// job is one command to run for one row.
type job struct {
	id, promise string
	argv        []string
}

func (j job) name() string { return j.id + " " + strings.Join(j.argv, " ") }

func jobs(fuzz time.Duration) []job {
	var out []job
	for _, r := range rows {
		out = append(out, job{r.ID, r.Promise, []string{"go", "test", "-v", "-count=1", "-timeout", "0", "-run", "^(" + strings.Join(r.Tests, "|") + ")$", r.Package}})
	}
	for _, g := range fuzzed {
		out = append(out, job{"ST-09", "a strange file cannot crash it: " + g, []string{"scripts/fuzz.sh", strconv.Itoa(max(1, int(fuzz.Seconds()))) + "s", g}})
	}
	return out
}

// sums are the lines that rig.Figures.Sum prints.
var sums = regexp.MustCompile(`=sum trials (\d+) findings (\d+)`)

// run runs a row with its output in a log file, and adds up what it says.
func (j job) run(ctx context.Context, dir, seed string, bound time.Duration) done {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	d := done{Row: j.name()}
	begun := time.Now()
	path := filepath.Join(dir, j.id+"-"+strconv.FormatInt(begun.UnixNano(), 36)+".log")
	log, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return d
	}
	defer log.Close()
	c := exec.CommandContext(ctx, j.argv[0], j.argv[1:]...)
	c.Stdout, c.Stderr = log, log
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "WHERRY_TORTURE=1", "SEED="+seed)
	// Its own group, so that a bound or a stop ends what it started too.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
	c.WaitDelay = time.Minute
	d.OK = c.Run() == nil
	d.Seconds = time.Since(begun).Seconds()
	if _, err := log.Seek(0, 0); err != nil {
		return d
	}
	sc := bufio.NewScanner(log)
	sc.Buffer(nil, 1<<24)
	ran := false
	for sc.Scan() {
		line := sc.Text()
		ran = ran || strings.HasPrefix(line, "--- PASS") || strings.HasPrefix(line, "== ")
		if m := sums.FindStringSubmatch(line); m != nil {
			t, _ := strconv.Atoi(m[1])
			f, _ := strconv.Atoi(m[2])
			d.Trials, d.Findings = d.Trials+t, d.Findings+f
		} else if strings.Contains(line, ": lost: ") || strings.Contains(line, " lost: acknowledged") {
			d.Lost++
		}
	}
	d.OK = d.OK && ran // a row whose tests are skipped or gone has proven nothing
	if !d.OK {
		fmt.Println("see", path)
	}
	return d
}

// load reads the state file; a line that was cut off is of no account.
func load(path string) (map[string]done, error) {
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	out := map[string]done{}
	for line := range strings.Lines(string(b)) {
		var d done
		if json.Unmarshal([]byte(line), &d) == nil {
			out[d.Row] = d
		}
	}
	return out, nil
}

func note(path string, d done) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	b, err := json.Marshal(d)
	if err == nil {
		_, err = f.Write(append(b, '\n'))
	}
	return errors.Join(err, f.Close())
}
