package export

import (
	"fmt"
	"math"
	"strings"

	"wherry/app/casework"
	"wherry/app/export/pdf"
)

// section sets a heading and what stands under it.
func (l *layout) section(s casework.Section) {
	l.d.Group("Sect", func() {
		l.d.Bookmark(l.text(s.Heading))
		l.para(styleHead, s.Heading)
		var pairs []casework.Labelled
		for i, b := range s.Blocks {
			if b.Kind == casework.BlockPairs && b.Label == "" { // lists that meet are one list
				pairs = append(pairs, b.Pairs...)
				if i+1 < len(s.Blocks) && s.Blocks[i+1].Kind == casework.BlockPairs && s.Blocks[i+1].Label == "" {
					continue
				}
				l.pairs(false, pairs)
				pairs = nil
				continue
			}
			l.block(b)
		}
	})
}

func (l *layout) block(b casework.Block) {
	switch b.Kind {
	case casework.BlockEntry:
		if b.Entry != nil {
			l.entry(b.Entry)
		}
		return
	case casework.BlockQuote:
		l.quote(b.Asked, b.Text, b.Heard, b.Source)
		return
	case casework.BlockNotice:
		l.d.Inset(red, 4, func() {
			l.para(tight(bold(styleBody)), b.Label)
			l.para(tight(styleBody), b.Text)
			l.list(b.Items)
		})
		l.d.Space(8)
		return
	}
	l.para(styleSub, b.Label)
	l.pairs(false, b.Pairs)
	l.table(b.Header, b.Rows)
	l.para(styleBody, b.Text)
	l.list(b.Items)
	l.para(styleSmall, b.Source)
}

// pairs is a list of labels and values; those without a value are left out.
func (l *layout) pairs(plain bool, pairs []casework.Labelled) {
	l.pairsIn(pairsTable(plain), pairs)
}

func (l *layout) pairsIn(t pdf.Table, pairs []casework.Labelled) {
	for _, p := range pairs {
		if strings.TrimSpace(p.Value) == "" {
			continue
		}
		label := l.span(p.Label)
		label.Colour = ink
		if t.Plain {
			label.Colour = faint
		}
		value := l.span(p.Value)
		value.Colour = ink
		t.Rows = append(t.Rows, pdf.Row{{label}, {value}})
	}
	if len(t.Rows) == 0 {
		return
	}
	if !t.Plain {
		l.d.Rule(hair, 0.6)
	}
	l.d.Table(t)
	l.d.Space(6)
}

func (l *layout) table(header []string, rows [][]string) {
	if len(rows) == 0 || len(header) == 0 {
		return
	}
	t := pdf.Table{Size: 10, Leading: 14, Rule: hair}
	for _, h := range header {
		t.Head = append(t.Head, l.text(h))
	}
	t.Widths = columns(header, rows)
	for _, r := range rows {
		row := make(pdf.Row, len(header))
		for i := range row {
			if i < len(r) {
				row[i] = pdf.Cell{l.span(r[i])}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	l.d.Table(t)
	l.d.Space(8)
}

// lineChars is about how many characters of a table fit across the page.
const lineChars = 88

// columns shares the width out, counted in characters: a column of dates or
// names gets what it needs to stay on one line, and the others share the rest
// by how much they hold.
func columns(header []string, rows [][]string) []float64 {
	widths := make([]float64, len(header))
	rest, demand := float64(lineChars), 0.0
	held := make([]float64, len(header))
	for i, h := range header {
		longest := len([]rune(h)) + 1
		for _, r := range rows {
			if i < len(r) {
				longest = max(longest, len([]rune(r[i])))
				held[i] += float64(len([]rune(r[i])))
			}
		}
		if longest <= 18 {
			widths[i] = float64(longest) + 5
			rest -= widths[i]
			continue
		}
		held[i] = math.Sqrt(held[i] / float64(len(rows)))
		demand += held[i]
	}
	for i := range widths {
		if widths[i] == 0 {
			widths[i] = max(12, rest*held[i]/demand)
		}
	}
	return widths
}

func (l *layout) list(items []string) {
	var spans [][]pdf.Span
	for _, it := range items {
		if strings.TrimSpace(it) != "" {
			spans = append(spans, []pdf.Span{l.span(it)})
		}
	}
	if len(spans) > 0 {
		s := styleBody
		s.After = 2
		l.d.List(s, spans...)
		l.d.Space(4)
	}
}

// quote sets the child's words apart, with the question that was asked and how
// they were heard.
func (l *layout) quote(asked, said, heard, source string) {
	l.d.Group("BlockQuote", func() {
		l.d.Inset(blue, 3, func() {
			if strings.TrimSpace(asked) != "" {
				l.para(keep(styleSmall, 30), "Asked: "+asked)
			}
			l.para(tight(styleBody), quoted(said))
			if heard != "" {
				heard = "Heard: " + heard + ". "
			}
			s := styleSmall
			s.Before, s.After = 2, 0
			l.para(s, strings.TrimSpace(heard+source))
		})
	})
	l.d.Space(8)
}

// quoted puts a child's words in quotation marks, unless they are already.
func quoted(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasPrefix(s, "“") || strings.HasPrefix(s, "\"") || strings.HasPrefix(s, "‘") {
		return s
	}
	return "“" + s + "”"
}

func bold(s pdf.Style) pdf.Style {
	s.Bold = true
	return s
}

// tight leaves no space after the paragraph.
func tight(s pdf.Style) pdf.Style {
	s.After = 0
	return s
}

func pageOf(page, of int) string { return fmt.Sprintf("Page %d of %d", page, of) }
