package casework

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Chronology lists what happened in a case between two dates (a zero bound is
// open), earliest first, with the columns of practice: Date, Source, Event,
// Impact or significance, Action or outcome. A struck entry appears as struck,
// without its text: it may be another child's. A confidential address is taken
// out.
func Chronology(cf *CaseFile, from, until Date) []ChronologyRow {
	var out []ChronologyRow
	for i := range cf.Entries {
		e := &cf.Entries[i]
		if !e.Narrative() || !DateOf(e.When()).Within(from, until) {
			continue
		}
		row := ChronologyRow{When: e.When(), Date: DateOf(e.When()), Source: e.SourceWords(), Entry: e.ID}
		if e.IsStruck() {
			row.Struck = true
			row.Event = cf.Withhold(struckWords(e))
		} else {
			cf.tell(&row, e)
		}
		out = append(out, row)
	}
	out = append(out, cf.milestones(from, until)...)
	slices.SortStableFunc(out, func(a, b ChronologyRow) int {
		return cmp.Or(a.When.Compare(b.When), strings.Compare(a.Entry, b.Entry), strings.Compare(a.Event, b.Event))
	})
	return out
}

func (cf *CaseFile) tell(row *ChronologyRow, e *Entry) {
	event := []string{e.Title + "."}
	var impact, action []string
	for _, d := range e.Details {
		if d.Label == "Seen" || d.Label == "Seen alone" {
			event = append(event, d.Label+": "+lowerFirst(d.Value)+".")
		}
	}
	for _, p := range e.Passages {
		switch p.Kind {
		case PassageAnalysis:
			impact = append(impact, p.Text)
		case PassageWords:
			event = append(event, "The child said: “"+p.Text+"”")
		default:
			event = append(event, Shorten(p.Text, 400))
		}
	}
	for _, a := range e.Amendments {
		if len(a.Struck) == 0 {
			event = append(event, "Amended by "+a.Author+": "+a.Text)
		}
	}
	for _, a := range e.Actions {
		action = append(action, a.Words())
	}
	row.Event = cf.Withhold(strings.Join(event, " "))
	row.Impact = cf.Withhold(strings.Join(impact, "\n"))
	row.Action = cf.Withhold(strings.Join(action, "\n"))
}

// milestones are the dated fields that belong in a chronology.
func (cf *CaseFile) milestones(from, until Date) []ChronologyRow {
	var out []ChronologyRow
	for _, m := range []struct{ key, event string }{
		{"plan_start", "Plan began"}, {"placement_start", "Placement began"},
		{"identified", "Identified as a potential victim of trafficking"},
	} {
		for _, v := range cf.Field(m.key).Values {
			d, ok := parseISO(v.Value)
			if !ok || !d.Within(from, until) {
				continue
			}
			row := ChronologyRow{When: d.Time(), Date: d, Source: v.Author, Event: m.event, Entry: v.Entries[0]}
			if m.key == "identified" {
				row.Action = strings.Join(slices.DeleteFunc([]string{cf.Field("identified_basis").Display(), cf.Field("nrm").Display()}, blank), "; ")
			}
			if cf.Field(m.key).Conflict() {
				row.Event += " (more than one date is held)"
			}
			out = append(out, row)
		}
	}
	return out
}

// SourceWords says who recorded the entry and, if that is somebody else, for
// whom.
func (e *Entry) SourceWords() string {
	if blank(e.RecordedFor) || same(e.RecordedFor, e.Signer) {
		return e.Signer
	}
	return strings.TrimSpace(e.RecordedFor) + ", recorded by " + e.Signer
}

// Words is the action in one line: "Ask police for checks (Amina Yusuf, by 20
// November 2026)".
func (a Action) Words() string {
	due := a.Due
	if d, ok := parseISO(a.Due); ok {
		due = d.Words()
	}
	switch {
	case blank(a.Owner) && due == "":
		return a.What
	case due == "":
		return a.What + " (" + a.Owner + ")"
	case blank(a.Owner):
		return a.What + " (by " + due + ")"
	}
	return a.What + " (" + a.Owner + ", by " + due + ")"
}

func struckWords(e *Entry) string {
	s := e.Struck[0]
	return "Struck, not to be relied on: " + s.Reason + " (" + s.Author + ", " + DateWords(s.Written) + ")"
}

// inPeriod reports whether the moment lies in the period of a document.
func inPeriod(t time.Time, from, until Date) bool { return DateOf(t).Within(from, until) }
