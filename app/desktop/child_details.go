package desktop

import (
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawDetails is the record's fields by group. A field with two values shows
// both until somebody chooses; a confidential one shows only when asked for.
func (p *childPage) drawDetails() fyne.CanvasObject {
	w, f := p.w, &p.data.File
	var parts []fyne.CanvasObject
	for _, group := range casework.FieldGroups() {
		var cells []fyne.CanvasObject
		for _, field := range f.Fields {
			if field.Def.Group == group && !field.Def.Internal && len(field.Values) > 0 {
				cells = append(cells, p.fieldCell(field))
			}
		}
		if len(cells) > 0 {
			parts = append(parts, card(w.t(group), widgets.Grid(24, 14, 240, cells...)))
		}
	}
	if p.kept != nil && w.seesRetention() {
		parts = append(parts, w.keptCard(p.kept))
	}
	if len(parts) == 0 {
		return w.empty(w.t("No details yet"), w.t("Import a caseload to fill them in."))
	}
	return w.kit.Scroll(widgets.Inset(4, 14, 20, 0, widgets.Stack(14, parts...)))
}

func (p *childPage) fieldCell(f casework.Field) fyne.CanvasObject {
	w := p.w
	parts := []fyne.CanvasObject{widgets.NewText(w.t(f.Def.Label), widgets.Small)}
	switch {
	case f.Hidden && !p.plain:
		parts = append(parts, widgets.NewText(w.t("Confidential"), widgets.Strong),
			widgets.Inset(0, 0, 0, -13, w.kit.Button(w.t("Show"), widgets.Quiet, func() {
				p.plain = true
				p.showTab()
			})))
	case f.Conflict():
		for _, v := range f.Values {
			parts = append(parts, widgets.NewText(display(f.Def, v.Value), widgets.Body))
		}
		key := f.Def.Key
		parts = append(parts, widgets.NewSign(widgets.Alert, w.n("%d value differs", "%d values differ", len(f.Values)), widgets.SmallInk),
			widgets.Inset(0, 0, 0, -13, w.kit.Button(w.t("Choose one"), widgets.Quiet, func() {
				w.visit(route{screen: "conflict", id: p.id, entry: key})
			})))
	default:
		parts = append(parts, widgets.NewReading(display(f.Def, f.Values[0].Value)))
	}
	return widgets.Stack(1, parts...)
}

// display is a value as the screen shows it.
func display(d casework.FieldDef, value string) string {
	s := casework.DisplayValue(d.Key, value)
	if d.Type == casework.TypeCode || d.Type == casework.TypeList {
		return upper(s)
	}
	return s
}

// drawToDo is what is open for this child.
func (p *childPage) drawToDo() fyne.CanvasObject {
	w := p.w
	if len(p.data.Due) == 0 {
		return w.empty(w.t("Nothing to do"), w.t("Actions that you write in a visit, call or note appear here until they are done."))
	}
	var rows []fyne.CanvasObject
	for _, d := range p.data.Due {
		when, late := w.dueWords(d.On)
		rows = append(rows, w.dueRow(d, when, late))
	}
	return w.kit.Scroll(widgets.Inset(4, 14, 20, 0, widgets.Measure(readable, card("", rows...))))
}

// dueRow is one thing to do with its day in words.
func (w *Window) dueRow(d Due, when string, late bool) fyne.CanvasObject {
	shape, style := widgets.NoShape, widgets.Small
	if late {
		shape, style = widgets.Alert, widgets.TextStyle{Size: widgets.Small.Size, Bold: true, Colour: widgets.ColorDangerText}
	}
	var about []string
	for _, s := range []string{d.Child, d.Owner} {
		if s != "" {
			about = append(about, s)
		}
	}
	return widgets.Row(16, widgets.Fill(widgets.Stack(0, widgets.NewText(d.What, widgets.Body),
		widgets.NewText(strings.Join(about, "  ·  "), widgets.Small))), widgets.NewSign(shape, when, style))
}
