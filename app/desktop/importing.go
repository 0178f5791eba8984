package desktop

import (
	"context"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// importPage reads a list of children: first which file, then what would
// happen, column by column and row by row, and only then for good.
type importPage struct {
	w      *Window
	object *fyne.Container
	path   *widgets.Entry
	field  *widgets.Field
	focus  fyne.Focusable
	file   string
	look   ImportPreview
}

func openImport(w *Window, _ route) page {
	p := &importPage{w: w}
	p.object = stackOf(p.drawFile())
	return p
}

func (p *importPage) content() fyne.CanvasObject { return p.object }
func (p *importPage) first() fyne.Focusable      { return p.focus }
func (p *importPage) scroller() *widgets.Scroll {
	s, _ := p.object.Objects[0].(*widgets.Scroll)
	return s
}
func (p *importPage) leave() { p.look = ImportPreview{} }

func (p *importPage) drawFile() fyne.CanvasObject {
	w := p.w
	p.path = w.kit.Line("")
	p.path.Put(p.file)
	p.field = widgets.NewField(w.t("File"), w.t("A CSV file from your case system or a spreadsheet."), p.path)
	look := w.kit.Button(w.t("Look at it"), widgets.Primary, func() { p.preview(p.path.Text, nil) })
	choose := w.kit.Button(w.t("Choose a file"), widgets.Secondary, func() {
		w.chooseFile(w.t("Choose a file"), []string{".csv", ".txt"}, func(f string) {
			p.path.Put(f)
			p.preview(f, nil)
		})
	})
	p.path.OnEnter = func() { p.preview(p.path.Text, nil) }
	p.focus = p.path
	return w.scrolled(w.header(w.t("Import a caseload"), w.t("Nothing is written until you have seen what will happen.")),
		widgets.Stack(18, p.field, buttons(look, choose)))
}

func (p *importPage) preview(path string, mapping []string) {
	w, nb := p.w, p.w.nb
	p.field.Fail("")
	try(w, func(ctx context.Context) (ImportPreview, error) { return nb.PreviewImport(ctx, path, mapping) }, func(l ImportPreview, err error) {
		if err != nil {
			pr := w.deps.Explain(err)
			p.field.Fail(pr.Sentence + " " + pr.Next)
			return
		}
		p.file, p.look = path, l
		exchange(p.object, p.drawPreview())
		w.focusFirst()
	})
}

// drawPreview shows the counts, what is not taken and why, and the columns.
func (p *importPage) drawPreview() fyne.CanvasObject {
	w, l := p.w, p.look
	run := w.kit.Button(w.t("Import"), widgets.Primary, p.run)
	if l.Created+l.Changed == 0 {
		run.Disable()
	} else {
		p.focus = run
	}
	other := w.kit.Button(w.t("Another file"), widgets.Secondary, func() {
		exchange(p.object, p.drawFile())
		w.focusFirst()
	})
	parts := []fyne.CanvasObject{p.counts(l.Rows, l.Created, l.Changed, l.Same, issuesOf(l.Issues, "refused"))}
	if l.Cut {
		parts = append(parts, widgets.NewPanel(widgets.Caution, 12, widgets.NewText(w.t("The file ends in the middle of a row. The rows before it can be imported."), widgets.Body)))
	}
	parts = append(parts, buttons(run, other), p.issues(l.Issues), p.columns())
	lead := l.File
	if l.Encoding != "" {
		lead += "  ·  " + l.Encoding
	}
	return w.scrolled(w.header(w.t("Import a caseload"), lead), widgets.Stack(18, parts...))
}

func issuesOf(list []ImportIssue, status string) int {
	n := 0
	for _, i := range list {
		if i.Status == status {
			n++
		}
	}
	return n
}

func (p *importPage) counts(rows, created, changed, same, refused int) fyne.CanvasObject {
	w := p.w
	cell := func(n int, label string) fyne.CanvasObject {
		return widgets.Stack(0, widgets.NewText(w.t("%d", n), widgets.Heading), widgets.NewText(label, widgets.Small))
	}
	return widgets.NewPanel(widgets.Plain, 18, widgets.Columns(12, 100,
		cell(rows, w.t("rows")), cell(created, w.t("new children")), cell(changed, w.t("with changes")),
		cell(same, w.t("already the same")), cell(refused, w.t("refused"))))
}

// issues is every row, or field of a row, that is not taken as it stands.
func (p *importPage) issues(list []ImportIssue) fyne.CanvasObject {
	w := p.w
	if len(list) == 0 {
		return widgets.NewPanel(widgets.Good, 12, widgets.NewSign(widgets.Tick, w.t("Every row can be taken as it is."), widgets.Strong))
	}
	words := map[string]string{
		"refused":  w.t("Refused"),
		"conflict": w.t("Kept beside what is held"),
		"lossy":    w.t("Letters lost, not taken"),
	}
	var rows []widgets.RowData
	for _, i := range list {
		r := widgets.RowData{Title: w.t("Line %d", i.Line), Detail: i.Sentence, Meta: words[i.Status]}
		if i.Label != "" {
			r.Title += ": " + i.Label
		}
		if i.Status == "refused" {
			r.Mark = widgets.AlertMark
		}
		rows = append(rows, r)
	}
	l := w.listOf(rows, 6, func(i int) { w.say(rows[i].Title+". "+rows[i].Detail, "") })
	return card(w.n("%d thing to know", "%d things to know", len(list)), l.object)
}

// columns is what each column of the file fills, to be changed.
func (p *importPage) columns() fyne.CanvasObject {
	w, l := p.w, p.look
	choices := []widgets.Option{{Value: "-", Label: w.t("Leave out")}}
	for _, f := range l.Fields {
		choices = append(choices, widgets.Option{Value: f.Key, Label: w.t(f.Label)})
	}
	var rows []fyne.CanvasObject
	for i, h := range l.Headers {
		example := ""
		for _, s := range l.Sample {
			if i < len(s) && s[i] != "" {
				example = s[i]
				break
			}
		}
		pick := w.kit.Picker("", choices, nil)
		now := "-"
		if i < len(l.Mapping) && l.Mapping[i] != "" {
			now = l.Mapping[i]
		}
		pick.Put(now)
		pick.OnPick = func() {
			mapping := slices.Clone(l.Mapping)
			for len(mapping) <= i {
				mapping = append(mapping, "")
			}
			if mapping[i] = pick.Value(); mapping[i] == "-" {
				mapping[i] = ""
			}
			p.preview(p.file, mapping)
		}
		rows = append(rows, widgets.Columns(16, 200,
			widgets.Stack(0, widgets.NewText(h, widgets.Strong), widgets.NewLine(example, widgets.Small)), pick))
	}
	return card(w.t("Columns"), rows...)
}

func (p *importPage) run() {
	w, nb, path, mapping := p.w, p.w.nb, p.file, p.look.Mapping
	var result ImportResult
	act(w, func(ctx context.Context) (err error) {
		result, err = nb.Import(ctx, path, mapping)
		return err
	}, func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		r := result
		on := w.kit.Button(w.t("Go to the caseload"), widgets.Primary, func() { w.visit(route{screen: "caseload"}) })
		p.focus = on
		exchange(p.object, w.scrolled(w.header(w.t("Imported"), filepath.Base(path)), widgets.Stack(18,
			p.counts(r.Rows, r.Created, r.Changed, r.Same, r.Refused), buttons(on), p.issues(r.Issues))))
		w.focusFirst()
		w.done(w.t("Imported. Saved on this laptop."))
		w.syncSoon()
	})
}
