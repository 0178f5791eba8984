package pdf

import (
	"bytes"
	"fmt"
)

// elem is one structure element. Its kids are *elem and content, in reading
// order.
type elem struct {
	kind   string // standard structure type, ISO 32000-1 14.8.4
	attrs  string // further entries of its dictionary
	words  string // its text in reading order
	rtl    bool   // some of it is right to left
	parent *elem
	kids   []any
	num    int // object number, given when written
}

// content is a marked content sequence on a page.
type content struct{ page, mcid int }

// add makes a new element under e.
func (e *elem) add(kind string) *elem {
	k := &elem{kind: kind, parent: e}
	e.kids = append(e.kids, k)
	return k
}

// scope makes a header cell say what it heads.
func (e *elem) scope(of string) *elem {
	e.attrs = "/A <</O /Table /Scope /" + of + ">>"
	return e
}

// say notes the text of the element in reading order. It is written for
// elements with right-to-left text: on the page the glyphs of such text stand
// in the order in which they are seen, as programs that copy text expect.
func (e *elem) say(pg *paragraph) {
	if e.words != "" {
		e.words += "\n"
	}
	e.words += string(pg.text)
	for i := range pg.runs {
		e.rtl = e.rtl || pg.runs[i].level > 0
	}
}

// prune drops elements in which nothing was drawn and says whether e is one.
func (e *elem) prune() bool {
	kept := e.kids[:0]
	for _, k := range e.kids {
		if sub, ok := k.(*elem); ok && sub.prune() && sub.kind != "TD" && sub.kind != "TH" {
			continue
		}
		kept = append(kept, k)
	}
	e.kids = kept
	return len(kept) == 0
}

// number gives each element its object number.
func (e *elem) number(o *objects) {
	e.num = o.next()
	for _, k := range e.kids {
		if sub, ok := k.(*elem); ok {
			sub.number(o)
		}
	}
}

// write puts e and everything under it into the file. root is the number of
// the structure tree's root, pages those of the pages.
func (e *elem) write(o *objects, root int, pages []int) {
	up := root
	if e.parent != nil {
		up = e.parent.num
	}
	first := -1
	var kids bytes.Buffer
	for i, k := range e.kids {
		if i > 0 {
			kids.WriteByte(' ')
		}
		switch k := k.(type) {
		case *elem:
			fmt.Fprintf(&kids, "%d 0 R", k.num)
		case content:
			if first < 0 {
				first = k.page
			}
			if k.page == first {
				fmt.Fprintf(&kids, "%d", k.mcid)
			} else {
				fmt.Fprintf(&kids, "<</Type /MCR /Pg %d 0 R /MCID %d>>", pages[k.page], k.mcid)
			}
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<</Type /StructElem /S /%s /P %d 0 R", e.kind, up)
	if first >= 0 {
		fmt.Fprintf(&b, " /Pg %d 0 R", pages[first])
	}
	if e.attrs != "" {
		b.WriteString(" " + e.attrs)
	}
	if e.rtl {
		b.WriteString(" /ActualText " + textString(e.words))
	}
	fmt.Fprintf(&b, " /K [%s]>>", kids.Bytes())
	o.put(e.num, b.Bytes())
	for _, k := range e.kids {
		if sub, ok := k.(*elem); ok {
			sub.write(o, root, pages)
		}
	}
}
