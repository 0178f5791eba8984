package casework

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// States of something due.
const (
	DueAhead   = "due"
	DueOverdue = "overdue"
	DueUnknown = "unknown" // no start date is held: said, never guessed
)

// DueItem is something to be done by a date.
type DueItem struct {
	Key         string // rule key, "action" or "write-up"
	What        string
	Who         string
	Start       Date // day 0
	Due         Date
	PlanFor     Date
	State       string
	Days        int // until due; negative when overdue
	Entry       string
	Source      string
	Local       bool
	Provisional bool
	Arriving    bool // history still arriving: the date may change
}

// Words is the item as a sentence: "Child protection visit due 3 December
// 2026 (in 8 days)".
func (d DueItem) Words() string {
	var b strings.Builder
	b.WriteString(d.What)
	switch {
	case d.State == DueUnknown:
		b.WriteString(": no start date is held, so no due date can be worked out")
	case d.Days < 0:
		fmt.Fprintf(&b, " was due %s (%s overdue)", d.Due.Words(), count(-d.Days, "day", "days"))
	case d.Days == 0:
		b.WriteString(" due today")
	default:
		fmt.Fprintf(&b, " due %s (in %s)", d.Due.Words(), count(d.Days, "day", "days"))
	}
	if d.Provisional {
		b.WriteString(", provisional")
	}
	if d.Arriving {
		b.WriteString(", history still arriving")
	}
	return b.String()
}

func (d *DueItem) set(dl Deadline, now time.Time) {
	d.Due, d.PlanFor, d.Provisional = dl.Due, dl.PlanFor, dl.Provisional
	d.Days = DateOf(now).DaysUntil(d.Due)
	d.State = DueAhead
	if d.Days < 0 {
		d.State = DueOverdue
	}
}

// staleActions is for how long a past action stays on the list; actions have
// no "done" yet, and an endless list hides what matters.
const staleActions = 28

// Due lists what is due in a case: visits by the rules that apply, and actions
// with a date. The earliest comes first, what cannot be computed last. Only
// visits at which the child was seen face to face reset a clock, and only those
// of a type that counts: a core group is not a visit.
func Due(cf *CaseFile, rules []Rule, now time.Time) []DueItem {
	var out []DueItem
	if cf.Open() {
		for _, r := range rules {
			if item, ok := cf.dueVisit(r, rules, now); ok {
				out = append(out, item)
			}
		}
	}
	out = append(out, cf.dueActions(now)...)
	slices.SortStableFunc(out, func(a, b DueItem) int {
		if (a.State == DueUnknown) != (b.State == DueUnknown) {
			return strings.Compare(a.State, b.State) // "due", "overdue" before "unknown"
		}
		return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.What, b.What))
	})
	return out
}

func (cf *CaseFile) dueVisit(r Rule, rules []Rule, now time.Time) (DueItem, bool) {
	applies := (r.Trigger == TriggerVisit || r.Trigger == TriggerFirstVisit) && r.Valid(DateOf(now)) &&
		containsFold(r.Statuses, cf.Status) && (len(r.Placements) == 0 || containsFold(r.Placements, cf.Get("placement")))
	if !applies {
		return DueItem{}, false
	}
	item := DueItem{Key: r.Key, What: r.Name, Who: r.Who, Source: r.Source, Local: r.Configurable(), Arriving: cf.Arriving, State: DueUnknown}
	begun, _ := parseISO(cf.Get(r.StartField))
	last, entry := cf.lastCounting(r.VisitTypes)
	seenSince := !last.IsZero() && !last.Before(begun)
	if r.Trigger == TriggerFirstVisit {
		if begun.IsZero() || seenSince {
			return DueItem{}, false
		}
		item.Start = begun
		item.set(r.From(begun), now)
		return item, true
	}
	switch {
	case seenSince:
		item.Start, item.Entry = last, entry
	case !begun.IsZero() && firstVisitRule(rules, r):
		return DueItem{}, false // the first visit's own rule speaks
	case !begun.IsZero():
		item.Start = begun
	default:
		return item, true
	}
	item.set(r.From(item.Start), now)
	return item, true
}

