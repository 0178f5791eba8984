package notebook

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// TestStagedIsMended: what is said of a staged file can be changed, and whose
// record it goes into; the note carries both.
func TestStagedIsMended(t *testing.T) {
	ctx := context.Background()
	n, _, _ := oneChild(t)
	if _, err := n.AddChild(ctx, map[string]string{"ref": "NCC-2", "name": "Alfie Ash"}); err != nil {
		t.Fatal(err)
	}
	draft := saveNote(t, n, "NCC-1", "NCC-2")
	raw := photo(t, 41)
	s, err := n.Stage(ctx, draft, "NCC-1", "bed.jpg", bytes.NewReader(raw), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.CaptionStaged(ctx, draft, s.Blob, "The bed"); err != nil {
		t.Fatal(err)
	}
	if err := n.CaptionStaged(ctx, draft, s.Blob, "\xff"); err == nil {
		t.Error("a caption that cannot be read back was kept")
	}
	if err := n.MoveStaged(ctx, draft, s.Blob, "NCC-2"); err != nil {
		t.Fatal(err)
	}
	list, err := n.Staged(ctx, draft)
	if err != nil || len(list) != 1 || list[0].Child != "NCC-2" || list[0].Caption != "The bed" {
		t.Fatalf("%+v %v", list, err)
	}
	again, err := n.Stage(ctx, draft, "NCC-1", "bed.jpg", bytes.NewReader(raw), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.MoveStaged(ctx, draft, again.Blob, "NCC-2"); !errors.Is(err, ErrSameStaged) {
		t.Errorf("the same bytes twice for one child: %v", err)
	}
	if err := n.MoveStaged(ctx, draft, s.Blob, "NCC-9"); !errors.Is(err, ErrNotFound) {
		t.Errorf("to nobody: %v", err)
	}
	if err := n.CaptionStaged(ctx, draft, strings.Repeat("0", 64), "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := n.Submit(ctx, submission(t, n, draft), draft); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{"NCC-1": "", "NCC-2": "The bed"} {
		files, err := n.Attachments(ctx, ref)
		if err != nil || len(files) != 1 || files[0].Caption != want || !files[0].Here {
			t.Errorf("%s: %d files, %v", ref, len(files), err)
		}
	}
}
