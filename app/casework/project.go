package casework

import "time"

// Project adds the facts of one case up to its case file. It depends on the
// set of facts only: not on their order, nor on how often one is given. Clocks
// of laptops order what is shown but never decide which value wins.
func Project(ref string, facts []Fact, now time.Time) *CaseFile {
	p := newProjection(ref, facts, now)
	p.readBodies()
	p.strikes()
	p.fields()
	p.entries()
	p.attach()
	p.clocks()
	p.cf.notice(now)
	return p.cf
}
