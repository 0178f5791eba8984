package desktop

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// childFiles are the files of a case as its page knows them.
type childFiles struct {
	byID   map[string]File // by entry of the file
	broken map[string]bool // found damaged when they were opened
	coming *widgets.Text   // says what is being added to the entry shown
}

// readFiles asks for the files of a case, if it has any.
func readFiles(ctx context.Context, nb Notebook, d *ChildPage) (map[string]File, error) {
	any := false
	for _, e := range d.File.Entries {
		any = any || len(e.Attachments) > 0 || e.Kind == casework.KindAttachment
	}
	if !any {
		return nil, nil
	}
	list, err := nb.Files(ctx, d.ID)
	out := map[string]File{}
	for _, f := range list {
		out[f.ID] = f
	}
	return out, err
}

// filesAt are the files of an entry, in the order in which they were added. An
// entry that is a file of the case itself has that one.
func (p *childPage) filesAt(e *casework.Entry) []File {
	var out []File
	if f, ok := p.files.byID[e.ID]; ok {
		out = append(out, f)
	}
	for _, a := range e.Attachments {
		f, ok := p.files.byID[a.ID]
		if !ok {
			f = File{Attached: a}
		}
		f.Struck = a.Struck
		out = append(out, f)
	}
	return out
}

// drawFiles lists the photos and files of an entry.
func (p *childPage) drawFiles(e *casework.Entry) []fyne.CanvasObject {
	w := p.w
	files := p.filesAt(e)
	p.files.coming = widgets.NewText("", widgets.Strong)
	rows := []fyne.CanvasObject{}
	if len(files) > 0 {
		rows = append(rows, widgets.NewText(w.t("Photos and files"), widgets.Strong))
	}
	for i, f := range files {
		rows = append(rows, p.fileRow(e, files, i, f))
	}
	p.sayArriving()
	return []fyne.CanvasObject{widgets.Stack(10, append(rows, p.files.coming)...)}
}

func (p *childPage) fileRow(e *casework.Entry, files []File, i int, f File) fyne.CanvasObject {
	w := p.w
	name := widgets.NewText(f.Name, widgets.TextStyle{Bold: true, Struck: len(f.Struck) > 0})
	words := []fyne.CanvasObject{name, widgets.NewText(w.fileLine(f), widgets.Small)}
	if f.Caption != "" {
		words = append(words, widgets.NewText(f.Caption, widgets.Body))
	}
	if f.AuthorID != e.SignerID || f.Written.Sub(e.Written).Abs() > time.Minute { // not with the note
		words = append(words, widgets.NewText(w.t("Added by %s, %s", f.Author, casework.TimeWords(f.Written)), widgets.Small))
	}
	for _, s := range f.Struck {
		words = append(words, widgets.NewText(w.t("Struck by %s: %s", s.Author, s.Reason), widgets.TextStyle{Colour: widgets.ColorDangerText}))
	}
	shape, state := p.fileState(f)
	words = append(words, widgets.NewSign(shape, state, widgets.SmallInk))
	var acts []fyne.CanvasObject
	var open func()
	if f.Here && f.Shows && !p.files.broken[f.ID] {
		open = func() { p.showPicture(files, i) }
		acts = append(acts, w.kit.Button(w.t("Open"), widgets.Quiet, open))
	}
	if f.Here && !f.Shows {
		words = append(words, widgets.NewText(w.t("Not shown inside Wherry."), widgets.Small))
	}
	if f.Here && w.who.CanExport && !p.files.broken[f.ID] {
		acts = append(acts, w.kit.Button(w.t("Save a readable copy…"), widgets.Quiet, func() { p.saveCopy(f) }))
	}
	if f.Here && !w.who.CanExport && !f.Shows {
		words = append(words, widgets.NewText(w.t("In a council only team leads and records officers save readable copies."), widgets.Small))
	}
	if len(f.Struck) == 0 && f.ID != e.ID {
		acts = append(acts, w.kit.Button(w.t("Strike"), widgets.Quiet, func() {
			w.visit(route{screen: "remark", id: p.id, entry: f.ID, kind: casework.KindStrike})
		}))
	}
	side := widgets.Fill(widgets.Stack(2, append(words, widgets.Inset(2, 0, 0, -13, widgets.Wrap(2, acts...)))...))
	return widgets.NewPanel(widgets.Plain, 12, widgets.Row(14, w.thumb(f, open), side))
}

