package notebook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestDoctor: a view of which the child dies is set aside, not deleted, and
// made anew; the notebook reads as before.
func TestDoctor(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	want := picture(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	var asked [][]byte
	cfg := testConfig()
	cfg.Probe = func(_ context.Context, q io.Reader) error {
		b, err := io.ReadAll(q)
		if err != nil {
			t.Fatal(err)
		}
		asked = append(asked, b)
		return errors.New("signal: killed")
	}
	n, err := Open(ctx, dir, testPass, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if len(asked) != 2 {
		t.Fatalf("the child was asked %d times", len(asked))
	}
	if err := AnswerProbe(bytes.NewReader(asked[0])); err != nil {
		t.Errorf("the real child found: %v", err)
	}
	if got := picture(t, n); got != want {
		t.Error("the rebuilt view reads otherwise")
	}
	if _, err := os.Stat(filepath.Join(dir, "quarantine", "view-1", "view.seal")); err != nil {
		t.Errorf("the view was not kept: %v", err)
	}
	if s, err := n.Status(ctx); err != nil || !s.SetAside || s.Damaged != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if bytes.Contains(asked[1], n.vault[:]) {
		t.Error("the child was given the vault key")
	}
}

// A child that finds nothing changes nothing, and a view that is dirty is not
// asked about.
func TestDoctorFindsNothing(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	fill(t, n)
	asked := 0
	cfg := testConfig()
	cfg.Probe = func(_ context.Context, q io.Reader) error { asked++; return AnswerProbe(q) }
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n, err := Open(ctx, dir, testPass, cfg)
	if err != nil || asked != 1 || n.setAside || !n.viewWhole {
		t.Fatalf("asked %d times; %v", asked, err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(viewDir(dir), "DIRTY"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err = Open(ctx, dir, testPass, cfg); err != nil || asked != 1 {
		t.Fatalf("asked %d times; %v", asked, err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := AnswerProbe(bytes.NewReader([]byte("no question"))); err == nil {
		t.Error("the child answered to nonsense")
	}
}
