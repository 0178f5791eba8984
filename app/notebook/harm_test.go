package notebook

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// Damage is named by case and entry, and the rest is readable.
func TestHealthNamesWhatIsLost(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	if h, err := n.Health(ctx); err != nil || !h.Well() || len(h.Cases) != 0 {
		t.Fatalf("a sound notebook: %+v, %v", h, err)
	}
	segment := filepath.Join(journalDir(dir), "00000001.wj")
	at := fileSize(t, segment) + 300 // in the first of two more notes
	for range 2 {
		if _, err := n.Record(ctx, []byte(`{"children":["`+refOf(t, n)+`"],"type":"case summary","occurred":"2026-11-20T10:00:00Z","shared":"The boiler was mended."}`), "note"); err != nil {
			t.Fatal(err)
		}
	}
	all := len(essence(t, n))
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 1
	if err := os.WriteFile(segment, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(viewDir(dir)); err != nil { // else the view has it still
		t.Fatal(err)
	}
	m, err := Open(ctx, dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	h, err := m.Health(ctx)
	if err != nil || h.Well() || h.Places != 1 || len(h.Quarantined) != 1 {
		t.Fatalf("%+v, %v", h, err)
	}
	missing := 0
	for _, c := range h.Cases {
		if c.Ref == "" || c.Council {
			t.Errorf("%+v", c)
		}
		missing += c.Missing
	}
	if left := len(essence(t, m)); missing != 1 || left+missing != all {
		t.Errorf("%d entries are left and %d named missing, of %d", left, missing, all)
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
