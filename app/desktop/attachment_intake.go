package desktop

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// arrival is a file on its way into the notebook. Arrivals are sealed one after
// another beside everything else, also after their page has gone.
type arrival struct {
	draft, child string // of a draft's file
	entry        string // of a file for a final; "" for a draft's
	path         string
	caption      string

	done, of int64 // bytes read
	ended    func(File, error)
}

func (a *arrival) name() string { return casework.CleanFileName(filepath.Base(a.path)) }

// filePage is a page that files can be added to.
type filePage interface {
	// addFile asks for a file and adds it.
	addFile()
	// takeFile adds the file at a path.
	takeFile(path string)
	// arriving shows how far the files on their way are.
	arriving()
}

// takesFiles reports whether the page can take a file now.
func takesFiles(w *Window) bool {
	p, ok := w.page.(filePage)
	if c, child := p.(*childPage); child {
		return c.fileTarget() != nil
	}
	return ok
}

func (w *Window) addFile() {
	if p, ok := w.page.(filePage); ok {
		p.addFile()
	}
}

// dropped takes files that were let fall onto the window.
func (w *Window) dropped(_ fyne.Position, files []fyne.URI) {
	w.active()
	if w.nb == nil || w.win.Canvas().Overlays().Top() != nil || !takesFiles(w) {
		return
	}
	for _, u := range files {
		if u.Scheme() == "file" {
			w.page.(filePage).takeFile(u.Path())
		}
	}
}

// anyFile lets the person pick a file of any kind.
func (w *Window) anyFile(done func(path string)) {
	w.choose(w.t("Add a photo or file"), func(string) bool { return true }, done)
}

// takeIn puts a file at the end of those that wait to be sealed.
func (w *Window) takeIn(a *arrival) {
	w.intake = append(w.intake, a)
	if len(w.intake) == 1 {
		w.sealNext()
	} else {
		w.showIntake()
	}
}

func (w *Window) sealNext() {
	w.showIntake()
	if len(w.intake) == 0 {
		return
	}
	a, session, ctx, nb := w.intake[0], w.session, w.ctx, w.nb
	here := func(do func()) {
		w.run.Do(func() {
			if session == w.session {
				do()
			}
		})
	}
	f := NewFile{Path: a.path, Caption: a.caption, Read: func(done, of int64) {
		here(func() {
			a.done, a.of = done, of
			w.showIntake()
		})
	}}
	w.run.Aside(func() {
		got, err := a.take(ctx, nb, f)
		here(func() {
			w.intake = w.intake[1:]
			w.readStatus()
			a.ended(got, err)
			w.sealNext()
		})
	})
}

func (a *arrival) take(ctx context.Context, nb Notebook, f NewFile) (File, error) {
	if a.entry == "" {
		return nb.StageFile(ctx, a.draft, a.child, f)
	}
	return File{}, nb.AttachFile(ctx, a.entry, f)
}

func (w *Window) showIntake() {
	if p, ok := w.page.(filePage); ok {
		p.arriving()
	}
}

// intakeWords say what is being added for a draft or an entry; "" for nothing.
func (w *Window) intakeWords(to string) string {
	waiting := 0
	out := ""
	for _, a := range w.intake {
		if a.draft != to && a.entry != to || to == "" {
			continue
		}
		if out != "" {
			waiting++
			continue
		}
		out = w.t("Adding %s.", a.name())
		if a.of > 4*tellEvery {
			out = w.t("Adding %s: %d%%.", a.name(), int(100*a.done/a.of))
		}
	}
	if waiting > 0 {
		out += " " + w.n("%d more after it.", "%d more after it.", waiting)
	}
	return out
}

// comingTo reports whether a file is on its way to a draft or an entry.
func (w *Window) comingTo(to string) bool { return w.intakeWords(to) != "" }

// fileWord stands in the place of a small picture.
func (w *Window) fileWord(media string) string {
	switch {
	case media == "application/pdf":
		return "PDF"
	case len(media) > 6 && media[:6] == "audio/":
		return w.t("Recording")
	case len(media) > 6 && media[:6] == "video/":
		return w.t("Video")
	case len(media) > 6 && media[:6] == "image/":
		return w.t("Photo")
	}
	return w.t("File")
}

// fileLine is what a file is: kind, size and when a photo was taken.
func (w *Window) fileLine(f File) string {
	out := casework.MediaWords(f.Media) + "  ·  " + casework.SizeWords(f.Size)
	if !f.Taken.IsZero() {
		out += "  ·  " + w.t("Taken %s", casework.TimeWords(f.Taken))
	}
	return out
}

// cleanedWords say what was taken out of a file before it was sealed.
func (w *Window) cleanedWords(f File) string {
	place, more := false, false
	for _, c := range f.Cleaned {
		place = place || c == "gps"
		more = more || c != "gps"
	}
	switch {
	case place && more:
		return w.t("Place removed, and what else the camera wrote into it")
	case place:
		return w.t("Place removed")
	case more:
		return w.t("It held no place. What else the camera wrote into it is removed")
	case casework.MediaWords(f.Media) == "Photo or picture", casework.MediaWords(f.Media) == "Video":
		return w.t("It held no place")
	}
	return w.t("Kept as it is; if it names a place, that stays in it")
}

// thumb is the small picture of a file.
func (w *Window) thumb(f File, open func()) *widgets.Thumb {
	t := w.kit.Thumb(f.Thumb, w.fileWord(f.Media), w.t("Small picture of %s", f.Name))
	t.OnTapped = open
	return t
}
