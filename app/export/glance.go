package export

import (
	"fmt"
	"strings"

	"wherry/app/casework"
	"wherry/app/export/pdf"
)

// shownDue is how many due dates stand on the first pages; the rest are under
// their own headings.
const shownDue = 8

// glance is what a reader must know before anything else: dangers, when the
// child was last seen, what is due, and where the record contradicts itself or
// cannot be read.
func (l *layout) glance() {
	l.dangers()
	l.lastSeen()
	l.due()
	l.conflicts()
	l.trouble()
}

// part is a section that the document makes itself.
func (l *layout) part(heading string, body func()) {
	l.d.Group("Sect", func() {
		l.d.Bookmark(heading)
		l.para(styleHead, heading)
		body()
	})
}

func (l *layout) dangers() {
	l.part("Dangers and alerts", func() {
		if len(l.cf.Alerts) == 0 {
			l.para(styleBody, "No dangers or alerts are recorded.")
			return
		}
		l.d.Inset(red, 5, func() {
			for i, a := range l.cf.Alerts {
				s := bold(tight(styleBody))
				if i > 0 {
					s.Before = 3
				}
				l.para(s, upperFirst(a))
			}
		})
		l.d.Space(6)
	})
}

func (l *layout) lastSeen() {
	cf := l.cf
	l.part("Last seen", func() {
		pairs := []casework.Labelled{
			{Label: "Last seen", Value: sighting(cf.LastSeen, "Not seen yet")},
			{Label: "Last seen alone", Value: sighting(cf.LastSeenAlone, "Not seen alone yet")},
		}
		if !cf.LastVirtual.IsZero() {
			pairs = append(pairs, casework.Labelled{Label: "Last spoken to by video or phone", Value: sighting(cf.LastVirtual, "")})
		}
		if len(cf.Attempts) > 0 {
			var tries []string
			for _, a := range cf.Attempts {
				tries = append(tries, commas(casework.TimeWords(a.At), a.Reason))
			}
			pairs = append(pairs, casework.Labelled{Label: "Not reached since", Value: strings.Join(tries, "\n")})
		}
		l.pairs(false, pairs)
	})
}

func sighting(s casework.Sighting, none string) string {
	if s.IsZero() {
		return none
	}
	place := s.Place
	switch strings.ToLower(place) {
	case "home", "school", "placement":
		place = "at " + strings.ToLower(place)
	}
	out := commas(casework.TimeWords(s.At), place)
	if s.By != "" {
		out += ", by " + s.By
	}
	return out
}

func (l *layout) due() {
	l.part("What is due", func() {
		var items []string
		for _, d := range casework.Due(l.cf, casework.DefaultRules(), l.stamp.At) {
			words := d.Words()
			if d.Key == "action" && d.Who != "" {
				words += " – " + d.Who
			}
			items = append(items, words)
		}
		if len(items) == 0 {
			l.para(styleBody, "Nothing with a date is due.")
			return
		}
		more := len(items) - shownDue
		l.list(items[:min(len(items), shownDue)])
		if more > 0 {
			l.para(styleSmall, fmt.Sprintf("%d more under key dates due and next actions.", more))
		}
	})
}

// conflicts shows every value of a field that has several, with who gave it
// and when: nobody has chosen yet, and neither does the document.
func (l *layout) conflicts() {
	var rows []pdf.Row
	for _, f := range l.cf.Conflicts {
		if f.Hidden {
			continue
		}
		for i, v := range f.Values {
			label := ""
			if i == 0 {
				label = f.Def.Label
			}
			value := casework.DisplayValue(f.Def.Key, v.Value)
			if value == "" {
				value = "none"
			}
			source := commas(v.Author, casework.DateWords(v.Written))
			if v.Source != "" {
				source += " (" + v.Source + ")"
			}
			rows = append(rows, pdf.Row{{l.span(label)}, {l.span(value)}, {l.span(source)}})
		}
	}
	if len(rows) == 0 {
		return
	}
	l.part("Conflicting information", func() {
		l.para(styleBody, "The record holds more than one value. All are shown; none has been chosen.")
		l.d.Table(pdf.Table{Widths: []float64{26, 38, 36}, Head: []string{"Field", "Value held", "Given by"}, Rows: rows,
			Size: 10, Leading: 14, Rule: hair})
		l.d.Space(6)
	})
}

// trouble lists what cannot be read or has not arrived.
func (l *layout) trouble() {
	var items []string
	for _, a := range l.cf.Attention {
		switch a.Code {
		case casework.AttentionConflict, casework.AttentionAttempts, casework.AttentionArriving:
			continue // said above, or refused
		}
		items = append(items, a.Words)
	}
	if len(items) == 0 {
		return
	}
	l.part("About the record", func() { l.list(items) })
}

func upperFirst(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) == 0 {
		return ""
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
