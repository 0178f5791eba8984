package casework

import (
	"strings"
	"time"
)

// Unit is what a limit is counted in.
type Unit string

// Units.
const (
	WorkingDays  Unit = "working days"
	CalendarDays Unit = "days"
	Weeks        Unit = "weeks" // of seven days
	Months       Unit = "months"
	Hours        Unit = "hours" // clock hours
)

// Trigger says how Due applies a rule to a case file. Rules without one are
// reference data: their clock starts with an event that the notebook does not
// hold as a field.
type Trigger string

// Triggers.
const (
	TriggerNone       Trigger = ""
	TriggerVisit      Trigger = "visit"       // from the last counting visit, else from the start field
	TriggerFirstVisit Trigger = "first-visit" // from the start field, until the first counting visit
	TriggerWriteUp    Trigger = "write-up"    // from the end of a visit until it is written up
)

// Rule is one timescale, as data. Law and local practice change: a rule says
// where and when it is valid, where it comes from, and whether a council sets
// it.
type Rule struct {
	Key          string
	Name         string
	Jurisdiction string
	Starts       string // what day 0 is
	N            int
	Unit         Unit
	Calendar     Calendar // for working days
	Source       string
	Who          string
	ValidFrom    Date
	ValidTo      Date
	Local        bool // no national figure: a local default, to be set by the council
	Unverified   bool // from practice, not checked against the text of the source

	Trigger    Trigger
	Statuses   []string // case statuses that it applies to
	Placements []string // placement codes that it applies to; none: all
	StartField string   // field that holds the start date
	VisitTypes []string // types of visit that count
}

// Valid reports whether the rule is in force on a day.
func (r Rule) Valid(on Date) bool { return on.Within(r.ValidFrom, r.ValidTo) }

// Configurable reports whether a council may set its own limit.
func (r Rule) Configurable() bool { return r.Local || r.Unverified }

// Limit is the limit in words: "15 working days".
func (r Rule) Limit() string {
	return count(r.N, strings.TrimSuffix(string(r.Unit), "s"), string(r.Unit))
}

// Deadline is a computed due date. It is never moved off a weekend; PlanFor is
// the last working day up to it.
type Deadline struct {
	Due         Date
	At          time.Time // for limits in hours: the very moment
	PlanFor     Date
	Provisional bool   // bank holidays of that year are not yet published
	Calendar    string // version of the bank holiday table
}

// From computes the deadline of a clock that starts on a date (day 0).
func (r Rule) From(start Date) Deadline {
	if r.Unit == Hours {
		return r.FromTime(start.Time())
	}
	cal := r.Calendar
	if cal == "" {
		cal = EnglandWales
	}
	d := Deadline{Calendar: CalendarVersion}
	switch r.Unit {
	case WorkingDays:
		d.Due, d.Provisional = AddWorkingDays(cal, start, r.N)
	case CalendarDays:
		d.Due = start.AddDays(r.N)
	case Weeks:
		d.Due = start.AddDays(7 * r.N)
	case Months:
		d.Due = start.AddMonths(r.N)
	}
	d.PlanFor = LastWorkingDay(cal, d.Due)
	d.Provisional = d.Provisional || d.Due.Year > lastPublished
	return d
}

// FromTime computes the deadline of a clock that starts at a moment.
func (r Rule) FromTime(start time.Time) Deadline {
	if r.Unit != Hours {
		return r.From(DateOf(start))
	}
	at := start.Add(time.Duration(r.N) * time.Hour)
	return Deadline{Due: DateOf(at), At: at, PlanFor: DateOf(at), Calendar: CalendarVersion}
}
