package pdf

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// page is one sheet while it is being drawn, from the bottom layer up. All but
// the body are artifacts, as are the header and the footer, which are added to
// the body when the number of pages is known.
type page struct {
	ground, back, body, front bytes.Buffer

	owners []*elem // the structure element of each marked content id
	colour Colour  // now set for text
}

// point formats a length in points.
func point(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	if s == "-0" {
		return "0"
	}
	return s
}

func (c Colour) fill() string {
	return fmt.Sprintf("%s %s %s rg\n", point(float64(c[0])/255), point(float64(c[1])/255), point(float64(c[2])/255))
}

func (c Colour) stroke() string {
	return fmt.Sprintf("%s %s %s RG\n", point(float64(c[0])/255), point(float64(c[1])/255), point(float64(c[2])/255))
}

// fill draws a rectangle as an artifact; y is its lower edge.
func fill(b *bytes.Buffer, x, y, w, h float64, c Colour) {
	fmt.Fprintf(b, "/Artifact BMC\n%s%s %s %s %s re f\nEMC\n", c.fill(), point(x), point(y), point(w), point(h))
}

// open begins marked content that belongs to e, close ends it.
func (p *page) open(e *elem, number int) {
	fmt.Fprintf(&p.body, "/%s <</MCID %d>> BDC\n", e.kind, len(p.owners))
	e.kids = append(e.kids, content{page: number, mcid: len(p.owners)})
	p.owners = append(p.owners, e)
}

func (p *page) close() { p.body.WriteString("EMC\n") }

// text draws a line with its left edge at x and its baseline at y, and strikes
// through the spans that ask for it.
func (d *Doc) text(p *page, pg *paragraph, l *line, x, y, size float64) {
	left := make([]float64, len(l.runs))
	for _, i := range l.order() {
		left[i] = x
		x += l.runs[i].width() * size / unit
	}
	// Runs are written in reading order, each where it belongs.
	for i := range l.runs {
		r := &l.runs[i]
		if r.span.Colour != p.colour {
			p.colour = r.span.Colour
			p.body.WriteString(p.colour.fill())
		}
		d.run(&p.body, pg, r, left[i], y, size)
		if r.span.Strike {
			right := left[i] + r.width()*size/unit
			fmt.Fprintf(&p.front, "/Artifact BMC\n%s%s w %s %s m %s %s l S\nEMC\n", r.span.Colour.stroke(),
				point(size*0.06), point(left[i]), point(y+size*0.28), point(right), point(y+size*0.28))
		}
	}
}

// run writes one run as a text object.
func (d *Doc) run(b *bytes.Buffer, pg *paragraph, r *run, x, y, size float64) {
	s := d.fonts[r.font]
	if s == nil {
		s = newSubset(r.font)
		d.fonts[r.font] = s
	}
	size *= bundle[r.font].scale
	fmt.Fprintf(b, "BT /F%d %s Tf %s %s Td\n", r.font, point(size), point(x), point(y))
	heavy := r.font == droid && r.span.Bold // this font has no bold: thicken it
	if heavy {
		fmt.Fprintf(b, "%s2 Tr %s w\n", r.span.Colour.stroke(), point(size*0.035))
	}
	t := tj{b: b, size: size}
	for i := 0; i < len(r.glyphs); {
		g := r.glyphs[i]
		n := max(1, g.parts)
		n = min(n, len(r.glyphs)-i)
		cluster := r.glyphs[i : i+n]
		i += n
		runes := pg.text[g.at:min(g.at+g.n, len(pg.text))]
		if r.level%2 == 1 {
			cluster, runes = pg.seen(cluster, runes)
		}
		// Where a cluster has several glyphs its text goes beside them. In
		// right-to-left text that would break words when text is copied.
		aside := n > 1 && r.level%2 == 0
		if aside {
			t.flush()
			fmt.Fprintf(b, "/Span <</ActualText <FEFF%s>>> BDC\n", hex16(string(runes)))
		}
		for k, g := range cluster {
			text := ""
			if k == 0 {
				text = string(runes)
			}
			cid, _ := s.cid(g.gid, text)
			t.show(cid, g, s.advance(g.gid))
		}
		if aside {
			t.flush()
			b.WriteString("EMC\n")
		}
	}
	t.flush()
	if t.rise != 0 {
		b.WriteString("0 Ts\n")
	}
	if heavy {
		b.WriteString("0 Tr\n")
	}
	b.WriteString("ET\n")
}

// tj collects glyphs into TJ operators. off is how far, in thousandths, the
// pen stands from where the shaper wants it.
type tj struct {
	b    *bytes.Buffer
	open bool
	hex  bool
	off  float64
	rise float64
	size float64
}

func (t *tj) show(cid uint16, g glyph, width int) {
	if g.dy != t.rise {
		t.flush()
		t.rise = g.dy
		fmt.Fprintf(t.b, "%s Ts\n", point(g.dy*t.size/unit))
	}
	if !t.open {
		t.b.WriteByte('[')
		t.open = true
	}
	if shift := t.off + g.dx; shift > 0.5 || shift < -0.5 {
		t.text(false)
		t.b.WriteString(point(-shift))
		t.off -= shift
	}
	t.text(true)
	fmt.Fprintf(t.b, "%04X", cid)
	t.off += g.adv - float64(width)
}

func (t *tj) text(on bool) {
	if on != t.hex {
		t.hex = on
		if on {
			t.b.WriteByte('<')
		} else {
			t.b.WriteByte('>')
		}
	}
}

func (t *tj) flush() {
	if t.open {
		t.text(false)
		t.b.WriteString("] TJ\n")
		t.open = false
	}
}

// seen prepares a cluster of right-to-left text for programs that copy what
// they see and then turn it round: the letter comes before its marks, each
// staying where it is drawn, and the text is back to front.
func (p *paragraph) seen(cluster []glyph, text []rune) ([]glyph, []rune) {
	out := make([]glyph, len(cluster))
	pen := 0.0
	for i, g := range cluster {
		g.dx += pen
		pen += g.adv
		out[len(out)-1-i] = g
	}
	pen = 0
	for i := range out {
		out[i].dx -= pen
		pen += out[i].adv
	}
	if len(text) == 1 && p.besideLatin(cluster[0].at) {
		return out, []rune{mirror(text[0])}
	}
	text = slices.Clone(text)
	slices.Reverse(text)
	return out, text
}
