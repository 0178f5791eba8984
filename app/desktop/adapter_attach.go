package desktop

import (
	"context"
	"image"
	"io"
	"os"
	"path/filepath"

	"wherry/app/casework"
	"wherry/app/notebook"
)

// source is a file that a person chose, as the notebook reads it: it says how
// far it is, ends when the window locks, and answers with an error that names
// no file.
type source struct {
	ctx    context.Context
	f      *os.File
	size   int64
	at     int64
	told   int64
	read   func(done, of int64)
	failed bool // the file, not the notebook, is at fault
}

// tellEvery is how many bytes are read between two words about it.
const tellEvery = 1 << 20

// openSource opens a regular file. Anything else might never end.
func openSource(ctx context.Context, f NewFile) (*source, error) {
	st, err := os.Stat(f.Path)
	if err != nil || !st.Mode().IsRegular() {
		return nil, notebook.ErrSource
	}
	if st.Size() > casework.MaxAttachment {
		return nil, notebook.ErrLargeFile
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, notebook.ErrSource
	}
	return &source{ctx: ctx, f: file, size: st.Size(), read: f.Read}, nil
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.f.Read(p)
	s.at += int64(n)
	if s.read != nil && (s.at-s.told >= tellEvery || err != nil) {
		s.told = s.at
		s.read(min(s.at, s.size), s.size)
	}
	if err != nil && err != io.EOF {
		s.failed = true
		return n, notebook.ErrSource
	}
	return n, err
}

// Seek lets the notebook go on with what it has of the same file.
func (s *source) Seek(offset int64, whence int) (int64, error) {
	at, err := s.f.Seek(offset, whence)
	if err != nil {
		s.failed = true
		return at, notebook.ErrSource
	}
	s.at, s.told = at, min(s.told, at)
	return at, nil
}

// end closes the file and says what was at fault, if anything.
func (s *source) end(err error) error {
	_ = s.f.Close() // it was only read
	switch {
	case err == nil:
		return nil
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case s.failed:
		return notebook.ErrSource
	}
	return err
}

// taking runs something that seals a file. Lock waits for it: what opens a
// sealed file must not be written by a notebook whose keys are gone.
func (b *book) taking(ctx context.Context, f NewFile, do func(context.Context, *source) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	b.mu.Lock()
	if b.locking {
		b.mu.Unlock()
		return notebook.ErrClosed
	}
	b.takers.Add(1)
	done := context.AfterFunc(b.ends, stop)
	b.mu.Unlock()
	defer b.takers.Done()
	defer done()
	src, err := openSource(ctx, f)
	if err != nil {
		return err
	}
	return src.end(do(ctx, src))
}

// endTaking stops what is being sealed and waits until it has stopped.
func (b *book) endTaking() {
	b.mu.Lock()
	b.locking = true
	b.mu.Unlock()
	b.endFiles()
	b.takers.Wait()
}

func (b *book) StageFile(ctx context.Context, draft, child string, f NewFile) (out File, err error) {
	err = b.taking(ctx, f, func(ctx context.Context, src *source) error {
		s, err := b.n.Stage(ctx, draft, child, filepath.Base(f.Path), src, notebook.AttachOptions{Caption: f.Caption})
		if err == nil {
			out = stagedFile(*s)
		}
		return err
	})
	return out, err
}

func stagedFile(s casework.Staged) File {
	shown := s.Shown(casework.Fact{})
	shown.ID = s.Blob
	return File{Attached: shown, Child: s.Child, Here: true, Shows: notebook.ShowsPicture(s.Media)}
}

func (b *book) Staged(ctx context.Context, draft string) ([]File, error) {
	list, err := b.n.Staged(ctx, draft)
	var out []File
	for _, s := range list {
		out = append(out, stagedFile(s))
	}
	return out, err
}

func (b *book) CaptionStaged(ctx context.Context, draft, id, caption string) error {
	return b.n.CaptionStaged(ctx, draft, id, caption)
}

func (b *book) MoveStaged(ctx context.Context, draft, id, child string) error {
	return b.n.MoveStaged(ctx, draft, id, child)
}

func (b *book) Unstage(ctx context.Context, draft, id string) error {
	return b.n.Unstage(ctx, draft, id)
}

func (b *book) AttachFile(ctx context.Context, entry string, f NewFile) error {
	return b.taking(ctx, f, func(ctx context.Context, src *source) error {
		_, err := b.n.Attach(ctx, entry, filepath.Base(f.Path), src, notebook.AttachOptions{Caption: f.Caption})
		return err
	})
}

func (b *book) Files(ctx context.Context, caseID string) ([]File, error) {
	list, err := b.n.Attachments(ctx, caseID)
	var out []File
	for _, a := range list {
		out = append(out, File{Attached: a.Attached, Entry: a.Target, Child: a.Ref, Here: a.Here, Coming: a.Coming, Shows: notebook.ShowsPicture(a.Media)})
	}
	return out, err
}

func (b *book) Picture(ctx context.Context, id string, side int) (image.Image, error) {
	return b.n.Picture(ctx, id, side)
}

func (b *book) SaveCopy(ctx context.Context, id, path string) error {
	_, err := b.n.SaveAttachment(ctx, id, absolute(path))
	return err
}
