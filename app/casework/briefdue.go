package casework

import "time"

// DueLine is one thing with a date in the line of a case.
type DueLine struct {
	Key  string `json:"key"` // as in DueItem
	What string `json:"what"`
	Who  string `json:"who,omitempty"`
	Due  Date   `json:"due"`
}

// BriefAt is Brief with what is due, so that a list of very many cases need not
// read them. What is due changes with the case, and with the rules in force.
func (cf *CaseFile) BriefAt(rules []Rule, now time.Time) Brief {
	b := cf.Brief()
	b.AsOf = DateOf(now)
	for _, d := range Due(cf, rules, now) {
		if !d.Due.IsZero() {
			b.Due = append(b.Due, DueLine{Key: d.Key, What: cf.Withhold(d.What), Who: cf.Withhold(d.Who), Due: d.Due})
		}
	}
	return b
}

// Holds reports whether the line, made on an earlier day, is still what BriefAt
// would give: no rule has come into force or ended since.
func (b Brief) Holds(rules []Rule, now time.Time) bool {
	for _, r := range rules {
		if r.Valid(b.AsOf) != r.Valid(DateOf(now)) {
			return false
		}
	}
	return !b.AsOf.IsZero()
}

// DueBy lists what is due, without actions that nobody has looked at for weeks.
func (b Brief) DueBy(now time.Time) []DueLine {
	var out []DueLine
	for _, d := range b.Due {
		if d.Key != "action" || DateOf(now).DaysUntil(d.Due) >= -staleActions {
			out = append(out, d)
		}
	}
	return out
}
