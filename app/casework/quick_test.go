package casework

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// same reads a line in both ways: what the quick one takes, the strict one
// takes, and with the same result.
func sameReading(t interface{ Fatalf(string, ...any) }, line []byte) (quick bool) {
	fast, slow := new(Submission), new(Submission)
	if !quickSubmission(line, MaxSubmission, fast) {
		return false
	}
	if err := decodeStrict(line, MaxSubmission, slow); err != nil {
		t.Fatalf("taken quickly and refused strictly (%v): %q", err, line)
	}
	if !reflect.DeepEqual(fast, slow) {
		t.Fatalf("read as\n%#v\nand\n%#v\n%q", fast, slow, line)
	}
	return true
}

func FuzzQuickSubmission(f *testing.F) {
	for _, line := range sampleLines(f) {
		f.Add(line)
	}
	for _, s := range oddLines {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) { sameReading(t, line) })
}

var oddLines = []string{
	`{}`, ` { } `, `[]`, `null`, `{"children":[]}`, `{"children":["A",]}`, `{"children":["A"]}x`, `{"v":1}`, `{"v":01}`, `{"v":-1}`, `{"v":12}`,
	`{"v":null}`, `{"shared":"a\u00e9\n\t\"\\\/\b\f\r"}`, `{"shared":"\u0000"}`, `{"shared":"\ud83d\ude00"}`, `{"shared":"\uD83D"}`, "{\"shared\":\"a\x01\"}",
	"{\"shared\":\"\xff\"}", `{"shared":"a","shared":"b"}`, `{"sh\u0061red":"a"}`, `{"Shared":"a"}`, `{"announced":true,"interpreter":{"independent":false}}`,
	`{"interpreter":{}}`, `{"present":[{}],"actions":[{"what":"x","due":"2026-01-01"}]}`, `{"children_parts":{}}`, `{"children_parts":{"A":{},"A":{}}}`,
	`{"children_parts":{"A":{"seen":true,"seen_alone":"partly","bedroom_seen":false,"voice":[{"said":"x"}],"analysis":"y"}}}`,
	`{"children_parts":{"A":{"seen":"true"}}}`, `{"children_parts":{"A":{"seen":null}}}`, `{"shared":"\u12g4"}`, `{"shared":"`, `{"shared":"\`, `{"shared"`,
	"\n{\"kind\" :\t\"note\" ,\r\"shared\":\"Nguyễn Ŵyn\"}\n",
}

// The samples and every regular line are read quickly: else a change has made
// imports slow.
func TestLinesAreReadQuickly(t *testing.T) {
	for _, line := range sampleLines(t) {
		if !sameReading(t, line) {
			t.Errorf("not quickly: %s", line)
		}
	}
	for _, line := range oddLines {
		sameReading(t, []byte(line))
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "x", "Ruby", "a \"word\"\\", "tab\tand\nline", "Nguyễn", "\u2028<&>", "\x7f", "2026-01-02T03:04:05Z"})
		flag := rapid.Ptr(rapid.Bool(), true)
		answer := rapid.SampledFrom([]Answer{"", Yes, No, Partly, NotDue, "maybe"})
		s := &Submission{V: rapid.IntRange(0, 1).Draw(t, "v"), Kind: text.Draw(t, "kind"), Ref: text.Draw(t, "ref"), Children: rapid.SliceOfN(text, 0, 3).Draw(t, "children"),
			Occurred: text.Draw(t, "occurred"), Announced: flag.Draw(t, "announced"), Shared: text.Draw(t, "shared"), Author: text.Draw(t, "author")}
		if rapid.Bool().Draw(t, "interpreted") {
			s.Interpreter = &Interpreter{Language: text.Draw(t, "language"), Independent: flag.Draw(t, "independent")}
		}
		for range rapid.IntRange(0, 2).Draw(t, "present") {
			s.Present = append(s.Present, Person{text.Draw(t, "name"), text.Draw(t, "role")})
			s.Actions = append(s.Actions, Action{What: text.Draw(t, "what"), Due: text.Draw(t, "due")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "parts") {
			if s.Parts == nil {
				s.Parts = map[string]ChildPart{}
			}
			s.Parts[text.Draw(t, "ref")] = ChildPart{Seen: answer.Draw(t, "seen"), BedroomSeen: answer.Draw(t, "bed"),
				Voice: []Voice{{Asked: text.Draw(t, "asked"), Said: text.Draw(t, "said")}}, Observations: text.Draw(t, "seen")}
		}
		line, err := marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if !sameReading(t, line) {
			t.Fatalf("not quickly: %s", line)
		}
		// Cut or changed in one byte it may be anything, and means one thing.
		at := rapid.IntRange(0, len(line)-1).Draw(t, "at")
		sameReading(t, line[:at])
		line[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		sameReading(t, line)
	})
}
