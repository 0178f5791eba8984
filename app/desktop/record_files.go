package desktop

import (
	"slices"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

const filesSection = "files"

// sheetFiles are the photos and files of a sheet.
type sheetFiles struct {
	list  []File
	child string // whose record the next ones go into; "" until it is said

	typed    map[string]string // captions not yet kept, by file
	stop     func()            // of the timer that keeps them
	removing *removal

	whose  *widgets.Field // asks for child; nil with one child only
	coming *widgets.Text
	fault  *widgets.Text
	rows   *fyne.Container
}

// removal is a file that was taken out and can still be put back.
type removal struct {
	file File
	at   int
	stop func()
}

// drawFiles is the section of photos and files. Each goes into the record of
// one child, which is said beside it.
func drawFiles(p *recordPage) fyne.CanvasObject {
	w, s, f := p.w, p.sub, &p.files
	lead := w.t("Sealed at once and kept with this draft. The place where a photo was taken is removed first.")
	if len(s.Children) == 1 {
		lead += " " + w.t("They go into the record of %s.", p.name(s.Children[0]))
	}
	parts := []fyne.CanvasObject{widgets.Stack(2, widgets.NewText(w.t("Photos and files"), widgets.Heading), widgets.NewText(lead, widgets.Muted))}
	f.whose = nil
	if len(s.Children) > 1 {
		if !slices.Contains(s.Children, f.child) {
			f.child = ""
		}
		whose := w.kit.Radios(p.childOptions(), nil)
		whose.Set(f.child)
		whose.OnChanged = func() {
			f.child = whose.Value()
			f.whose.Fail("")
		}
		f.whose = widgets.NewField(w.t("Whose record does the next one go into?"),
			w.t("A file goes into one child's record and no other. If it belongs to two, add it once for each."), whose)
		if f.child == "" {
			p.focus = whose
		}
		parts = append(parts, f.whose)
	}
	add := w.kit.Button(w.t("Add a photo or file…"), widgets.Secondary, p.addFile)
	if p.focus == nil {
		p.focus = add
	}
	parts = append(parts, widgets.Stack(2, buttons(add), widgets.NewText(w.t("Or drop it onto this window. A picture may have 64 MB, anything else 200 MB."), widgets.Small)))
	f.coming = widgets.NewText("", widgets.Strong)
	f.fault = widgets.NewText("", widgets.TextStyle{Bold: true, Colour: widgets.ColorDangerText})
	f.rows = widgets.Stack(12)
	p.fillFiles()
	next := p.next()
	p.sayArriving()
	f.fault.Hide()
	return widgets.Measure(readable+60, widgets.Stack(16, append(parts, f.coming, f.fault, f.rows, next)...))
}

func (p *recordPage) childOptions() []widgets.Option {
	var out []widgets.Option
	for _, ref := range p.sub.Children {
		out = append(out, widgets.Option{Value: ref, Label: p.name(ref)})
	}
	return out
}

func (p *recordPage) fillFiles() {
	p.files.rows.Objects = nil
	for _, f := range p.files.list {
		p.files.rows.Objects = append(p.files.rows.Objects, p.fileRow(f))
	}
}

// fileRow is one file: what it is, what was taken out of it, what it shows and
// whose record it goes into.
func (p *recordPage) fileRow(f File) fyne.CanvasObject {
	w := p.w
	id := f.ID
	remove := w.kit.Button(w.t("Remove"), widgets.Quiet, func() { p.removeFile(id) })
	head := widgets.Row(16, w.thumb(f, nil), widgets.Fill(widgets.Stack(2,
		widgets.NewText(f.Name, widgets.Strong),
		widgets.NewText(w.fileLine(f), widgets.Small),
		widgets.NewText(w.cleanedWords(f), widgets.Small),
		widgets.Inset(2, 0, -4, -13, widgets.Wrap(2, remove)))))
	caption := p.box("caption-"+id, w.kit.Line(""), f.Caption, func(t string) { p.captioned(id, t) })
	fields := []fyne.CanvasObject{widgets.NewField(w.t("What it shows"), "", caption)}
	stray := !slices.Contains(p.sub.Children, f.Child)
	if len(p.sub.Children) > 1 || stray {
		whose := w.kit.Picker(w.t("Choose a child"), p.childOptions(), nil)
		whose.Put(f.Child)
		whose.OnPick = func() { p.moveFile(id, whose.Value()) }
		fields = append(fields, widgets.NewField(w.t("In the record of"), "", whose))
	}
	body := []fyne.CanvasObject{head}
	if stray {
		body = append(body, widgets.NewSign(widgets.Alert, w.t("%s is not in this sheet any more. Choose another child, or remove the file.", p.name(f.Child)), widgets.SmallInk))
	}
	return widgets.NewPanel(widgets.Plain, 14, widgets.Stack(10, append(body, widgets.Columns(16, 260, fields...))...))
}

// strays counts the files of children who are not in the sheet any more.
func (p *recordPage) strays() int {
	n := 0
	for _, f := range p.files.list {
		if !slices.Contains(p.sub.Children, f.Child) {
			n++
		}
	}
	return n
}

func (p *recordPage) findFile(id string) int {
	return slices.IndexFunc(p.files.list, func(f File) bool { return f.ID == id })
}

// addFile asks first whose record it goes into, then for the file.
func (p *recordPage) addFile() {
	if p.saver == nil {
		return
	}
	if p.now != filesSection {
		p.open(filesSection)
	}
	if p.childSaid() {
		p.w.anyFile(p.takeFile)
	}
}

// childSaid reports whether it is clear whose record the next file goes into,
// and asks if it is not.
func (p *recordPage) childSaid() bool {
	if p.fileChild() != "" {
		return true
	}
	if f := &p.files; f.whose != nil {
		f.whose.Fail(p.w.t("Choose a child first."))
		p.scroll.Fit()
		p.w.focusFirst()
	}
	return false
}

// fileChild is the child whose record the next file goes into; "" while that
// has to be said.
func (p *recordPage) fileChild() string {
	if len(p.sub.Children) == 1 {
		return p.sub.Children[0]
	}
	return p.files.child
}

// takeFile seals a file for this draft, which is on the disk first.
func (p *recordPage) takeFile(path string) {
	if p.saver == nil {
		return
	}
	if p.now != filesSection {
		p.open(filesSection)
	}
	if !p.childSaid() {
		return
	}
	w, child := p.w, p.fileChild()
	p.fail("")
	if p.saver.known == "" {
		p.saver.dirty = true
	}
	p.saver.keep(func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		a := &arrival{draft: p.saver.known, child: child, path: path}
		a.ended = func(f File, err error) { p.arrived(a, f, err) }
		w.takeIn(a)
	})
}

