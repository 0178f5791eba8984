package desktop

import (
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawWhen is when and where it was, how, and who was there.
func drawWhen(p *recordPage) fyne.CanvasObject {
	w, s := p.w, p.sub
	kind := w.kit.Picker(w.t("Choose"), p.types(), nil)
	kind.Put(s.Type)
	kind.OnPick = func() { s.Type = kind.Value(); p.changed() }
	typeLabel := w.t("Type of visit")
	if s.Kind != casework.KindVisit {
		typeLabel = w.t("Type of contact")
	}
	parts := []fyne.CanvasObject{
		widgets.NewText(w.t("When, where and who"), widgets.Heading),
		p.times(),
		widgets.Columns(20, 300, widgets.NewField(typeLabel, "", kind)),
	}
	if s.Kind == casework.KindVisit {
		parts = append(parts, p.where()...)
	}
	parts = append(parts, drawPresent(p), drawInterpreter(p), p.next())
	return widgets.Measure(readable+60, widgets.Stack(18, parts...))
}

func (p *recordPage) types() []widgets.Option {
	if p.sub.Kind == casework.KindVisit {
		return options(casework.VisitTypes.Values()...)
	}
	return options(casework.ContactTypes.Values()...)
}

// times are the day and the clock, typed. They begin as now.
func (p *recordPage) times() fyne.CanvasObject {
	w, s := p.w, p.sub
	begun, ended := s.OccurredTime(), s.EndedTime()
	clock := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return casework.ClockWords(t)
	}
	day, from, to := w.kit.Line(""), w.kit.Line(""), w.kit.Line("")
	dayField := widgets.NewField(w.t("Date"), w.t("For example 23/11/2026"), day)
	fromField := widgets.NewField(w.t("Began"), w.t("For example 5:30pm"), from)
	toField := widgets.NewField(w.t("Ended"), w.t("If you know it"), to)
	set := func(string) {
		dayField.Fail("")
		fromField.Fail("")
		toField.Fail("")
		s.Occurred, s.Ended = "", ""
		d, ok := w.parseDay(day.Text)
		if !ok {
			dayField.Fail(w.t("Type a date like 23/11/2026."))
			return
		}
		h, m, ok := parseClock(from.Text)
		if !ok {
			fromField.Fail(w.t("Type a time like 5:30pm."))
			return
		}
		s.Occurred = at(d, h, m).Format(time.RFC3339)
		if to.Text == "" {
			return
		}
		if h, m, ok = parseClock(to.Text); !ok {
			toField.Fail(w.t("Type a time like 5:30pm."))
			return
		}
		end := at(d, h, m)
		if end.Before(s.OccurredTime()) {
			end = at(d.AddDays(1), h, m) // it went on past midnight
		}
		s.Ended = end.Format(time.RFC3339)
	}
	p.box("day", day, casework.DateWords(begun), set)
	p.box("from", from, clock(begun), set)
	p.box("to", to, clock(ended), set)
	return widgets.Columns(20, 170, dayField, fromField, toField)
}

// where is the place, how the visit was made, and whether it was announced.
func (p *recordPage) where() []fyne.CanvasObject {
	w, s := p.w, p.sub
	place := w.kit.Radios(options(casework.Places.Values()...), nil)
	place.Set(s.Place)
	place.OnChanged = func() { s.Place = place.Value(); p.changed() }
	mode := w.kit.Radios(options(casework.Modes.Values()...), nil)
	mode.Set(s.Mode)
	mode.OnChanged = func() {
		s.Mode = mode.Value()
		p.notSeen()
		p.changed()
		p.outline()
	}
	told := w.kit.Radios([]widgets.Option{{Value: "yes", Label: w.t("Announced")}, {Value: "no", Label: w.t("Unannounced")}}, nil)
	if s.Announced != nil {
		told.Set(map[bool]string{true: "yes", false: "no"}[*s.Announced])
	}
	told.OnChanged = func() {
		yes := told.Value() == "yes"
		s.Announced = &yes
		p.changed()
	}
	return []fyne.CanvasObject{
		widgets.NewField(w.t("Where"), "", place),
		widgets.Columns(20, 340, widgets.NewField(w.t("How"), "", mode),
			widgets.NewField(w.t("Did the family know you were coming?"), "", told)),
	}
}

// drawInterpreter asks who interpreted, once somebody says that one did.
func drawInterpreter(p *recordPage) fyne.CanvasObject {
	w, s := p.w, p.sub
	has := w.kit.Checks([]widgets.Option{{Value: "yes", Label: w.t("An interpreter helped")}}, nil)
	if s.Interpreter != nil {
		has.Set("yes")
	}
	has.OnChanged = func() {
		s.Interpreter = nil
		if has.Value() != "" {
			s.Interpreter = &casework.Interpreter{}
		}
		p.changed()
		p.redraw()
	}
	if s.Interpreter == nil {
		return widgets.Inset(0, 0, 0, -5, has)
	}
	in := s.Interpreter
	language := p.box("language", w.kit.Line(""), in.Language, func(t string) { in.Language = t })
	ref := p.box("interpreter", w.kit.Line(""), in.Ref, func(t string) { in.Ref = t })
	own := w.kit.Radios(w.yesNo(), nil)
	if in.Independent != nil {
		own.Set(map[bool]string{true: string(casework.Yes), false: string(casework.No)}[*in.Independent])
	}
	own.OnChanged = func() {
		yes := own.Value() == string(casework.Yes)
		in.Independent = &yes
		p.changed()
	}
	return widgets.Stack(10, widgets.Inset(0, 0, 0, -5, has), widgets.Columns(20, 210,
		widgets.NewField(w.t("Language"), "", language),
		widgets.NewField(w.t("Name or reference"), "", ref),
		widgets.NewField(w.t("Independent of the family?"), "", own)))
}
