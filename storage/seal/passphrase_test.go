package seal

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestNormalisePassphrase(t *testing.T) {
	for _, c := range []struct {
		in, want string
		err      error
	}{
		{"four plain words here", "four plain words here", nil},
		{"with a line end\n", "with a line end", nil},
		{"from Windows\r\n", "from Windows", nil},
		{"first\nsecond", "first", nil},
		{"one return kept\r\r\n", "one return kept\r", nil},
		{"no line end\r", "no line end\r", nil},
		{" spaces count ", " spaces count ", nil},
		{"e\u0301te\u0301", "été", nil},                    // combining accents
		{"\u212bngstro\u0308m", "\u00c5ngstr\u00f6m", nil}, // the sign for angstrom
		{"\u1112\u1161\u11ab", "\ud55c", nil},              // Hangul letters
		{"", "", ErrEmptyPassphrase},
		{"\n", "", ErrEmptyPassphrase},
		{"\r\n", "", ErrEmptyPassphrase},
		{"\nsecond line", "", ErrEmptyPassphrase},
		{"not \xff text", "", ErrBadPassphrase},
		{"\xff\xfep\x00w\x00", "", ErrBadPassphrase}, // UTF-16
		{strings.Repeat("x", MaxPassphrase), strings.Repeat("x", MaxPassphrase), nil},
		{strings.Repeat("x", MaxPassphrase+1), "", ErrBadPassphrase},
	} {
		got, err := NormalisePassphrase([]byte(c.in))
		if string(got) != c.want || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%q: %q %v", c.in, got, err)
		}
	}
}

func FuzzNormalisePassphrase(f *testing.F) {
	for _, s := range []string{"a", "e\u0301", "x\r\ny", "\r\r\n", "\u1112\u1161\u11ab"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		before := bytes.Clone(p)
		once, err := NormalisePassphrase(p)
		if !bytes.Equal(before, p) {
			t.Fatal("the argument was changed")
		}
		if err != nil {
			return
		}
		if twice, err := NormalisePassphrase(once); err != nil || !bytes.Equal(once, twice) {
			t.Fatal("not the same when normalised again")
		}
	})
}

func TestStrength(t *testing.T) {
	for _, c := range []struct {
		p        string
		min, max int
	}{
		{"", 0, 0},
		{"not \xff text", 0, 0},
		{"password", 0, 0},
		{"Password123!", 0, 0},
		{"P@ssw0rd", 0, 0},
		{"passwordpassword", 0, 0},
		{"Liverpool2026", 0, 0},
		{"letmein", 0, 0},
		{"qwertyuiop", 0, 0},
		{"1234567890123", 0, 0},
		{"abcdefghijklmnop", 0, 0},
		{"aaaaaaaaaaaaaaaaaaaa", 0, 0},
		{"abcabcabcabcabc", 0, 0},
		{"12/03/1987", 0, 0},
		{"qwerty123456", 0, 0},
		{"zxcvbnm,.", 0, 0},
		{"monday tuesday", 1, 1},
		{"Kx7!q", 1, 1},
		{"velvet9", 1, 1},
		{"tractorplum", 2, 2},
		{"xyxyxyzyxzyxzy", 2, 2},
		{"velvet tractor", 3, 3},
		{"Xk7#pQ2!vRt9", 3, 3},
		{"kettle orbit moss", 3, 3},
		{"ox hen bat cow pig ant", 4, 4},
		{"kettle orbit moss velvet tractor plum", 4, 4},
		{"Xk7#pQ2!vRt9-wLm4&Zb", 4, 4},
		{"cath a chi yn y tŷ mawr gwyn", 4, 4},
		{"የሚያምር ቤት ያለው ትልቅ ዛፍ አለ", 3, 4},
	} {
		h := Strength([]byte(c.p))
		if h.Score < c.min || h.Score > c.max {
			t.Errorf("%q: score %d, %q", c.p, h.Score, h.Sentence)
		}
		if !strings.HasSuffix(h.Sentence, ".") {
			t.Errorf("%q: not a sentence: %q", c.p, h.Sentence)
		}
	}
}

// Every entry of the list is in the form in which it is looked up.
func TestCommonestList(t *testing.T) {
	n := 0
	for w := range commonest() {
		if n++; skeleton(w) != w {
			t.Errorf("%q is looked up as %q", w, skeleton(w))
		}
	}
	if n < 200 {
		t.Errorf("%d entries", n)
	}
}

func FuzzStrength(f *testing.F) {
	f.Add([]byte("velvet tractor"))
	f.Add([]byte("ŷ\u0301!!"))
	f.Fuzz(func(t *testing.T, p []byte) {
		if h := Strength(p); h.Score < 0 || h.Score > 4 || h.Sentence == "" {
			t.Fatalf("%+v", h)
		}
	})
}
