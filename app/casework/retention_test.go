package casework

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(s string) Date {
	d, ok := ParseDate(s)
	if !ok {
		panic(s)
	}
	return d
}

func TestRetentionDue(t *testing.T) {
	own, err := DefaultSchedule().ParseSchedule([]byte(`{"classes":[
		{"class":"child-protection","clocks":[{"from":"birth","years":35}],"source":"Council policy 7"},
		{"class":"child-in-need","clocks":[{"from":"birth","years":18},{"from":"closing","years":3}],"source":"Council policy 8"},
		{"class":"local-panel","name":"Panel","clocks":[{"from":"event","years":6}],"source":"Council policy 9"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	born, closed := day("2012-02-29"), day("2031-05-06")
	for _, c := range []struct {
		name  string
		s     Schedule
		f     RetentionFacts
		due   string
		known bool
	}{
		{"looked after: the 75th anniversary, in the end of its month", DefaultSchedule(), RetentionFacts{Class: "looked-after", Birth: born}, "2087-02-28", true},
		{"looked after, birth not known", DefaultSchedule(), RetentionFacts{Class: "looked-after"}, "", false},
		{"died", DefaultSchedule(), RetentionFacts{Class: "looked-after-died", Event: day("2026-01-31")}, "2041-01-31", true},
		{"adoption", DefaultSchedule(), RetentionFacts{Class: "adoption", Event: day("2020-06-01")}, "2120-06-01", true},
		{"Scotland", DefaultSchedule(), RetentionFacts{Class: "scotland-looked-after", Birth: born}, "2112-02-29", true},
		{"a suggestion is never law", DefaultSchedule(), RetentionFacts{Class: "child-protection", Birth: born, Closed: closed}, "2037-02-28", false},
		{"the council's own period", own, RetentionFacts{Class: "child-protection", Birth: born, Closed: closed}, "2047-02-28", true},
		{"of two clocks the later", own, RetentionFacts{Class: "child-in-need", Birth: born, Closed: closed}, "2034-05-06", true},
		{"of two clocks the later", own, RetentionFacts{Class: "child-in-need", Birth: born, Closed: day("2020-01-01")}, "2030-02-28", true},
		{"a class of the council's", own, RetentionFacts{Class: "local-panel", Event: day("2020-01-01")}, "2026-01-01", true},
		{"no period anywhere", DefaultSchedule(), RetentionFacts{Class: "contact-only", Closed: closed}, "", false},
		{"the council decided for this case", DefaultSchedule(), RetentionFacts{Class: "contact-only", Closed: closed, Review: day("2033-01-01")}, "2033-01-01", true},
		{"a review lengthens", DefaultSchedule(), RetentionFacts{Class: "looked-after", Birth: born, Review: day("2099-01-01")}, "2099-01-01", true},
		{"and never shortens", DefaultSchedule(), RetentionFacts{Class: "looked-after", Birth: born, Review: day("2030-01-01")}, "2087-02-28", true},
		{"unknown class", DefaultSchedule(), RetentionFacts{Class: "shoes", Birth: born}, "", false},
	} {
		due, why, known := RetentionDue(c.f, c.s)
		if due.String() != c.due || known != c.known || why == "" {
			t.Errorf("%s: %v, %v, %q", c.name, due, known, why)
		}
		if !known && c.due != "" && !strings.Contains(why, NotVerified) {
			t.Errorf("%s: does not say that it is no law: %q", c.name, why)
		}
	}
}

func TestScheduleOfTheCouncil(t *testing.T) {
	for _, bad := range []string{`{}x`, `{"classes":[{"class":"A B","clocks":[{"from":"birth","years":1}]}]}`, `{"classes":[{"class":"x"}]}`,
		`{"classes":[{"class":"x","clocks":[{"from":"tuesday","years":1}]}]}`, `{"classes":[{"class":"x","clocks":[{"from":"birth","years":-1}]}]}`,
		`{"classes":[{"class":"x","clocks":[{"from":"birth","years":151}]}]}`, `{"other":1}`} {
		if _, err := DefaultSchedule().ParseSchedule([]byte(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	for _, c := range DefaultSchedule() {
		if !plainKey(c.Key) || c.Name == "" || c.Source == "" || len(c.Clocks) == 0 && !c.Local {
			t.Errorf("%+v", c)
		}
	}
}

// tale is a case about to be disposed of.
func tale(t testing.TB, basis string) *story {
	s := newStory(t)
	s.set("01", "dob", "1940-05-02")
	s.by("Amina", "02", &Retention{Class: "looked-after", Closed: "2026-10-01"})
	s.by("Amina", "03", &Disposal{Step: StepPropose, Basis: basis, Reason: "Period ended"})
	return s
}

func (s *story) retention(alone bool) *RetentionState {
	return RetentionOf(s.project(), s.facts, DisposalRules{Alone: alone, Entitled: func(p string) bool { return p == "grace" }})
}

func TestMayDispose(t *testing.T) {
	for _, c := range []struct {
		name  string
		alone bool
		basis string
		more  func(*story)
		why   string
	}{
		{"proposed only", false, BasisSchedule, nil, WhyOneApproval},
		{"proposed and approved", false, BasisSchedule, func(s *story) { s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"}) }, ""},
		{"twice by one person", false, BasisSchedule, func(s *story) { s.by("Amina", "04", &Disposal{Step: StepApprove, Proposal: "03"}) }, WhyOneApproval},
		{"two workers", false, BasisSchedule, func(s *story) { s.by("Tom", "04", &Disposal{Step: StepApprove, Proposal: "03"}) }, WhyNoLead},
		{"the kit is nobody in a council", false, BasisSchedule, func(s *story) { s.by("Amina", "04", &Disposal{Step: StepApprove, Proposal: "03", By: ByKit}) }, WhyOneApproval},
		{"the kit of one who is alone", true, BasisSchedule, func(s *story) { s.by("Amina", "04", &Disposal{Step: StepApprove, Proposal: "03", By: ByKit}) }, ""},
		{"refused afterwards", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Disposal{Step: StepRefuse, Proposal: "03", Reason: "Inquest"})
		}, WhyRefused},
		{"approval struck", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Grace", "05", &Strike{Target: "04", Reason: "mistake"})
		}, WhyOneApproval},
		{"approval refused by the council", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"}).State = StateRefused
		}, WhyOneApproval},
		{"approval of nobody known", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"}).AuthorID = "0000"
		}, WhyOneApproval},
		{"a hold", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Hold{Reason: "Court"})
		}, WhyHold},
		{"a hold that has ended", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Hold{Reason: "Court", Until: "2026-11-01"})
		}, ""},
		{"a hold of which this is the last day", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Hold{Reason: "Court", Until: DateOf(testNow).String()})
		}, WhyHold},
		{"released by who set it", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Hold{Reason: "Court"})
			s.by("Tom", "06", &Release{Hold: "05", Reason: "over"})
		}, ""},
		{"released by another worker", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Hold{Reason: "Court"})
			s.by("Amina", "06", &Release{Hold: "05", Reason: "over"})
		}, WhyHold},
		{"released by a lead, and that struck", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Hold{Reason: "Court"})
			s.by("Grace", "06", &Release{Hold: "05", Reason: "over"})
			s.by("Grace", "07", &Strike{Target: "06", Reason: "not yet"})
		}, WhyHold},
		{"a struck hold still holds", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Hold{Reason: "Court"})
			s.by("Tom", "06", &Strike{Target: "05", Reason: "slip"})
		}, WhyHold},
		{"put into a class without a period as well", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Retention{Class: "contact-only", Closed: "2026-10-01"})
		}, WhyDueUnknown},
		{"into a longer class", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.by("Tom", "05", &Retention{Class: "scotland-looked-after", Closed: "2026-10-01", Replaces: []string{"02"}})
		}, WhyNotDue},
		{"two dates of birth: the later counts", false, BasisSchedule, func(s *story) {
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
			s.set("05", "dob", "1960-05-02")
		}, WhyNotDue},
		{"an override needs no date", false, "court-order", func(s *story) {
			s.set("05", "dob", "2015-05-02")
			s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
		}, ""},
		{"but two people", false, "court-order", nil, WhyOneApproval},
	} {
		s := tale(t, c.basis)
		if c.more != nil {
			c.more(s)
		}
		if ok, why := MayDispose(s.retention(c.alone), testNow); why != c.why || ok != (c.why == "") {
			t.Errorf("%s: %v %q, want %q", c.name, ok, why, c.why)
		}
	}
	s := newStory(t)
	if _, why := MayDispose(s.retention(false), testNow); why != WhyNoProposal {
		t.Errorf("nothing proposed: %q", why)
	}
	s = tale(t, BasisSchedule)
	s.by("Grace", "04", &Disposal{Step: StepApprove, Proposal: "03"})
	for _, c := range []struct {
		now time.Time
		why string
	}{
		{s.facts[2].Written.AddDate(0, 0, 30), ""}, {s.facts[2].Written.AddDate(0, 0, 31), WhyExpired}, {s.facts[2].Written.AddDate(0, 0, -2), WhyExpired},
	} {
		if _, why := MayDispose(s.retention(false), c.now); why != c.why {
			t.Errorf("at %v: %q, want %q", c.now, why, c.why)
		}
	}
	s.set("09", "dob", "not a date")
	if st := s.retention(false); st.DueKnown {
		t.Error("a date of birth that is no date makes the due date unknown")
	}
}

// genDisposal makes a case with steps of every kind by three people.
func genDisposal(t *rapid.T) []Fact {
	n := rapid.IntRange(1, 14).Draw(t, "facts")
	id := func() string {
		return fmt.Sprintf("%02x", max(0, rapid.IntRange(-n, n).Draw(t, "id"))) // the first as a rule: a proposal
	}
	var facts []Fact
	for i := range n {
		person := rapid.SampledFrom([]string{"Grace", "Amina", "Tom", "Grace", "Amina", "Grace", ""}).Draw(t, "author")
		f := Fact{ID: fmt.Sprintf("%02x", i), Author: person, AuthorID: strings.ToLower(person), Written: testNow.AddDate(0, 0, -rapid.IntRange(0, 33).Draw(t, "days")),
			State: rapid.SampledFrom([]string{StateCouncil, StateLocal, StateCouncil, StateCouncil, StateCouncil, StateRefused}).Draw(t, "state")}
		var b Body
		kind := rapid.SampledFrom([]int{4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 0, 1, 2, 3, 6, 7}).Draw(t, "kind")
		if i == 0 {
			kind = 3
		}
		switch kind {
		case 0:
			b = &Retention{Class: rapid.SampledFrom([]string{"looked-after", "contact-only"}).Draw(t, "class"), Closed: "2026-01-01", Replaces: []string{id()}}
		case 1:
			b = &Hold{Reason: "x", Until: rapid.SampledFrom([]string{"", "2026-01-01", "2030-01-01"}).Draw(t, "until")}
		case 2:
			b = &Release{Hold: id(), Reason: "x"}
		case 3:
			b = &Disposal{Step: StepPropose, Basis: rapid.SampledFrom([]string{"court-order", "court-order", BasisSchedule}).Draw(t, "basis"), Reason: "x"}
		case 4, 5:
			b = &Disposal{Step: StepApprove, Proposal: id(), By: rapid.SampledFrom([]string{"", "", "", ByKit}).Draw(t, "by")}
		case 6:
			b = &Disposal{Step: StepRefuse, Proposal: id(), Reason: "x"}
		default:
			b = &Strike{Target: id(), Reason: "x"}
		}
		payload, schema, err := EncodeBody(b)
		if err != nil {
			t.Fatal(err)
		}
		f.Kind, f.Schema, f.Payload = b.Kind(), schema, payload
		facts = append(facts, f)
	}
	return facts
}

func stateOf(facts []Fact, alone bool) *RetentionState {
	return RetentionOf(Project("A", facts, testNow), facts, DisposalRules{Alone: alone, Entitled: func(p string) bool { return p == "grace" }})
}

// Order and repetition never matter; one person never suffices, however often
// they say it; a hold always stops; and what is permitted has two people and,
// in a council, a lead behind it.
func TestDisposalRulesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := genDisposal(t)
		alone := rapid.Bool().Draw(t, "alone")
		want := stateOf(facts, alone)
		want.rules = DisposalRules{}
		rng := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		mixed := append(slices.Clone(facts), facts[rng.Intn(len(facts))])
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		got := stateOf(mixed, alone)
		got.rules = DisposalRules{}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("order matters:\n%+v\n%+v", want, got)
		}
		s := stateOf(facts, alone)
		q, why := s.Ready(testNow)
		if (q == nil) == (why == "") {
			t.Fatal("ready and why contradict each other")
		}
		if q != nil {
			people := map[string]bool{}
			kit, lead := false, false
			for _, a := range q.Approvals {
				people[a.PersonID] = true
				kit, lead = kit || a.Kit, lead || a.PersonID == "grace"
			}
			if people[""] || len(people) < 2 && !(alone && kit) || !alone && (kit || !lead) {
				t.Fatalf("permitted by %v", q.Approvals)
			}
		}
		// Everything by one person, the kit apart.
		var own []Fact
		for _, f := range facts {
			f.Author, f.AuthorID = "Grace", "grace"
			own = append(own, f)
		}
		if ok, _ := MayDispose(stateOf(own, false), testNow); ok {
			t.Fatal("one person suffices")
		}
		hold, schema, err := EncodeBody(&Hold{Reason: "x"})
		if err != nil {
			t.Fatal(err)
		}
		held := append(slices.Clone(facts), Fact{ID: "hold", Kind: KindHold, Schema: schema, Payload: hold, Author: "Nia", AuthorID: "nia", State: StateRefused})
		if _, why := MayDispose(stateOf(held, alone), testNow); why != WhyHold {
			t.Fatalf("a hold does not stop: %q", why)
		}
	})
	// Disposals that are permitted are common enough among what is drawn; under
	// fixed seeds, since a short run may by chance draw none.
	permitted, draws := 0, rapid.Custom(genDisposal)
	for seed := range 200 {
		if q, _ := stateOf(draws.Example(seed), seed%2 == 0).Ready(testNow); q != nil {
			permitted++
		}
	}
	if permitted < 10 {
		t.Errorf("only %d of 200 are permitted: the property proves nothing", permitted)
	}
}
