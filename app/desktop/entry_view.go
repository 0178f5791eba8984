package desktop

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawEntry is one entry in full: the original as it was written, and below it
// what was added later.
func (p *childPage) drawEntry(e *casework.Entry) fyne.CanvasObject {
	w := p.w
	title := e.Title
	if title == "" {
		title = e.Label
	}
	parts := []fyne.CanvasObject{widgets.NewText(title, widgets.SubHeading), p.provenance(e)}
	for _, s := range e.Struck {
		parts = append(parts, widgets.NewPanel(widgets.Alarm, 12, widgets.Stack(4,
			widgets.NewText(w.t("Struck by %s, %s", s.Author, casework.TimeWords(s.Written)), widgets.TextStyle{Bold: true, Colour: widgets.ColorDangerText}),
			widgets.NewText(s.Reason, widgets.TextStyle{Colour: widgets.ColorDangerText}))))
	}
	switch {
	case e.Damaged:
		parts = append(parts, widgets.NewText(w.t("This entry is damaged and cannot be read. Nothing of it is shown. The rest of the record is not affected."), widgets.Body))
	case e.Newer:
		parts = append(parts, widgets.NewText(w.t("This entry needs a newer Wherry. It is kept as it is."), widgets.Body))
	default:
		parts = append(parts, p.drawFacts(e), p.drawPassages(e), p.drawLists(e))
		parts = append(parts, p.drawFiles(e)...)
	}
	for _, a := range e.Amendments {
		parts = append(parts, p.drawRemark(w.t("Amended by %s", a.Author), a.Text, a.Written, a.Received, a.State, a.Struck, widgets.Caution))
	}
	for _, c := range e.Comments {
		parts = append(parts, p.drawRemark(w.t("Oversight by %s", c.Author), c.Text, c.Written, c.Received, c.State, c.Struck, widgets.Plain))
	}
	if b := p.entryActions(e); len(b) > 0 {
		parts = append(parts, buttons(b...))
	}
	return widgets.Stack(14, parts...)
}

// provenance is who, and the three times: typed, written, received.
func (p *childPage) provenance(e *casework.Entry) fyne.CanvasObject {
	w := p.w
	who := w.t("Signed by %s", e.Signer)
	if e.RecordedFor != "" && e.RecordedFor != e.Signer {
		who += "  ·  " + w.t("Recorded for %s", e.RecordedFor)
	}
	var times []string
	if !e.Occurred.IsZero() {
		t := w.t("Happened %s", casework.TimeWords(e.Occurred))
		if !e.Ended.IsZero() {
			t += " " + w.t("to %s", casework.ClockWords(e.Ended))
		}
		times = append(times, t)
	}
	times = append(times, w.t("Written %s", casework.TimeWords(e.Written)))
	if !e.Received.IsZero() {
		times = append(times, w.t("Received by the council %s", casework.TimeWords(e.Received)))
	}
	return widgets.Stack(2,
		widgets.NewText(who, widgets.Small),
		widgets.NewText(strings.Join(times, "\n"), widgets.Small),
		widgets.NewSign(shapeOf(e.State), w.t(e.StateWords()), widgets.SmallInk))
}

// pairs are labels with their values, in two columns.
func pairs(list []casework.Labelled) fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, l := range list {
		cells = append(cells, widgets.Stack(0, widgets.NewText(l.Label, widgets.Small), widgets.NewText(l.Value, widgets.Body)))
	}
	return widgets.Grid(20, 10, 150, cells...)
}

func (p *childPage) drawFacts(e *casework.Entry) fyne.CanvasObject {
	if len(e.Details) == 0 {
		return widgets.Stack(0)
	}
	return pairs(e.Details)
}

