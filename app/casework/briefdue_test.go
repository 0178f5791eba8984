package casework

import "testing"

func TestBriefKeepsWhatIsDue(t *testing.T) {
	s := newStory(t)
	rules, now := DefaultRules(), testNow
	s.set("01", "status", "child protection")
	s.set("02", "plan_start", "2026-11-02")
	s.visit("03", "2026-11-12T10:00:00Z", func(v *Submission) { v.Actions = []Action{{What: "Call school", Owner: "Amina", Due: "2026-11-20"}} })
	b := s.project().BriefAt(rules, now)
	if len(b.Due) != 2 || !b.Holds(rules, now) {
		t.Fatalf("%+v", b.Due)
	}
	if d := b.Due[0]; d.What != "Call school" || d.Who != "Amina" || d.Due.String() != "2026-11-20" {
		t.Errorf("%+v", d)
	}
	if got := b.DueBy(now.AddDate(1, 0, 0)); len(got) != 1 || got[0].Key == "action" {
		t.Errorf("an action of last year is still listed: %+v", got)
	}
	if (Brief{}).Holds(rules, now) {
		t.Error("a line without a day holds")
	}
	later := Rule{Key: "later", ValidFrom: DateOf(now.AddDate(0, 0, 3))}
	b = Brief{AsOf: DateOf(now)}
	if !b.Holds([]Rule{later}, now.AddDate(0, 0, 2)) || b.Holds([]Rule{later}, now.AddDate(0, 0, 3)) {
		t.Error("a rule that comes into force must change the line")
	}
}
