package export

import (
	"strings"
	"time"
	"unicode/utf8"

	"wherry/app/casework"
	"wherry/app/export/pdf"
)

// entry sets one entry of the record: when and what, who signed it and when it
// was written and received, then its text with every correction beside it.
func (l *layout) entry(e *casework.Entry) {
	l.d.Group("Sect", func() {
		l.entryHead(e)
		switch {
		case e.Damaged || e.Newer:
			l.para(styleBody, e.Title+".")
			return
		case e.IsStruck():
			// A struck entry may have been put on the wrong child: what it says
			// could be another child's, and stays in the notebook.
			l.para(styleBody, "The text of a struck entry is not part of an export. It is kept in the record.")
		default:
			l.details(e)
			for _, p := range e.Passages {
				l.passage(p)
			}
			l.actions(e.Actions)
		}
		for _, a := range e.Amendments {
			l.amendment(a)
		}
		for _, c := range e.Comments {
			l.remark("Oversight comment", blue, c.Text, "", c.Author, c.Written, c.Received, c.Struck)
		}
	})
	l.d.Space(6)
	l.d.Rule(hair, 0.6)
	l.d.Space(10)
}

func (l *layout) entryHead(e *casework.Entry) {
	when := casework.TimeWords(e.When())
	if !e.Ended.IsZero() {
		if casework.DateOf(e.Ended) == casework.DateOf(e.Occurred) {
			when += " to " + casework.ClockWords(e.Ended)
		} else {
			when += " to " + casework.TimeWords(e.Ended)
		}
	}
	l.d.Para(styleEntry, pdf.Span{Text: l.text(when), Strike: e.IsStruck()})
	l.para(keep(tight(bold(styleBody)), 30), e.Title)
	l.para(tight(styleSmall), signed(e.Signer, e.RecordedFor))
	l.para(styleSmall, times(e.Written, e.Received)+state(e))
	for _, s := range e.Struck {
		l.d.Inset(red, 4, func() { l.para(tight(styleBody), struckWords(s)) })
		l.d.Space(4)
	}
	if len(e.Duplicates) > 0 {
		l.para(styleSmall, "The same draft was published more than once: this is one of the copies.")
	}
	if e.Pending {
		l.para(styleSmall, "The entry that this refers to has not arrived yet.")
	}
}

// signed names the person who signed, and whom they recorded it for.
func signed(signer, recordedFor string) string {
	out := "Signed by " + signer
	if signer == "" {
		out = "Signer not known"
	}
	if recordedFor != "" && recordedFor != signer {
		out += ", recorded for " + recordedFor
	}
	return out + "."
}

// times says when an entry was written and when the council received it. What
// occurred is in the heading.
func times(written, received time.Time) string {
	out := ""
	if !written.IsZero() {
		out = "Written " + casework.TimeWords(written) + "."
	}
	if received.IsZero() {
		return strings.TrimSpace(out + " Not yet received by the council.")
	}
	return strings.TrimSpace(out + " Received by the council " + casework.TimeWords(received) + ".")
}

// state says so when the council holds or refused an entry.
func state(e *casework.Entry) string {
	if e.State == casework.StateHeld || e.State == casework.StateRefused {
		return " " + e.StateWords() + "."
	}
	return ""
}

// details sets the answers of a visit: short ones two to a row.
func (l *layout) details(e *casework.Entry) {
	var short, long []casework.Labelled
	for _, d := range e.Details {
		if utf8.RuneCountInString(d.Value) <= 16 && !strings.Contains(d.Value, "\n") {
			short = append(short, d)
		} else {
			long = append(long, d)
		}
	}
	var who []string
	for _, p := range e.Present {
		who = append(who, p.Words())
	}
	long = append(long, casework.Labelled{Label: "Present", Value: strings.Join(who, "\n")})
	l.twice(short)
	l.pairsIn(detailTable(), long)
}

func detailTable() pdf.Table {
	t := pairsTable(true)
	t.Widths = []float64{25, 75}
	return t
}

// twice is a list of labels and short values in two columns, read down the
// left one first.
func (l *layout) twice(pairs []casework.Labelled) {
	t := detailTable()
	t.Widths = []float64{25, 22, 36, 17}
	half := (len(pairs) + 1) / 2
	for i := range half {
		row := pdf.Row{}
		for _, j := range []int{i, i + half} {
			if j < len(pairs) {
				row = append(row, pdf.Cell{{Text: l.text(pairs[j].Label), Colour: faint}}, pdf.Cell{{Text: l.text(pairs[j].Value), Colour: ink}})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if half > 0 {
		l.d.Table(t)
	}
}

// passage keeps fact, opinion and the child's own words apart, each under its
// label.
func (l *layout) passage(p casework.Passage) {
	l.para(styleLabel, p.Label)
	switch p.Kind {
	case casework.PassageWords:
		l.quote(p.Asked, p.Text, p.Heard, "")
	case casework.PassageAnalysis:
		l.d.Inset(hair, 3, func() { l.para(tight(styleBody), p.Text) })
		l.d.Space(8)
	default:
		l.para(styleBody, p.Text)
	}
}

func (l *layout) actions(actions []casework.Action) {
	var items []string
	for _, a := range actions {
		due := a.Due
		if d, ok := casework.ParseDate(a.Due); ok {
			due = d.Words()
		}
		if due != "" {
			due = "by " + due
		}
		item := a.What
		if rest := commas(a.Owner, due); rest != "" {
			item += " – " + rest
		}
		items = append(items, item)
	}
	if len(items) > 0 {
		l.para(styleLabel, "Actions")
		l.list(items)
	}
}

func (l *layout) amendment(a casework.Amendment) {
	l.remark("Amendment", amber, a.Text, a.Reason, a.Author, a.Written, a.Received, a.Struck)
}

// remark sets what was added to an entry later.
func (l *layout) remark(label string, colour pdf.Colour, text, reason, author string, written, received time.Time, struck []casework.Struck) {
	l.d.Space(2)
	l.d.Inset(colour, 3, func() {
		l.d.Para(styleLabelIn, pdf.Span{Text: l.text(label), Strike: len(struck) > 0})
		for _, s := range struck {
			l.para(styleBody, struckWords(s))
		}
		if len(struck) == 0 {
			l.para(tight(styleBody), text)
			if strings.TrimSpace(reason) != "" {
				l.para(tight(styleBody), "Reason: "+reason)
			}
		}
		l.para(tight(styleSmall), signed(author, ""))
		l.para(tight(styleSmall), times(written, received))
	})
	l.d.Space(8)
}

func struckWords(s casework.Struck) string {
	out := "Struck"
	if s.Author != "" {
		out += " by " + s.Author
	}
	if !s.Written.IsZero() {
		out += ", " + casework.TimeWords(s.Written)
	}
	if s.Reason != "" {
		out += ". Reason: " + s.Reason
	}
	return out
}
