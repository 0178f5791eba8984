package index

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ text, words string }{
		{"Home visit, 10.30am.", "home visit 10 30am"},
		{"O'Brien O’Brien O`Brien OʼBrien O´Brien obrien O＇Brien", "obrien obrien obrien obrien obrien obrien obrien"},
		{"James's child’s mums' it's don't", "james child mums it dont"},
		{"'quoted' ‘quoted’ rock'n'roll", "quoted quoted rocknroll"},
		{"O's", "os"}, // one letter is no possessor
		{"Smith-Jones well‑being e-mail a/b x_y", "smith jones well being e mail a b x y"},
		{"S.47 CP-2024/0017 3rd", "s 47 cp 2024 0017 3rd"},
		{"Nguyễn NGUYỄN Nguye\u0302\u0303n nguyen", "nguyen nguyen nguyen nguyen"},
		{"Ŵyn Siân Llŷr ŵyn", "wyn sian llyr wyn"},
		{"Şükrü Işık İstanbul ısı", "sukru isik istanbul isi"},
		{"Łukasz Søren Đặng Guðrún Þór Straße ŒUVRE Ærø Ħal Ƙofa", "lukasz soren dang gudrun thor strasse oeuvre aero hal kofa"},
		{"Əliyev Ɔkɛ Ŋoŋ ẞ", "eliyev oke non ss"},
		{"ﬁne ＷＩＤＥ Ⅳ K", "fine wide iv k"},
		{"soft\u00adhyphen direc\u200etion zero\u200bspace", "softhyphen direction zero space"},
		{"مُحَمَّد محمد أحمد احمد فاطمة فاطمه علی علي ـــ", "محمد محمد احمد احمد فاطمه فاطمه علي علي"},
		{"٢٠٢٦ ۲۰۲۶ २०२६", "2026 2026 2026"},
		{"ʿAlī Qurʾān", "ali quran"},
		{"ሰላም፡ልጅ", "ሰላም ልጅ"},
		{"王小明 said", "王 小 明 said"},
		{"ミカと学校", "ミ カ と 学 校"},
		{"ｶﾞ ガ カ\u3099", "カ\u3099 カ\u3099 カ\u3099"},
		{"ที่บ้าน", "ท\u0e35\u0e48 บ\u0e49 า น"},
		{"हिन्दी काम", "हिन्दी काम"},
		{"Ελένη ΕΛΕΝΗ Γιώργος ΓΙΩΡΓΟΣ", "ελενη ελενη γιωργοσ γιωργοσ"},
		{"Ольга Ёлкин", "ольга елкин"},
		{"😀 ½ — … \u0301", ""},
		{"bad\xffbytes", "bad bytes"},
		{strings.Repeat("a", 100) + " b", strings.Repeat("a", maxTerm) + " b"},
		{strings.Repeat("é", 100), strings.Repeat("e", maxTerm)},
	} {
		if diff := cmp.Diff(strings.Fields(c.words), wordsOf(c.text), cmp.Transformer("empty", func(s []string) string {
			return strings.Join(s, " ")
		})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

// TestFoldEveryRune: folding is stable, valid and bounded for all of Unicode.
func TestFoldEveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		once := fold(nil, []byte(string(r)))
		if twice := fold(nil, once); string(twice) != string(once) {
			t.Errorf("U+%04X folds to %q and that to %q", r, once, twice)
		}
		if !utf8.Valid(once) || len(once) > maxTerm {
			t.Errorf("U+%04X folds to %q", r, once)
		}
	}
}

// TestScanner: words ascend, do not overlap, are valid and survive being
// scanned again as a query would be.
func TestScanner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.StringOf(rapid.RuneFrom([]rune("aBé'’ -s\u0301\u200d王カ\u3099ا\u064bง"))),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		).Draw(t, "text")
		checkScan(t, text)
	})
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkScan(t fataler, text string) {
	t.Helper()
	last := 0
	for s := (scanner{text: text}); s.next(); {
		if s.start < last || s.end <= s.start || s.end > len(text) {
			t.Fatalf("%q: word at %d..%d after %d", text, s.start, s.end, last)
		}
		last = s.end
		term := string(s.term)
		if term == "" || len(term) > maxTerm || !utf8.ValidString(term) {
			t.Fatalf("%q: word %q", text, term)
		}
		again := scanner{text: text[s.start:s.end]}
		if !again.next() || string(again.term) != term || again.end != len(again.text) {
			t.Fatalf("%q: word %q alone is %q", text, term, again.term)
		}
	}
}

func TestStem(t *testing.T) {
	var st stemmer
	for word, stem := range map[string]string{
		"visiting": "visit", "visits": "visit", "happily": "happili", "happy": "happi", "hoping": "hope",
		"dying": "die", "skies": "sky", "children": "children", "to": "to", "s47s": "s47s", "élan": "élan",
		"": "", "yyyyy": "yyyyy",
	} {
		if got := st.stem(word); got != stem {
			t.Errorf("stem of %q is %q, want %q", word, got, stem)
		}
	}
	// What query matching and the word list rely on.
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z]{1,64}`).Draw(t, "word")
		if got := st.stem(word); got == "" || got[0] != word[0] || len(got) > maxTerm {
			t.Fatalf("stem of %q is %q", word, got)
		}
	})
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"O'Brien’s", "a\u0301\u200d'", "王カ\u3099", "\xff\xc0a", "ﷺ", "'s's's"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkScan(t, text) })
}
