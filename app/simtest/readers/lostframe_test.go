package readers_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"wherry/app/notebook"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
)

// written is how much of the journal's first segment holds frames.
func written(t *testing.T, segment string) int {
	t.Helper()
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	return len(bytes.TrimRight(data, "\x00"))
}

// TestALostFrameComesBackFromTheCouncil loses, with the view, the only frame in
// which an own note stands: the page of the case's log that has its receipt has
// no copy of it. The next exchange brings the note, under the same id.
func TestALostFrameComesBackFromTheCouncil(t *testing.T) {
	ctx := context.Background()
	council := rig.Found(t, binaries.Build(t).Endpoint, t.TempDir(), nil)
	invitation := council.Invite(t, "Amina Yusuf", "worker", "Norwich 2")
	council.Serve(t)
	url := "https://" + council.Address
	dir, pass := filepath.Join(t.TempDir(), "notebook"), []byte("five quite ordinary garden words")
	n, _, err := notebook.CreateWithCode(ctx, dir, "Amina Yusuf", pass, config(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { n.Close() }()
	text, err := os.ReadFile(invitation)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Enrol(ctx, text, notebook.EnrolOptions{URL: url}); err != nil {
		t.Fatal(err)
	}
	child(t, n, "A-1")
	segment := filepath.Join(dir, "journal", "00000001.wj")
	words := []string{"kestrel", "lapwing", "bittern"}
	var from, to int
	for _, w := range words {
		start := written(t, segment)
		line := fmt.Sprintf(`{"kind":"note","children":["A-1"],"occurred":"2026-01-02T09:00:00Z","shared":"A %s."}`, w)
		if _, err := n.Record(ctx, []byte(line), ""); err != nil {
			t.Fatal(err)
		}
		if w == "lapwing" {
			from, to = start, written(t, segment)
		}
	}
	found := func() map[string]string {
		t.Helper()
		out := map[string]string{}
		for _, w := range words {
			hits, err := n.Search(ctx, w, "", 5, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				out[w] += fmt.Sprint(h.Entry)
			}
		}
		return out
	}
	sync := func() {
		t.Helper()
		if r, err := n.Sync(ctx, url); err != nil || r.Queued != 0 {
			t.Fatalf("sync: %+v %v", r, err)
		}
	}
	sync()
	before := found()
	if len(before) != len(words) || to-from < 200 {
		t.Fatalf("found %v; the frame has %d bytes", before, to-from)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}

	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	data[(from+to)/2] ^= 8
	for _, err := range []error{os.WriteFile(segment, data, 0o600), os.RemoveAll(filepath.Join(dir, "view")), os.RemoveAll(filepath.Join(dir, "index"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err = notebook.Open(ctx, dir, pass, config(t)); err != nil {
		t.Fatal(err)
	}
	if got := found(); got["lapwing"] != "" || got["kestrel"] != before["kestrel"] {
		t.Fatalf("nothing was lost, or too much: %v of %v", got, before)
	}
	sync()
	for w, id := range found() {
		if id != before[w] {
			t.Errorf("%s came back as %q, was %q", w, id, before[w])
		}
	}
	if got := found(); len(got) != len(words) {
		t.Errorf("after the exchange: %v of %v", got, before)
	}
}
