package rig

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
)

// Survey verifies a notebook, lists it and holds it against the ledger: the
// first opening must do, without another try. It adds the number of entries
// seen to *entries.
func Survey(t testing.TB, n *Notebook, book *Ledger, entries *int) []string {
	t.Helper()
	var out []string
	rep, r := n.Verify(t)
	if f := r.Fault(); f != "" {
		return []string{f}
	}
	if r.Exit != 0 || !rep.OK {
		out = append(out, fmt.Sprintf("verify: exit %d: %s", r.Exit, r.Out))
	}
	now, r := n.Entries(t)
	book.Longest = max(book.Longest, r.Took)
	if f := r.Fault(); f != "" {
		return []string{f}
	}
	if r.Exit != 0 {
		out = append(out, fmt.Sprintf("list: exit %d: %.300s %s", r.Exit, r.Out, r.Err))
	}
	if r.Exit == 0 && rep.Entries != len(now) {
		out = append(out, fmt.Sprintf("verify counts %d entries, list shows %d", rep.Entries, len(now)))
	}
	*entries += len(now)
	return append(out, book.Check(now)...)
}

// Tool runs a program of the system. Clean-ups use it, so it has a time limit
// of its own and not the test's.
func Tool(t testing.TB, argv ...string) *Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	return Finish(t, exec.CommandContext(ctx, argv[0], argv[1:]...), nil)
}
