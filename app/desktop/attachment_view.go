package desktop

import (
	"context"
	"image"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// viewMost bounds a picture on the screen, in pixels on its longer side.
const viewMost = 2400

// viewSide is the longer side of the window in pixels, so far as it counts.
func (w *Window) viewSide() int {
	c := w.win.Canvas()
	return max(320, min(viewMost, int(fyne.Max(c.Size().Width, c.Size().Height)*c.Scale())))
}

// viewer shows the pictures of one entry over the window, one at a time. They
// are opened in memory only.
type viewer struct {
	w        *Window
	pictures []File
	at       int
	decoding bool
	turn     int // grows with each step: what was asked for before is dropped
	picture  *widgets.Picture
	name     *widgets.Text
	about    *widgets.Text
	count    *widgets.Text
	head     *fyne.Container
	harmed   func(id string)
}

// showPicture opens one of the files of an entry; the arrow keys go to the
// other pictures among them.
func (p *childPage) showPicture(files []File, at int) {
	w := p.w
	v := &viewer{w: w, name: widgets.NewText("", widgets.Strong), about: widgets.NewText("", widgets.Small), count: widgets.NewLabel("", widgets.Small)}
	v.harmed = func(id string) {
		if p.files.broken == nil {
			p.files.broken = map[string]bool{}
		}
		p.files.broken[id] = true
	}
	for i, f := range files {
		if !f.Here || !f.Shows {
			continue
		}
		if i == at {
			v.at = len(v.pictures)
		}
		v.pictures = append(v.pictures, f)
	}
	v.picture = w.kit.Picture(300, v.step)
	head := []fyne.CanvasObject{widgets.Fill(v.name), v.count}
	if len(v.pictures) > 1 {
		head = append(head, w.kit.Button(w.t("Previous"), widgets.Quiet, func() { v.step(-1) }),
			w.kit.Button(w.t("Next"), widgets.Quiet, func() { v.step(1) }))
	}
	var choices []widgets.Choice
	if w.who.CanExport {
		choices = append(choices, widgets.Choice{Label: w.t("Save a readable copy…"), Weight: widgets.Secondary, Keep: true,
			Run: func() { p.saveCopy(v.pictures[v.at]) }})
	}
	broken := len(p.files.broken)
	v.head = widgets.Row(10, head...)
	d := w.kit.Dialog(w.win.Canvas(), 1120, w.t("Photo"), widgets.Stack(2, v.picture, v.head, v.about), choices, w.t("Close"), v.picture)
	d.OnCancel = func() {
		v.turn++
		v.picture.Put(nil, "")
		if len(p.files.broken) > broken && w.page == page(p) {
			p.refresh()
		}
	}
	v.show()
}

func (v *viewer) step(by int) {
	if to := v.at + by; to >= 0 && to < len(v.pictures) {
		v.at = to
		v.show()
	}
}

func (v *viewer) show() {
	w, f := v.w, v.pictures[v.at]
	v.turn++
	v.name.Set(f.Name)
	if v.about.Set(w.fileLine(f)); f.Caption != "" {
		v.about.Set(f.Caption + "\n" + w.fileLine(f))
	}
	if v.count.Set(""); len(v.pictures) > 1 {
		v.count.Set(w.t("%d of %d", v.at+1, len(v.pictures)))
	}
	v.head.Refresh()
	v.picture.Put(nil, w.t("One moment."))
	v.decode()
	if d := widgets.TopDialog(w.win.Canvas()); d != nil {
		d.Refresh()
	}
}

// decode shows the picture that is turned to. One at a time is decoded, however
// fast somebody turns: each may need a hundred megabytes.
func (v *viewer) decode() {
	if v.decoding {
		return
	}
	v.decoding = true
	w, nb, f, turn := v.w, v.w.nb, v.pictures[v.at], v.turn
	side := w.viewSide()
	aside(w, func(ctx context.Context) (image.Image, error) { return nb.Picture(ctx, f.ID, side) }, func(img image.Image, err error) {
		v.decoding = false
		if turn != v.turn {
			v.decode()
			return
		}
		if err != nil {
			pr := w.deps.Explain(err)
			if pr.Code == CodeFileDamaged {
				v.harmed(f.ID)
			}
			v.picture.Put(nil, pr.Sentence+" "+pr.Next)
			return
		}
		v.picture.Put(img, f.Name)
	})
}

// saveCopy writes a readable copy of a file, on purpose.
func (p *childPage) saveCopy(f File) {
	w, nb := p.w, p.w.nb
	path := w.kit.Line("")
	path.Put(filepath.Join(w.deps.Documents, copyName(p.data.File.Ref, f)))
	field := widgets.NewField(w.t("File"), w.t("The name holds the child reference and no name."), path)
	folder := w.kit.Button(w.t("Choose a folder"), widgets.Secondary, func() {
		w.chooseFolder(func(dir string) { path.Put(filepath.Join(dir, filepath.Base(path.Text))) })
	})
	var d *widgets.Dialog
	busy := false
	save := func() {
		to := strings.TrimSpace(path.Text)
		if busy || to == "" {
			return
		}
		busy = true
		field.Fail("")
		aside(w, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, nb.SaveCopy(context.WithoutCancel(ctx), f.ID, to)
		}, func(_ struct{}, err error) {
			busy = false
			if err != nil {
				pr := w.deps.Explain(err)
				field.Fail(pr.Sentence + " " + pr.Next)
				d.Refresh()
				return
			}
			d.Close()
			w.done(w.t("The copy is written. That you made it is in the record."))
			w.readStatus()
			w.syncSoon()
		})
	}
	path.OnEnter = save
	d = w.kit.Dialog(w.win.Canvas(), 620, w.t("Save a readable copy?"), widgets.Stack(14,
		widgets.NewPanel(widgets.Caution, 12, widgets.NewText(
			w.t("A readable copy is not encrypted: whoever has the file can open it, and that you made it is kept in the record for ever."),
			widgets.TextStyle{Colour: widgets.ColorWarningText})),
		field, widgets.Inset(0, 0, 0, -5, widgets.Wrap(gap, folder))),
		[]widgets.Choice{{Label: w.t("Save the copy"), Weight: widgets.Primary, Keep: true, Run: save}}, w.t("Cancel"), path)
}

// endings are those of the kinds of files that Wherry knows by content.
var endings = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/heic": ".heic",
	"application/pdf": ".pdf", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "video/mp4": ".mp4", "video/quicktime": ".mov", "audio/wav": ".wav", "audio/ogg": ".ogg"}

// copyName names a copy by the child's reference, the day and a piece of its
// id, so that two copies do not meet; not by what somebody called the file.
func copyName(ref string, f File) string {
	end := endings[f.Media]
	if end == "" {
		end = plainEnding(f.Name)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(fileName(ref, casework.DateOf(f.Written)), "case-summary-"), ".pdf")
	return "file-" + name + "-" + f.ID[:min(6, len(f.ID))] + end
}

// plainEnding is the ending of a name if it is short and plain: ".docx".
func plainEnding(name string) string {
	end := strings.ToLower(filepath.Ext(name))
	if len(end) < 2 || len(end) > 6 || strings.Trim(end[1:], "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return ""
	}
	return end
}
