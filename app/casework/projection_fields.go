package casework

import (
	"cmp"
	"slices"
)

// claim is one entry's value of one field.
type claim struct {
	fact   Fact
	value  string
	source string
}

// fields reads the registers. A value stands until an entry that is not struck
// names it as replaced; several that stand are a conflict, unless they say the
// same.
func (p *projection) fields() {
	claims := map[string][]claim{}
	replaced := map[string]map[string]bool{}
	for _, f := range p.facts {
		body, ok := p.bodies[f.ID].(*FieldEntry)
		if !ok || len(p.struck[f.ID]) > 0 {
			continue
		}
		for _, s := range body.Set {
			if s.Key == "" {
				continue
			}
			claims[s.Key] = append(claims[s.Key], claim{f, cleanOrRaw(s.Key, s.Value), body.Source})
			for _, id := range s.Replaces {
				if replaced[s.Key] == nil {
					replaced[s.Key] = map[string]bool{}
				}
				if id != f.ID {
					replaced[s.Key][id] = true
				}
			}
		}
	}
	cf := p.cf
	for key, list := range claims {
		f := Field{Def: FieldDefinition(key)}
		for _, c := range list {
			if !replaced[key][c.fact.ID] {
				f.Values = addValue(f.Values, key, c)
			}
		}
		for _, c := range list {
			if replaced[key][c.fact.ID] && !holds(f.Values, key, c.value) {
				f.History = addValue(f.History, key, c)
			}
		}
		cf.Fields = append(cf.Fields, f)
	}
	slices.SortFunc(cf.Fields, func(a, b Field) int {
		return cmp.Or(cmp.Compare(defIndex(a.Def.Key), defIndex(b.Def.Key)), cmp.Compare(a.Def.Key, b.Def.Key))
	})
	p.hide()
	for _, f := range cf.Fields {
		if f.Conflict() {
			cf.Conflicts = append(cf.Conflicts, f)
		}
	}
	p.identity()
}

func cleanOrRaw(key, value string) string {
	clean, _, _ := CleanValue(key, value)
	return clean
}

func holds(values []FieldValue, key, value string) bool {
	return slices.ContainsFunc(values, func(v FieldValue) bool { return SameValue(key, v.Value, value) })
}

// addValue adds a claim, joining it to an equal value already there.
func addValue(values []FieldValue, key string, c claim) []FieldValue {
	for i := range values {
		if SameValue(key, values[i].Value, c.value) {
			if !slices.Contains(values[i].Entries, c.fact.ID) {
				values[i].Entries = append(values[i].Entries, c.fact.ID)
			}
			return values
		}
	}
	return append(values, FieldValue{
		Value: c.value, Entries: []string{c.fact.ID}, Author: c.fact.Author,
		Written: c.fact.Written, Received: c.fact.Received, Source: c.source,
	})
}

// hide marks confidential fields. While anybody's standing value says that the
// address is confidential, it is.
func (p *projection) hide() {
	p.confidential = holds(p.cf.Field("address_confidential").Values, "address_confidential", "yes")
	if !p.confidential {
		return
	}
	var addresses []string
	for i := range p.cf.Fields {
		f := &p.cf.Fields[i]
		if f.Hidden = f.Def.Confidential; f.Hidden {
			for _, v := range slices.Concat(f.Values, f.History) {
				addresses = append(addresses, v.Value)
			}
		}
	}
	slices.Sort(addresses)
	p.cf.secrets = secretPatterns(slices.Compact(addresses))
}

// identity takes the fields that every screen shows.
func (p *projection) identity() {
	cf := p.cf
	cf.Name, cf.KnownAs = cf.Get("name"), cf.Get("known_as")
	cf.Status = cf.Get("status")
	cf.DOB, _ = parseISO(cf.Get("dob"))
	cf.Basis = cf.Get("dob_basis")
	cf.Age = AgeWords(cf.DOB, DateOf(p.now))
	cf.Worker, cf.Team = cf.Get("worker"), cf.Get("team")
	cf.Sample = cf.Get(SampleKey) == "yes"
	for _, v := range cf.Field("alerts").Values {
		for _, a := range SplitList(v.Value) {
			if !slices.ContainsFunc(cf.Alerts, func(b string) bool { return same(a, b) }) {
				cf.Alerts = append(cf.Alerts, a)
			}
		}
	}
}

// AgeWords is the age on a day: days, weeks, months or years as people say it;
// "" if the date of birth is not known or lies ahead.
func AgeWords(dob, on Date) string {
	if dob.IsZero() || on.IsZero() || on.Before(dob) {
		return ""
	}
	months := 0
	for !dob.AddMonths(months + 1).After(on) {
		months++
	}
	switch days := dob.DaysUntil(on); {
	case days < 14:
		return count(days, "day", "days")
	case months < 3:
		return count(days/7, "week", "weeks")
	case months < 24:
		return count(months, "month", "months")
	}
	return count(months/12, "year", "years")
}
