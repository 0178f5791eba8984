package casework

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const visitExample = `{"children":["NCC-1"],"type":"CIN","occurred":"2026-11-19T16:05:00Z","place":"home","mode":"face to face","interpreter":{"language":"Dari","independent":true,"ref":"INT-1"},"present":[{"name":"Kelly","role":"parent"}],"shared":"Talked.","children_parts":{"NCC-1":{"seen":true,"seen_alone":true,"bedroom_seen":"not due","voice":[{"asked":"How?","said":"Fine.","heard":"verbatim"}],"observations":"Fact.","analysis":"Opinion."}},"actions":[{"what":"Ring","owner":"Amina","due":"2026-11-20"}],"author":"Amina"}`

// bodyExamples are payloads in their fixed form: what is written today must be
// read for ever.
var bodyExamples = map[string][]string{
	KindVisit: {visitExample},
	KindCall:  {`{"kind":"call","children":["NCC-1"],"occurred":"2026-11-19T16:05:00Z","shared":"Rang."}`},
	KindNote:  {`{"kind":"note","children":["NCC-1"],"occurred":"2026-11-19T16:05:00Z","shared":"Noted."}`},
	KindField: {`{"set":[{"field":"name","value":"Ruby","replaces":["aa"]},{"field":"address","value":"1 Road"}],"source":"import"}`,
		`{"set":[{"field":"alerts","value":""}]}`},
	KindAmend:   {`{"target":"aa","text":"It was Tuesday.","reason":"Wrong day"}`},
	KindComment: {`{"target":"aa","text":"Seen, thank you."}`},
	KindStrike:  {`{"target":"aa","reason":"Wrong child"}`},
	KindExport:  {`{"outcome":"made","format":"pdf","kind":"summary","recipient":"Court","purpose":"Hearing","basis":"Children Act 1989","from":"2026-01-01","until":"2026-11-01","complete_to":"2026-11-23T09:12:00Z","sha256":"00","reason":"x"}`},
	KindOpened:  {`{"entries":["aa","bb"]}`},
	KindRetention: {`{"class":"looked-after","closed":"2026-11-01","event":"2026-10-01","review":"2101-01-01","replaces":["aa"]}`,
		`{"class":"contact-only"}`},
	KindAttachment: {`{"target":"aa","name":"room.jpg","media":"image/jpeg","size":3,"sha256":"` + strings.Repeat("ab", 32) + `","blob":"` + strings.Repeat("cd", 32) +
		`","key":"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=","thumb":"/9j/","caption":"Bedroom","taken":"2026-11-19T16:05:00Z","cleaned":["exif","gps"]}`},
	KindHold:    {`{"reason":"Court case","until":"2027-01-31"}`, `{"reason":"Inquiry"}`},
	KindRelease: {`{"hold":"aa","reason":"Case ended"}`},
	KindDisposal: {`{"step":"propose","reason":"Period ended","basis":"schedule"}`, `{"step":"approve","proposal":"aa","by":"kit"}`,
		`{"step":"refuse","proposal":"aa","reason":"Wanted for an inquest"}`},
}

func TestEveryKindHasAFixedForm(t *testing.T) {
	for _, k := range Kinds() {
		examples := bodyExamples[k.Name]
		if len(examples) == 0 {
			t.Errorf("%s: no example", k.Name)
		}
		if k.Label == "" || len(k.Upcast) != k.Schema-1 {
			t.Errorf("%s: label or upcasters missing", k.Name)
		}
		for _, example := range examples {
			body, err := DecodeBody(k.Name, k.Schema, []byte(example))
			if err != nil {
				t.Errorf("%s: %v", k.Name, err)
				continue
			}
			if got := string(mustEncode(t, body)); got != example {
				t.Errorf("%s:\n got %s\nwant %s", k.Name, got, example)
			}
			if items := Blocking(body.Validate()); len(items) != 0 {
				t.Errorf("%s: %v", k.Name, items)
			}
			if body.Line() == "" || strings.Contains(body.Line(), "\n") {
				t.Errorf("%s: line %q", k.Name, body.Line())
			}
		}
		if _, err := DecodeBody(k.Name, 1, []byte(`{"nonsense":1}`)); err == nil {
			t.Errorf("%s: takes unknown fields", k.Name)
		}
		if !k.Narrative {
			empty, err := DecodeBody(k.Name, 1, []byte(`{}`))
			if err != nil || len(empty.Validate()) == 0 {
				t.Errorf("%s: an empty one must not be final", k.Name)
			}
		}
	}
}

