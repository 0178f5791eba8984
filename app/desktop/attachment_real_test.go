package desktop

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/casework"
	"wherry/app/notebook"
	"wherry/storage/seal"
)

// realBook is a notebook on a real disk with one child and a draft about her.
func realBook(t *testing.T) (b *book, home, draft string) {
	t.Helper()
	home = t.TempDir()
	c := &clock{at: start}
	d := NewDoor(filepath.Join(home, "notebook"), notebook.Config{Clock: c.now, KDF: seal.FloorKDF})
	nb, _, err := d.Create(t.Context(), "Amina Yusuf", []byte("five quite ordinary garden words"))
	if err != nil {
		t.Fatal(err)
	}
	b = nb.(*book)
	t.Cleanup(func() { _ = b.Lock(context.Background()) })
	if _, err := b.AddChild(t.Context(), NewChild{Name: "Ruby Ash", Ref: "NCC-1"}); err != nil {
		t.Fatal(err)
	}
	s := &casework.Submission{Kind: casework.KindNote, Children: []string{"NCC-1"}, Occurred: "2026-11-20T10:00:00Z", Shared: "The bedroom."}
	if draft, err = b.SaveDraft(t.Context(), casework.NewDraft("", s, casework.Caret{}, start)); err != nil {
		t.Fatal(err)
	}
	return b, home, draft
}

func onDisk(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func realJPEG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, room(3, 640, 480), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A photo goes from a stick into a draft, into the record, onto the screen and,
// when it is asked for, into a readable copy; its bytes are nowhere else.
func TestFilesOverARealNotebook(t *testing.T) {
	b, home, draft := realBook(t)
	ctx := t.Context()
	path := onDisk(t, home, "IMG 1.jpg", realJPEG(t))
	var told int64
	f, err := b.StageFile(ctx, draft, "NCC-1", NewFile{Path: path, Read: func(done, of int64) { told = done }})
	if err != nil || f.Name != "IMG 1.jpg" || !f.Shows || !f.Here || len(f.Thumb) == 0 || told == 0 {
		t.Fatalf("%v %+v", err, f.Name)
	}
	if err := b.CaptionStaged(ctx, draft, f.ID, "Her bed"); err != nil {
		t.Fatal(err)
	}
	d, err := b.Draft(ctx, draft)
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Decode()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := b.Record(ctx, draft, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.AttachFile(ctx, ids[0], NewFile{Path: onDisk(t, home, "letter.pdf", []byte("%PDF-1.4 words"))}); err != nil {
		t.Fatal(err)
	}
	files, err := b.Files(ctx, "NCC-1")
	if err != nil || len(files) != 2 || files[0].Entry != ids[0] || files[0].Caption != "Her bed" || files[1].Shows {
		t.Fatalf("%v %+v", err, files)
	}
	img, err := b.Picture(ctx, files[0].ID, 100)
	if err != nil || img.Bounds().Size() != image.Pt(100, 75) {
		t.Fatalf("%v", err)
	}
	if _, err := b.Picture(ctx, files[1].ID, 100); !errors.Is(err, notebook.ErrNoPicture) {
		t.Errorf("a document as a picture: %v", err)
	}
	copied := filepath.Join(home, "copy.jpg")
	if err := b.SaveCopy(ctx, files[0].ID, copied); err != nil {
		t.Fatal(err)
	}
	if err := b.SaveCopy(ctx, files[0].ID, copied); !errors.Is(err, notebook.ErrExists) {
		t.Errorf("a file was written over: %v", err)
	}
}

// What cannot be read is refused with a sentence that names no file.
func TestASourceThatCannotBeRead(t *testing.T) {
	b, home, draft := realBook(t)
	large := filepath.Join(home, "large.wav")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, casework.MaxAttachment+1); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"gone Ruby.jpg": notebook.ErrSource, ".": notebook.ErrSource, "large.wav": notebook.ErrLargeFile} {
		_, err := b.StageFile(t.Context(), draft, "NCC-1", NewFile{Path: filepath.Join(home, name)})
		if !errors.Is(err, want) || strings.Contains(err.Error(), "Ruby") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p := Explain(notebook.ErrSource); p.Code != "file_unreadable" {
		t.Errorf("explained as %+v", p)
	}
}

// A lock ends the sealing of a file, waits for its end, and takes no other.
func TestALockEndsTheSealing(t *testing.T) {
	b, home, draft := realBook(t)
	path := onDisk(t, home, "long.wav", append([]byte("RIFF\x00\x00\x00\x00WAVE"), make([]byte, 12<<20)...))
	reading, locked := make(chan struct{}), make(chan error, 1)
	first := true
	_, err := b.StageFile(t.Context(), draft, "NCC-1", NewFile{Path: path, Read: func(int64, int64) {
		if first {
			first = false
			go func() {
				close(reading)
				locked <- b.Lock(context.Background())
			}()
			<-reading
			<-b.ends.Done() // the lock has begun
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the sealing ended with %v", err)
	}
	if err := <-locked; err != nil {
		t.Fatal(err)
	}
	if _, err := b.StageFile(t.Context(), draft, "NCC-1", NewFile{Path: path}); !errors.Is(err, notebook.ErrClosed) {
		t.Errorf("after the lock: %v", err)
	}
}

// Drafts are saved while a file is being sealed: neither waits for the other.
func TestADraftIsSavedBesideTheSealing(t *testing.T) {
	b, home, draft := realBook(t)
	path := onDisk(t, home, "long.wav", append([]byte("RIFF\x00\x00\x00\x00WAVE"), make([]byte, 3<<20)...))
	saves := 0
	f, err := b.StageFile(t.Context(), draft, "NCC-1", NewFile{Path: path, Read: func(int64, int64) {
		d, err := b.Draft(t.Context(), draft)
		if err == nil {
			_, err = b.SaveDraft(t.Context(), d)
		}
		if err != nil {
			t.Error(err)
		}
		saves++
	}})
	if err != nil || saves < 3 {
		t.Fatalf("%d saves, %v", saves, err)
	}
	if list, err := b.Staged(t.Context(), draft); err != nil || len(list) != 1 || list[0].ID != f.ID {
		t.Errorf("the draft lost its file: %v", err)
	}
}
