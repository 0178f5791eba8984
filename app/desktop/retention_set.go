package desktop

import (
	"context"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawSet puts the case into a kind of record, with the days that it counts from.
func (p *keepPage) drawSet(d keepData) {
	w, k := p.w, d.kept
	var classes []widgets.Option
	for _, c := range d.schedule {
		classes = append(classes, widgets.Option{Value: c.Key, Label: ruleTitle(c)})
	}
	told := widgets.NewText(" ", widgets.Small)
	class := w.kit.Picker(w.t("Choose"), classes, nil)
	tell := func() {
		c, ok := d.schedule.Class(class.Value())
		if !ok {
			return
		}
		words := upper(w.yearsWords(c)) + ". " + upper(c.Source) + "."
		if !c.Settled() {
			words += " " + w.t("Not verified: set by your council.")
		}
		told.Set(words)
		p.object.Refresh()
	}
	class.OnPick = tell
	class.Put(k.Set.Class)
	tell()
	line := func(iso string) *widgets.Entry {
		e := w.kit.Line("")
		e.Put(isoWords(iso))
		return e
	}
	closed, event, review := line(k.Set.Closed), line(k.Set.Event), line(k.Set.Review)
	classField := widgets.NewField(w.t("Kind of record"), w.t("The kind decides how long it is kept, and from which day."), class)
	closedField := widgets.NewField(w.t("Closed on"), w.t("The period does not run before the case is closed."), closed)
	eventField := widgets.NewField(w.t("Order, death or end"), w.t("Only where the kind counts from such a day."), event)
	reviewField := widgets.NewField(w.t("Not before"), w.t("A day that your council sets for this case. It decides where no law gives a period."), review)
	p.focus = class
	run := func() {
		classField.Fail("")
		if class.Value() == "" {
			classField.Fail(w.t("Choose the kind of record."))
			w.win.Canvas().Focus(class)
			return
		}
		set := casework.Retention{Class: class.Value()}
		var ok bool
		if set.Closed, ok = w.day(closed, closedField); !ok {
			return
		}
		if set.Event, ok = w.day(event, eventField); !ok {
			return
		}
		if set.Review, ok = w.day(review, reviewField); !ok {
			return
		}
		for _, d := range []struct {
			had, now string
			field    *widgets.Field
		}{{k.Set.Closed, set.Closed, closedField}, {k.Set.Event, set.Event, eventField}, {k.Set.Review, set.Review, reviewField}} {
			if d.had != "" && d.now == "" {
				d.field.Fail(w.t("A day that was set cannot be taken out, only changed."))
				return
			}
		}
		p.write(classField, w.t("Set. Saved on this laptop."), func(ctx context.Context, nb Notebook) error { return nb.SetRetention(ctx, k.ID, set) })
	}
	p.put(w.t("How long it is kept"), w.t("What you set stands in the record, with your name. It destroys nothing."), k, w.t("Set it"), run,
		widgets.Stack(6, classField, told), widgets.Columns(20, 240, closedField, eventField), widgets.Measure(370, reviewField))
}
