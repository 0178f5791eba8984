package export

import "wherry/app/export/pdf"

// The look of the documents: one family, few sizes, black on white, and colour
// only where it carries meaning, never alone. Each pair of text and ground has
// a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).
var (
	ink    = pdf.Colour{11, 12, 12}
	faint  = pdf.Colour{80, 90, 95}
	hair   = pdf.Colour{177, 180, 182}
	ground = pdf.Colour{243, 242, 241}
	red    = pdf.Colour{170, 30, 15}
	blue   = pdf.Colour{29, 112, 184}
	amber  = pdf.Colour{180, 100, 0}

	styleOver    = pdf.Style{Tag: "P", Size: 11, Leading: 16, Colour: faint, Start: true}
	styleTitle   = pdf.Style{Tag: "H1", Size: 26, Leading: 33, After: 10, Bold: true, Colour: ink, Keep: 40, Start: true}
	styleHead    = pdf.Style{Tag: "H2", Size: 16, Leading: 22, Before: 22, After: 5, Bold: true, Colour: ink, Keep: 48, Start: true}
	styleEntry   = pdf.Style{Tag: "H3", Size: 12, Leading: 17, After: 1, Bold: true, Colour: ink, Keep: 48, Start: true}
	styleSub     = pdf.Style{Tag: "H3", Size: 11, Leading: 16, Before: 8, After: 2, Bold: true, Colour: ink, Keep: 32, Start: true}
	styleBody    = pdf.Style{Tag: "P", Size: 11, Leading: 16, After: 6, Colour: ink}
	styleLabel   = pdf.Style{Tag: "P", Size: 10, Leading: 14, Before: 5, After: 1, Bold: true, Colour: faint, Keep: 32, Start: true}
	styleLabelIn = pdf.Style{Tag: "P", Size: 10, Leading: 14, After: 1, Bold: true, Colour: faint, Keep: 32, Start: true}
	styleSmall   = pdf.Style{Tag: "P", Size: 9.5, Leading: 13.5, After: 3, Colour: faint}
)

// keep sets how much room a paragraph leaves for what follows it.
func keep(s pdf.Style, room float64) pdf.Style {
	s.Keep = room
	return s
}

// pairsTable is a list of labels and values.
func pairsTable(plain bool) pdf.Table {
	t := pdf.Table{Widths: []float64{34, 66}, Heads: 2, Size: 11, Leading: 15.5, Rule: hair, Plain: plain}
	if plain {
		t.Size, t.Leading, t.Widths = 10, 14, []float64{37, 63}
	}
	return t
}
