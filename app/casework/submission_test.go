package casework

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSampleLinesAreComplete(t *testing.T) {
	for i, line := range sampleLines(t) {
		s, err := DecodeSubmission(line, "")
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if items := s.Validate(testNow); len(items) != 0 {
			t.Errorf("line %d: %v", i+1, items)
		}
	}
}

func TestDecodeSubmissionRefuses(t *testing.T) {
	tests := []struct{ name, line, code, field string }{
		{"empty", ``, CodeNotJSON, ""},
		{"not an object", `[]`, CodeMalformed, ""},
		{"null", `null`, CodeMalformed, ""},
		{"two objects", `{} {}`, CodeNotJSON, ""},
		{"cut off", `{"children":["A"]`, CodeNotJSON, ""},
		{"unknown", `{"wether":"fine"}`, CodeUnknownField, "wether"},
		{"unknown, other case", `{"Children":["A"]}`, CodeUnknownField, "Children"},
		{"unknown in a part", `{"children_parts":{"NCC-1":{"mood":"low"}}}`, CodeUnknownField, "children_parts.mood"},
		{"a name that might be content", `{"Ruby said: no":1}`, CodeUnknownField, ""},
		{"duplicate", `{"type":"a","type":"b"}`, CodeDuplicateKey, "type"},
		{"duplicate by escape", `{"type":"a","\u0074ype":"b"}`, CodeDuplicateKey, "type"},
		{"duplicate child", `{"children_parts":{"NCC-1":{},"NCC-1":{}}}`, CodeDuplicateKey, "children_parts"},
		{"wrong type", `{"occurred":5}`, CodeMalformed, "occurred"},
		{"wrong type in list", `{"children":["A",2]}`, CodeMalformed, "children"},
		{"null in list", `{"children":[null]}`, CodeMalformed, "children"},
		{"number as answer", `{"children_parts":{"NCC-1":{"seen":1}}}`, CodeMalformed, "children_parts.seen"},
		{"string as flag", `{"announced":"no"}`, CodeMalformed, "announced"},
		{"not UTF-8", "{\"shared\":\"\xff\"}", CodeNotUTF8, ""},
		{"half a surrogate", `{"shared":"\ud83d"}`, CodeNotUTF8, ""},
		{"surrogates swapped", `{"shared":"\ude00\ud83d"}`, CodeNotUTF8, ""},
		{"NUL", `{"shared":"a\u0000b"}`, CodeBadValue, ""},
		{"newer", `{"v":2}`, CodeNewerVersion, "v"},
		{"negative version", `{"v":-1}`, CodeBadValue, "v"},
		{"kind", `{"kind":"meeting"}`, CodeUnknownKind, "kind"},
		{"too long", `{"shared":"` + strings.Repeat("x", MaxSubmission) + `"}`, CodeTooLong, ""},
		{"too deep", `{"present":[[[[]]]]}`, CodeMalformed, "present"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := DecodeSubmission([]byte(tt.line), "")
			var ie *InputError
			if !errors.As(err, &ie) {
				t.Fatalf("got %v, want an InputError", err)
			}
			if ie.Code != tt.code || ie.Field != tt.field {
				t.Errorf("got %s %q, want %s %q", ie.Code, ie.Field, tt.code, tt.field)
			}
		})
	}
}

func TestDecodeSubmissionAccepts(t *testing.T) {
	s := decode(t, `{"v":1,"shared":"\ud83d\ude00 \\ud83d \"","ended":null,"children_parts":{"A":{"seen":"yes","seen_alone":"partly"}}}`)
	if s.Kind != KindVisit || s.Shared != "😀 \\ud83d \"" || s.Parts["A"].Seen != Yes || s.Parts["A"].SeenAlone != Partly {
		t.Errorf("got %+v", s)
	}
	if s, err := DecodeSubmission([]byte(`{}`), KindCall); err != nil || s.Kind != KindCall {
		t.Errorf("default kind: %v, %v", s, err)
	}
	if s, err := DecodeSubmission([]byte(`{"kind":"note"}`), KindCall); err != nil || s.Kind != KindNote {
		t.Errorf("the line's own kind wins: %v, %v", s, err)
	}
	full := `{"shared":"` + strings.Repeat("x", MaxSubmission-13) + `"}`
	if _, err := DecodeSubmission([]byte(full), ""); err != nil || len(full) != MaxSubmission {
		t.Errorf("a line of exactly 1 MiB: %v", err)
	}
}

