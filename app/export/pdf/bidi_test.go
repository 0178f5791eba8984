package pdf

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/bidi"
	"pgregory.net/rapid"
)

// draw gives text as it is seen from left to right, by levels, L1 and L2.
func draw(text string) string {
	runes := []rune(text)
	lv, base := levels(runes)
	for i := len(runes) - 1; i >= 0 && runes[i] == ' '; i-- {
		lv[i] = base
	}
	var b strings.Builder
	for _, i := range visual(lv) {
		r := runes[i]
		if lv[i]%2 == 1 {
			r = mirror(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Capitals stand for Hebrew letters in the tables of UAX #9; here they are put
// in as such, with A to Z as U+05D0 and on, and small a to z as they are.
func hebrew(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return 0x05D0 + r - 'A'
		}
		return r
	}, s)
}

func TestVisualOrder(t *testing.T) {
	for _, c := range []struct{ logical, seen string }{
		{"car is the car in arabic", "car is the car in arabic"},
		{"the name is ABC here", "the name is CBA here"},
		{"ABC abc DEF", "FED abc CBA"},
		{"ABC 14 DEF", "FED 14 CBA"},
		{"he said ABC 14 DEF and left", "he said FED 14 CBA and left"},
		{"he said ABC 14", "he said 14 CBA"},
		{"he said ABC, 14 and", "he said 14 ,CBA and"},
		{"14 ABC", "CBA 14"},
		{"a 14 ABC", "a 14 CBA"},
		{"ABC 23/11/2026 DEF", "FED 23/11/2026 CBA"},
		{"ABC (abc) DEF", "FED (abc) CBA"},
		{"ABC (abc)", "(abc) CBA"},
		{"abc (ABC) abc", "abc (CBA) abc"},
		{"abc (ABC 3)", "abc (3 CBA)"},
		{"abc ABC (DEF) abc", "abc (FED) CBA abc"},
		{"abc (ABC) DEF", "abc (CBA) FED"}, // N0: e [ o ] o gives e e o e o
		{"ABC 50% DEF", "FED 50% CBA"},
		{"ABC -5 DEF", "FED 5- CBA"},
		{"ABC. ", " .CBA"},
		{"", ""},
	} {
		if got := draw(hebrew(c.logical)); got != hebrew(c.seen) {
			t.Errorf("%q is seen as %q, want %q", c.logical, got, c.seen)
		}
	}
}

func TestArabicDigits(t *testing.T) {
	// Rule W2: European digits after an Arabic letter are Arabic numbers; the
	// slash between them is then a common separator (W4).
	if got, want := draw("عمر 1/2 ab"), "ab 1/2 رمع"; got != want {
		t.Errorf("seen as %q, want %q", got, want)
	}
	if got, want := draw("x عمر ١٤ سنة y"), "x ةنس ١٤ رمع y"; got != want {
		t.Errorf("seen as %q, want %q", got, want)
	}
}

func TestLevelsCoverEveryRune(t *testing.T) {
	for _, s := range []string{"(((((((((", "))))", "([)]", "a(b[c)d]e", "\u0301", "אَב"} {
		lv, _ := levels([]rune(s))
		if len(lv) != len([]rune(s)) {
			t.Errorf("%q: %d levels", s, len(lv))
		}
	}
}

// The directions agree with those of golang.org/x/text, which keeps its levels
// to itself, for any mixture of the classes that reach levels. Brackets are
// left out: that package never finds the pairs of rule N0.
func TestDirectionsAgree(t *testing.T) {
	letters := []rune("abAאבعمد١٢12,.:/+-%$£ !?'\u0301")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom(letters), 1, 24).Draw(t, "text")
		lv, _ := levels(text)
		var p bidi.Paragraph
		if _, err := p.SetString(string(text)); err != nil {
			t.Fatal(err)
		}
		order, err := p.Order()
		if err != nil {
			t.Fatal(err)
		}
		for i := range order.NumRuns() {
			run := order.Run(i)
			from, to := run.Pos()
			for at := from; at <= to; at++ {
				if rtl := run.Direction() == bidi.RightToLeft; rtl != (lv[at]%2 == 1) {
					t.Fatalf("rune %d of %q has level %d", at, string(text), lv[at])
				}
			}
		}
	})
}
