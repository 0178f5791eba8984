package pdftest

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	kindOf = regexp.MustCompile(`/S /(\w+)`)
	actual = regexp.MustCompile(`/ActualText <([0-9A-F]+)>`)
	kid    = regexp.MustCompile(`<</Type /MCR /Pg (\d+) 0 R /MCID (\d+)>>|(\d+) 0 R|(\d+)`)
	nums   = regexp.MustCompile(`(\d+) \[([^\]]*)\]`)
)

// readTree reads the structure tree and checks that tree, parent tree and
// pages agree: every marked content belongs to exactly one element, and that
// element says so.
func (f *File) readTree() error {
	root := f.Objects[f.ref(f.catalog(), "/StructTreeRoot")]
	parents := map[[2]int]int{} // page object and MCID: element
	for _, m := range nums.FindAllStringSubmatch(f.Objects[f.ref(root, "/ParentTree")], -1) {
		for i, e := range Refs(m[2]) {
			parents[[2]int{f.Pages[atoi(m[1])].Object, i}] = e
		}
	}
	texts := map[[2]int]string{}
	for _, p := range f.Pages {
		if p.Loose != "" {
			return fmt.Errorf("text outside the structure")
		}
		for id, s := range p.Marked {
			texts[[2]int{p.Object, id}] = s
		}
	}
	if len(parents) != len(texts) {
		return fmt.Errorf("%d marked contents, %d in the parent tree", len(texts), len(parents))
	}
	used := map[[2]int]bool{}
	var read func(n, up int) (*Elem, error)
	read = func(n, up int) (*Elem, error) {
		dict := f.Objects[n]
		k := kindOf.FindStringSubmatch(dict)
		if k == nil || f.ref(dict, "/P") != up {
			return nil, fmt.Errorf("element %d has no kind or a wrong parent", n)
		}
		e := &Elem{Kind: k[1], Attrs: dict}
		if m := actual.FindStringSubmatch(dict); m != nil {
			e.Actual = Text(m[1])
		}
		_, kids, _ := strings.Cut(dict, "/K [")
		for _, m := range kid.FindAllStringSubmatch(kids, -1) {
			if m[3] != "" {
				sub, err := read(atoi(m[3]), n)
				if err != nil {
					return nil, err
				}
				e.Kids = append(e.Kids, sub)
				continue
			}
			at := [2]int{f.ref(dict, "/Pg"), atoi(m[4])}
			if m[1] != "" {
				at = [2]int{atoi(m[1]), atoi(m[2])}
			}
			text, ok := texts[at]
			if !ok || used[at] || parents[at] != n {
				return nil, fmt.Errorf("element %d: marked content is missing, used twice or another's", n)
			}
			used[at] = true
			e.Kids = append(e.Kids, text)
		}
		return e, nil
	}
	var err error
	if f.Root, err = read(Refs(between(root, "/K [", "]"))[0], f.ref(f.catalog(), "/StructTreeRoot")); err != nil {
		return err
	}
	if len(used) != len(texts) {
		return fmt.Errorf("%d marked contents are in no element", len(texts)-len(used))
	}
	return nil
}

// Text is what the element says, in reading order.
func (e *Elem) Text() string {
	if e.Actual != "" {
		return e.Actual
	}
	var parts []string
	text := ""
	for _, k := range e.Kids {
		switch k := k.(type) {
		case string:
			text += k
		case *Elem:
			parts = append(parts, k.Text())
		}
	}
	if text != "" {
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n")
}

// Find lists the elements of a kind, in reading order.
func (e *Elem) Find(kind string) (out []*Elem) {
	for _, k := range e.Kids {
		if sub, ok := k.(*Elem); ok {
			if sub.Kind == kind {
				out = append(out, sub)
			}
			out = append(out, sub.Find(kind)...)
		}
	}
	return out
}

// Outline writes the tree as text, one element to a line, with the text of
// those that hold any.
func (e *Elem) Outline() string {
	var b strings.Builder
	e.outline(&b, 0)
	return b.String()
}

func (e *Elem) outline(b *strings.Builder, depth int) {
	fmt.Fprintf(b, "%s%s", strings.Repeat("  ", depth), e.Kind)
	leaf := ""
	for _, k := range e.Kids {
		if s, ok := k.(string); ok {
			leaf += s
		}
	}
	if e.Actual != "" {
		leaf = e.Actual
	}
	if leaf != "" {
		fmt.Fprintf(b, ": %s", strings.TrimSpace(leaf))
	}
	b.WriteByte('\n')
	for _, k := range e.Kids {
		if sub, ok := k.(*Elem); ok {
			sub.outline(b, depth+1)
		}
	}
}
