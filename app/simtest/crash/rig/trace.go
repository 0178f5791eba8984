package rig

import (
	"bufio"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Call is one system call of a trace. It began and ended at lines of the
// trace: another call happened before it only if it ended before it began.
type Call struct {
	Name     string
	Args     string
	Result   string
	Begun    int
	Ended    int // 0 if the trace ends before it
	Injected bool
}

// OK reports whether a call ended well.
func (c Call) OK() bool { return c.Ended > 0 && !strings.HasPrefix(c.Result, "-1") }

var (
	wholeCall   = regexp.MustCompile(`^(\d+) +([a-z0-9_]+)\((.*)\) += (.*)$`)
	begunCall   = regexp.MustCompile(`^(\d+) +([a-z0-9_]+)\((.*) <unfinished \.\.\.>$`)
	resumedCall = regexp.MustCompile(`^(\d+) +<\.\.\. ([a-z0-9_]+) resumed>(.*)\) += (.*)$`)
	firstFD     = regexp.MustCompile(`^(\d+)<([^>]*)>`)
	quoted      = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// ReadTrace parses what `strace -f -y -o` wrote. Lines of other forms
// (signals, exits) are passed over.
func ReadTrace(t testing.TB, path string) []Call {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var calls []Call
	open := map[string]int{} // thread -> index of its call in flight
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		line := sc.Text()
		if m := resumedCall.FindStringSubmatch(line); m != nil {
			if i, ok := open[m[1]]; ok && calls[i].Name == m[2] {
				calls[i].Args += m[3]
				calls[i].Ended, calls[i].Result = n, m[4]
				calls[i].Injected = strings.Contains(m[4], "(INJECTED)")
				delete(open, m[1])
			}
		} else if m := begunCall.FindStringSubmatch(line); m != nil {
			open[m[1]] = len(calls)
			calls = append(calls, Call{Name: m[2], Args: m[3], Begun: n})
		} else if m := wholeCall.FindStringSubmatch(line); m != nil {
			calls = append(calls, Call{Name: m[2], Args: m[3], Result: m[4], Begun: n, Ended: n, Injected: strings.Contains(m[4], "(INJECTED)")})
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return calls
}

// FD is the descriptor that a call's first argument is, with its path.
func (c Call) FD() (int, string) {
	m := firstFD.FindStringSubmatch(c.Args)
	if m == nil {
		return -1, ""
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return -1, ""
	}
	return n, m[2]
}

// Paths are the names among a call's arguments.
func (c Call) Paths() []string {
	var out []string
	for _, m := range quoted.FindAllStringSubmatch(c.Args, -1) {
		out = append(out, m[1])
	}
	return out
}
