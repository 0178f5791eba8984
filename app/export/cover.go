package export

import (
	"strings"

	"wherry/app/casework"
	"wherry/app/export/pdf"
)

// marking is the government security classification of a case record
// (Government Security Classifications Policy, 2023).
const marking = "OFFICIAL-SENSITIVE"

// layout is one document on its way to the page.
type layout struct {
	d     *pdf.Doc
	cf    *casework.CaseFile
	doc   *Document
	stamp Stamp
}

// text is a piece of text as it may leave the notebook. Every word that is
// drawn, named in the outline or written beside the pages comes through here.
func (l *layout) text(s string) string { return l.cf.Withhold(s) }

func (l *layout) span(s string) pdf.Span { return pdf.Span{Text: l.text(s)} }

func (l *layout) para(style pdf.Style, s string) {
	if strings.TrimSpace(s) != "" {
		l.d.Para(style, l.span(s))
	}
}

// cover says who the document is about, then what the document is.
func (l *layout) cover(what string) {
	cf := l.cf
	if cf.Sample {
		what += " – sample case, nobody real"
	}
	l.para(styleOver, what)
	l.d.Bookmark(l.text(cf.Title()))
	l.para(styleTitle, cf.Title())
	l.pairs(false, []casework.Labelled{
		{Label: "Child reference", Value: cf.Ref},
		{Label: "Known as", Value: cf.KnownAs},
		{Label: "Date of birth", Value: birth(cf)},
		{Label: "Status", Value: upperFirst(casework.DisplayValue("status", cf.Status))},
		{Label: "Allocated worker", Value: commas(cf.Worker, cf.Team)},
	})
	l.d.Space(16)
	l.about()
}

// about is the stamp: who made the document, for whom, why, from how complete
// a record.
func (l *layout) about() {
	s := l.stamp
	l.d.Panel(ground, func() {
		title := styleSub
		title.Before = 0
		l.para(title, "About this document")
		l.pairs(true, []casework.Labelled{
			{Label: "Exported by", Value: commas(s.ExportedBy, s.Role)},
			{Label: "For", Value: s.Recipient},
			{Label: "Purpose", Value: s.Purpose},
			{Label: "Legal basis", Value: s.Basis},
			{Label: "Exported at", Value: casework.TimeWords(s.At)},
			{Label: "Covers", Value: l.period()},
			{Label: "Record complete to", Value: l.complete()},
			{Label: "May be missing", Value: strings.Join(s.Unsynced, "\n")},
			{Label: "Audit entry", Value: s.Audit},
			{Label: "Made with", Value: strings.TrimSpace("Wherry " + s.App)},
		})
	})
}

func (l *layout) period() string {
	from, until := l.doc.From.Words(), l.doc.Until.Words()
	switch {
	case from != "" && until != "":
		return from + " to " + until
	case from != "":
		return "From " + from
	case until != "":
		return "Up to " + until
	}
	return "The whole record"
}

func (l *layout) complete() string {
	if l.stamp.CompleteTo.IsZero() {
		return "This laptop only: not yet checked with the council"
	}
	return casework.TimeWords(l.stamp.CompleteTo)
}

// furniture marks every page, so that a loose one still says what it is, whose
// it is, who exported it and for whom.
func (l *layout) furniture(page, of int) (head, foot []pdf.Line) {
	s := l.stamp
	mark := pdf.Span{Text: marking, Bold: true, Colour: ink}
	child := pdf.Span{Text: l.text(l.cf.Ref), Colour: faint}
	by := pdf.Span{Text: l.text("Exported by " + s.ExportedBy + " for " + s.Recipient + ": " + s.Purpose), Colour: faint}
	number := pdf.Span{Text: casework.DateWords(s.At) + " – " + pageOf(page, of), Colour: faint}
	return []pdf.Line{{Left: mark, Right: child}}, []pdf.Line{{Left: by}, {Left: mark, Right: number}}
}

// birth is the date of birth with how sure it is, and the age.
func birth(cf *casework.CaseFile) string {
	if cf.DOB.IsZero() {
		return "Not known"
	}
	out := cf.DOB.Words()
	if cf.Basis != "" {
		out += " (" + strings.ToLower(casework.DisplayValue("dob_basis", cf.Basis)) + ")"
	}
	return commas(out, cf.Age)
}

func commas(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}
