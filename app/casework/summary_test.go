package casework

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// everything is all text of a document, however deep.
func everything(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSummaryHeadingsAreAlwaysThere(t *testing.T) {
	want := []string{"Identity and legal status", "Family and network", "Why we are involved", "History", "Strengths", "Risks",
		"The child's voice", "Parents' and carers' views", "Plan and progress", "Placement, health, education and identity",
		"Immigration and National Referral Mechanism", "Contacts", "Key dates due", "Next actions", "Record of visits, calls and notes"}
	var got []string
	for _, s := range Summary(Project("A", nil, testNow), Date{}, Date{}) {
		got = append(got, s.Heading)
		if len(s.Blocks) == 0 {
			t.Errorf("%s is empty and does not say so", s.Heading)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestSummaryOfASample(t *testing.T) {
	s := newStory(t)
	s.by("Amina Yusuf", "f", &FieldEntry{Set: []FieldSet{
		{Key: "name", Value: "Ruby Mae Larter"}, {Key: "dob", Value: "2014-05-02"}, {Key: "status", Value: "child protection"},
		{Key: "cp_category", Value: "NEG"}, {Key: "alerts", Value: "dog on premises"}, {Key: "plan_start", Value: "2026-10-01"},
	}})
	line := sampleLines(t)[0]
	for _, p := range decode(t, string(line)).Split() {
		if p.Ref == "NCC-5301" {
			s.facts = append(s.facts, Fact{ID: "v", Kind: KindVisit, Schema: 1, Payload: p.Payload, Author: "Amina Yusuf", Written: testNow})
		}
	}
	s.by("Grace Okafor", "c", &Comment{Target: "v", Text: "Agree with the analysis."})
	doc := Summary(s.project(), Date{}, Date{})
	at := func(heading string) string {
		for _, sec := range doc {
			if sec.Heading == heading {
				return everything(t, sec)
			}
		}
		return ""
	}
	for heading, words := range map[string]string{
		"Identity and legal status":         "2 May 2014",
		"Family and network":                "Kelly Larter, parent with parental responsibility",
		"Why we are involved":               "NEG: Neglect",
		"History":                           "19 November 2026",
		"Risks":                             "Possible breach of the safety agreement.",
		"The child's voice":                 "Daz sleeps on the sofa.",
		"Plan and progress":                 "19 November 2026",
		"Key dates due":                     "Child protection visit due 3 December 2026 (in 10 days)",
		"Next actions":                      "Kelly to tell me who stays at the house (Kelly Larter, by 23 November 2026)",
		"Record of visits, calls and notes": "Agree with the analysis.",
	} {
		if !strings.Contains(at(heading), words) {
			t.Errorf("%s lacks %q: %s", heading, words, at(heading))
		}
	}
	all := everything(t, doc)
	for _, other := range []string{"Alfie", "toy tractor", "Moses basket", "NCC-5302", "NCC-5303"} {
		if strings.Contains(all, other) {
			t.Errorf("a sibling's %q is in the summary", other)
		}
	}
	if strings.Contains(everything(t, Summary(s.project(), Date{2026, 11, 20}, Date{})), "Daz sleeps") {
		t.Error("the period is not kept")
	}
}

// canaryCase has a confidential address in every text of every kind.
func canaryCase(t testing.TB) *CaseFile {
	const home = "17 CANARY-STREET, Cromer, NR27 9AA"
	say := func(i int) string {
		forms := []string{"at " + home + " today", "at 17  canary-street", "near nr279aa", "17 CANARY-STREET,\nCromer, NR27  9AA."}
		return forms[i%len(forms)]
	}
	s := newStory(t)
	s.by("Tom", "f1", &FieldEntry{Set: []FieldSet{{Key: "address", Value: home}, {Key: "alerts", Value: "watched: " + say(1)}}})
	s.by("Tom", "f2", &FieldEntry{Set: []FieldSet{{Key: "address_confidential", Value: "yes"}}})
	s.by("Tom", "f3", &FieldEntry{Set: []FieldSet{{Key: "worker", Value: "Tom " + say(2)}, {Key: "nrm", Value: say(0)}, {Key: "siblings", Value: say(3)}}})
	v := Submission{
		Kind: KindVisit, Children: []string{"A"}, Type: "CLA statutory " + say(0), Occurred: "2026-11-02T10:00:00Z", Place: say(1), Mode: ModeUnsuccessful,
		Reason: say(2), Shared: say(3), Present: []Person{{say(0), say(1)}}, Interpreter: &Interpreter{Language: say(2)},
		Parts: map[string]ChildPart{"A": {Seen: No, NotSeenReason: say(3), NotAloneReason: say(0), Observations: say(1), Analysis: say(2),
			Voice: []Voice{{say(3), say(0), say(1)}}}},
		Actions: []Action{{say(2), say(3), "2026-11-20"}},
	}
	s.by("Tom", "v1", &Visit{v})
	v.Kind = KindNote
	s.by("Tom", "v2", &Note{v})
	s.by("Tom", "v3", &Visit{Submission{Kind: KindVisit, Children: []string{"A"}, Occurred: "2026-11-03T10:00:00Z", Shared: "struck-canary", Type: say(0)}})
	s.by("Tom", "s1", &Strike{Target: "v3", Reason: "wrong child " + say(1)})
	s.by("Tom", "a1", &Amend{Target: "v1", Text: say(2), Reason: say(3)})
	s.by("Tom", "a2", &Amend{Target: "v1", Text: "struck-canary", Reason: say(3)})
	s.by("Tom", "s2", &Strike{Target: "a2", Reason: "no"})
	s.by("Tom", "c1", &Comment{Target: "v1", Text: say(0)})
	s.by("Tom", "c2", &Comment{Target: "v3", Text: "struck-canary"})
	s.by("Tom", "x1", &Export{Outcome: ExportMade, Format: "pdf", What: "summary", Recipient: say(0), Purpose: say(1)})
	return s.project()
}

func leaks(text string) bool {
	t := strings.ToUpper(strings.Join(strings.Fields(text), ""))
	return strings.Contains(t, "CANARY-STREET") || strings.Contains(t, "NR279AA")
}

func TestConfidentialAddressStaysInside(t *testing.T) {
	cf := canaryCase(t)
	if f := cf.Field("address"); !leaks(f.Values[0].Value) {
		t.Fatal("positive control: the address is held")
	}
	outputs := map[string]string{
		"summary":    everything(t, Summary(cf, Date{}, Date{})),
		"chronology": everything(t, Chronology(cf, Date{}, Date{})),
		"brief":      everything(t, cf.Brief()),
		"search":     cf.SearchText(),
		"address":    cf.Address() + cf.Field("address").Display(),
	}
	for i := range cf.Entries {
		outputs["entry "+cf.Entries[i].ID] = everything(t, cf.Export(&cf.Entries[i]))
	}
	for what, text := range outputs {
		if leaks(text) {
			t.Errorf("%s holds the confidential address", what)
		}
		if strings.Contains(text, "struck-canary") {
			t.Errorf("%s holds what was struck", what)
		}
	}
	if e := entry(t, cf, "f1"); leaks(e.Details[0].Value + e.Fields[0].Value + e.Line + e.Title) {
		t.Error("the timeline shows the confidential address")
	}
	if !strings.Contains(outputs["summary"], "wrong child") || !strings.Contains(outputs["summary"], WithheldMark) {
		t.Error("a document says that something was struck or withheld")
	}
	if !cf.Mentions("I live at 17 Canary-Street") || cf.Mentions("I live in Cromer") {
		t.Error("Mentions")
	}
}

func TestWithholdKeepsInnocentWords(t *testing.T) {
	for address, tests := range map[string]map[string]string{
		"Unknown":              {"unknown adult": "unknown adult"},
		"Rose Cottage, Cromer": {"at Rose cottage, in Cromer": "at " + WithheldMark + ", in Cromer"},
		"2 Low Rd\nNR1 1AA":    {"2 low rd": WithheldMark, "nr11aa": WithheldMark, "the road": "the road"},
		"":                     {"": "", "a": "a"},
	} {
		s := newStory(t)
		s.set("01", "address", address)
		s.set("02", "address_confidential", "yes")
		for in, want := range tests {
			if got := s.project().Withhold(in); got != want {
				t.Errorf("%q: %q became %q", address, in, got)
			}
		}
	}
}

func TestAddressIsConfidentialWhileAnybodySaysSo(t *testing.T) {
	s := newStory(t)
	s.set("01", "address", "1 Some Road, NR1 1AA")
	s.set("02", "address_confidential", "no")
	if cf := s.project(); cf.Address() != "1 Some Road, NR1 1AA" || !strings.Contains(cf.SearchText(), "Some Road") {
		t.Errorf("got %q", cf.Address())
	}
	s.set("03", "address_confidential", "yes")
	if cf := s.project(); cf.Address() != withheld || strings.Contains(cf.SearchText(), "Some Road") {
		t.Errorf("got %q", cf.Address())
	}
	s.by("Amina", "04", &Strike{Target: "01", Reason: "another child's"})
	s.set("05", "address_confidential", "no", "02", "03")
	if e := entry(t, s.project(), "01"); strings.Contains(fmt.Sprint(e.Details, e.Fields), "Some Road") {
		t.Error("a struck address may be another child's and is not shown")
	}
}

func TestChronology(t *testing.T) {
	s := newStory(t)
	s.set("01", "identified", "2018-01-23")
	for _, line := range sampleLines(t)[1:] {
		for _, p := range decode(t, string(line)).Split() {
			s.facts = append(s.facts, Fact{ID: p.Ref, Kind: KindVisit, Schema: 1, Payload: p.Payload, Author: "Amina Yusuf", Written: testNow})
		}
	}
	rows := Chronology(s.project(), Date{}, Date{})
	if len(rows) != 3 || rows[0].Event != "Identified as a potential victim of trafficking" || rows[1].Entry != "NCC-4201" || rows[2].Date.String() != "2026-11-17" {
		t.Fatalf("got %+v", rows)
	}
	r := rows[1]
	if !strings.Contains(r.Event, "The child said: “The man who brought me said I still owe 15,000 pounds.”") ||
		!strings.HasPrefix(r.Impact, "Debt bondage") || !strings.HasPrefix(r.Action, "NRM referral and ICTG referral (Amina Yusuf, by 1 February 2018)") {
		t.Errorf("got %+v", r)
	}
	if rows[2].Source != "Tom Garrod, recorded by Amina Yusuf" || !strings.Contains(rows[2].Event, "no reply") {
		t.Errorf("got %+v", rows[2])
	}
	if rows := Chronology(s.project(), Date{2018, 2, 1}, Date{2018, 12, 31}); len(rows) != 1 {
		t.Errorf("period: %d rows", len(rows))
	}
}
