package pdf

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// levels gives the embedding level of every rune of one paragraph by the
// Unicode Bidirectional Algorithm (UAX #9) and the paragraph's own level: 1
// when its first strong letter is right to left (rules P2 and P3), else 0.
//
// Explicit embeddings, overrides and isolates never reach it (clean takes them
// out: in a case record they could only make a line read differently from what
// was stored), which leaves rules W1 to I2 over one level run. The shaping
// library's own ordering is not used because it places digits inside a
// right-to-left phrase wrongly and does not pair brackets.
func levels(text []rune) (level []uint8, base uint8) {
	classes := make([]bidi.Class, len(text))
	for i, r := range text {
		p, _ := bidi.LookupRune(r)
		classes[i] = p.Class()
	}
	for _, c := range classes {
		if c == bidi.L {
			break
		}
		if c == bidi.R || c == bidi.AL {
			base = 1
			break
		}
	}
	sides := bidi.L
	if base == 1 {
		sides = bidi.R
	}
	weak(classes, sides)
	brackets(text, classes, sides)
	neutrals(classes, sides)
	level = make([]uint8, len(text))
	for i, c := range classes { // I1 and I2
		switch {
		case base == 0 && c == bidi.R:
			level[i] = 1
		case base == 0 && c != bidi.L:
			level[i] = 2
		case base == 1 && c != bidi.R:
			level[i] = 2
		default:
			level[i] = base
		}
	}
	return level, base
}

// weak resolves marks, numbers and their separators (W1 to W7). Boundary
// neutrals are treated as marks, which gives what removing them would.
func weak(c []bidi.Class, sides bidi.Class) {
	prev, strong := sides, sides
	for i := range c { // W1, W2, W3
		switch c[i] {
		case bidi.NSM, bidi.BN, bidi.Control:
			c[i] = prev
		case bidi.L, bidi.R:
			strong = c[i]
		case bidi.AL:
			strong, c[i] = bidi.AL, bidi.R
		case bidi.EN:
			if strong == bidi.AL {
				c[i] = bidi.AN
			}
		}
		prev = c[i]
	}
	for i := 1; i+1 < len(c); i++ { // W4
		if c[i-1] != c[i+1] {
			continue
		}
		if (c[i] == bidi.ES || c[i] == bidi.CS) && c[i-1] == bidi.EN ||
			c[i] == bidi.CS && c[i-1] == bidi.AN {
			c[i] = c[i-1]
		}
	}
	for i := 0; i < len(c); i++ { // W5
		if c[i] != bidi.ET {
			continue
		}
		end := i
		for end < len(c) && c[end] == bidi.ET {
			end++
		}
		if i > 0 && c[i-1] == bidi.EN || end < len(c) && c[end] == bidi.EN {
			spread(c[i:end], bidi.EN)
		}
		i = end - 1
	}
	strong = sides
	for i := range c { // W6, W7
		switch c[i] {
		case bidi.L, bidi.R:
			strong = c[i]
		case bidi.ET, bidi.ES, bidi.CS:
			c[i] = bidi.ON
		case bidi.EN:
			if strong == bidi.L {
				c[i] = bidi.L
			}
		}
	}
}

// closers pairs the brackets that people type.
var closers = map[rune]rune{
	'(': ')', '[': ']', '{': '}', '⟨': '⟩', '〈': '〉', '《': '》', '「': '」',
	'『': '』', '【': '】', '〔': '〕', '（': '）', '［': '］', '｛': '｝', '⁽': '⁾', '₍': '₎',
}

// mirror is the character whose shape r has in right-to-left text. Readers
// of a PDF take the glyphs of such text as they see them.
func mirror(r rune) rune {
	if m, ok := mirrored[r]; ok {
		return m
	}
	return r
}

var mirrored = func() map[rune]rune {
	m := map[rune]rune{'<': '>', '>': '<', '«': '»', '»': '«', '‹': '›', '›': '‹', '≤': '≥', '≥': '≤'}
	for open, shut := range closers {
		m[open], m[shut] = shut, open
	}
	return m
}()

// brackets gives both brackets of a pair one direction (N0).
func brackets(text []rune, c []bidi.Class, sides bidi.Class) {
	type open struct {
		close rune
		at    int
	}
	var stack []open
	var pairs [][2]int
	for i, r := range text {
		if c[i] != bidi.ON {
			continue
		}
		if cl, ok := closers[r]; ok {
			if len(stack) == 63 { // BD16 stops here
				break
			}
			stack = append(stack, open{cl, i})
			continue
		}
		for j := len(stack) - 1; j >= 0; j-- {
			if stack[j].close == r {
				pairs = append(pairs, [2]int{stack[j].at, i})
				stack = stack[:j]
				break
			}
		}
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return a[0] - b[0] })
	for _, p := range pairs {
		found := bidi.ON
		for _, x := range c[p[0]+1 : p[1]] {
			d := direction(x)
			if d == sides {
				found = sides
				break
			}
			if d != bidi.ON {
				found = d
			}
		}
		if found == bidi.ON {
			continue
		}
		if found != sides {
			before := sides
			for i := p[0] - 1; i >= 0; i-- {
				if d := direction(c[i]); d != bidi.ON {
					before = d
					break
				}
			}
			found = before
		}
		c[p[0]], c[p[1]] = found, found
	}
}

// direction is the strong direction that a resolved class has for neutrals:
// numbers count as right to left (N1).
func direction(c bidi.Class) bidi.Class {
	switch c {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// neutrals gives what is left the direction around it, or the paragraph's
// where the two sides differ (N1, N2).
func neutrals(c []bidi.Class, sides bidi.Class) {
	for i := 0; i < len(c); i++ {
		if direction(c[i]) != bidi.ON {
			continue
		}
		end, before, after := i, sides, sides
		for end < len(c) && direction(c[end]) == bidi.ON {
			end++
		}
		if i > 0 {
			before = direction(c[i-1])
		}
		if end < len(c) {
			after = direction(c[end])
		}
		if before != after {
			before = sides
		}
		spread(c[i:end], before)
		i = end - 1
	}
}

func spread(c []bidi.Class, with bidi.Class) {
	for i := range c {
		c[i] = with
	}
}

// visual orders the runs of one line from left to right (rule L2). It returns
// indices into levels, which holds one level per run in logical order.
func visual(levels []uint8) []int {
	order := make([]int, len(levels))
	top := uint8(0)
	for i, l := range levels {
		order[i] = i
		top = max(top, l)
	}
	for l := top; l >= 1; l-- {
		for i := 0; i < len(order); i++ {
			if levels[order[i]] < l {
				continue
			}
			end := i
			for end < len(order) && levels[order[end]] >= l {
				end++
			}
			for a, b := i, end-1; a < b; a, b = a+1, b-1 {
				order[a], order[b] = order[b], order[a]
			}
			i = end
		}
	}
	return order
}
