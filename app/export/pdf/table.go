package pdf

import "slices"

// Table is rows of cells. Head, when not empty, is repeated on each page.
type Table struct {
	Widths []float64 // shares of the width
	Head   []string
	Rows   []Row
	// Heads says that every so many columns, from the first, there is one of
	// headers for the cells after it, set in bold. 0: there are none.
	Heads   int
	Size    float64
	Leading float64
	Rule    Colour // of the thin lines between rows
	Plain   bool   // rows stand close together with no lines between them
}

// pad is the space above and below the text of a cell.
func (t *Table) pad() float64 {
	if t.Plain {
		return 1
	}
	return 5
}

// Row is one row of a table.
type Row []Cell

// Cell is text, one paragraph to a line.
type Cell []Span

// laid is a cell broken into lines.
type laid struct {
	elem  *elem
	paras []*paragraph
	lines []line
	owner []int // paragraph of each line
	left  float64
	right float64
	done  int // lines already drawn
}

// Table adds t. A row that fits on a page is not split.
func (d *Doc) Table(t Table) {
	table := d.at.add("Table")
	left := d.columns(t.Widths)
	if len(t.Head) > 0 {
		tr := table.add("THead").add("TR")
		cells := d.lay(t, t.head(), left, func(int) *elem { return tr.add("TH").scope("Column") })
		d.need(height(t, cells) + 3*t.Leading)
		d.row(t, cells, nil)
	}
	body := table
	if len(t.Head) > 0 {
		body = table.add("TBody")
	}
	again := func() { d.repeatHead(t, left) }
	rows := make([][]*laid, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = d.lay(t, t.rowHead(r), left, t.tags(body.add("TR")))
	}
	for i, cells := range rows {
		h := height(t, cells)
		if i == len(rows)-2 { // the last row does not stand alone on a page
			h += height(t, rows[i+1])
		}
		if d.y-h < marginBottom && h < (pageHeight-marginTop-marginBottom)/2 && d.y < pageHeight-marginTop {
			d.newPage()
			again()
		}
		d.row(t, cells, again)
	}
}

// tags gives the structure elements of the cells of a row.
func (t *Table) tags(tr *elem) func(int) *elem {
	return func(i int) *elem {
		if t.heads(i) {
			return tr.add("TH").scope("Row")
		}
		return tr.add("TD")
	}
}

func (t *Table) heads(column int) bool { return t.Heads > 0 && column%t.Heads == 0 }

// rowHead sets the headers of a row in bold.
func (t *Table) rowHead(r Row) Row {
	r = slices.Clone(r)
	for i := range r {
		if t.heads(i) {
			r[i] = slices.Clone(r[i])
			for j := range r[i] {
				r[i][j].Bold = true
			}
		}
	}
	return r
}

// columns gives the left edges of the columns and the right edge of the last.
func (d *Doc) columns(shares []float64) []float64 {
	sum := 0.0
	for _, s := range shares {
		sum += s
	}
	edges := []float64{d.left}
	x := d.left
	for _, s := range shares {
		x += s / sum * (d.right - d.left)
		edges = append(edges, x)
	}
	return edges
}

const gutter = 12.0

func (d *Doc) lay(t Table, r Row, left []float64, add func(int) *elem) []*laid {
	cells := make([]*laid, 0, len(r))
	for i, c := range r {
		if i+1 >= len(left) {
			break
		}
		l := &laid{left: left[i], right: left[i+1] - gutter}
		if i+2 == len(left) {
			l.right = left[i+1]
		}
		if add != nil {
			l.elem = add(i)
		}
		for _, part := range splitLines(c) {
			pg := d.shaper.shape(part)
			lines := pg.wrap((l.right - l.left) * unit / t.Size)
			if l.elem != nil {
				l.elem.say(pg)
			}
			for range lines {
				l.owner = append(l.owner, len(l.paras))
			}
			l.paras = append(l.paras, pg)
			l.lines = append(l.lines, lines...)
		}
		cells = append(cells, l)
	}
	return cells
}

// running says that the text of the cell goes over more than one line; a name
// or a word that is right to left stands at the left of its cell.
func (c *laid) running() bool { return len(c.lines) > len(c.paras) }

func height(t Table, cells []*laid) float64 {
	n := 0
	for _, c := range cells {
		n = max(n, len(c.lines)-c.done)
	}
	return float64(max(n, 1))*t.Leading + 2*t.pad()
}

// row draws cells, over as many pages as they need, and a rule under the last
// line. newHead draws the head of the table on a new page.
func (d *Doc) row(t Table, cells []*laid, newHead func()) {
	for {
		room := int((d.y - marginBottom - 2*t.pad() + 0.01) / t.Leading)
		if room < 1 {
			d.newPage()
			if newHead != nil {
				newHead()
			}
			continue
		}
		d.y -= t.pad()
		drawn, more := 1, false
		for _, c := range cells {
			n := min(room, len(c.lines)-c.done)
			d.cell(t, c, n)
			drawn = max(drawn, n)
			more = more || c.done < len(c.lines)
		}
		d.y -= float64(drawn)*t.Leading + t.pad()
		if !more {
			break
		}
		d.newPage()
		if newHead != nil {
			newHead()
		}
	}
	if !t.Plain {
		d.Rule(t.Rule, 0.6)
	}
}

// cell draws the next n lines of a cell from the current height down.
func (d *Doc) cell(t Table, c *laid, n int) {
	if n == 0 {
		return
	}
	p := d.page()
	if c.elem != nil {
		p.open(c.elem, len(d.pages)-1)
	} else {
		p.body.WriteString("/Artifact <</Type /Pagination>> BDC\n")
	}
	y := d.y - t.Leading*0.5 - t.Size*0.35
	for range n {
		pg, l := c.paras[c.owner[c.done]], &c.lines[c.done]
		x := c.left
		if pg.base == 1 && c.running() {
			x = c.right - (l.width+l.tail)*t.Size/unit
		}
		d.text(p, pg, l, x, y, t.Size)
		y -= t.Leading
		c.done++
	}
	p.close()
}

// repeatHead draws the head again as an artifact.
func (d *Doc) repeatHead(t Table, left []float64) {
	if len(t.Head) == 0 {
		return
	}
	d.row(t, d.lay(t, t.head(), left, nil), nil)
}

func (t *Table) head() Row {
	row := make(Row, len(t.Head))
	for i, h := range t.Head {
		row[i] = Cell{{Text: h, Bold: true}}
	}
	return row
}