// arrived takes in a file that was sealed, or says why it was not.
func (p *recordPage) arrived(a *arrival, f File, err error) {
	w := p.w
	if w.page != page(p) {
		if again, ok := w.page.(*recordPage); ok && again.saver != nil && again.saver.known == a.draft {
			again.arrived(a, f, err) // left and opened again meanwhile
			return
		}
		if err != nil {
			w.problem(err)
			return
		}
		w.done(w.t("The file is added to the draft."))
		return
	}
	switch {
	case err != nil:
		pr := w.deps.Explain(err)
		p.fail(a.name() + ": " + pr.Sentence + " " + pr.Next)
	case p.findFile(f.ID) >= 0:
		p.fail(w.t("%s is in this draft already.", a.name()))
	default:
		p.files.list = append(p.files.list, f)
		if p.now == filesSection {
			p.files.rows.Objects = append(p.files.rows.Objects, p.fileRow(f))
			p.files.rows.Refresh()
			p.scroll.Fit()
		}
		p.outline()
	}
}

// fail says above the files why one was not added.
func (p *recordPage) fail(words string) {
	if p.now != filesSection || p.files.fault == nil {
		if words != "" {
			p.w.say(words, "")
		}
		return
	}
	p.files.fault.Set(words)
	p.files.fault.Hidden = words == ""
	p.scroll.Fit()
}

// arriving shows what is on its way to this draft.
func (p *recordPage) arriving() {
	if p.now != filesSection || p.files.coming == nil {
		return
	}
	if p.sayArriving() {
		p.scroll.Fit()
	}
}

// sayArriving reports whether the line came or went.
func (p *recordPage) sayArriving() bool {
	words := p.w.intakeWords(p.saver.known)
	was := p.files.coming.Hidden
	p.files.coming.Set(words)
	p.files.coming.Hidden = words == ""
	return was != p.files.coming.Hidden
}

// filesReady reports whether the files let the sheet be finalised, and shows
// what is in the way.
func (p *recordPage) filesReady() bool {
	w := p.w
	switch {
	case p.strays() > 0:
		p.open(filesSection)
		return false
	case p.saver.known != "" && w.comingTo(p.saver.known):
		w.say(w.t("A file is still being added to this draft."), w.t("Finalise when it is there."))
		return false
	}
	p.settleRemoval()
	return true
}

// filesWhere says whose record the files go into, one line for each child.
func (p *recordPage) filesWhere() []fyne.CanvasObject {
	w := p.w
	var out []fyne.CanvasObject
	for _, ref := range p.sub.Children {
		n := 0
		for _, f := range p.files.list {
			if f.Child == ref {
				n++
			}
		}
		if n > 0 {
			out = append(out, widgets.NewText(w.n("%d file goes into the record of", "%d files go into the record of", n)+" "+p.name(ref)+".", widgets.Body))
		}
	}
	return out
}

// missingFiles is the line of what is missing when a file has no child.
func (p *recordPage) missingFiles() []fyne.CanvasObject {
	w := p.w
	n := p.strays()
	if n == 0 {
		return nil
	}
	b := w.kit.Button(w.t("Go there"), widgets.Quiet, func() { p.open(filesSection) })
	if p.focus == nil {
		p.focus = b
	}
	return []fyne.CanvasObject{widgets.Row(10, widgets.Fill(widgets.NewText(
		w.n("%d file is for a child who is not in this sheet any more", "%d files are for children who are not in this sheet any more", n), widgets.Body)), b)}
}
