package casework

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// story builds facts by hand.
type story struct {
	t     testing.TB
	facts []Fact
	at    time.Time
}

func newStory(t testing.TB) *story {
	return &story{t: t, at: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
}

func (s *story) by(author, id string, b Body) *Fact {
	payload, schema, err := EncodeBody(b)
	if err != nil {
		s.t.Fatal(err)
	}
	s.at = s.at.Add(time.Hour)
	s.facts = append(s.facts, Fact{
		ID: id, Kind: b.Kind(), Schema: schema, Payload: payload, Author: author, AuthorID: strings.ToLower(author),
		Written: s.at, HLC: uint64(s.at.UnixMilli()), State: StateCouncil, Received: s.at.Add(time.Minute),
	})
	return &s.facts[len(s.facts)-1]
}

func (s *story) set(id, key, value string, replaces ...string) {
	s.by("Amina", id, &FieldEntry{Set: []FieldSet{{Key: key, Value: value, Replaces: replaces}}})
}

func (s *story) visit(id, occurred string, change func(*Submission)) *Fact {
	v := Submission{
		Kind: KindVisit, Children: []string{"A"}, Type: "CP statutory", Occurred: occurred, Place: "home", Mode: ModeFaceToFace, Shared: "Talked.",
		Parts: map[string]ChildPart{"A": {Seen: Yes, SeenAlone: Yes}},
	}
	if change != nil {
		change(&v)
	}
	return s.by("Amina", id, &Visit{v})
}

func (s *story) project() *CaseFile { return Project("A", s.facts, testNow) }

func entry(t testing.TB, cf *CaseFile, id string) *Entry {
	t.Helper()
	e, ok := cf.Entry(id)
	if !ok {
		t.Fatalf("entry %s is not there", id)
	}
	return e
}

func codes(cf *CaseFile) []string {
	var out []string
	for _, a := range cf.Attention {
		out = append(out, a.Code)
	}
	return out
}

func TestFieldConflictStandsUntilChosen(t *testing.T) {
	s := newStory(t)
	s.set("01", "dob", "2014-05-02")
	s.set("02", "dob", "02/06/2014")
	s.set("03", "dob", "2014-05-02")
	cf := s.project()
	f := cf.Field("dob")
	if len(f.Values) != 2 || !slices.Equal(f.Values[0].Entries, []string{"01", "03"}) || f.Values[1].Value != "2014-06-02" {
		t.Fatalf("got %+v", f.Values)
	}
	if f.Display() != "2 May 2014, or 2 June 2014" || len(cf.Conflicts) != 1 || !slices.Contains(codes(cf), AttentionConflict) {
		t.Errorf("display %q, attention %v", f.Display(), codes(cf))
	}
	s.set("04", "dob", "2014-06-02", f.Replaces()...)
	cf = s.project()
	f = cf.Field("dob")
	if f.Conflict() || cf.DOB != (Date{2014, 6, 2}) || len(f.History) != 1 || f.History[0].Value != "2014-05-02" {
		t.Errorf("got %+v", f)
	}
	// A value written without knowledge of the choice stands beside it.
	s.set("05", "dob", "2014-07-02", "01")
	if f := s.project().Field("dob"); len(f.Values) != 2 {
		t.Errorf("got %+v", f.Values)
	}
}

func TestIdentity(t *testing.T) {
	s := newStory(t)
	s.by("Amina", "01", &FieldEntry{Set: []FieldSet{
		{Key: "name", Value: "Baby Larter"}, {Key: "dob", Value: "2026-09-30"}, {Key: "dob_basis", Value: "Verified"},
		{Key: "status", Value: "Child Protection"}, {Key: "alerts", Value: "dog on premises;  do not visit alone"},
		{Key: "nhs", Value: "999 003 8775"}, {Key: SampleKey, Value: "yes"}, {Key: "shoe_size", Value: "2"},
	}})
	cf := s.project()
	if cf.Title() != "Baby Larter" || cf.Called() != "Baby Larter" || cf.Age != "7 weeks" || cf.Status != "child protection" || cf.Basis != "verified" || !cf.Sample {
		t.Errorf("got %+v", cf.Brief())
	}
	if !slices.Equal(cf.Alerts, []string{"dog on premises", "do not visit alone"}) {
		t.Errorf("alerts %q", cf.Alerts)
	}
	if f := cf.Field("shoe_size"); f.Def.Label != "Shoe size" || f.Display() != "2" {
		t.Errorf("a field of a later version is shown: %+v", f)
	}
	if b := cf.Brief(); b.NHS != "9990038775" || b.DOB.String() != "2026-09-30" {
		t.Errorf("got %+v", b)
	}
	if text := cf.SearchText(); !strings.Contains(text, "999 003 8775") || !strings.Contains(text, "Baby Larter") {
		t.Errorf("search text %q", text)
	}
}

func TestLastSeen(t *testing.T) {
	s := newStory(t)
	s.visit("01", "2026-11-02T10:00:00Z", nil)
	s.visit("02", "2026-11-05T10:00:00Z", func(v *Submission) {
		v.Parts["A"] = ChildPart{Seen: Yes, SeenAlone: Partly, NotAloneReason: "carer refused"}
	})
	s.visit("03", "2026-11-09T10:00:00Z", func(v *Submission) { v.Mode = ModeVirtual })
	s.visit("04", "2026-11-11T10:00:00Z", func(v *Submission) {
		v.Mode, v.Reason = ModeUnsuccessful, "no reply"
		v.Parts["A"] = ChildPart{Seen: Yes, SeenAlone: Yes}
	})
	s.visit("05", "2026-11-12T10:00:00Z", func(v *Submission) { v.Parts["A"] = ChildPart{Seen: No, NotSeenReason: "at school"} })
	s.visit("06", "2026-11-13T10:00:00Z", nil)
	s.by("Amina", "07", &Strike{Target: "06", Reason: "wrong child"})
	cf := s.project()
	if cf.LastSeen.Entry != "02" || cf.LastSeenAlone.Entry != "01" || cf.LastVirtual.Entry != "03" {
		t.Errorf("seen %v, alone %v, virtual %v", cf.LastSeen, cf.LastSeenAlone, cf.LastVirtual)
	}
	if len(cf.Attempts) != 2 || cf.Attempts[0].Reason != "at school" || cf.Attempts[1].Reason != "no reply" {
		t.Errorf("attempts %v", cf.Attempts)
	}
	if !slices.Contains(codes(cf), AttentionAttempts) {
		t.Errorf("attention %v", codes(cf))
	}
	if e := entry(t, cf, "06"); !e.IsStruck() || e.Struck[0].Reason != "wrong child" || len(e.Passages) == 0 {
		t.Error("what is struck stays visible")
	}
	if cf.LastSeenWords() != "5 November 2026" {
		t.Errorf("got %q", cf.LastSeenWords())
	}
	cf.SetCompleteness(Completeness{Arriving: true})
	if cf.LastSeenWords() != "5 November 2026 (history still arriving)" || cf.Attention[0].Code != AttentionArriving {
		t.Errorf("got %q, %v", cf.LastSeenWords(), codes(cf))
	}
}

func TestUnseenForLong(t *testing.T) {
	s := newStory(t)
	s.visit("01", "2026-10-26T10:00:00Z", nil)
	if cf := s.project(); !slices.Contains(codes(cf), AttentionUnseen) {
		t.Errorf("28 days: %v", codes(cf))
	}
	s.set("02", "status", "closed")
	if cf := s.project(); slices.Contains(codes(cf), AttentionUnseen) {
		t.Error("a closed case needs no visit")
	}
}

func TestAmendmentsAndComments(t *testing.T) {
	s := newStory(t)
	s.visit("01", "2026-11-02T10:00:00Z", nil)
	s.by("Amina", "02", &Amend{Target: "01", Text: "It was Tuesday.", Reason: "slip"})
	s.by("Grace", "03", &Amend{Target: "01", Text: "It was Monday."})
	s.by("Grace", "04", &Comment{Target: "02", Text: "Which day?"})
	s.by("Grace", "05", &Amend{Target: "02", Text: "Checked."})
	s.by("Amina", "06", &Strike{Target: "03", Reason: "mistaken"})
	s.by("Amina", "07", &Comment{Target: "99", Text: "early"})
	s.by("Amina", "08", &Amend{Target: "08", Text: "itself"})
	cf := s.project()
	e := entry(t, cf, "01")
	if len(e.Amendments) != 3 || len(e.Comments) != 1 {
		t.Fatalf("%d amendments, %d comments", len(e.Amendments), len(e.Comments))
	}
	if a := e.Amendments[1]; a.ID != "03" || len(a.Struck) != 1 || a.Text == "" || a.Author != "Grace" {
		t.Errorf("got %+v", a)
	}
	if e.IsStruck() {
		t.Error("a struck amendment does not strike the visit")
	}
	for _, id := range []string{"07", "08"} {
		if p := entry(t, cf, id); !p.Pending || p.Target == "" {
			t.Errorf("%s is not pending: %+v", id, p)
		}
	}
	if len(cf.Entries) != 3 {
		t.Errorf("%d entries in the timeline", len(cf.Entries))
	}
	// The target arrives.
	s.visit("99", "2026-11-03T10:00:00Z", nil)
	cf = s.project()
	if e := entry(t, cf, "99"); len(e.Comments) != 1 {
		t.Error("the comment did not find its target")
	}
}

func TestOpenedNeedsSomebodyElse(t *testing.T) {
	s := newStory(t)
	s.visit("01", "2026-11-02T10:00:00Z", nil)
	s.visit("02", "2026-11-03T10:00:00Z", nil).State = StateLocal
	s.by("Amina", "03", &Opened{Entries: []string{"01"}})
	if e := entry(t, s.project(), "01"); e.StateWords() != "Council has it" {
		t.Errorf("got %q", e.StateWords())
	}
	s.by("Grace", "04", &Opened{Entries: []string{"01", "02", "77"}})
	s.by("Grace", "05", &Opened{Entries: []string{"01"}})
	s.by("Tom", "06", &Opened{Entries: []string{"01"}})
	cf := s.project()
	if e := entry(t, cf, "01"); e.State != StateOpened || e.StateWords() != "Opened by Grace and Tom" {
		t.Errorf("got %q", e.StateWords())
	}
	if e := entry(t, cf, "02"); e.State != StateLocal {
		t.Errorf("no receipt, no word of the council: %q", e.State)
	}
	if len(cf.Entries) != 2 {
		t.Error("openings have no line of their own")
	}
}

func TestUnreadableEntriesStay(t *testing.T) {
	s := newStory(t)
	s.facts = append(s.facts,
		Fact{ID: "01", Kind: "sign-off", Schema: 1, Payload: []byte(`{}`)},
		Fact{ID: "02", Kind: KindVisit, Schema: 9, Payload: []byte(`{}`)},
		Fact{ID: "03", Unknown: true},
		Fact{ID: "04", Damaged: true},
		Fact{ID: "05", Kind: KindNote, Schema: 1, Payload: []byte(`{"x":1}`), State: StateRefused},
		Fact{ID: "06", Kind: KindOpened, Schema: 1, Payload: []byte(`x`), State: StateHeld},
	)
	cf := s.project()
	for id, title := range map[string]string{
		"01": "This entry needs a newer Wherry", "02": "This entry needs a newer Wherry",
		"03": "This entry cannot be opened on this laptop yet",
		"04": "This entry is damaged and cannot be read", "05": "This entry is damaged and cannot be read", "06": "This entry is damaged and cannot be read",
	} {
		if e := entry(t, cf, id); e.Title != title || e.Newer == e.Damaged {
			t.Errorf("%s: %q", id, e.Title)
		}
	}
	want := []string{AttentionDamaged, AttentionDamaged, AttentionDamaged, AttentionNewer, AttentionNewer, AttentionNewer, AttentionRefused, AttentionHeld}
	if got := codes(cf); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestDuplicatePublications(t *testing.T) {
	s := newStory(t)
	s.visit("01", "2026-11-02T10:00:00Z", nil).Draft = "d"
	s.visit("02", "2026-11-02T10:00:00Z", nil).Draft = "d"
	s.visit("03", "2026-11-02T10:00:00Z", nil).Draft = "e"
	cf := s.project()
	if e := entry(t, cf, "02"); !slices.Equal(e.Duplicates, []string{"01"}) {
		t.Errorf("got %v", e.Duplicates)
	}
	if got := codes(cf); !slices.Equal(got, []string{AttentionDuplicate}) {
		t.Errorf("got %v", got)
	}
}

func TestEntryCarriesThreeTimesAndBothNames(t *testing.T) {
	s := newStory(t)
	for _, line := range sampleLines(t) {
		sub := decode(t, string(line))
		for _, p := range sub.Split() {
			s.facts = append(s.facts, Fact{
				ID: p.Ref, Kind: KindVisit, Schema: 1, Payload: p.Payload, Author: "Grace Okafor", AuthorID: "g",
				Written: sub.OccurredTime().Add(131 * time.Minute), Received: testNow,
			})
		}
	}
	e := entry(t, s.project(), "NCC-5301")
	if e.Signer != "Grace Okafor" || e.RecordedFor != "Amina Yusuf" || e.SourceWords() != "Amina Yusuf, recorded by Grace Okafor" {
		t.Errorf("got %q for %q", e.Signer, e.RecordedFor)
	}
	if e.Occurred.IsZero() || e.Written.IsZero() || e.Received.IsZero() || e.Contemporaneity() != "Written 1 hour 16 minutes after it ended" {
		t.Errorf("times: %q", e.Contemporaneity())
	}
	var labels []string
	for _, p := range e.Passages {
		labels = append(labels, p.Label)
	}
	if !slices.Equal(labels, []string{LabelShared, LabelWords, LabelObservation, LabelAnalysis}) {
		t.Errorf("got %q", labels)
	}
	if w := e.Passages[1]; w.Asked != "Who has been at home this week?" || w.Heard != "verbatim" {
		t.Errorf("got %+v", w)
	}
	if len(e.Present) != 2 || len(e.Actions) != 2 || e.Title != "CP statutory visit at home, unannounced" {
		t.Errorf("got %q, %v, %v", e.Title, e.Present, e.Actions)
	}
	want := Labelled{"Interpreter", "Vietnamese, independent, INT-2207"}
	if e := entry(t, s.project(), "NCC-4201"); !slices.Contains(e.Details, want) {
		t.Errorf("got %v", e.Details)
	}
	if e := entry(t, s.project(), "NCC-5401"); !slices.Contains(e.Details, Labelled{"Seen", "No: no access"}) {
		t.Errorf("got %v", e.Details)
	}
}
