package notebook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/app/casework"
	"wherry/storage/record"
)

func saveNote(t *testing.T, n *Notebook, children ...string) string {
	t.Helper()
	s := &casework.Submission{Kind: casework.KindNote, Children: children, Occurred: "2026-11-20T10:00:00Z", Shared: "Photos of the house."}
	id, err := n.SaveDraft(context.Background(), casework.NewDraft("", s, casework.Caret{}, testNow))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func submission(t *testing.T, n *Notebook, draft string) *casework.Submission {
	t.Helper()
	d, err := n.Draft(context.Background(), draft)
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Decode()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStaged: attachments of a draft stay with it while it is typed on, go with
// it when it is discarded, and go singly when they are taken out.
func TestStaged(t *testing.T) {
	ctx := context.Background()
	n, dir, _ := oneChild(t)
	draft := saveNote(t, n, "NCC-1")
	raw := photo(t, 33)
	one, err := n.Stage(ctx, draft, "NCC-1", "one.jpg", bytes.NewReader(raw), AttachOptions{Caption: "One"})
	if err != nil {
		t.Fatal(err)
	}
	two, err := n.Stage(ctx, draft, "ncc-1", "two.txt", strings.NewReader("two"), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := n.Stage(ctx, draft, "NCC-1", "one.jpg", bytes.NewReader(raw), AttachOptions{}); err != nil || again.Blob != one.Blob {
		t.Error("staged twice", err)
	}
	s := submission(t, n, draft)
	s.Shared += " More."
	if _, err := n.SaveDraft(ctx, casework.NewDraft(draft, s, casework.Caret{}, testNow)); err != nil {
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	d, err := n.Draft(ctx, draft)
	if err != nil || len(d.Staged) != 2 || d.Staged[0].Child != "NCC-1" || d.Staged[0].Caption != "One" || d.Staged[0].Thumb == "" {
		t.Fatalf("%+v %v", d, err)
	}
	if inFolder(t, dir, []byte(place51)) || inFolder(t, dir, []byte("one.jpg")) {
		t.Error("plaintext in the folder")
	}
	if rows, _ := n.Attachments(ctx, "NCC-1"); len(rows) != 0 {
		t.Error("a draft's attachment is shown as part of the record")
	}
	if err := n.Unstage(ctx, draft, two.Blob); err != nil {
		t.Fatal(err)
	}
	if l := blobFiles(t, n); len(l) != 1 || l[0].ID.String() != one.Blob {
		t.Error("not taken out")
	}
	if err := n.DiscardDraft(ctx, draft); err != nil {
		t.Fatal(err)
	}
	if l := blobFiles(t, n); len(l) != 0 {
		t.Error("a discarded draft leaves its photo behind")
	}
	if _, err := n.Stage(ctx, draft, "NCC-1", "x", strings.NewReader("x"), AttachOptions{}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestStagedForChildTakenOut(t *testing.T) {
	ctx := context.Background()
	n, _, _ := oneChild(t)
	if _, err := n.AddChild(ctx, map[string]string{"ref": "NCC-2", "name": "Tom Elm"}); err != nil {
		t.Fatal(err)
	}
	draft := saveNote(t, n, "NCC-1", "NCC-2")
	if _, err := n.Stage(ctx, draft, "NCC-2", "x", strings.NewReader("x"), AttachOptions{}); err != nil {
		t.Fatal(err)
	}
	s := submission(t, n, draft)
	s.Children = []string{"NCC-1"}
	var ie *casework.InputError
	if _, err := n.Submit(ctx, s, draft); !errors.As(err, &ie) || ie.Field != "attachments" {
		t.Error("a photo went astray:", err)
	}
	s.Children = []string{"NCC-1", "NCC-2"}
	ack, err := n.Submit(ctx, s, draft)
	if err != nil || len(ack.Attachments) != 1 || ack.Attachments[0].Ref != "NCC-2" {
		t.Fatal(ack, err)
	}
	rows, err := n.Attachments(ctx, "NCC-2")
	if err != nil || len(rows) != 1 || rows[0].Target != ack.Entries[slices.IndexFunc(ack.Entries, func(e AckEntry) bool { return e.Ref == "NCC-2" })].ID.String() {
		t.Error(rows, err)
	}
}

// copyFolder is what a kill leaves: the files as they are at this moment.
func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			mode := fs.FileMode(0o600)
			if d.IsDir() {
				mode = 0o700
			}
			err = os.Chmod(path, mode)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func openCopy(t *testing.T, dir string) *Notebook {
	t.Helper()
	n, err := Open(context.Background(), dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// TestNoteWithTwentyAttachments (ST-06): a note and its twenty attachments are
// one frame. A stop before the frame, or anywhere in it, leaves the draft with
// all of them and shows nothing; after it, all are there.
func TestNoteWithTwentyAttachments(t *testing.T) {
	ctx := context.Background()
	n, dir, _ := oneChild(t)
	draft := saveNote(t, n, "NCC-1")
	for i := range 20 {
		data := []byte(fmt.Sprintf("attachment %d", i))
		if i < 3 {
			data = photo(t, uint8(20*i))
		}
		if _, err := n.Stage(ctx, draft, "NCC-1", fmt.Sprintf("%d.bin", i), bytes.NewReader(data), AttachOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	before := copyFolder(t, dir)
	ack, err := n.Submit(ctx, submission(t, n, draft), draft)
	if err != nil || len(ack.Attachments) != 20 {
		t.Fatal(ack, err)
	}
	after := copyFolder(t, dir)

	all := func(dir string) {
		t.Helper()
		n := openCopy(t, dir)
		rows, err := n.Attachments(ctx, "NCC-1")
		if err != nil || len(rows) != 20 {
			t.Fatal(len(rows), err)
		}
		for _, r := range rows {
			f, _, err := n.OpenAttachment(ctx, r.ID.String())
			if err != nil || r.Target != ack.Entries[0].ID.String() {
				t.Fatal(err)
			}
			b, err := io.ReadAll(f)
			f.Close()
			if err != nil || record.ID(sha256.Sum256(b)).String() != r.SHA256 {
				t.Error("not read back", err)
			}
		}
		if d, _, _ := n.Drafts(ctx); len(d) != 0 {
			t.Error("the draft is still there")
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}
	none := func(dir string) {
		t.Helper()
		n := openCopy(t, dir)
		rows, err := n.Attachments(ctx, "NCC-1")
		entries, err2 := n.Entries(ctx, "NCC-1", casework.KindNote)
		if err != nil || err2 != nil || len(rows) != 0 || len(entries) != 1 {
			t.Fatalf("%d attachments and %d notes of what was not saved: %v %v", len(rows), len(entries), err, err2)
		}
		d, err := n.Draft(ctx, draft)
		if err != nil || len(d.Staged) != 20 {
			t.Fatal("the draft lost its attachments:", err)
		}
		n.sweepBlobs()
		if l := blobFiles(t, n); len(l) != 20 {
			t.Errorf("%d of the draft's files are left", len(l))
		}
		// Saved now, all of it is there.
		if ack, err := n.Submit(ctx, submission(t, n, draft), draft); err != nil || len(ack.Attachments) != 20 {
			t.Fatal(err)
		}
	}
	all(after)
	none(copyFolder(t, before))

	// A stop in the middle of writing the frame.
	was, is := lastSegment(t, before), lastSegment(t, after)
	start := common(was, is)
	if len(is)-start < 2000 {
		t.Fatal("the frame was not found")
	}
	for _, cut := range []int{start + 1, start + 100, (start + len(is)) / 2, len(is) - 1} {
		dir := copyFolder(t, before)
		if err := os.WriteFile(segmentPath(t, dir), is[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		none(dir)
	}
	// A stop after the frame and before the draft is erased.
	whole := copyFolder(t, before)
	if err := os.WriteFile(segmentPath(t, whole), is, 0o600); err != nil {
		t.Fatal(err)
	}
	all(whole)

	// The disk fails at the frame.
	failing := openCopy(t, copyFolder(t, before))
	failing.j.Close()
	if _, err := failing.Submit(ctx, submission(t, failing, draft), draft); err == nil {
		t.Error("acknowledged without a frame")
	}
	if rows, err := failing.Attachments(ctx, "NCC-1"); err != nil || len(rows) != 0 {
		t.Error("shown without a frame", len(rows), err)
	}
}

func segmentPath(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(journalDir(dir), "*.wj"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	return names[0]
}

func lastSegment(t *testing.T, dir string) []byte {
	t.Helper()
	b, err := os.ReadFile(segmentPath(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func common(a, b []byte) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}
