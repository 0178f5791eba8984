package crash_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// call is one system call of a trace. It began and ended at lines of the
// trace: another call happened before it only if it ended before it began.
type call struct {
	name     string
	args     string
	result   string
	begun    int
	ended    int // 0 if the trace ends before it
	injected bool
}

func (c call) ok() bool { return c.ended > 0 && !strings.HasPrefix(c.result, "-1") }

var (
	wholeCall   = regexp.MustCompile(`^(\d+) +([a-z0-9_]+)\((.*)\) += (.*)$`)
	begunCall   = regexp.MustCompile(`^(\d+) +([a-z0-9_]+)\((.*) <unfinished \.\.\.>$`)
	resumedCall = regexp.MustCompile(`^(\d+) +<\.\.\. ([a-z0-9_]+) resumed>(.*)\) += (.*)$`)
	firstFD     = regexp.MustCompile(`^(\d+)<([^>]*)>`)
	quoted      = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// readTrace parses what `strace -f -y -o` wrote. Lines of other forms
// (signals, exits) are passed over.
func readTrace(t testing.TB, path string) []call {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var calls []call
	open := map[string]int{} // thread -> index of its call in flight
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		line := sc.Text()
		if m := resumedCall.FindStringSubmatch(line); m != nil {
			if i, ok := open[m[1]]; ok && calls[i].name == m[2] {
				calls[i].args += m[3]
				calls[i].ended, calls[i].result = n, m[4]
				calls[i].injected = strings.Contains(m[4], "(INJECTED)")
				delete(open, m[1])
			}
		} else if m := begunCall.FindStringSubmatch(line); m != nil {
			open[m[1]] = len(calls)
			calls = append(calls, call{name: m[2], args: m[3], begun: n})
		} else if m := wholeCall.FindStringSubmatch(line); m != nil {
			calls = append(calls, call{name: m[2], args: m[3], result: m[4], begun: n, ended: n, injected: strings.Contains(m[4], "(INJECTED)")})
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return calls
}

// fd is the descriptor that a call's first argument is, with its path.
func (c call) fd() (int, string) {
	m := firstFD.FindStringSubmatch(c.args)
	if m == nil {
		return -1, ""
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return -1, ""
	}
	return n, m[2]
}

// paths are the names among a call's arguments.
func (c call) paths() []string {
	var out []string
	for _, m := range quoted.FindAllStringSubmatch(c.args, -1) {
		out = append(out, m[1])
	}
	return out
}

// promise reports whether a call tells the user that something is saved.
func (c call) promise() bool {
	if n, _ := c.fd(); n != 1 || c.name != "write" {
		return false
	}
	for _, p := range c.paths() {
		for _, word := range []string{`\"ack\"`, `\"summary\"`, `{\"v\":1,\"notebook\"`} {
			if strings.Contains(p, word) {
				return true
			}
		}
	}
	return false
}

// matters says whether a file's durability is promised by an acknowledgement:
// the journal, the key box and the key file. View and index are disposable.
func matters(path string) bool {
	base := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "."), ".new")
	switch {
	case strings.HasPrefix(base, "box."), strings.HasPrefix(base, "key."), strings.HasPrefix(base, "mark."):
		return !strings.HasSuffix(base, ".old")
	}
	return filepath.Ext(base) == ".wj"
}

// audit is what a trace was held against and what it broke.
type audit struct {
	promises, frames, segments, boxes int
	findings                          []string
}

// auditTrace replays a trace against the rule of docs/design.md: before a
// promise, every byte and every name that it rests on was made durable, in the
// order keys, frame, promise.
func auditTrace(calls []call) audit {
	var a audit
	written := map[string]int{} // path -> end of its last write that no sync covers yet
	named := map[string]int{}   // path -> end of the creation or renaming that no folder sync covers yet
	lastFrame, boxAfterFrame := 0, 0
	find := func(c call, format string, args ...any) {
		a.findings = append(a.findings, fmt.Sprintf("line %d: %s", c.begun, fmt.Sprintf(format, args...)))
	}
	for _, c := range calls {
		_, path := c.fd()
		switch c.name {
		case "write", "pwrite64", "ftruncate":
			if c.promise() {
				a.promises++
				for p := range written {
					find(c, "promised while %s has bytes that were never synced", filepath.Base(p))
				}
				for p := range named {
					find(c, "promised while the name %s was not made durable", filepath.Base(p))
				}
				if boxAfterFrame > lastFrame && lastFrame > 0 {
					find(c, "the key box was written after the frame that needs it")
				}
				lastFrame, boxAfterFrame = 0, 0
				continue
			}
			if !matters(path) {
				continue
			}
			written[path] = end(c)
			if filepath.Ext(path) == ".wj" && c.name == "pwrite64" {
				a.frames++
				lastFrame = c.begun
				for p := range written {
					if strings.Contains(filepath.Base(p), "box.") {
						find(c, "a frame was written while %s was not synced", filepath.Base(p))
					}
				}
				for p := range named {
					if strings.HasPrefix(filepath.Base(p), "box.") {
						find(c, "a frame was written while the name %s was not durable", filepath.Base(p))
					}
				}
			}
		case "fsync", "fdatasync":
			if !c.ok() {
				continue
			}
			if w, dirty := written[path]; dirty && w < c.begun {
				delete(written, path)
			}
			for p, at := range named {
				if filepath.Dir(p) == path && at < c.begun {
					delete(named, p)
				}
			}
		case "openat":
			if p := c.paths(); c.ok() && len(p) == 1 && strings.Contains(c.args, "O_CREAT") && strings.Contains(c.args, "O_EXCL") && matters(p[0]) {
				if filepath.Ext(p[0]) == ".wj" {
					a.segments++
					named[p[0]] = end(c)
				}
			}
		case "renameat", "rename", "renameat2":
			p := c.paths()
			if !c.ok() || len(p) != 2 || !matters(p[1]) {
				continue
			}
			if _, dirty := written[p[0]]; dirty {
				find(c, "%s was renamed before its bytes were synced", filepath.Base(p[0]))
				delete(written, p[0])
			}
			named[p[1]] = end(c)
			if strings.HasPrefix(filepath.Base(p[1]), "box.") {
				a.boxes++
				boxAfterFrame = c.begun
			}
		}
	}
	return a
}

func end(c call) int {
	if c.ended == 0 {
		return 1 << 30 // it never ended: no sync can cover it
	}
	return c.ended
}
