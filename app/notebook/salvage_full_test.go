package notebook

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// With a damaged journal and no room to write the lost entries again, the view
// holds the only copy: it is kept, and they are salvaged once there is room.
func TestSalvageWaitsForRoom(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	want := essence(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	segment := filepath.Join(journalDir(dir), "00000001.wj")
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)*2/3] ^= 4
	if err := os.WriteFile(segment, data, 0o600); err != nil {
		t.Fatal(err)
	}
	full := testConfig()
	full.MinFree = math.MaxUint64 / 4
	n, err = Open(ctx, dir, testPass, full)
	if err != nil {
		t.Fatal(err)
	}
	if got := essence(t, n); len(got) != len(want) || !n.readOnly {
		t.Errorf("%d entries of %d while there is no room", len(got), len(want))
	}
	n = reopen(t, n, dir)
	if got := essence(t, n); len(got) != len(want) {
		t.Errorf("%d entries of %d when there is room", len(got), len(want))
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(viewDir(dir)); err != nil { // from the journal alone
		t.Fatal(err)
	}
	if n, err = Open(ctx, dir, testPass, testConfig()); err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if got := essence(t, n); len(got) != len(want) {
		t.Errorf("%d entries of %d after all", len(got), len(want))
	}
}
