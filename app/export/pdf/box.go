package pdf

// box is the rule down the left of an inset or the ground of a panel, from
// where it starts to where it ends or the page does.
type box struct {
	x, width float64
	top      float64
	ground   bool
	colour   Colour
}

// Inset sets what body adds to the right of a thick rule, as a quotation or a
// warning.
func (d *Doc) Inset(colour Colour, width float64, body func()) {
	d.boxed(&box{x: d.left, width: width, colour: colour}, width+10, 0, body)
}

// Panel sets what body adds on a coloured ground.
func (d *Doc) Panel(colour Colour, body func()) {
	const pad = 14
	d.need(4 * pad)
	d.boxed(&box{x: d.left, width: d.right - d.left, ground: true, colour: colour}, pad, pad, func() {
		d.y -= pad * 0.7
		body()
		d.y -= pad * 0.7
	})
}

func (d *Doc) boxed(b *box, left, right float64, body func()) {
	b.top = d.y
	d.boxes = append(d.boxes, b)
	d.left += left
	d.right -= right
	body()
	d.left -= left
	d.right += right
	b.draw(d)
	d.boxes = d.boxes[:len(d.boxes)-1]
}

func (b *box) draw(d *Doc) {
	if b.top-d.y < 0.5 {
		return
	}
	into := &d.page().back
	if b.ground {
		into = &d.page().ground
	}
	fill(into, b.x, d.y, b.width, b.top-d.y, b.colour)
}

// cutBoxes ends the boxes that are open at the foot of the page.
func (d *Doc) cutBoxes() {
	for _, b := range d.boxes {
		b.draw(d)
	}
}

// Indent sets what body adds further in.
func (d *Doc) Indent(by float64, body func()) {
	d.left += by
	body()
	d.left -= by
}

// List adds items with bullets.
func (d *Doc) List(s Style, items ...[]Span) {
	s.Tag, s.Bullet = "LBody", "•"
	d.Group("L", func() {
		d.Indent(bulletIndent, func() {
			for _, item := range items {
				d.Para(s, item...)
			}
		})
	})
}

// Rule draws a line across the text, weight points thick.
func (d *Doc) Rule(colour Colour, weight float64) {
	if d.y < pageHeight-marginTop {
		fill(&d.page().back, d.left, d.y, d.right-d.left, weight, colour)
	}
}