func TestUnknownAndNewerAreTold(t *testing.T) {
	if _, err := DecodeBody("sign-off", 1, []byte(`{}`)); !errors.Is(err, ErrUnknownKind) {
		t.Errorf("got %v", err)
	}
	if _, err := DecodeBody(KindAmend, 2, []byte(`{}`)); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("got %v", err)
	}
	if _, err := DecodeBody(KindVisit, 1, []byte(`{"v":2,"children":["A"]}`)); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("got %v", err)
	}
}

func TestChildPayloadIsOfOneChild(t *testing.T) {
	for _, p := range []string{
		`{"children":["A","B"]}`, `{}`, `{"children":["A"],"children_parts":{"B":{}}}`, `{"kind":"call","children":["A"]}`,
	} {
		if _, err := DecodeBody(KindVisit, 1, []byte(p)); err == nil {
			t.Errorf("%s was taken", p)
		}
	}
}

func TestSearchTextHoldsWhatWasTyped(t *testing.T) {
	body, err := DecodeBody(KindVisit, 1, []byte(visitExample))
	if err != nil {
		t.Fatal(err)
	}
	text := body.SearchText()
	for _, w := range []string{"CIN", "Dari", "INT-1", "Kelly", "Talked.", "How?", "Fine.", "Fact.", "Opinion.", "Ring", "Amina"} {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not found", w)
		}
	}
	f := &FieldEntry{Set: []FieldSet{{Key: "address", Value: "CANARY Road"}, {Key: "nhs", Value: "9990034664"}, {Key: SampleKey, Value: "yes"}}}
	if text := f.SearchText(); strings.Contains(text, "CANARY") || !strings.Contains(text, "999 003 4664") || strings.Contains(text, "yes") {
		t.Errorf("got %q", text)
	}
	if strings.Contains(f.Line(), "CANARY") {
		t.Error("a line shows a value")
	}
}

func TestFieldEntryLine(t *testing.T) {
	var f FieldEntry
	for _, k := range []string{"name", "dob", "sex", "status", "plan", "team"} {
		f.Set = append(f.Set, FieldSet{Key: k, Value: "x"})
	}
	if got := f.Line(); got != "Details recorded: Full name, Date of birth, Sex and 3 more" {
		t.Errorf("got %q", got)
	}
	f.Set = append(f.Set[:1], FieldSet{Key: "name", Value: "y"})
	if items := f.Validate(); !slices.Equal(items, []Item{{Field: "set.field", Code: CodeDuplicateKey}}) {
		t.Errorf("got %v", items)
	}
}

// A kind of a later version is lifted step by step before it is read.
func TestUpcastersRunInOrder(t *testing.T) {
	step := func(s string) func([]byte) ([]byte, error) {
		return func(p []byte) ([]byte, error) { return append(p, s...), nil }
	}
	var got []string
	k := Kind{Schema: 3, Upcast: []func([]byte) ([]byte, error){step("1"), step("2")},
		Decode: func(p []byte) (Body, error) { got = append(got, string(p)); return &Amend{}, nil }}
	for schema := 1; schema <= 3; schema++ {
		if _, err := k.read(schema, []byte("p")); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, []string{"p12", "p2", "p"}) {
		t.Errorf("got %q", got)
	}
	if _, err := k.read(4, nil); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("got %v", err)
	}
}
