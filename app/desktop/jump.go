package desktop

import (
	"context"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// pickChild asks for one child: a few letters, then Return.
func (w *Window) pickChild(title string, done func(CaseRow)) {
	nb := w.nb
	ask(w, nb.Caseload, func(c Caseload) {
		if len(c.Rows) == 0 {
			w.say(w.t("There are no children in this notebook yet."), w.t("Add a child or import a caseload first."))
			return
		}
		var d *widgets.Dialog
		shown := c.Rows
		pick := func(i int) {
			if i < len(shown) {
				d.Close()
				done(shown[i])
			}
		}
		list := w.kit.List(pick)
		line := w.kit.Line(w.t("A few letters of the name, or the reference"))
		fill := func(string) {
			shown = narrowed(c.Rows, line.Text)
			var rows []widgets.RowData
			for _, r := range shown {
				rows = append(rows, w.caseRow(r))
			}
			list.Put(rows)
		}
		line.OnEdit = fill
		line.OnEnter = func() { pick(0) }
		line.OnDown = func() { w.win.Canvas().Focus(list) }
		d = w.kit.Dialog(w.win.Canvas(), 640, title, widgets.Stack(gap, line, widgets.Tall(360, list)), nil, w.t("Cancel"), line)
		fill("")
	})
}

// jump goes to a child's page.
func (w *Window) jump() {
	w.pickChild(w.t("Jump to a child"), func(r CaseRow) { w.visit(route{screen: "child", id: r.ID}) })
}

// newVisit begins a visit to the child on the screen, or asks to whom.
func (w *Window) newVisit() { w.newSheet(casework.KindVisit) }

func (w *Window) newSheet(kind string) {
	if w.here.screen == "child" {
		w.visit(route{screen: "record", id: w.here.id, kind: kind})
		return
	}
	w.pickChild(w.t("Which child? Siblings can be added next."), func(r CaseRow) {
		w.visit(route{screen: "record", id: r.ID, kind: kind})
	})
}

// stampTime types the time into the box that has the focus.
func (w *Window) stampTime() {
	if e, ok := w.win.Canvas().Focused().(*widgets.Entry); ok && e.MultiLine {
		for _, r := range casework.ClockWords(w.now()) + " " {
			e.TypedRune(r)
		}
	}
}

// offerUndo says what was done and gives ten seconds to take it back.
func (w *Window) offerUndo(text string, undo func(context.Context, Notebook) (route, error)) {
	if w.frame == nil {
		return
	}
	nb, frame := w.nb, w.frame
	used := false
	b := w.kit.Button(w.t("Undo"), widgets.Secondary, func() {
		if used {
			return
		}
		used = true
		frame.say(nil)
		ask(w, func(ctx context.Context) (route, error) { return undo(ctx, nb) }, w.visit)
	})
	o := widgets.NewPanel(widgets.Caution, 6, widgets.Inset(0, 12, 0, 16, widgets.Row(2*gap,
		widgets.NewLabel(text, widgets.Strong), widgets.Spacer(), b)))
	frame.say(o)
	w.run.After(undoFor, func() {
		if !used && w.frame == frame && len(frame.notice.Objects) == 1 && frame.notice.Objects[0] == o {
			used = true
			frame.say(nil)
		}
	})
}
