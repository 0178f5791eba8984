package casework

import (
	"slices"
	"strings"
)

// CleanValue gives a value of a field its canonical form: dates in ISO, NHS
// numbers as ten digits, codes in the spelling of their set, lists joined by
// "; ". code is "" or one of the Row codes; refuse tells a value that cannot
// be taken from one that is only questionable and kept as it is.
func CleanValue(key, value string) (clean, code string, refuse bool) {
	d := FieldDefinition(key)
	v := squeeze(value)
	if v == "" {
		return "", "", false
	}
	if len(v) > maxText {
		return v, RowTooLong, true
	}
	switch d.Type {
	case TypeDate:
		if date, ok := ParseDate(v); ok {
			return date.String(), "", false
		}
		return v, RowBadDate, true
	case TypeNHS:
		if n := NHSDigits(v); ValidNHS(n) {
			return n, "", false
		}
		return v, RowBadNHS, true
	case TypeUPN:
		if u := strings.ToUpper(v); ValidUPN(u) {
			return u, "", false
		}
		return v, RowBadUPN, false
	case TypeRef:
		if ValidRef(v) {
			return v, "", false
		}
		return v, RowBadRef, true
	case TypeYesNo:
		switch strings.ToLower(v) {
		case "yes", "y", "true", "1":
			return "yes", "", false
		case "no", "n", "false", "0":
			return "no", "", false
		}
		return v, RowUnknownCode, false
	case TypeSex:
		if s, ok := sexOf(v); ok {
			return s, "", false
		}
		return v, RowUnknownCode, false
	case TypeCode:
		if c, ok := d.Codes.Lookup(v); ok {
			return c.Code, "", false
		}
		return v, RowUnknownCode, false
	case TypeList:
		return strings.Join(SplitList(v), "; "), "", false
	}
	// Addresses may have several lines: only the ends are trimmed.
	return strings.TrimSpace(value), "", false
}

// sexOf reads M, F and U, words, and the numbers used before 2024-25.
func sexOf(v string) (string, bool) {
	switch strings.ToLower(v) {
	case "m", "male", "boy", "1":
		return "M", true
	case "f", "female", "girl", "2":
		return "F", true
	case "u", "unknown", "unborn", "not known", "0", "9":
		return "U", true
	}
	return "", false
}

// SplitList takes a list field apart.
func SplitList(v string) []string {
	var out []string
	for _, p := range strings.Split(v, ";") {
		if p = squeeze(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// squeeze trims a value and makes every run of spaces one space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// SameValue reports whether two values of a field say the same: dates as
// dates, NHS numbers by digits, codes without regard to case, lists without
// regard to order, text without regard to spacing and the shape of quotes and
// dashes. Both must be in the same Unicode normal form.
func SameValue(key, a, b string) bool { return valueKey(key, a) == valueKey(key, b) }

var plainMarks = strings.NewReplacer("’", "'", "‘", "'", "ʼ", "'", "“", `"`, "”", `"`, "–", "-", "‐", "-", "‑", "-")

func valueKey(key, value string) string {
	clean, _, _ := CleanValue(key, value)
	clean = plainMarks.Replace(squeeze(clean))
	switch FieldDefinition(key).Type {
	case TypeCode, TypeYesNo, TypeSex, TypeUPN, TypeRef:
		return strings.ToLower(clean)
	case TypeList:
		parts := SplitList(strings.ToLower(clean))
		slices.Sort(parts)
		return strings.Join(slices.Compact(parts), ";")
	}
	return clean
}

// DisplayValue is a value as a reader sees it: "2 May 2014", "999 003 4664",
// "NEG: Neglect".
func DisplayValue(key, value string) string {
	d := FieldDefinition(key)
	switch d.Type {
	case TypeDate:
		if date, ok := parseISO(value); ok {
			return date.Words()
		}
	case TypeNHS:
		return DisplayNHS(value)
	case TypeYesNo:
		return sentence(value)
	case TypeSex:
		if c, ok := Sexes.Lookup(value); ok {
			return c.Label
		}
	case TypeCode:
		return d.Codes.Words(value)
	}
	return value
}

// withheld stands where a confidential value would.
const withheld = "Confidential: held, not shown here"

// Display is the field as a reader sees it in lists and exports: confidential
// values are not in it, and a conflict shows every value.
func (f Field) Display() string {
	if f.Hidden {
		return withheld
	}
	var out []string
	for _, v := range f.Values {
		if v.Value == "" {
			out = append(out, "none")
			continue
		}
		out = append(out, DisplayValue(f.Def.Key, v.Value))
	}
	if len(out) == 1 && f.Values[0].Value == "" {
		return ""
	}
	return strings.Join(out, ", or ")
}

// Replaces lists the entries whose values stand now: what a new choice of
// value replaces.
func (f Field) Replaces() []string {
	var out []string
	for _, v := range f.Values {
		out = append(out, v.Entries...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Choose is the field set that settles on a value and replaces all others.
func (f Field) Choose(value string) FieldSet {
	return FieldSet{Key: f.Def.Key, Value: value, Replaces: f.Replaces()}
}