func TestErrorsHoldNoContent(t *testing.T) {
	_, err := DecodeSubmission([]byte(`{"children_parts":{"CANARY-REF":{"seen":[]}}}`), "")
	if err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("got %v", err)
	}
}

// Every case begins from a complete submission and breaks one thing.
func TestValidate(t *testing.T) {
	const base = `{"children":["A","B"],"type":"CIN","occurred":"2026-11-19T16:05:00Z","place":"home","mode":"face to face",
		"shared":"Talked.","children_parts":{"A":{"seen":true,"seen_alone":true},"B":{"seen":false,"not_seen_reason":"at school"}}}`
	tests := []struct {
		name   string
		change func(*Submission)
		want   []Item
	}{
		{"complete", func(*Submission) {}, nil},
		{"no children", func(s *Submission) { s.Children, s.Parts = nil, nil }, []Item{{Field: "children", Code: CodeMissing}}},
		{"a child twice", func(s *Submission) { s.Children = []string{"A", "B", "A"} }, []Item{{Field: "children", Code: CodeBadValue}}},
		{"a child with spaces", func(s *Submission) { s.Children[0] = " A"; s.Parts[" A"] = s.Parts["A"]; delete(s.Parts, "A") },
			[]Item{{Field: "children", Code: CodeBadValue}}},
		{"a part too many", func(s *Submission) { s.Parts["C"] = ChildPart{} }, []Item{{Field: "children_parts", Code: CodeBadValue}}},
		{"no time", func(s *Submission) { s.Occurred = "" }, []Item{{Field: "occurred", Code: CodeMissing}}},
		{"no such time", func(s *Submission) { s.Occurred = "2026-02-30T10:00:00Z" }, []Item{{Field: "occurred", Code: CodeBadValue}}},
		{"in the future", func(s *Submission) { s.Occurred = "2026-11-23T09:36:00Z" }, []Item{{Field: "occurred", Code: CodeInFuture}}},
		{"within the drift of clocks", func(s *Submission) { s.Occurred = "2026-11-23T09:34:00Z" }, nil},
		{"ends before it begins", func(s *Submission) { s.Ended = "2026-11-19T16:04:00Z" }, []Item{{Field: "ended", Code: CodeBadValue}}},
		{"ends in the future", func(s *Submission) { s.Ended = "2026-11-24T16:04:00Z" }, []Item{{Field: "ended", Code: CodeInFuture}}},
		{"seen not answered", func(s *Submission) { delete(s.Parts, "B") }, []Item{{Child: "B", Field: "children_parts.seen", Code: CodeMissing}}},
		{"not seen, no reason", func(s *Submission) { s.Parts["B"] = ChildPart{Seen: No} }, []Item{{Child: "B", Field: "children_parts.not_seen_reason", Code: CodeMissing}}},
		{"alone not answered", func(s *Submission) { s.Parts["A"] = ChildPart{Seen: Yes} }, []Item{{Child: "A", Field: "children_parts.seen_alone", Code: CodeMissing}}},
		{"not alone, no reason", func(s *Submission) { s.Parts["A"] = ChildPart{Seen: Yes, SeenAlone: No} }, []Item{{Child: "A", Field: "children_parts.not_alone_reason", Code: CodeMissing}}},
		{"partly alone, no reason", func(s *Submission) { s.Parts["A"] = ChildPart{Seen: Yes, SeenAlone: Partly} }, []Item{{Child: "A", Field: "children_parts.not_alone_reason", Code: CodeMissing}}},
		{"a reason is an answer", func(s *Submission) { s.Parts["A"] = ChildPart{Seen: Yes, NotAloneReason: "too young"} }, nil},
		{"seen maybe", func(s *Submission) { s.Parts["A"] = ChildPart{Seen: "maybe"} }, []Item{{Child: "A", Field: "children_parts.seen", Code: CodeBadValue}}},
		{"unsuccessful, no reason", func(s *Submission) { s.Mode, s.Parts = ModeUnsuccessful, nil }, []Item{{Field: "unsuccessful_reason", Code: CodeMissing}}},
		{"unsuccessful", func(s *Submission) { s.Mode, s.Reason, s.Parts = ModeUnsuccessful, "no reply", nil }, nil},
		{"nameless present", func(s *Submission) { s.Present = []Person{{Role: "parent"}} }, []Item{{Field: "present.name", Code: CodeMissing}}},
		{"empty action", func(s *Submission) { s.Actions = []Action{{Owner: "x"}} }, []Item{{Field: "actions.what", Code: CodeMissing}}},
		{"action date", func(s *Submission) { s.Actions = []Action{{What: "x", Due: "Friday"}} }, []Item{{Field: "actions.due", Code: CodeBadValue}}},
		{"words without words", func(s *Submission) { s.Parts["A"] = ChildPart{Seen: Yes, SeenAlone: Yes, Voice: []Voice{{Asked: "?"}}} },
			[]Item{{Child: "A", Field: "children_parts.voice.said", Code: CodeMissing}}},
		{"unknown type warns", func(s *Submission) { s.Type = "doorstep" }, []Item{{Field: "type", Code: CodeUnknownCode, Warn: true}}},
		{"no text warns in a visit", func(s *Submission) { s.Shared = " " }, []Item{{Field: "shared", Code: CodeMissing, Warn: true}}},
		{"no text in a call", func(s *Submission) { s.Kind, s.Type, s.Shared = KindCall, "telephone", "" }, []Item{{Field: "shared", Code: CodeMissing}}},
		{"a call asks nothing about seeing", func(s *Submission) { s.Kind, s.Type, s.Parts = KindCall, "telephone", nil }, nil},
		{"a note with a child's part only", func(s *Submission) {
			s.Kind, s.Type, s.Shared = KindNote, "", ""
			s.Parts = map[string]ChildPart{"A": {Observations: "x"}}
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := decode(t, base)
			tt.change(s)
			got := s.Validate(testNow)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			for _, it := range got {
				if w := it.Words(); w == "" || !strings.HasSuffix(w, ".") && !strings.HasSuffix(w, "?") {
					t.Errorf("words of %v: %q", it, w)
				}
			}
			if (Refusal(got) != nil) != (len(Blocking(got)) > 0) {
				t.Error("Refusal and Blocking disagree")
			}
		})
	}
}