// drawPassages keeps fact, opinion and the child's words visibly apart.
func (p *childPage) drawPassages(e *casework.Entry) fyne.CanvasObject {
	w := p.w
	var out []fyne.CanvasObject
	for _, ps := range e.Passages {
		text := widgets.Stack(4, widgets.NewText(ps.Label, widgets.Strong), widgets.NewReading(ps.Text))
		if ps.Kind != casework.PassageWords {
			out = append(out, text)
			continue
		}
		quote := []fyne.CanvasObject{widgets.NewText(ps.Label, widgets.Strong)}
		if ps.Asked != "" {
			quote = append(quote, widgets.NewText(w.t("Asked: %s", ps.Asked), widgets.Muted))
		}
		quote = append(quote, widgets.NewReading("“"+ps.Text+"”"))
		if ps.Heard != "" {
			quote = append(quote, widgets.NewText(upper(ps.Heard), widgets.Small))
		}
		out = append(out, widgets.NewPanel(widgets.Quote, 14, widgets.Stack(4, quote...)))
	}
	return widgets.Stack(14, out...)
}

func (p *childPage) drawLists(e *casework.Entry) fyne.CanvasObject {
	w := p.w
	var out []fyne.CanvasObject
	if len(e.Present) > 0 {
		lines := []fyne.CanvasObject{widgets.NewText(w.t("Who was there"), widgets.Strong)}
		for _, x := range e.Present {
			s := x.Name
			if x.Role != "" {
				s += ", " + x.Role
			}
			lines = append(lines, widgets.NewText(s, widgets.Body))
		}
		out = append(out, widgets.Stack(3, lines...))
	}
	if len(e.Actions) > 0 {
		lines := []fyne.CanvasObject{widgets.NewText(w.t("Actions"), widgets.Strong)}
		for _, a := range e.Actions {
			d, _ := casework.ParseDate(a.Due)
			var by []string
			for _, s := range []string{a.Owner, d.Words()} {
				if s != "" {
					by = append(by, s)
				}
			}
			lines = append(lines, widgets.Stack(0, widgets.NewText(a.What, widgets.Body), widgets.NewText(strings.Join(by, ", "), widgets.Small)))
		}
		out = append(out, widgets.Stack(6, lines...))
	}
	return widgets.Stack(14, out...)
}

func (p *childPage) drawRemark(who, text string, written, received time.Time, state string, struck []casework.Struck, tone widgets.Tone) fyne.CanvasObject {
	w := p.w
	when := w.t("Written %s", casework.TimeWords(written))
	if !received.IsZero() {
		when += "  ·  " + w.t("Received by the council %s", casework.TimeWords(received))
	}
	parts := []fyne.CanvasObject{widgets.NewText(who, widgets.Strong), widgets.NewText(when, widgets.Small)}
	for _, s := range struck {
		parts = append(parts, widgets.NewText(w.t("Struck by %s: %s", s.Author, s.Reason), widgets.TextStyle{Colour: widgets.ColorDangerText}))
	}
	parts = append(parts, widgets.NewReading(text), widgets.NewSign(shapeOf(state), w.t(casework.StateWords(state, nil)), widgets.SmallInk))
	return widgets.NewPanel(tone, 14, widgets.Stack(4, parts...))
}

// entryActions are what can be added to a final. Nothing changes it.
func (p *childPage) entryActions(e *casework.Entry) []fyne.CanvasObject {
	w := p.w
	if !e.Narrative() || e.Damaged || e.Pending {
		return nil
	}
	remark := func(kind string) func() {
		return func() { w.visit(route{screen: "remark", id: p.id, entry: e.ID, kind: kind}) }
	}
	var out []fyne.CanvasObject
	if w.who.CanComment {
		out = append(out, w.kit.Button(w.t("Add oversight"), widgets.Primary, remark(casework.KindComment)))
	}
	out = append(out, w.kit.Button(w.t("Amend"), widgets.Secondary, remark(casework.KindAmend)),
		w.kit.Button(w.t("Add a photo or file…"), widgets.Secondary, p.addFile))
	if !e.IsStruck() {
		out = append(out, w.kit.Button(w.t("Strike"), widgets.Secondary, remark(casework.KindStrike)))
	}
	return out
}
