package casework

import "strings"

// Reconcile compares a row with the fields held for the child (nil for a child
// who is not here yet). A blank never erases. A differing value is put beside
// the held one and reported; it overwrites nothing. A value that has only lost
// letters on its way through an older spreadsheet is not taken. A value that
// stood here once and was replaced by somebody's choice is reported and not
// brought back, so that importing a file again appends nothing.
func Reconcile(held []Field, row Row, created bool) Change {
	c := Change{Created: created}
	byKey := map[string]Field{}
	for _, f := range held {
		byKey[f.Def.Key] = f
	}
	for _, d := range fieldDefs {
		value, ok := row.Values[d.Key]
		if !ok || value == "" {
			continue
		}
		f, known := byKey[d.Key]
		if !known {
			c.Sets = append(c.Sets, FieldSet{Key: d.Key, Value: value})
			continue
		}
		c.weigh(f, value)
	}
	return c
}

func (c *Change) weigh(f Field, value string) {
	key := f.Def.Key
	if holds(f.Values, key, value) {
		if f.Conflict() {
			c.Conflicts = append(c.Conflicts, FieldConflict{Key: key, Held: otherValues(f, value), Value: value, Stands: true})
		} else {
			c.Unchanged = append(c.Unchanged, key)
		}
		return
	}
	for _, list := range [][]FieldValue{f.Values, f.History} {
		for _, v := range list {
			if Lossy(v.Value, value) {
				c.Lossy = append(c.Lossy, FieldLoss{Key: key, Held: v.Value, Value: value})
				return
			}
		}
	}
	conflict := FieldConflict{Key: key, Held: otherValues(f, value), Value: value}
	if holds(f.History, key, value) {
		conflict.Stands = true
		c.Conflicts = append(c.Conflicts, conflict)
		return
	}
	if len(f.Values) == 1 && f.Values[0].Value == "" {
		c.Sets = append(c.Sets, f.Choose(value)) // nothing is held: no conflict
		return
	}
	c.Conflicts = append(c.Conflicts, conflict)
	c.Sets = append(c.Sets, FieldSet{Key: key, Value: value})
}

func otherValues(f Field, value string) []string {
	var out []string
	for _, v := range f.Values {
		if !SameValue(f.Def.Key, v.Value, value) {
			out = append(out, v.Value)
		}
	}
	return out
}

// Lossy reports whether value is held after a passage through Windows-1252:
// the same character by character, but with at least one '?' where held has a
// letter that Windows-1252 lacks. Both must be in the same normal form (NFC).
// A character beyond the basic plane may have become one '?' or two.
func Lossy(held, value string) bool {
	h, v := []rune(squeeze(held)), []rune(squeeze(value))
	lost := false
	i := 0
	for _, r := range h {
		switch {
		case i < len(v) && v[i] == r:
			i++
		case i < len(v) && v[i] == '?' && !inWindows1252(r):
			lost = true
			i++
			if r > 0xffff && i < len(v) && v[i] == '?' {
				i++
			}
		default:
			return false
		}
	}
	return lost && i == len(v)
}

// windows1252 lists the characters of its bytes 0x80 to 0x9f.
const windows1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"

func inWindows1252(r rune) bool {
	return r < 0x80 || (r >= 0xa0 && r <= 0xff) || strings.ContainsRune(windows1252, r)
}