// fileState is where the file is, as far as it is proven.
func (p *childPage) fileState(f File) (widgets.Shape, string) {
	w := p.w
	switch {
	case p.files.broken[f.ID]:
		return widgets.Alert, w.t("Damaged: it cannot be opened")
	case !f.Here && f.Coming:
		return widgets.OpenRing, w.t("Has not come yet: the next sync may bring it")
	case !f.Here:
		return widgets.Alert, w.t("The file is not on this laptop")
	}
	return shapeOf(f.State), w.t(casework.StateWords(f.State, nil))
}

// fileTarget is the entry that a file can be added to now, or nil.
func (p *childPage) fileTarget() *casework.Entry {
	if p.data == nil || p.tabs == nil || p.tabs.Value() != "timeline" {
		return nil
	}
	e, ok := p.data.File.Entry(p.open)
	if !ok || !e.Narrative() || e.Damaged || e.Pending {
		return nil
	}
	return e
}

// scroller lets what takes the focus in an entry come into view.
func (p *childPage) scroller() *widgets.Scroll { return p.scroll }

func (p *childPage) addFile() {
	if p.fileTarget() != nil {
		p.w.anyFile(p.takeFile)
	}
}

// takeFile asks what the file shows before it becomes part of the record: that
// cannot be undone.
func (p *childPage) takeFile(path string) {
	w, e := p.w, p.fileTarget()
	if e == nil || w.page != page(p) {
		return
	}
	entry, a := e.ID, &arrival{entry: e.ID, path: path}
	caption := w.kit.Line("")
	body := widgets.Stack(14,
		widgets.NewText(a.name(), widgets.Strong),
		widgets.NewField(w.t("What it shows"), "", caption),
		widgets.NewText(w.t("It goes into the record of %s, below “%s”. The place where a photo was taken is removed first.", called(p.data.File.Brief()), title(e)), widgets.Body),
		widgets.NewText(w.t("It cannot be taken out again. It can be struck, with a reason."), widgets.Muted))
	a.ended = func(_ File, err error) { p.arrived(entry, err) }
	var d *widgets.Dialog
	add := func() {
		a.caption = strings.TrimSpace(caption.Text)
		w.takeIn(a)
	}
	caption.OnEnter = func() { d.Accept() }
	d = w.kit.Dialog(w.win.Canvas(), 580, w.t("Add this file to the record?"), body,
		[]widgets.Choice{{Label: w.t("Add it"), Weight: widgets.Primary, Run: add}}, w.t("Cancel"), caption)
}

func title(e *casework.Entry) string {
	if e.Title != "" {
		return e.Title
	}
	return e.Label
}

func (p *childPage) arrived(entry string, err error) {
	w := p.w
	if err != nil {
		w.problem(err)
		return
	}
	if w.page == page(p) {
		p.refresh()
	}
	w.done(w.t("The file is added. Saved on this laptop."))
	w.syncSoon()
}

func (p *childPage) arriving() {
	if p.data != nil && p.files.coming != nil {
		p.sayArriving()
		p.detail.Refresh()
	}
}

func (p *childPage) sayArriving() {
	words := p.w.intakeWords(p.open)
	p.files.coming.Set(words)
	p.files.coming.Hidden = words == ""
}

// fileIn finds a file of a case by its entry.
func fileIn(cf *casework.CaseFile, id string) (File, bool) {
	for _, e := range cf.Entries {
		for _, a := range e.Attachments {
			if a.ID == id {
				return File{Attached: a}, true
			}
		}
	}
	return File{}, false
}

func holdsFile(e *casework.Entry, id string) bool {
	return slices.ContainsFunc(e.Attachments, func(a casework.Attached) bool { return a.ID == id })
}
