package desktop

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"path/filepath"
	"slices"
	"strings"

	"wherry/app/casework"
)

// fakeFiles are the files of a fakeBook. What a chosen file holds goes by its
// name: nothing is read from any disk.
type fakeFiles struct {
	staged map[string][]File // by draft
	away   map[string]string // by entry: "coming", "gone", "damaged"
	copies []string
	wait   func(read func(done, of int64)) // runs while a file is sealed
}

var (
	errTooLarge = errors.New("too large")
	errDamaged  = errors.New("damaged")
	errExists   = errors.New("exists")
)

// room draws a small picture that can be told from others.
func room(seed uint8, w, h int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: 196 - seed, G: 178, B: 150 + seed/2, A: 255}
			switch {
			case y > h*2/3:
				c = color.NRGBA{R: 120, G: 92 + seed/3, B: 70, A: 255}
			case x > w/2 && x < w*4/5 && y > h/6 && y < h/2:
				c = color.NRGBA{R: 170, G: 205, B: 224, A: 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func smallJPEG(seed uint8) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, room(seed, 320, 240), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// taken is the attachment that a chosen file becomes.
func (b *fakeBook) taken(f NewFile) (*casework.Attachment, error) {
	name := filepath.Base(f.Path)
	if strings.HasPrefix(name, "large") {
		return nil, errTooLarge
	}
	b.seq++
	a := &casework.Attachment{Name: name, Caption: f.Caption, Media: "application/octet-stream", Size: 1_204_000 + int64(b.seq)*1000,
		SHA256: fmt.Sprintf("%064x", b.seq), Blob: fmt.Sprintf("%064x", 1000+b.seq), Key: base64.StdEncoding.EncodeToString(make([]byte, 32))}
	switch filepath.Ext(name) {
	case ".jpg":
		a.Media, a.Cleaned, a.Taken = "image/jpeg", []string{"exif", "gps"}, "2026-11-19T16:21:00Z"
		a.Thumb = base64.StdEncoding.EncodeToString(smallJPEG(uint8(b.seq * 9)))
	case ".pdf":
		a.Media = "application/pdf"
	case ".m4a":
		a.Media = "audio/mp4"
	}
	return a, nil
}

func (b *fakeBook) StageFile(_ context.Context, draft, child string, f NewFile) (File, error) {
	if b.filed.wait != nil {
		b.filed.wait(f.Read)
	}
	if err := b.call("StageFile"); err != nil {
		return File{}, err
	}
	a, err := b.taken(f)
	if err != nil {
		return File{}, err
	}
	if b.drafts[draft] == nil {
		return File{}, errors.New("not found")
	}
	out := File{Attached: a.Shown(casework.Fact{}), Child: child, Here: true, Shows: strings.HasPrefix(a.Media, "image/")}
	out.ID = a.Blob
	if b.filed.staged == nil {
		b.filed.staged = map[string][]File{}
	}
	b.filed.staged[draft] = append(b.filed.staged[draft], out)
	return out, nil
}

func (b *fakeBook) Staged(_ context.Context, draft string) ([]File, error) {
	return slices.Clone(b.filed.staged[draft]), b.call("Staged")
}

func (b *fakeBook) stagedAt(draft, id string) *File {
	for i := range b.filed.staged[draft] {
		if f := &b.filed.staged[draft][i]; f.ID == id {
			return f
		}
	}
	panic("fake: no such file")
}

func (b *fakeBook) CaptionStaged(_ context.Context, draft, id, caption string) error {
	b.stagedAt(draft, id).Caption = caption
	return b.call("CaptionStaged")
}

func (b *fakeBook) MoveStaged(_ context.Context, draft, id, child string) error {
	b.stagedAt(draft, id).Child = child
	return b.call("MoveStaged")
}

func (b *fakeBook) Unstage(_ context.Context, draft, id string) error {
	b.filed.staged[draft] = slices.DeleteFunc(b.filed.staged[draft], func(f File) bool { return f.ID == id })
	return b.call("Unstage")
}

func (b *fakeBook) AttachFile(_ context.Context, entry string, f NewFile) error {
	if err := b.call("AttachFile"); err != nil {
		return err
	}
	a, err := b.taken(f)
	if err == nil {
		a.Target = entry
		b.body(b.caseOf(entry), a)
	}
	return err
}

func (b *fakeBook) Files(_ context.Context, id string) ([]File, error) {
	var out []File
	for _, e := range b.file(b.ref(id)).Entries {
		for _, a := range e.Attachments {
			away := b.filed.away[a.ID]
			out = append(out, File{Attached: a, Entry: e.ID, Child: b.ref(id), Here: away == "" || away == "damaged", Coming: away == "coming",
				Shows: strings.HasPrefix(a.Media, "image/")})
		}
	}
	return out, b.call("Files")
}

func (b *fakeBook) Picture(_ context.Context, id string, _ int) (image.Image, error) {
	if b.filed.away[id] != "" {
		return nil, errDamaged
	}
	return room(uint8(len(id)*b.seq), 800, 600), b.call("Picture")
}

func (b *fakeBook) SaveCopy(_ context.Context, _, path string) error {
	if slices.Contains(b.filed.copies, path) {
		return errExists
	}
	b.filed.copies = append(b.filed.copies, path)
	return b.call("SaveCopy")
}

// publish records a sheet with the files of its draft.
func (b *fakeBook) publish(draft string, s *casework.Submission) []string {
	ids := b.submit(*s)
	for _, f := range b.filed.staged[draft] {
		a := &casework.Attachment{Target: ids[slices.Index(s.Children, f.Child)], Name: f.Name, Caption: f.Caption, Media: f.Media, Size: f.Size,
			SHA256: f.SHA256, Blob: f.ID, Key: base64.StdEncoding.EncodeToString(make([]byte, 32)), Cleaned: f.Cleaned,
			Thumb: base64.StdEncoding.EncodeToString(f.Thumb)}
		b.body(f.Child, a)
	}
	delete(b.filed.staged, draft)
	return ids
}

func explainFile(err error) (Problem, bool) {
	switch {
	case errors.Is(err, errTooLarge):
		return Problem{"attachment_too_large", "The file is too large.", "Attach a smaller copy.", 0}, true
	case errors.Is(err, errDamaged):
		return Problem{CodeFileDamaged, "The file of this attachment is damaged.", "Restore it from a backup.", 0}, true
	case errors.Is(err, errExists):
		return Problem{"exists", "That name is taken.", "Choose another.", 0}, true
	}
	return Problem{}, false
}
