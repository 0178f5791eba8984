package casework

import (
	"unicode/utf8"
)

// quickSubmission reads what nearly every line is: one regular JSON object of a
// submission. It answers false for all else, without saying why, and then
// decodeStrict judges the line from the beginning; what it takes, decodeStrict
// takes with the same result. It exists because an import reads a hundred
// thousand of them: one pass instead of five.
func quickSubmission(data []byte, limit int, s *Submission) bool {
	if len(data) > limit || !utf8.Valid(data) {
		return false
	}
	q := quick{b: data}
	return q.submission(s) && q.space() == 0 && q.i == len(data)
}

// quick is a place in one JSON text.
type quick struct {
	b []byte
	i int
}

// space passes over white space and returns the byte behind it; 0 at the end.
func (q *quick) space() byte {
	for ; q.i < len(q.b); q.i++ {
		if c := q.b[q.i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// take passes over white space and one byte that must be c.
func (q *quick) take(c byte) bool {
	if q.space() != c {
		return false
	}
	q.i++
	return true
}

// rows reads open, rows with commas between them, and end.
func (q *quick) rows(open, end byte, row func() bool) bool {
	if !q.take(open) {
		return false
	}
	if q.take(end) {
		return true
	}
	for row() {
		if !q.take(',') {
			return q.take(end)
		}
	}
	return false
}

// object reads an object of which no name comes twice. field reads the value of
// a name and returns the name's number, below 64, or -1 for what is not regular.
func (q *quick) object(field func(name string) int) bool {
	seen := uint64(0)
	return q.rows('{', '}', func() bool {
		name, ok := q.str()
		if !ok || !q.take(':') {
			return false
		}
		n := field(name)
		if n < 0 || seen&(1<<n) != 0 {
			return false
		}
		seen |= 1 << n
		return true
	})
}

func (q *quick) into(s *string, n int) int {
	v, ok := q.str()
	if !ok {
		return -1
	}
	*s = v
	return n
}

func (q *quick) flag(f **bool, n int) int {
	v, ok := q.boolean()
	if !ok {
		return -1
	}
	*f = &v
	return n
}

func (q *quick) answer(a *Answer, n int) int {
	if v, ok := q.boolean(); ok {
		if *a = No; v {
			*a = Yes
		}
		return n
	}
	return q.into((*string)(a), n)
}

func (q *quick) boolean() (value, ok bool) {
	c := q.space()
	rest := q.b[q.i:]
	switch {
	case c == 't' && len(rest) >= 4 && string(rest[:4]) == "true":
		q.i += 4
		return true, true
	case c == 'f' && len(rest) >= 5 && string(rest[:5]) == "false":
		q.i += 5
		return false, true
	}
	return false, false
}

// digit reads a number of one digit.
func (q *quick) digit(v *int, n int) int {
	c := q.space()
	if c < '0' || c > '9' {
		return -1
	}
	*v = int(c - '0')
	q.i++
	return n
}

// stops are the bytes that plain text inside a string does not have.
var stops = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

func (q *quick) str() (string, bool) {
	if !q.take('"') {
		return "", false
	}
	from := q.i
	for i, c := range q.b[from:] {
		if !stops[c] {
			continue
		}
		q.i = from + i
		if c == '"' {
			q.i++
			return string(q.b[from : from+i]), true
		}
		return q.escaped(from)
	}
	return "", false
}

// escaped reads on in a string that began at from and has an escape here.
func (q *quick) escaped(from int) (string, bool) {
	out := append(make([]byte, 0, len(q.b)-from), q.b[from:q.i]...)
	for q.i < len(q.b) {
		c := q.b[q.i]
		q.i++
		switch {
		case !stops[c]:
			out = append(out, c)
			continue
		case c == '"':
			return string(out), true
		case c != '\\' || q.i == len(q.b):
			return "", false
		}
		c = q.b[q.i]
		q.i++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'u':
			r, ok := q.hex()
			if !ok || r == 0 || r >= 0xd800 && r < 0xe000 {
				return "", false // pairs and what is refused: not here
			}
			out = utf8.AppendRune(out, r)
		default:
			return "", false
		}
	}
	return "", false
}

func (q *quick) hex() (r rune, ok bool) {
	if q.i+4 > len(q.b) {
		return 0, false
	}
	for _, c := range q.b[q.i : q.i+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	q.i += 4
	return r, true
}
