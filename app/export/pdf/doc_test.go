package pdf

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wherry/app/export/pdf/pdftest"
)

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	plain  = Style{Tag: "P", Size: 11, Leading: 16, After: 6}
	header = Style{Tag: "H1", Size: 24, Leading: 30, After: 8, Bold: true, Keep: 40}
)

func newDoc() *Doc {
	return New(Options{Title: "Test", Lang: "en-GB", Producer: "Wherry test", Created: noon,
		Furniture: func(page, of int) (head, foot []Line) {
			return []Line{{Left: Span{Text: "OFFICIAL-SENSITIVE", Bold: true}}}, []Line{{Right: Span{Text: fmt.Sprintf("Page %d of %d", page, of)}}}
		}})
}

func finish(t interface{ Fatalf(string, ...any) }, d *Doc) (*pdftest.File, []byte) {
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		t.Fatalf("write: %v", err)
	}
	f, err := pdftest.Read(b.Bytes())
	if err != nil {
		t.Fatalf("read back: %v", err)
	}
	return f, b.Bytes()
}

var scripts = []string{
	"Đặng Thị Hà, Nguyễn Văn Minh, Lê Quốc Bảo",
	"Nguye\u0302\u0303n Va\u0306n Minh", // decomposed
	"Ŵyn, ŷ, Llŷr, Siân, gŵyl",
	"Şükrü Demir, Iğdır, İstanbul",
	"Țuțu, Łukasz, Zażółć gęślą jaźń",
	"Γιώργος, Олександр Ґалаґан",
	"‘single’ “double” – en — em … £15,000 fi ffi",
	"محمد رحيمي (Mohammad Rahimi)",
	"العمر 14 سنة، وُلِدَ في 23/11/2012، ويسكن مع Ms P. Bunn منذ 3 أشهر.",
	"the boy said العمر 14 سنة and then left",
	"می‌خواهم به خانه بروم",
	"ሰላም ተስፋዬ አበበ። ትግርኛ እዛረብ።",
	"李小龙 王芳 張偉 さくら 2026年11月23日",
	"שלום தமிழ் 😢❤️ 김민수",
}

func TestTextComesBack(t *testing.T) {
	d := newDoc()
	d.Para(header, Span{Text: "Scripts"})
	for _, s := range scripts {
		d.Para(plain, Span{Text: s})
	}
	f, _ := finish(t, d)
	paras := f.Root.Find("P")
	if len(paras) != len(scripts) {
		t.Fatalf("%d paragraphs, want %d", len(paras), len(scripts))
	}
	for i, s := range scripts {
		if got := paras[i].Text(); got != s {
			t.Errorf("paragraph %d: %q, want %q", i, got, s)
		}
	}
	if d.Missing() == 0 {
		t.Error("Tamil and Hangul are in no bundled font, and nobody was told")
	}
	if got := f.Pages[0].Artifacts; !strings.Contains(got, "OFFICIAL-SENSITIVE") || !strings.Contains(got, "Page 1 of 1") {
		t.Errorf("header and footer: %q", got)
	}
}

// Glyphs of right-to-left words stand as they are seen, and so does the text
// that a program copies: turned round it is the word that was written.
func TestArabicGlyphsAreJoined(t *testing.T) {
	d := newDoc()
	d.Para(plain, Span{Text: "محمد"})
	f, _ := finish(t, d)
	if got, want := f.Pages[0].Marked[0], "دمحم"; got != want {
		t.Errorf("glyph text %q, want %q", got, want)
	}
	pg := (&shaper{}).shape([]Span{{Text: "محمد"}})
	isolated := map[uint16]bool{}
	for _, r := range "محد" {
		g, _ := load(naskh).face.NominalGlyph(r)
		isolated[uint16(g)] = true
	}
	joined := 0
	for _, g := range pg.runs[0].glyphs {
		if !isolated[g.gid] {
			joined++
		}
	}
	if joined < 3 {
		t.Errorf("only %d of 4 letters have a joined form", joined)
	}
}

// Frozen glyphs of one word in each script: another version of the shaping
// library, or of a font, must not change how a name looks unseen.
func TestShapingVectors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Nguyễn", "0: 49+760 74+615 88+618 92+510 798+564 81+618"},
		{"Nguye\u0302\u0303n", "0: 49+760 74+615 88+618 92+510 798+564 81+618"}, // decomposed, drawn alike
		{"Şükrü", "0: 287+549 190+618 78+534 85+413 190+618"},
		{"Ŵyn", "0: 309+930 92+510 81+618"},
		{"محمد", "2: 182+474 484+413 139+666 485+456"},
		{"لا", "2: 6+0 450+518"},
		{"ሰላም", "4: 372+618 248+519 258+872"},
		{"李小龙", "6: 13542+1000 10663+1000 27953+1000"},
	} {
		pg := (&shaper{}).shape([]Span{{Text: c.text}})
		got := ""
		for _, r := range pg.runs {
			got += fmt.Sprintf("%d:", r.font)
			for _, g := range r.glyphs {
				got += fmt.Sprintf(" %d+%.0f", g.gid, g.adv)
			}
		}
		if got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}

