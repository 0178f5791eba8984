package desktop

import (
	"fmt"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawActions is what is to be done, by whom and by when: one line each.
func drawActions(p *recordPage) fyne.CanvasObject {
	w, s := p.w, p.sub
	rows := []fyne.CanvasObject{
		widgets.Stack(2, widgets.NewText(w.t("Actions"), widgets.Heading),
			widgets.NewText(w.t("What has to be done after this, by whom and by when."), widgets.Muted)),
	}
	list := s.Actions
	for range max(1, p.blanks["actions"]) {
		list = append(list[:len(list):len(list)], casework.Action{})
	}
	for i, a := range list {
		rows = append(rows, p.actionRow(i, a))
	}
	more := w.kit.Button(w.t("Another action"), widgets.Quiet, func() {
		p.blanks["actions"] = max(1, p.blanks["actions"]) + 1
		if n := len(s.Actions); n >= len(list) {
			p.blanks["actions"] = 1
		}
		p.open(p.now)
	})
	rows = append(rows, widgets.Inset(0, 0, 0, -13, more), p.next())
	return widgets.Measure(readable+60, widgets.Stack(16, rows...))
}

func (p *recordPage) actionRow(i int, a casework.Action) fyne.CanvasObject {
	w, s := p.w, p.sub
	set := func(change func(*casework.Action)) {
		for len(s.Actions) <= i {
			s.Actions = append(s.Actions, casework.Action{})
		}
		change(&s.Actions[i])
		if s.Actions[i].What != "" && s.Actions[i].Owner == "" && p.boxes[p.now+"/"+fmt.Sprintf("owner%d", i)].Text != "" {
			s.Actions[i].Owner = p.boxes[p.now+"/"+fmt.Sprintf("owner%d", i)].Text
		}
	}
	owner := a.Owner
	if a == (casework.Action{}) {
		owner = w.who.Name // most actions are the writer's own
	}
	what := p.box(fmt.Sprintf("do%d", i), w.kit.Line(""), a.What, func(t string) {
		set(func(a *casework.Action) { a.What = t })
	})
	whoBox := p.box(fmt.Sprintf("owner%d", i), w.kit.Line(""), owner, func(t string) {
		set(func(a *casework.Action) { a.Owner = t })
	})
	day := ""
	if d, ok := casework.ParseDate(a.Due); ok {
		day = d.Words()
	} else {
		day = a.Due
	}
	due := w.kit.Line("")
	field := widgets.NewField(w.t("By when"), "", due)
	p.box(fmt.Sprintf("due%d", i), due, day, func(t string) {
		field.Fail("")
		d, ok := w.parseDay(t)
		switch {
		case t == "":
			set(func(a *casework.Action) { a.Due = "" })
		case ok:
			set(func(a *casework.Action) { a.Due = d.String() })
		default:
			set(func(a *casework.Action) { a.Due = t })
			field.Fail(w.t("Type a date like 23/11/2026."))
		}
	})
	return widgets.NewPanel(widgets.Plain, 14, widgets.Stack(10,
		widgets.NewField(w.t("What is to be done"), "", what),
		widgets.Columns(16, 220, widgets.NewField(w.t("By whom"), "", whoBox), field)))
}
