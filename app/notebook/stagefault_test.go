package notebook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/casework"
	"wherry/storage/record"
)

// draftWithPhoto is a note about NCC-1 that is not saved yet, with one photo.
func draftWithPhoto(t *testing.T, n *Notebook) (draft string, photoBlob record.ID) {
	t.Helper()
	draft = saveNote(t, n, "NCC-1")
	s, err := n.Stage(context.Background(), draft, "NCC-1", "one.jpg", bytes.NewReader(photo(t, 40)), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	photoBlob, _ = record.ParseID(s.Blob)
	return draft, photoBlob
}

// unread makes a draft's file one that is there and cannot be read.
func unread(t *testing.T, n *Notebook, draft string) (mend func()) {
	t.Helper()
	id, err := record.ParseID(draft)
	if err != nil {
		t.Fatal(err)
	}
	path, aside := n.draftPath(id), filepath.Join(t.TempDir(), "aside")
	if err := errors.Join(os.Rename(path, aside), os.Symlink(path, path)); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(os.Remove(path), os.Rename(aside, path)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDraftUnreadKeepsItsAttachments: while a draft cannot be read, nothing that
// it may name is let go of, whatever is done; what is typed is saved beside it.
func TestDraftUnreadKeepsItsAttachments(t *testing.T) {
	ctx := context.Background()
	n, dir, _ := oneChild(t)
	draft, id := draftWithPhoto(t, n)
	s := submission(t, n, draft)
	mend := unread(t, n, draft)

	s.Shared = "Typed meanwhile."
	other, err := n.SaveDraft(ctx, casework.NewDraft(draft, s, casework.Caret{}, testNow))
	if err != nil || other == draft {
		t.Fatalf("saved as %v: %v", other == draft, err)
	}
	if got := submission(t, n, other); got.Shared != s.Shared {
		t.Error("what was typed is lost")
	}
	for what, try := range map[string]func() error{
		"saved":     func() error { _, err := n.Submit(ctx, s, draft); return err },
		"discarded": func() error { return n.DiscardDraft(ctx, draft) },
		"unstaged":  func() error { return n.Unstage(ctx, draft, id.String()) },
	} {
		if err := try(); !errors.Is(err, ErrDraftUnread) || Explain(err).Code != "draft_unread" {
			t.Errorf("%s: %v", what, err)
		}
	}
	n.doubted(id.String())
	n.sweepBlobs()
	if _, here := n.blobs().Has(id); !here {
		t.Fatal("swept on a doubt")
	}
	mend()
	n = reopen(t, n, dir)
	d, err := n.Draft(ctx, draft)
	if err != nil || len(d.Staged) != 1 {
		t.Fatal(d, err)
	}
	ack, err := n.Submit(ctx, submission(t, n, draft), draft)
	if err != nil || len(ack.Attachments) != 1 {
		t.Fatal(ack, err)
	}
	readsBackWhole(t, n, ack.Attachments[0].ID)
}

func readsBackWhole(t *testing.T, n *Notebook, id record.ID) {
	t.Helper()
	f, _, err := n.OpenAttachment(context.Background(), id.String())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(1, 0); err != nil {
		t.Error(err)
	}
	if part := checkBlob(t, n, id); part != nil {
		t.Errorf("%+v", part)
	}
}

// TestDisposalWaitsForUnreadDraft: a disposal is not done while a draft that may
// be about the case cannot be read.
func TestDisposalWaitsForUnreadDraft(t *testing.T) {
	ctx := context.Background()
	n, dir := twoChildren(t)
	approve(t, n, "A-1")
	draft := saveNote(t, n, "A-1")
	c, err := n.lookup("A-1")
	if err != nil {
		t.Fatal(err)
	}
	id, kept := c.ID, idsOf(t, n, "B-1")
	mend := unread(t, n, draft)
	if _, err := n.CarryOut(ctx, "A-1"); !errors.Is(err, ErrDraftUnread) {
		t.Error("done with a draft that nobody looked into:", err)
	}
	mend()
	n = reopen(t, n, dir)
	if _, err := n.Draft(ctx, draft); !errors.Is(err, ErrNotFound) {
		t.Error("the draft is left:", err)
	}
	disposedOf(t, n, dir, id, kept)
}

// TestPublishedDraftsFile: a draft's file that could not be erased after it was
// published takes nothing of the record along, whatever is done with it.
func TestPublishedDraftsFile(t *testing.T) {
	ctx := context.Background()
	n, dir, _ := oneChild(t)
	draft, id := draftWithPhoto(t, n)
	rid, _ := record.ParseID(draft)
	file, err := os.ReadFile(n.draftPath(rid))
	if err != nil {
		t.Fatal(err)
	}
	s := submission(t, n, draft)
	ack, err := n.Submit(ctx, s, draft)
	if err != nil || len(ack.Attachments) != 1 {
		t.Fatal(err)
	}
	back := func() {
		t.Helper()
		if err := os.WriteFile(n.draftPath(rid), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	back()
	if again, err := n.Submit(ctx, s, draft); err != nil || len(again.Attachments) != 0 {
		t.Error("attached twice:", err)
	}
	back()
	if err := n.Unstage(ctx, draft, id.String()); !errors.Is(err, ErrNotFound) {
		t.Error("taken out of the record:", err)
	}
	if _, err := n.Stage(ctx, draft, "NCC-1", "b", strings.NewReader("b"), AttachOptions{}); !errors.Is(err, ErrNotFound) {
		t.Error("staged for what is published:", err)
	}
	if err := n.DiscardDraft(ctx, draft); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(n.draftPath(rid)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file is left:", err)
	}
	readsBackWhole(t, n, ack.Attachments[0].ID)
	n = reopen(t, n, dir)
	readsBackWhole(t, n, ack.Attachments[0].ID)
}

// TestBackupBesideUnstage: what a backup has listed stays until it is copied,
// whatever becomes of the draft; the next opening erases it.
func TestBackupBesideUnstage(t *testing.T) {
	ctx := context.Background()
	n, dir, _ := oneChild(t)
	draft, one := draftWithPhoto(t, n)
	discarded, two := draftWithPhoto(t, n)
	release, err := n.holdFiles()
	if err != nil {
		t.Fatal(err)
	}
	s, err := n.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Unstage(ctx, draft, one.String()); err != nil {
		t.Fatal(err)
	}
	if err := n.DiscardDraft(ctx, discarded); err != nil {
		t.Fatal(err)
	}
	n.sweepBlobs() // as another program that opens the folder does
	path, to := filepath.Join(t.TempDir(), "b.whb"), filepath.Join(t.TempDir(), "r")
	if _, err := s.backup(ctx, path, DefaultKeep); err != nil {
		t.Fatal(err)
	}
	release()
	if _, err := Restore(ctx, path, to, BackupCode(testCode), testConfig()); err != nil {
		t.Fatal(err)
	}
	m := openCopy(t, to)
	for draft, id := range map[string]record.ID{draft: one, discarded: two} {
		if d, err := m.Draft(ctx, draft); err != nil || len(d.Staged) != 1 || m.blobs().Verify(ctx, id) != nil {
			t.Errorf("in the backup: %v, blob %v", err, m.blobs().Verify(ctx, id))
		}
	}
	if d, err := n.Draft(ctx, draft); err != nil || len(d.Staged) != 0 {
		t.Error("still in the draft", err)
	}
	n = reopen(t, n, dir)
	if l := blobFiles(t, n); len(l) != 0 {
		t.Errorf("%d files that nothing names are left", len(l))
	}
	// With nobody copying, they go at once.
	draft, one = draftWithPhoto(t, n)
	if err := n.Unstage(ctx, draft, one.String()); err != nil {
		t.Fatal(err)
	}
	if l := blobFiles(t, n); len(l) != 0 {
		t.Error("not erased")
	}
}

// TestStopInUnstage: a stop between the draft and the erasing leaves nothing for
// good, and one before the draft loses nothing.
func TestStopInUnstage(t *testing.T) {
	n, dir, _ := oneChild(t)
	draft, id := draftWithPhoto(t, n)
	n.doubted(id.String())
	n = reopen(t, n, dir)
	if d, err := n.Draft(context.Background(), draft); err != nil || len(d.Staged) != 1 {
		t.Fatal(err)
	}
	if st, err := os.Stat(n.blobs().Path(id)); err != nil || !st.ModTime().Equal(namedTime) {
		t.Error("what the draft names:", err)
	}
	n.doubted(id.String())
	d, _ := n.Draft(context.Background(), draft)
	d.Staged = nil
	rid, _ := record.ParseID(draft)
	if err := n.writeDraft(rid, d); err != nil {
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	if l := blobFiles(t, n); len(l) != 0 {
		t.Error("what nothing names stays for good")
	}
}

// TestPullsAreOverwritten: what is coming is overwritten to its last byte,
// whatever its size, and a failure to is told.
func TestPullsAreOverwritten(t *testing.T) {
	n, _, _ := oneChild(t)
	path := n.pullPath(record.Hash("x"))
	if err := errors.Join(os.MkdirAll(blobDir(n.dir), 0o700), os.WriteFile(path, bytes.Repeat([]byte{0xaa}, 9<<20), 0o600)); err != nil {
		t.Fatal(err)
	}
	link := linked(t, path)
	if err := n.eraseUnfinished(nil); err != nil {
		t.Fatal(err)
	}
	allZero(t, link)
	if len(inBlobs(t, n)) != 0 {
		t.Error("left")
	}
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil { // it cannot be removed
		t.Fatal(err)
	}
	if err := n.eraseUnfinished(nil); err == nil {
		t.Error("a failure to erase is no failure")
	}
}