func TestStructure(t *testing.T) {
	d := newDoc()
	d.Bookmark("Summary")
	d.Para(header, Span{Text: "Summary"})
	d.Group("BlockQuote", func() {
		d.Inset(Colour{180, 180, 180}, 3, func() { d.Para(plain, Span{Text: "I don't like it.\nIt is loud."}) })
	})
	d.List(plain, []Span{{Text: "one"}}, []Span{{Text: "two"}})
	d.Table(Table{Widths: []float64{1, 2}, Head: []string{"Name", "Value"}, Heads: 2, Size: 10, Leading: 14,
		Rows: []Row{{{{Text: "a"}}, {{Text: "b", Strike: true}}}, {{{Text: "c"}}, {}}}})
	f, data := finish(t, d)
	want := `Document
  H1: Summary
  BlockQuote
    P: I don't like it.
    P: It is loud.
  L
    LI
      Lbl: •
      LBody: one
    LI
      Lbl: •
      LBody: two
  Table
    THead
      TR
        TH: Name
        TH: Value
    TBody
      TR
        TH: a
        TD: b
      TR
        TH: c
        TD
`
	if got := f.Root.Outline(); got != want {
		t.Errorf("structure:\n%s\nwant:\n%s", got, want)
	}
	for i, scope := range []string{"Column", "Column", "Row", "Row"} {
		if th := f.Root.Find("TH")[i]; !strings.Contains(th.Attrs, "/Scope /"+scope) {
			t.Errorf("header cell %d: %s", i, th.Attrs)
		}
	}
	for _, s := range []string{"/Lang <FEFF0065006E002D00470042>", "/Marked true", "/DisplayDocTitle true", "/Outlines"} {
		if !bytes.Contains(data, []byte(s)) {
			t.Errorf("no %s", s)
		}
	}
	if bytes.Contains(data, []byte("pdfuaid")) {
		t.Error("the file claims PDF/UA")
	}
}

func TestSameBytes(t *testing.T) {
	once := func() []byte {
		d := newDoc()
		for _, s := range scripts {
			d.Para(plain, Span{Text: s, Bold: true})
		}
		_, data := finish(t, d)
		return data
	}
	if !bytes.Equal(once(), once()) {
		t.Error("the same document gave two files")
	}
}

// Every word of every paragraph is on some page, however the pages fall.
func TestPagination(t *testing.T) {
	word := rapid.StringMatching(`[a-zA-ZŵŷâêÇğışĐạđễ]{1,14}|[0-9]{1,60}|[一-龥]{1,40}|[ሀ-ፐ]{1,9}`)
	rapid.Check(t, func(t *rapid.T) {
		d := newDoc()
		var want []string
		for range rapid.IntRange(1, 12).Draw(t, "paragraphs") {
			words := rapid.SliceOfN(word, 1, 250).Draw(t, "words")
			text := strings.Join(words, " ")
			want = append(want, text)
			style := plain
			style.Leading = rapid.Float64Range(12, 200).Draw(t, "leading")
			style.Keep = rapid.Float64Range(0, 300).Draw(t, "keep")
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				d.Para(style, Span{Text: text})
			case 1:
				d.Inset(Colour{}, 4, func() { d.Para(style, Span{Text: text}) })
			case 2:
				d.Table(Table{Widths: []float64{1, 3}, Head: []string{"H", "T"}, Size: 11, Leading: style.Leading,
					Rows: []Row{{{{Text: "x"}}, {{Text: text}}}}})
			}
		}
		f, _ := finish(t, d)
		all := f.Root.Text()
		for _, text := range want {
			if !strings.Contains(all, text) {
				t.Fatalf("a paragraph is not whole: %q", text)
			}
		}
		if n := d.Pages(); n != len(f.Pages) {
			t.Fatalf("counted %d pages of %d", n, len(f.Pages))
		}
		for i, p := range f.Pages {
			if !strings.Contains(p.Artifacts, fmt.Sprintf("Page %d of %d", i+1, len(f.Pages))) {
				t.Fatalf("page %d says %q", i+1, p.Artifacts)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range scripts {
		f.Add(s)
	}
	for _, s := range []string{"", "\x00\xff\xfe", "a\u202Eb\u202C", "\u2067x", "\uFEFF", "(((", "\n\n\n", "e\u0301\u0302\u0303\u0304",
		"\U000E0001", "\u200D\u200D", "👩‍👩‍👧‍👦", "ﷺ", "ﻻ", strings.Repeat("W", 300), "\u0644\u0627\u064B(", ")\u05D0", "\u0E01\u0E33", "\u1100\u1161\u11A8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := newDoc()
		d.opt.Title = s
		d.Bookmark(s)
		d.Para(plain, Span{Text: s}, Span{Text: s, Bold: true, Strike: true})
		d.Table(Table{Widths: []float64{1, 1}, Head: []string{s, "x"}, Heads: 2, Size: 9, Leading: 12, Rows: []Row{{{{Text: s}}, {{Text: s}}}}})
		file, _ := finish(t, d)
		want := strings.Join(strings.Fields(clean(s+s)), "")
		if got := strings.Join(strings.Fields(strings.Join(texts(file.Root.Find("P")), "")), ""); got != want {
			t.Errorf("text %q, want %q", got, want)
		}
	})
}

func texts(e []*pdftest.Elem) (out []string) {
	for _, x := range e {
		out = append(out, x.Text())
	}
	return out
}

func BenchmarkThousandParagraphs(b *testing.B) {
	for b.Loop() {
		d := newDoc()
		for i := range 1000 {
			d.Para(plain, Span{Text: strings.Repeat(scripts[i%len(scripts)]+" ", 6)})
		}
		if _, err := d.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
