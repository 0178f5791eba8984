package desktop

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// exportPage writes a case summary: for whom, what for, on what basis. The file
// appears only after the record says that it was made.
type exportPage struct {
	w      *Window
	object *fyne.Container
	focus  fyne.Focusable
	id     string
	form   *formDraft // nil until the form is drawn
}

func (p *exportPage) keep(done func(error)) { p.form.keep(done) }
func (p *exportPage) back() route           { return route{screen: "export", id: p.id} }
func (p *exportPage) leave()                { p.form.leave() }

func openExport(w *Window, r route) page {
	p := &exportPage{w: w, id: r.id, object: stackOf(w.waiting())}
	nb := w.nb
	ask(w, func(ctx context.Context) (*ChildPage, error) { return nb.Child(ctx, r.id) }, func(d *ChildPage) {
		exchange(p.object, p.draw(d))
		if w.page == page(p) {
			w.focusFirst()
		}
	})
	return p
}

func (p *exportPage) content() fyne.CanvasObject { return p.object }
func (p *exportPage) first() fyne.Focusable      { return p.focus }
func (p *exportPage) scroller() *widgets.Scroll {
	s, _ := p.object.Objects[0].(*widgets.Scroll)
	return s
}

func (p *exportPage) draw(d *ChildPage) fyne.CanvasObject {
	w := p.w
	head := w.header(w.t("Export a case summary"), d.File.Title())
	if !w.who.CanExport {
		return w.scrolled(head, widgets.NewPanel(widgets.Caution, 16, widgets.NewText(
			w.t("In a council only team leads and records officers export. Ask your team lead."), widgets.Body)))
	}
	if d.File.Arriving {
		return w.scrolled(head, widgets.NewPanel(widgets.Caution, 16, widgets.NewText(
			w.t("The history of this case is still arriving. It can be exported when it is complete."), widgets.Body)))
	}
	who, why, basis, from, until, path := w.kit.Line(""), w.kit.Line(""), w.kit.Line(""), w.kit.Line(""), w.kit.Line(""), w.kit.Line("")
	path.Put(filepath.Join(w.deps.Documents, fileName(d.File.Ref, casework.DateOf(w.now()))))
	whoField := widgets.NewField(w.t("Who is it for?"), w.t("A person and where they work."), who)
	whyField := widgets.NewField(w.t("What is it for?"), "", why)
	fromField := widgets.NewField(w.t("From"), w.t("Empty: from the beginning"), from)
	untilField := widgets.NewField(w.t("Until"), w.t("Empty: until today"), until)
	pathField := widgets.NewField(w.t("File"), w.t("The name holds the child reference and no name."), path)
	p.focus = who
	p.form = w.keepForm(p.back(), formExport, d.File.Ref, nil, who, why, basis, from, until)

	run := func(replace bool) {
		for _, f := range []*widgets.Field{whoField, whyField, fromField, untilField, pathField} {
			f.Fail("")
		}
		need := func(f *widgets.Field, e *widgets.Entry, words string) bool {
			if strings.TrimSpace(e.Text) != "" {
				return true
			}
			f.Fail(words)
			w.win.Canvas().Focus(e)
			return false
		}
		if !need(whoField, who, w.t("Say who it is for.")) || !need(whyField, why, w.t("Say what it is for.")) || !need(pathField, path, w.t("Say where to write it.")) {
			return
		}
		r := ExportRequest{Case: p.id, Path: path.Text, Recipient: who.Text, Purpose: why.Text, Basis: basis.Text, Replace: replace}
		for f, e := range map[*widgets.Field]*widgets.Entry{fromField: from, untilField: until} {
			if strings.TrimSpace(e.Text) == "" {
				continue
			}
			d, ok := w.parseDay(e.Text)
			if !ok {
				f.Fail(w.t("Type a date like 23/11/2026."))
				return
			}
			if e == from {
				r.From = d.Time()
			} else {
				r.Until = d.Time()
			}
		}
		p.write(r, pathField)
	}
	write := w.kit.Button(w.t("Write the PDF"), widgets.Primary, func() {
		w.sure(w.t("Export this record?"), w.t("The file can be read by whoever has it. That you made it, for whom and what for, is kept in the record for ever."),
			w.t("Write the PDF"), widgets.Primary, func() { run(false) })
	})
	folder := w.kit.Button(w.t("Choose a folder"), widgets.Secondary, func() {
		w.chooseFolder(func(dir string) { path.Put(filepath.Join(dir, filepath.Base(path.Text))) })
	})
	parts := []fyne.CanvasObject{whoField, whyField,
		widgets.NewField(w.t("On what basis?"), w.t("For example a request, a court order, a duty to share."), basis),
		widgets.Columns(20, 200, fromField, untilField), pathField}
	if c := w.completeness(d.File.Completeness); c != "" {
		parts = append(parts, widgets.NewPanel(widgets.Plain, 14, widgets.Stack(2, widgets.NewText(w.t("How complete it is"), widgets.Strong), widgets.NewText(c, widgets.Body))))
	}
	return w.scrolled(head, widgets.Stack(18, append(parts, buttons(write, folder, w.kit.Button(w.t("Cancel"), widgets.Quiet, func() { p.form.done(); w.goBack() })))...))
}

// fileName names a file without a person's name in it.
func fileName(ref string, day casework.Date) string {
	clean := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' {
			return r
		}
		return '-'
	}, ref)
	return "case-summary-" + clean + "-" + day.String() + ".pdf"
}

func (p *exportPage) write(r ExportRequest, pathField *widgets.Field) {
	w, nb := p.w, p.w.nb
	var res ExportResult
	act(w, func(ctx context.Context) (err error) {
		res, err = nb.Export(ctx, r)
		return err
	}, func(err error) {
		if err != nil {
			pr := w.deps.Explain(err)
			pathField.Fail(pr.Sentence + " " + pr.Next)
			return
		}
		p.form.done()
		back := w.kit.Button(w.t("Back to the child"), widgets.Primary, func() { w.show(route{screen: "child", id: p.id}) })
		p.focus = back
		lines := []casework.Labelled{{Label: w.t("File"), Value: res.Path}, {Label: w.t("Pages"), Value: strconv.Itoa(res.Pages)},
			{Label: w.t("For"), Value: r.Recipient}, {Label: w.t("Purpose"), Value: r.Purpose}}
		if !res.CompleteTo.IsZero() {
			lines = append(lines, casework.Labelled{Label: w.t("Complete to"), Value: casework.TimeWords(res.CompleteTo)})
		}
		exchange(p.object, w.scrolled(w.header(w.t("Written"), ""), widgets.Stack(18, card("", pairs(lines),
			widgets.NewText(w.t("SHA-256 %s", res.SHA256), widgets.Small)), buttons(back))))
		w.focusFirst()
		w.syncSoon()
	})
}
