package export

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"wherry/app/casework"
	"wherry/app/export/pdf/pdftest"
)

// everywhere is a case and a stamp with s in every field that holds text.
func everywhere(t testing.TB, raw string) Document {
	s := raw
	if _, _, err := casework.EncodeBody(&casework.Comment{Target: "x", Text: raw}); err != nil {
		s = "refused" // the case cannot hold it; the stamp still may
	}
	b := &builder{t: t, ref: "NCC-5301"}
	var sets casework.FieldEntry
	for _, d := range casework.FieldDefs() {
		sets.Set = append(sets.Set, casework.FieldSet{Key: d.Key, Value: s})
	}
	b.add(s, at(2, 9, 0), &sets)
	sets.Set[3].Value += "x" // a conflict
	b.add(s, at(2, 10, 0), &sets)
	yes := true
	v := casework.Submission{
		Kind: casework.KindVisit, Children: []string{"NCC-5301"}, Type: s, Occurred: at(3, 9, 0).Format(time.RFC3339), Place: s, Mode: s, Announced: &yes,
		Interpreter: &casework.Interpreter{Language: s, Independent: &yes, Ref: s}, Present: []casework.Person{{Name: s, Role: s}}, Shared: s, Author: s,
		Parts: map[string]casework.ChildPart{"NCC-5301": {Seen: casework.Yes, SeenAlone: casework.No, NotAloneReason: s,
			Voice: []casework.Voice{{Asked: s, Said: s, Heard: s}}, Observations: s, Analysis: s}},
		Actions: []casework.Action{{What: s, Owner: s, Due: s}},
	}
	visit := b.add(s, at(3, 10, 0), &casework.Visit{Submission: v})
	b.add(s, at(3, 11, 0), &casework.Amend{Target: visit, Text: s, Reason: s})
	b.add(s, at(3, 12, 0), &casework.Comment{Target: visit, Text: s})
	gone := b.add(s, at(4, 10, 0), &casework.Visit{Submission: v})
	b.add(s, at(4, 11, 0), &casework.Strike{Target: gone, Reason: s})
	return Document{Kind: KindSummary, Case: b.caseFile(), Stamp: Stamp{ExportedBy: raw + "x", Role: raw, Recipient: raw + "x", Purpose: raw + "x",
		Basis: raw, At: now, CompleteTo: now, Unsynced: []string{raw}, Audit: raw, App: raw}}
}

// Any text in any field gives a file that reads back whole.
func FuzzAnyText(f *testing.F) {
	for _, s := range []string{"", "plain", "Đặng Thị Hà", "محمد رحيمي (Mohammad) 14", "ሰላም", "李小龙", "\x00\xff", "line\nline\r\n\nline", "<>&\"'()\\[]{}%/", "😢❤️",
		"\u202Eevil\u202C", strings.Repeat("long ", 400), strings.Repeat("W", 500), "yes", "=1+1", "2026-11-20", "\u0644\u0627\u064B", "a\u0300\u0301\u0302", "Ⅷ", "]]> ?>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if _, err := writePDF(&b, everywhere(t, s)); err != nil {
			t.Fatal(err)
		}
		if _, err := pdftest.Read(b.Bytes()); err != nil {
			t.Fatal(err)
		}
	})
}

// thousand is a case of 1,000 visits of about 150 words each.
func thousand(t testing.TB) *casework.CaseFile {
	b := &builder{t: t, ref: "NCC-5301"}
	b.fields(amina, at(1, 9, 0), "ref", "NCC-5301", "name", "Ruby Mae Larter", "address", secretAddress, "address_confidential", "yes")
	start := time.Date(2016, 1, 4, 15, 0, 0, 0, time.UTC)
	for i := range 1000 {
		when := start.AddDate(0, 0, 3*i)
		line := fmt.Sprintf(`{"children":["NCC-5301"],"type":"CP statutory","occurred":%q,"place":"home","mode":"face to face","present":[{"name":"Kelly Larter","role":"parent"}],`+
			`"shared":"Visit %d. %s","children_parts":{"NCC-5301":{"seen":true,"seen_alone":true,"bedroom_seen":true,"voice":[{"asked":"How are you?","said":"Đặng said %d times it is fine, العمر 14 سنة"}],"observations":"%s","analysis":"ሰላም, 王芳 and all else is calm."}}}`,
			when.Format(time.RFC3339), i, strings.Repeat("Kelly had made tea and the house was warm and clean. ", 9), i, strings.Repeat("Ruby smiled at her sister. ", 8))
		b.record(amina, when.Add(3*time.Hour), line)
	}
	return b.caseFile()
}

func BenchmarkThousandEntries(b *testing.B) {
	doc := Document{Kind: KindSummary, Case: thousand(b), Stamp: stamp()}
	var out bytes.Buffer
	pages, err := writePDF(&out, doc)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := writePDF(io.Discard, doc); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(pages), "pages")
	b.ReportMetric(float64(out.Len())/1e6, "MB")
}
