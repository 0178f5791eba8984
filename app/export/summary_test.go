package export

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/app/casework"
	"wherry/app/export/pdf/pdftest"
)

var update = flag.Bool("update", false, "write testdata anew")

func summary(t testing.TB) Document {
	return Document{Kind: KindSummary, Case: ruby(t).caseFile(), Stamp: stamp()}
}

// The golden file is the structure of the document with all its text, as a
// screen reader meets it. testdata/summary-*.png show the same pages; they are
// for people and were drawn from testdata/summary.pdf, which -update writes.
func TestSummaryGolden(t *testing.T) {
	file, data := export(t, summary(t))
	got := file.Root.Outline()
	if *update {
		if err := os.WriteFile("testdata/summary.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/summary.pdf", data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/summary.golden")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the document changed (-want +got):\n%s", diff)
	}
}

func TestSameBytes(t *testing.T) {
	_, a := export(t, summary(t))
	_, b := export(t, summary(t))
	if !bytes.Equal(a, b) {
		t.Error("the same case and stamp gave two files")
	}
}

// Every page says what it is, which page, who exported it, for whom and why.
func TestEveryPageIsMarked(t *testing.T) {
	file, _ := export(t, summary(t))
	if len(file.Pages) < 3 {
		t.Fatalf("only %d pages", len(file.Pages))
	}
	for i, p := range file.Pages {
		if n := strings.Count(p.Artifacts, "OFFICIAL-SENSITIVE"); n != 2 {
			t.Errorf("page %d is marked %d times", i+1, n)
		}
		for _, want := range []string{pageOf(i+1, len(file.Pages)), "by Grace Okafor for Norwich Family Court: Interim care hearing", "NCC-5301"} {
			if !strings.Contains(p.Artifacts, want) {
				t.Errorf("page %d does not say %q", i+1, want)
			}
		}
	}
}

// What must be known first comes first, and each promise of the summary is in
// its text.
func TestOrderAndContent(t *testing.T) {
	file, _ := export(t, summary(t))
	text := file.Root.Text()
	at := -1
	for _, want := range []string{
		"Ruby Mae Larter", "2 May 2014 (verified), 12 years", "Child protection", "About this document",
		"Grace Okafor, team lead", "Norwich Family Court", "Interim care hearing", "Children Act 1989, section 31",
		"24 November 2026, 9:12am", "Tom Garrod not synced since 20 November 2026", "5f2c9a0b7d",
		"Dangers and alerts", "Dog on premises", "Last seen", "19 November 2026, 4:05pm", "Last seen alone", "What is due",
		"Conflicting information", "English", "English and Polish", "Identity and legal status", "Confidential: held, not shown here",
		"Record of visits, calls and notes", "Unsuccessful CP statutory visit at home: no reply", "Signed by Amina Yusuf, recorded for Tom Garrod.",
		"قالت إنها تحب المدرسة", "19 November 2026, 4:05pm to 5pm", "Written 19 November 2026, 6:12pm. Received by the council 19 November 2026, 7:42pm.",
		"Asked: Who has been at home this week?", "“Daz sleeps on the sofa. I don't like it when he shouts.”", "Observation (fact)", "Analysis (opinion)",
		"The sofa is in the back room", "Reason: I misread my own note.", "Daz has been named by police", "Oversight comment",
		"Struck by Amina Yusuf, 18 November 2026, 10am. Reason: Recorded on the wrong child.",
	} {
		i := strings.Index(text[max(at, 0):], want)
		if i < 0 {
			t.Fatalf("%q is missing, or comes too early", want)
		}
		at = max(at, 0) + i
	}
	if n := len(file.Root.Find("H1")); n != 1 {
		t.Errorf("%d first headings", n)
	}
	if len(file.Root.Find("BlockQuote")) < 2 {
		t.Error("the child's words are not set as quotations")
	}
}

func TestUnreadableEntriesAreNamed(t *testing.T) {
	b := ruby(t)
	b.raw(amina, at(21, 8, 0), "visit", 1, []byte("{"))
	b.facts[len(b.facts)-1].Damaged = true
	b.raw(amina, at(21, 8, 1), "hologram", 9, []byte("{}"))
	file, _ := export(t, Document{Kind: KindSummary, Case: b.caseFile(), Stamp: stamp()})
	for _, want := range []string{"damaged and cannot be read", "needs a newer Wherry"} {
		if !strings.Contains(file.Root.Text(), want) {
			t.Errorf("%q is not said", want)
		}
	}
}

func TestPeriod(t *testing.T) {
	doc := summary(t)
	doc.From, doc.Until = casework.Date{Year: 2026, Month: 11, Day: 20}, casework.Date{Year: 2026, Month: 11, Day: 21}
	file, _ := export(t, doc)
	text := file.Root.Text()
	if !strings.Contains(text, "20 November 2026 to 21 November 2026") || !strings.Contains(text, "Rang the school") {
		t.Error("the period is not said, or what lies in it is missing")
	}
	if strings.Contains(text, "Card left") || strings.Contains(text, "Knocked three times") {
		t.Error("a visit outside the period is in the document")
	}
}

func TestAloneWithoutCouncil(t *testing.T) {
	b := &builder{t: t, ref: "NCC-5301"}
	doc := Document{Kind: KindSummary, Case: b.caseFile(), Stamp: Stamp{ExportedBy: amina, Recipient: "Myself", Purpose: "A copy", At: now}}
	file, _ := export(t, doc)
	for _, want := range []string{"NCC-5301", "Not known", "No dangers or alerts are recorded.", "Not seen yet", "not yet checked with the council"} {
		if !strings.Contains(file.Root.Text(), want) {
			t.Errorf("an empty case does not say %q", want)
		}
	}
}

func TestRefusals(t *testing.T) {
	f, _ := Lookup("pdf")
	for name, c := range map[string]struct {
		change func(*Document)
		want   error
	}{
		"kind":      {func(d *Document) { d.Kind = "poem" }, ErrKind},
		"case":      {func(d *Document) { d.Case = nil }, ErrStamp},
		"exporter":  {func(d *Document) { d.Stamp.ExportedBy = "" }, ErrStamp},
		"recipient": {func(d *Document) { d.Stamp.Recipient = " " }, ErrStamp},
		"purpose":   {func(d *Document) { d.Stamp.Purpose = "" }, ErrStamp},
		"time":      {func(d *Document) { d.Stamp.At = time.Time{} }, ErrStamp},
		"arriving":  {func(d *Document) { d.Case.Arriving = true }, ErrArriving},
	} {
		doc := summary(t)
		c.change(&doc)
		var b bytes.Buffer
		if _, err := f.Write(&b, doc); !errors.Is(err, c.want) || b.Len() > 0 {
			t.Errorf("%s: %v and %d bytes, want %v and none", name, err, b.Len(), c.want)
		}
	}
	if _, ok := Lookup("doc"); ok {
		t.Error("an unknown format was found")
	}
	if !f.Makes(KindSummary) || f.Makes("poem") {
		t.Error("the format does not know what it makes")
	}
}

var errFull = errors.New("full")

type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.room {
		return d.room, errFull
	}
	d.room -= len(p)
	return len(p), nil
}

func TestWriteErrorIsReported(t *testing.T) {
	f, _ := Lookup("pdf")
	if _, err := f.Write(&fullDisk{room: 1000}, summary(t)); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

func holds(f *pdftest.File, data []byte, word string) bool {
	return bytes.Contains(data, []byte(word)) || strings.Contains(strings.ToLower(f.All()), strings.ToLower(word))
}
