package pdf

import (
	"strings"
	"time"
)

// A4, in points.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
)

// The margins: 25 mm at the sides, and room for two lines of header and footer.
const (
	marginSide   = 70.9
	marginTop    = 82.0
	marginBottom = 84.0
)

// Options are what a document is made with.
type Options struct {
	Title    string
	Lang     string // BCP 47, such as en-GB
	Producer string
	Created  time.Time
	// Furniture gives the lines at the head and foot of a page, once the
	// number of pages is known.
	Furniture func(page, of int) (head, foot []Line)
}

// Line is a line of a header or footer. The right side is set whole; the left
// is shortened where both do not fit.
type Line struct{ Left, Right Span }

// Style sets a paragraph. Sizes and spaces are in points.
type Style struct {
	Tag           string // structure type
	Size, Leading float64
	Before, After float64
	Bold          bool
	Colour        Colour
	// Keep is how much room must be left below for what follows it.
	Keep float64
	// Start sets a right-to-left paragraph at the left, as a heading or a name.
	Start bool
	// Bullet stands to the left of the first line, which makes the paragraph
	// an item of a list; use it within Indent.
	Bullet string
}

const bulletIndent = 14

// Doc is a document while it is being laid out, from the top of its first page
// down.
type Doc struct {
	opt         Options
	shaper      shaper
	fonts       [fontCount]*subset
	pages       []*page
	root        *elem
	at          *elem   // where new elements go
	y           float64 // the upper edge of the next line
	left, right float64
	open        *elem // element whose text is being drawn
	marks       []mark
	boxes       []*box
}

type mark struct {
	title string
	page  int
	y     float64
}

// New begins a document.
func New(o Options) *Doc {
	d := &Doc{opt: o, left: marginSide, right: pageWidth - marginSide}
	d.root = &elem{kind: "Document"}
	d.at = d.root
	d.newPage()
	return d
}

// Missing gives the number of different characters that no bundled font holds:
// each is drawn as a replacement mark, and is still right in copied text.
func (d *Doc) Missing() int { return len(d.shaper.missing) }

// Pages is the number of pages laid out so far.
func (d *Doc) Pages() int { return len(d.pages) }

func (d *Doc) page() *page { return d.pages[len(d.pages)-1] }

func (d *Doc) newPage() {
	if len(d.pages) > 0 {
		d.cutBoxes()
		if d.open != nil {
			d.page().close()
		}
	}
	d.pages = append(d.pages, &page{})
	d.y = pageHeight - marginTop
	for _, b := range d.boxes {
		b.top = d.y
	}
	if d.open != nil {
		d.page().open(d.open, len(d.pages)-1)
	}
}

// need begins a new page unless h points are left on this one, or this one is
// still empty.
func (d *Doc) need(h float64) {
	if d.y-h < marginBottom && d.y < pageHeight-marginTop {
		d.newPage()
	}
}

// Space leaves h points free; at the head of a page it leaves none.
func (d *Doc) Space(h float64) {
	if d.y < pageHeight-marginTop {
		d.y = max(d.y-h, marginBottom)
	}
}

// Group puts what body adds into one structure element, such as Sect or
// BlockQuote.
func (d *Doc) Group(tag string, body func()) {
	outer := d.at
	d.at = outer.add(tag)
	body()
	d.at = outer
}

// Bookmark makes the text of the next paragraph reachable from the outline.
func (d *Doc) Bookmark(title string) {
	d.marks = append(d.marks, mark{title: title, page: -1})
}

// Para adds text. Each line of it is a paragraph; an empty line leaves a gap.
func (d *Doc) Para(s Style, spans ...Span) {
	d.Space(s.Before)
	parts := splitLines(spans)
	if s.Bullet != "" {
		parts = [][]Span{spans}
	}
	for i, part := range parts {
		if i > 0 {
			d.Space(s.Leading * 0.2)
		}
		if s.Bold || s.Colour != (Colour{}) {
			part = append([]Span(nil), part...)
			for j := range part {
				part[j].Bold = part[j].Bold || s.Bold
				if part[j].Colour == (Colour{}) {
					part[j].Colour = s.Colour
				}
			}
		}
		pg := d.shaper.shape(part)
		lines := pg.wrap((d.right - d.left) * unit / s.Size)
		if len(lines) == 0 {
			d.Space(s.Leading * 0.2)
			continue
		}
		d.lines(s, pg, lines)
	}
	d.Space(s.After)
}

// lines draws a paragraph. A page break leaves at least two lines on each side
// of it where there are enough.
func (d *Doc) lines(s Style, pg *paragraph, lines []line) {
	d.need(float64(min(len(lines), 2))*s.Leading + s.Keep)
	d.reach(s.Leading)
	tags := d.at
	if s.Bullet != "" {
		tags = tags.add("LI")
		mark := d.shaper.shape([]Span{{Text: s.Bullet}})
		sign := mark.line(0, len(mark.text))
		d.page().open(tags.add("Lbl"), len(d.pages)-1)
		d.text(d.page(), mark, &sign, d.left-bulletIndent, d.base(s), s.Size)
		d.page().close()
	}
	e := tags.add(s.Tag)
	e.say(pg)
	d.page().open(e, len(d.pages)-1)
	d.open = e
	for len(lines) > 0 {
		n := int((d.y - marginBottom + 0.01) / s.Leading)
		if n == len(lines)-1 && n > 2 {
			n--
		}
		n = min(n, len(lines))
		for i := range lines[:max(n, 0)] {
			x := d.left
			if pg.base == 1 && !s.Start {
				x = d.right - (lines[i].width+lines[i].tail)*s.Size/unit
			}
			d.text(d.page(), pg, &lines[i], x, d.base(s), s.Size)
			d.y -= s.Leading
		}
		if lines = lines[max(n, 0):]; len(lines) > 0 {
			d.newPage()
		}
	}
	d.page().close()
	d.open = nil
}

// base is the baseline of the next line.
func (d *Doc) base(s Style) float64 { return d.y - s.Leading*0.5 - s.Size*0.35 }

// reach lets the bookmarks that wait point here.
func (d *Doc) reach(leading float64) {
	for i := len(d.marks) - 1; i >= 0 && d.marks[i].page < 0; i-- {
		d.marks[i].page, d.marks[i].y = len(d.pages)-1, d.y+leading
	}
}

// splitLines cuts spans at line breaks.
func splitLines(spans []Span) [][]Span {
	out := [][]Span{nil}
	for _, s := range spans {
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(s.Text)
		for i, part := range strings.Split(text, "\n") {
			if i > 0 {
				out = append(out, nil)
			}
			s.Text = part
			out[len(out)-1] = append(out[len(out)-1], s)
		}
	}
	return out
}
