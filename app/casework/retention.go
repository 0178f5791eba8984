package casework

import "slices"

// RetentionEvent is what the clock of a retention period starts with.
type RetentionEvent string

// Events that start a clock.
const (
	FromBirth   RetentionEvent = "birth"   // the case's date of birth
	FromClosing RetentionEvent = "closing" // the day on which the case was closed
	FromEvent   RetentionEvent = "event"   // the day that the retention entry names: an order, a death, the end of an approval
)

// RetentionClock is one period: so many years from an event.
type RetentionClock struct {
	From  RetentionEvent `json:"from,omitempty"`
	Years int            `json:"years,omitempty"`
}

// RetentionClass says how long records of one class are kept. Law and local
// practice change: a class says where it is valid and where its period comes
// from, and a council replaces it by its own schedule (ParseSchedule).
type RetentionClass struct {
	Key          string           `json:"class,omitempty"`
	Name         string           `json:"name,omitempty"`
	Jurisdiction string           `json:"jurisdiction,omitempty"`
	Clocks       []RetentionClock `json:"clocks,omitempty"` // the longest counts; none: no period is known
	Source       string           `json:"source,omitempty"`

	Local      bool `json:"-"` // no national figure: the council sets it
	Unverified bool `json:"-"` // from practice, not checked against the text of the source
}

// Settled reports whether the period may be relied on: it stands in law, or the
// council's own schedule gave it. All others are only suggestions.
func (c RetentionClass) Settled() bool { return len(c.Clocks) > 0 && !c.Local && !c.Unverified }

// Schedule is a retention schedule, in the order in which it is shown.
type Schedule []RetentionClass

// NotVerified marks a period that no source of law confirms.
const NotVerified = "not verified: set by your council"

// DefaultSchedule lists the classes that this version knows. A new class is one
// line here. Periods marked as local or unverified are never applied by
// themselves.
func DefaultSchedule() Schedule {
	birth := func(years int) []RetentionClock { return []RetentionClock{{FromBirth, years}} }
	event := func(years int) []RetentionClock { return []RetentionClock{{FromEvent, years}} }
	return Schedule{
		{Key: "looked-after", Name: "Looked after child", Jurisdiction: "England", Clocks: birth(75),
			Source: "Care Planning, Placement and Case Review (England) Regulations 2010, regulation 50: 75th anniversary of birth"},
		{Key: "looked-after-died", Name: "Looked after child who died before 18", Jurisdiction: "England", Clocks: event(15),
			Source: "Care Planning, Placement and Case Review (England) Regulations 2010, regulation 50: 15 years from death"},
		{Key: "adoption", Name: "Adoption", Jurisdiction: "England", Clocks: event(100),
			Source: "Disclosure of Adoption Information (Post-Commencement Adoptions) Regulations 2005: 100 years from the order"},
		{Key: "foster-carer", Name: "Approved foster carer", Jurisdiction: "England", Clocks: event(10),
			Source: "Fostering Services (England) Regulations 2011, regulation 32: at least 10 years from the end of the approval"},
		{Key: "child-protection", Name: "Child protection, not looked after", Jurisdiction: "England", Clocks: birth(25),
			Source: "no statute; often 25 years from birth", Local: true, Unverified: true},
		{Key: "child-in-need", Name: "Child in need", Jurisdiction: "England", Clocks: []RetentionClock{{FromBirth, 18}, {FromClosing, 3}},
			Source: "no statute; one council keeps to 18 and for 3 years without activity", Local: true, Unverified: true},
		{Key: "sexual-abuse", Name: "Record related to child sexual abuse", Jurisdiction: "England", Clocks: event(75),
			Source: "proposed by the Independent Inquiry into Child Sexual Abuse, 2022: 75 years", Local: true, Unverified: true},
		{Key: "contact-only", Name: "Contact only", Source: "no national period", Local: true},
		{Key: "working-copy", Name: "Working copy, after the council's system of record has confirmed the transfer", Source: "no national period", Local: true},
		{Key: "wales-looked-after", Name: "Looked after child", Jurisdiction: "Wales", Clocks: birth(75),
			Source: "Care Planning, Placement and Case Review (Wales) Regulations 2015 (WSI 2015/1818): 75th birthday"},
		{Key: "wales-looked-after-died", Name: "Looked after child who died", Jurisdiction: "Wales", Clocks: event(15),
			Source: "Care Planning, Placement and Case Review (Wales) Regulations 2015 (WSI 2015/1818): 15 years from death"},
		{Key: "scotland-looked-after", Name: "Looked after child", Jurisdiction: "Scotland", Clocks: birth(100),
			Source: "Looked After Children (Scotland) Regulations 2009 (SSI 2009/210), regulation 43: 100th birthday"},
		{Key: "scotland-looked-after-died", Name: "Looked after child who died", Jurisdiction: "Scotland", Clocks: event(25),
			Source: "Looked After Children (Scotland) Regulations 2009 (SSI 2009/210), regulation 43: 25 years from death"},
	}
}