// The payload of a child is part of the record: these bytes may never change.
func TestSplitFrozen(t *testing.T) {
	want := []string{
		"NCC-5301 8a98ed8ad355b031", "NCC-5302 d2aef07f0b0539ea", "NCC-5303 968e1b124f710716", "NCC-4201 e7b4edeab9f375e8", "NCC-5401 d79c22e0d25d9961",
	}
	var got []string
	for _, line := range sampleLines(t) {
		for _, p := range decode(t, string(line)).Split() {
			sum := sha256.Sum256(p.Payload)
			got = append(got, p.Ref+" "+hex.EncodeToString(sum[:8]))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// A child's payload has exactly the field names of the record input, and the
// values that concern the child.
func TestSplitKeepsTheInput(t *testing.T) {
	for _, line := range sampleLines(t) {
		var in map[string]any
		if err := json.Unmarshal(line, &in); err != nil {
			t.Fatal(err)
		}
		for _, p := range decode(t, string(line)).Split() {
			var out map[string]any
			if err := json.Unmarshal(p.Payload, &out); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{}
			for k, v := range in {
				want[k] = v
			}
			want["children"] = []any{p.Ref}
			want["children_parts"] = map[string]any{p.Ref: in["children_parts"].(map[string]any)[p.Ref]}
			if !reflect.DeepEqual(out, want) {
				t.Errorf("%s:\n got %v\nwant %v", p.Ref, out, want)
			}
		}
	}
}

func TestPayloadsReadBack(t *testing.T) {
	for _, kind := range []string{KindVisit, KindCall, KindNote} {
		s := decode(t, `{"kind":"`+kind+`","ref":"r1","children":["A","B"],"occurred":"2026-11-19T16:05:00+00:00","shared":"<b> & \u2028","children_parts":{"A":{"seen":true,"seen_alone":true}}}`)
		for _, p := range s.Split() {
			body, err := DecodeBody(kind, 1, p.Payload)
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if again := mustEncode(t, body); !bytes.Equal(again, p.Payload) {
				t.Errorf("%s: %s became %s", kind, p.Payload, again)
			}
			if _, err := DecodeSubmission(p.Payload, ""); err != nil {
				t.Errorf("a payload is a record line: %v", err)
			}
		}
	}
}

func TestCanonicalIgnoresLayout(t *testing.T) {
	a := decode(t, `{"children":["A"],"shared":"x","kind":"visit","v":1}`)
	b := decode(t, "{ \"shared\" : \"\\u0078\",\n\"children\":[\"A\"]}")
	if !bytes.Equal(a.Canonical(), b.Canonical()) {
		t.Errorf("%s and %s", a.Canonical(), b.Canonical())
	}
	c := decode(t, `{"children":["A"],"shared":"x","kind":"note"}`)
	if bytes.Equal(a.Canonical(), c.Canonical()) {
		t.Error("a note is not a visit")
	}
}

func TestTidy(t *testing.T) {
	s := &Submission{
		Kind: KindVisit, Children: []string{"A ", ""}, Place: " home ", Shared: " kept as it is \n",
		Present: []Person{{}, {Name: "Kelly"}}, Actions: []Action{{}, {What: "x"}}, Interpreter: &Interpreter{},
		Parts: map[string]ChildPart{"A": {Seen: Yes, Voice: []Voice{{Heard: "verbatim"}}}, "Z": {Seen: Yes}},
	}
	s.Tidy()
	want := &Submission{
		Kind: KindVisit, Children: []string{"A"}, Place: "home", Shared: " kept as it is \n",
		Present: []Person{{Name: "Kelly"}}, Actions: []Action{{What: "x"}}, Parts: map[string]ChildPart{"A": {Seen: Yes, Voice: []Voice{}}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v", s)
	}
}

func TestTitles(t *testing.T) {
	tests := []struct{ line, want string }{
		{`{"type":"CP statutory","place":"home","announced":false}`, "CP statutory visit at home, unannounced"},
		{`{"type":"home visit"}`, "Home visit"},
		{`{}`, "Visit"},
		{`{"mode":"unsuccessful","type":"CLA statutory","unsuccessful_reason":"no reply","place":"placement"}`, "Unsuccessful CLA statutory visit at placement: no reply"},
		{`{"kind":"call","type":"telephone"}`, "Phone call"},
		{`{"kind":"call","type":"video"}`, "Video call"},
		{`{"kind":"note","type":"management decision"}`, "Management decision note"},
		{`{"kind":"note"}`, "Note"},
		{`{"mode":"virtual","place":"online"}`, "Visit online, virtual"},
		{`{"place":"The Forum"}`, "Visit at The Forum"},
	}
	for _, tt := range tests {
		if got := decode(t, tt.line).title(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestTimesAreAsTyped(t *testing.T) {
	s := decode(t, `{"occurred":"2026-07-01T00:30:00+01:00","ended":"nonsense"}`)
	if !s.OccurredTime().Equal(time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)) || !s.EndedTime().IsZero() {
		t.Error("times")
	}
	if s.Occurred != "2026-07-01T00:30:00+01:00" {
		t.Error("the typed form is kept")
	}
}