// firstVisitRule reports whether another rule sets the first visit.
func firstVisitRule(rules []Rule, r Rule) bool {
	return slices.ContainsFunc(rules, func(f Rule) bool {
		return f.Trigger == TriggerFirstVisit && f.StartField == r.StartField && slices.Equal(f.Statuses, r.Statuses)
	})
}

func containsFold(list []string, v string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return same(s, v) })
}

// lastCounting is the day of the last visit of these types at which the child
// was seen face to face.
func (cf *CaseFile) lastCounting(types []string) (Date, string) {
	var last Date
	var entry string
	for _, e := range cf.Entries {
		if e.Kind != KindVisit || e.Visit == nil || e.IsStruck() || e.Unsuccessful() || e.Part().Seen != Yes ||
			same(e.Visit.Mode, ModeVirtual) || !containsFold(types, e.Visit.Type) {
			continue
		}
		if d := DateOf(e.Occurred); d.After(last) {
			last, entry = d, e.ID
		}
	}
	return last, entry
}

func (cf *CaseFile) dueActions(now time.Time) []DueItem {
	var out []DueItem
	for _, e := range cf.Entries {
		if e.IsStruck() {
			continue
		}
		for _, a := range e.Actions {
			due, ok := parseISO(a.Due)
			if !ok {
				continue
			}
			item := DueItem{Key: "action", What: a.What, Who: a.Owner, Start: DateOf(e.When()), Entry: e.ID, Arriving: cf.Arriving}
			item.set(Deadline{Due: due, PlanFor: LastWorkingDay(EnglandWales, due)}, now)
			if item.Days >= -staleActions {
				out = append(out, item)
			}
		}
	}
	return out
}

// WriteUp is by when a visit, call or note in hand should be written up. It
// warns and never locks anything; false if it is not known when it happened.
func WriteUp(s *Submission, rules []Rule, now time.Time) (DueItem, bool) {
	end := s.EndedTime()
	if end.IsZero() {
		end = s.OccurredTime()
	}
	if end.IsZero() {
		return DueItem{}, false
	}
	key := "write-up"
	if st, ok := RuleByKey(rules, "write-up-statutory"); ok && s.Kind != KindCall && s.Kind != KindNote && containsFold(st.VisitTypes, s.Type) {
		key = "write-up-statutory"
	}
	r, ok := RuleByKey(rules, key)
	if !ok {
		return DueItem{}, false
	}
	item := DueItem{Key: "write-up", What: r.Name, Who: r.Who, Source: r.Source, Local: r.Configurable(), Start: DateOf(end)}
	item.set(r.FromTime(end), now)
	return item, true
}

// Contemporaneity says how soon after the event the entry was written, by the
// laptop's clock: "Written 2 hours 11 minutes after it ended". "" if unknown.
// It is the device's claim until the council's receipt bounds it.
func (e *Entry) Contemporaneity() string {
	from, word := e.Ended, "ended"
	if from.IsZero() {
		from, word = e.Occurred, "began"
	}
	if from.IsZero() || e.Written.IsZero() {
		return ""
	}
	gap := e.Written.Sub(from)
	if gap < 0 {
		return "Written before it " + word + ", by this laptop's clock"
	}
	return "Written " + durationWords(gap) + " after it " + word
}

func durationWords(d time.Duration) string {
	minutes := int(d.Minutes())
	switch {
	case minutes < 1:
		return "less than a minute"
	case minutes < 60:
		return count(minutes, "minute", "minutes")
	case minutes < 24*60:
		words := count(minutes/60, "hour", "hours")
		if m := minutes % 60; m > 0 {
			words += " " + count(m, "minute", "minutes")
		}
		return words
	}
	return count(minutes/(24*60), "day", "days")
}