// Class finds a class by its key.
func (s Schedule) Class(key string) (RetentionClass, bool) {
	i := slices.IndexFunc(s, func(c RetentionClass) bool { return c.Key == key })
	if i < 0 {
		return RetentionClass{}, false
	}
	return s[i], true
}

// maxYears bounds a period; a longer one is a mistake in typing.
const maxYears = 150

// ParseSchedule lays a council's own schedule over s: a class of the same key
// is replaced, a new one added. What the council gives is settled.
//
//	{"classes":[{"class":"child-protection","name":"…","clocks":[{"from":"birth","years":25}],"source":"…"}]}
func (s Schedule) ParseSchedule(data []byte) (Schedule, error) {
	var file struct {
		Classes []RetentionClass `json:"classes"`
	}
	if err := decodeStrict(data, MaxPayload, &file); err != nil {
		return nil, err
	}
	out := slices.Clone(s)
	for _, c := range file.Classes {
		if !plainKey(c.Key) || len(c.Clocks) == 0 {
			return nil, &InputError{Code: CodeMissing, Field: "classes"}
		}
		for _, k := range c.Clocks {
			if k.Years < 0 || k.Years > maxYears || k.From != FromBirth && k.From != FromClosing && k.From != FromEvent {
				return nil, &InputError{Code: CodeBadValue, Field: "classes.clocks"}
			}
		}
		if i := slices.IndexFunc(out, func(o RetentionClass) bool { return o.Key == c.Key }); i >= 0 {
			if c.Name == "" {
				c.Name = out[i].Name
			}
			out[i] = c
		} else {
			out = append(out, c)
		}
	}
	return out, nil
}

// plainKey keeps class keys to lower-case letters, digits and hyphens, so that
// nothing else can be put into what is shown about a disposal.
func plainKey(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 40
}

// RetentionFacts are what a period is counted from; a zero date is not known.
type RetentionFacts struct {
	Class  string
	Birth  Date
	Closed Date
	Event  Date
	Review Date // set for this case by the council: not before this day
}

// RetentionDue is the first day on which the schedule lets a record be disposed
// of, with the reason in words. Where several periods apply the longest counts.
// known is false if a period is only a suggestion or cannot be computed: then
// the schedule alone never lets the record be disposed of, and the date, if
// there is one, is where practice puts it. A review date set for the case
// decides where the schedule has no settled period, and never shortens one.
func RetentionDue(f RetentionFacts, s Schedule) (due Date, reason string, known bool) {
	c, ok := s.Class(f.Class)
	if !ok {
		return Date{}, "no class is set", false
	}
	for _, k := range c.Clocks {
		from := map[RetentionEvent]Date{FromBirth: f.Birth, FromClosing: f.Closed, FromEvent: f.Event}[k.From]
		if from.IsZero() {
			return Date{}, "the day that the period starts with is not known (" + string(k.From) + ")", false
		}
		if d := from.AddMonths(12 * k.Years); d.After(due) {
			due = d
		}
	}
	switch {
	case c.Settled() && f.Review.After(due):
		return f.Review, "review date set for this case", true
	case c.Settled():
		return due, c.Source, true
	case !f.Review.IsZero():
		return f.Review, "review date set for this case", true
	}
	return due, c.Source + " (" + NotVerified + ")", false
}
