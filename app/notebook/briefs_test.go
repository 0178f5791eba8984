package notebook

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// After an unclean stop the lines of cases that did not change are there at
// once, those that changed are made anew, and none is wrong.
func TestBriefsOutliveTheView(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	before, _, err := n.Cases(ctx)
	if err != nil || len(before) < 2 {
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	if _, err := n.Amend(ctx, firstEntry(t, n, before[0].Ref), "a late addition", "found later"); err != nil {
		t.Fatal(err)
	}
	changed, _ := n.lookup(before[0].Ref)
	id := changed.ID
	n.mu.Lock()
	_ = n.release() // as a kill leaves it: nothing more is written
	n.closed = true
	n.mu.Unlock()
	if err := os.WriteFile(filepath.Join(viewDir(dir), "DIRTY"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(ctx, dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for _, c := range m.st.cases {
		if c.Count > 0 && (len(c.Summary) == 0) != (c.ID == id) {
			t.Errorf("case %s changed: %v, line kept: %v", c.Ref, c.ID == id, len(c.Summary) > 0)
		}
	}
	after, _, err := m.Cases(ctx)
	if err != nil || len(after) != len(before) || after[1].Name != before[1].Name {
		t.Errorf("%+v, %v", after, err)
	}
}

func firstEntry(t *testing.T, n *Notebook, ref string) string {
	t.Helper()
	rows, err := n.Entries(context.Background(), ref, "")
	if err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	return rows[0].ID.String()
}
