package pdf

import "strings"

// Header and footer, in points: the baselines of the first line of each, their
// size and leading.
const (
	headerLine       = pageHeight - 44
	footerLine       = 56
	furnitureSize    = 9
	furnitureLeading = 13
)

// finish draws the header and the footer of every page.
func (d *Doc) finish() {
	d.reach(0)
	if d.opt.Furniture == nil {
		return
	}
	for i, p := range d.pages {
		head, foot := d.opt.Furniture(i+1, len(d.pages))
		d.furniture(p, "Header", head, headerLine)
		d.furniture(p, "Footer", foot, footerLine)
	}
}

func (d *Doc) furniture(p *page, kind string, lines []Line, y float64) {
	p.body.WriteString("/Artifact <</Type /Pagination /Subtype /" + kind + ">> BDC\n")
	room := (pageWidth - 2*marginSide) * unit / furnitureSize
	for _, l := range lines {
		right, w := d.single(l.Right, room)
		left, _ := d.single(l.Left, room-w-2*unit)
		for i, pg := range []*paragraph{left, right} {
			if len(pg.text) == 0 {
				continue
			}
			whole := pg.line(0, len(pg.text))
			d.text(p, pg, &whole, []float64{marginSide, pageWidth - marginSide - w*furnitureSize/unit}[i], y, furnitureSize)
		}
		y -= furnitureLeading
	}
	p.body.WriteString("EMC\n")
}

// single shapes a span as one line no wider than width, shortened if need be.
func (d *Doc) single(s Span, width float64) (*paragraph, float64) {
	pg := d.shaper.shape([]Span{s})
	if len(pg.text) == 0 {
		return pg, 0
	}
	lines := pg.wrap(max(width-unit, unit))
	whole := pg.line(0, len(pg.text))
	if len(lines) > 1 && whole.width > width {
		last := lines[0].runs[len(lines[0].runs)-1].end
		s.Text = strings.TrimSpace(string(pg.text[:last])) + "…"
		pg = d.shaper.shape([]Span{s})
		whole = pg.line(0, len(pg.text))
	}
	return pg, whole.width
}
