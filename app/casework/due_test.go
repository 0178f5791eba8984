package casework

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func dueWords(cf *CaseFile) []string {
	var out []string
	for _, d := range Due(cf, DefaultRules(), testNow) {
		out = append(out, d.Words())
	}
	return out
}

func TestDueVisits(t *testing.T) {
	s := newStory(t)
	s.set("01", "status", "child protection")
	if got := dueWords(s.project()); !slices.Equal(got, []string{"Child protection visit: no start date is held, so no due date can be worked out"}) {
		t.Errorf("got %q", got)
	}
	s.set("02", "plan_start", "2026-11-02")
	if got := dueWords(s.project()); !slices.Equal(got, []string{"Child protection visit was due 16 November 2026 (7 days overdue)"}) {
		t.Errorf("got %q", got)
	}
	s.visit("03", "2026-11-12T10:00:00Z", nil)
	want := []string{"Child protection visit due 26 November 2026 (in 3 days)"}
	if got := dueWords(s.project()); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	// None of these resets the clock.
	s.visit("04", "2026-11-16T10:00:00Z", func(v *Submission) { v.Mode, v.Reason = ModeUnsuccessful, "refused" })
	s.visit("05", "2026-11-16T10:00:00Z", func(v *Submission) { v.Parts["A"] = ChildPart{Seen: No, NotSeenReason: "at school"} })
	s.visit("06", "2026-11-16T10:00:00Z", func(v *Submission) { v.Mode = ModeVirtual })
	s.visit("07", "2026-11-16T10:00:00Z", func(v *Submission) { v.Type = "other" })
	s.by("Amina", "08", &Call{Submission{Kind: KindCall, Children: []string{"A"}, Occurred: "2026-11-16T10:00:00Z", Shared: "x", Type: "core group"}})
	s.visit("09", "2026-11-16T10:00:00Z", nil)
	s.by("Amina", "10", &Strike{Target: "09", Reason: "wrong child"})
	if got := dueWords(s.project()); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	cf := s.project()
	cf.SetCompleteness(Completeness{Arriving: true})
	if got := dueWords(cf); !strings.HasSuffix(got[0], ", history still arriving") {
		t.Errorf("got %q", got)
	}
	s.set("11", "status", "closed", "01")
	if got := dueWords(s.project()); len(got) != 0 {
		t.Errorf("a closed case: %q", got)
	}
}

func TestDueLookedAfterVisits(t *testing.T) {
	s := newStory(t)
	s.set("01", "status", "looked after")
	s.set("02", "placement_start", "2026-11-20")
	if got := dueWords(s.project()); !slices.Equal(got, []string{"First visit in a placement due 27 November 2026 (in 4 days)"}) {
		t.Errorf("got %q", got)
	}
	s.visit("03", "2026-11-22T10:00:00Z", func(v *Submission) { v.Type = "CLA statutory" })
	items := Due(s.project(), DefaultRules(), testNow)
	// Six weeks from 22 November is Sunday 3 January 2027, after a bank holiday.
	if len(items) != 1 || items[0].Due != (Date{2027, 1, 3}) || items[0].PlanFor != (Date{2026, 12, 31}) || items[0].Local {
		t.Errorf("got %+v", items)
	}
}

func TestDueActions(t *testing.T) {
	s := newStory(t)
	s.visit("01", "2026-11-12T10:00:00Z", func(v *Submission) {
		v.Actions = []Action{{"Ring school", "Amina", "2026-11-23"}, {"Long past", "Amina", "2026-10-25"}, {"Late", "Amina", "2026-11-20"}, {"No date", "Amina", ""}}
	})
	if got := dueWords(s.project()); !slices.Equal(got, []string{"Late was due 20 November 2026 (3 days overdue)", "Ring school due today"}) {
		t.Errorf("got %q", got)
	}
}

func TestWriteUp(t *testing.T) {
	s := decode(t, string(sampleLines(t)[0]))
	d, ok := WriteUp(s, DefaultRules(), testNow)
	if !ok || d.Due != (Date{2026, 11, 23}) || d.State != DueAhead || !d.Local {
		t.Errorf("got %+v", d)
	}
	s.Type = "other"
	if d, _ := WriteUp(s, DefaultRules(), testNow); d.Due != (Date{2026, 11, 26}) {
		t.Errorf("got %+v", d)
	}
	if _, ok := WriteUp(&Submission{}, DefaultRules(), testNow); ok {
		t.Error("no time, no clock")
	}
}

func TestRules(t *testing.T) {
	keys := map[string]bool{}
	for _, r := range DefaultRules() {
		if keys[r.Key] || r.Name == "" || r.Jurisdiction == "" || r.Source == "" || r.Starts == "" || r.N < 1 {
			t.Errorf("rule %q is not whole", r.Key)
		}
		keys[r.Key] = true
		if d := r.From(Date{2026, 11, 23}); d.Due.Before(Date{2026, 11, 24}) || d.PlanFor.After(d.Due) || d.Calendar == "" {
			t.Errorf("rule %q: %+v", r.Key, d)
		}
	}
	r, _ := RuleByKey(DefaultRules(), "return-interview")
	start := time.Date(2026, 11, 20, 22, 15, 0, 0, time.UTC)
	if d := r.FromTime(start); !d.At.Equal(start.Add(72*time.Hour)) || r.Limit() != "72 hours" {
		t.Errorf("clock hours: %+v", d)
	}
	for key, want := range map[string]string{"referral-decision": "1 working day", "icpc": "15 working days", "subject-access": "1 month", "cla-visit": "6 weeks"} {
		if r, _ := RuleByKey(DefaultRules(), key); r.Limit() != want {
			t.Errorf("%s: %q", key, r.Limit())
		}
	}
	if r := (Rule{ValidFrom: Date{2026, 1, 1}, ValidTo: Date{2026, 12, 31}}); r.Valid(Date{2025, 12, 31}) || !r.Valid(Date{2026, 12, 31}) {
		t.Error("validity")
	}
}
