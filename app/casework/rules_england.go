package casework

import "slices"

const (
	wt     = "Working Together to Safeguard Children 2023"
	cpr    = "Care Planning, Placement and Case Review (England) Regulations 2010 (SI 2010/959)"
	local  = "local procedure; no national figure"
	worker = "Social worker"
)

// DefaultRules lists the timescales. A new rule is one line of a table. A
// council's own figures replace those that are Configurable.
func DefaultRules() []Rule { return slices.Concat(visitRules, englandRules, otherNations) }

// RuleByKey finds a rule.
func RuleByKey(rules []Rule, key string) (Rule, bool) {
	for _, r := range rules {
		if r.Key == key {
			return r, true
		}
	}
	return Rule{}, false
}

// visitRules are those that Due applies to a case file.
var visitRules = []Rule{
	{Key: "cp-visit", Name: "Child protection visit", Jurisdiction: "England", Starts: "plan start, then last visit at which the child was seen",
		N: 10, Unit: WorkingDays, Calendar: EnglandWales, Source: local, Who: "Lead social worker", Local: true,
		Trigger: TriggerVisit, Statuses: []string{"child protection"}, StartField: "plan_start", VisitTypes: []string{"CP statutory"}},
	{Key: "cin-visit", Name: "Child in need visit", Jurisdiction: "England", Starts: "plan start, then last visit at which the child was seen",
		N: 20, Unit: WorkingDays, Calendar: EnglandWales, Source: local, Who: "Lead practitioner", Local: true,
		Trigger: TriggerVisit, Statuses: []string{"child in need"}, StartField: "plan_start", VisitTypes: []string{"CIN"}},
	{Key: "cla-first-visit", Name: "First visit in a placement", Jurisdiction: "England", Starts: "placement start",
		N: 1, Unit: Weeks, Source: cpr + " r28(2)", Who: "Authority's representative",
		Trigger: TriggerFirstVisit, Statuses: []string{"looked after"}, StartField: "placement_start",
		VisitTypes: []string{"CLA statutory", "placement with parents"}},
	{Key: "cla-visit", Name: "Looked after child visit", Jurisdiction: "England", Starts: "last visit at which the child was seen",
		N: 6, Unit: Weeks, Source: cpr + " r28(2); other intervals by placement and order in r28(3) to (5)", Who: "Authority's representative",
		Trigger: TriggerVisit, Statuses: []string{"looked after"}, StartField: "placement_start",
		VisitTypes: []string{"CLA statutory", "placement with parents"}},
	{Key: "private-fostering-visit", Name: "Private fostering visit, first year", Jurisdiction: "England", Starts: "last visit at which the child was seen",
		N: 6, Unit: Weeks, Source: "Children (Private Arrangements for Fostering) Regulations 2005", Who: worker, Unverified: true,
		Trigger: TriggerVisit, Statuses: []string{"private fostering"}, StartField: "placement_start", VisitTypes: []string{"private fostering"}},
	{Key: "write-up-statutory", Name: "Write up a statutory visit", Jurisdiction: "England", Starts: "end of the visit",
		N: 2, Unit: WorkingDays, Calendar: EnglandWales, Source: local, Who: worker, Local: true, Trigger: TriggerWriteUp,
		VisitTypes: []string{"CP statutory", "CLA statutory", "CIN", "s47", "placement with parents", "private fostering"}},
	{Key: "write-up", Name: "Write up a visit, call or note", Jurisdiction: "England", Starts: "when it happened",
		N: 5, Unit: WorkingDays, Calendar: EnglandWales, Source: local, Who: worker, Local: true, Trigger: TriggerWriteUp},
}

// englandRules are reference data for England.
var englandRules = []Rule{
	{Key: "referral-decision", Name: "Referral decision", Jurisdiction: "England", Starts: "referral received", N: 1, Unit: WorkingDays, Source: wt, Who: "Social worker or manager"},
	{Key: "cf-assessment", Name: "Child and family assessment", Jurisdiction: "England", Starts: "referral date, not acceptance", N: 45, Unit: WorkingDays, Source: wt, Who: worker},
	{Key: "strategy-discussion", Name: "Strategy discussion", Jurisdiction: "England", Starts: "reasonable cause to suspect significant harm", N: 24, Unit: Hours, Source: "Children Act 1989 s47; hours are local", Who: "Social care, police and health", Local: true},
	{Key: "icpc", Name: "Initial child protection conference", Jurisdiction: "England", Starts: "the strategy discussion that initiated section 47 enquiries", N: 15, Unit: WorkingDays, Source: wt, Who: "Independent chair"},
	{Key: "core-group", Name: "First core group", Jurisdiction: "England", Starts: "initial child protection conference", N: 10, Unit: WorkingDays, Source: wt, Who: "Lead social worker", Unverified: true},
	{Key: "first-review-conference", Name: "First review conference", Jurisdiction: "England", Starts: "initial child protection conference", N: 3, Unit: Months, Source: wt, Who: "Chair"},
	{Key: "review-conference", Name: "Later review conference", Jurisdiction: "England", Starts: "previous review conference", N: 6, Unit: Months, Source: wt, Who: "Chair"},
	{Key: "care-plan", Name: "Care plan", Jurisdiction: "England", Starts: "first placement, if not made before it", N: 10, Unit: WorkingDays, Source: cpr + " r4(2)", Who: "Responsible authority"},
	{Key: "placement-plan", Name: "Placement plan", Jurisdiction: "England", Starts: "placement start, if not made before it", N: 5, Unit: WorkingDays, Source: cpr + " r9", Who: worker, Unverified: true},
	{Key: "cla-first-review", Name: "First looked after review", Jurisdiction: "England", Starts: "becoming looked after", N: 20, Unit: WorkingDays, Source: cpr + " r33", Who: "Independent reviewing officer"},
	{Key: "cla-second-review", Name: "Second looked after review", Jurisdiction: "England", Starts: "first review", N: 3, Unit: Months, Source: cpr + " r33", Who: "Independent reviewing officer"},
	{Key: "cla-review", Name: "Later looked after review", Jurisdiction: "England", Starts: "previous review", N: 6, Unit: Months, Source: cpr + " r33", Who: "Independent reviewing officer"},
	{Key: "initial-health", Name: "Initial health assessment", Jurisdiction: "England", Starts: "becoming looked after", N: 20, Unit: WorkingDays, Source: cpr + " r7", Who: "Health"},
	{Key: "review-health-under-5", Name: "Review health assessment, under 5", Jurisdiction: "England", Starts: "last assessment", N: 6, Unit: Months, Source: cpr + " r7", Who: "Health"},
	{Key: "review-health", Name: "Review health assessment, 5 and over", Jurisdiction: "England", Starts: "last assessment", N: 12, Unit: Months, Source: cpr + " r7", Who: "Health"},
	{Key: "pep", Name: "Personal education plan", Jurisdiction: "England", Starts: "becoming looked after", N: 10, Unit: WorkingDays, Source: "Promoting the education of looked after children, statutory guidance 2018", Who: "Social worker and virtual school", Unverified: true},
	{Key: "return-interview", Name: "Return home interview", Jurisdiction: "England", Starts: "found or returned", N: 72, Unit: Hours, Source: "Children who run away or go missing from home or care, statutory guidance 2014", Who: "Independent person", Unverified: true},
	{Key: "pathway-assessment", Name: "Pathway needs assessment", Jurisdiction: "England", Starts: "sixteenth birthday or eligibility", N: 3, Unit: Months, Source: cpr + " r42; Care Leavers (England) Regulations 2010", Who: "Personal adviser", Unverified: true},
	{Key: "private-fostering-first", Name: "Private fostering, first visit", Jurisdiction: "England", Starts: "notification", N: 7, Unit: WorkingDays, Source: "Children (Private Arrangements for Fostering) Regulations 2005", Who: worker, Unverified: true},
	{Key: "police-protection", Name: "Police protection ends", Jurisdiction: "England", Starts: "start", N: 72, Unit: Hours, Source: "Children Act 1989 s46", Who: "Police", Unverified: true},
	{Key: "epo", Name: "Emergency protection order ends", Jurisdiction: "England", Starts: "start", N: 8, Unit: CalendarDays, Source: "Children Act 1989 s44 and s45", Who: "Court", Unverified: true},
	{Key: "serious-incident", Name: "Serious incident notification", Jurisdiction: "England", Starts: "becoming aware", N: 5, Unit: WorkingDays, Source: wt, Who: "Local authority", Unverified: true},
	{Key: "foi", Name: "Freedom of information answer", Jurisdiction: "England", Starts: "receipt", N: 20, Unit: WorkingDays, Calendar: FOI, Source: "Freedom of Information Act 2000 s10", Who: "Information governance"},
	{Key: "subject-access", Name: "Subject access answer", Jurisdiction: "England", Starts: "receipt", N: 1, Unit: Months, Source: "UK GDPR article 12", Who: "Information governance"},
	{Key: "nrm-reasonable-grounds", Name: "Reasonable grounds decision, where possible", Jurisdiction: "England", Starts: "referral to the National Referral Mechanism", N: 5, Unit: WorkingDays, Source: "Modern slavery statutory guidance", Who: "Single Competent Authority"},
	{Key: "nrm-recovery", Name: "Recovery period, at least", Jurisdiction: "England", Starts: "positive reasonable grounds decision", N: 30, Unit: CalendarDays, Source: "Modern slavery statutory guidance", Who: "Single Competent Authority"},
	{Key: "uasc-transfer", Name: "Transfer of an unaccompanied child", Jurisdiction: "England", Starts: "referral to the National Transfer Scheme", N: 10, Unit: WorkingDays, Source: "National Transfer Scheme protocol 7.0, 9 June 2025", Who: "Local authorities"},
}

// otherNations are reference data for Wales, Scotland and Northern Ireland.
var otherNations = []Rule{
	{Key: "wales-assessment", Name: "Assessment", Jurisdiction: "Wales", Starts: "start of section 47 enquiries", N: 42, Unit: WorkingDays, Source: "Wales Safeguarding Procedures", Who: worker},
	{Key: "wales-icpc", Name: "Initial child protection conference", Jurisdiction: "Wales", Starts: "strategy discussion", N: 15, Unit: WorkingDays, Source: "Wales Safeguarding Procedures", Who: "Chair", Unverified: true},
	{Key: "wales-core-group", Name: "First core group", Jurisdiction: "Wales", Starts: "initial conference", N: 10, Unit: WorkingDays, Source: "Wales Safeguarding Procedures", Who: worker},
	{Key: "scotland-planning", Name: "Child protection planning meeting", Jurisdiction: "Scotland", Starts: "concern", N: 28, Unit: CalendarDays, Calendar: Scotland, Source: "National Guidance for Child Protection in Scotland 2021, updated 2023", Who: "Chair"},
	{Key: "scotland-core-group", Name: "First core group", Jurisdiction: "Scotland", Starts: "planning meeting", N: 15, Unit: WorkingDays, Calendar: Scotland, Source: "National Guidance for Child Protection in Scotland 2021, Appendix D", Who: worker},
	{Key: "ni-assessment", Name: "Initial assessment", Jurisdiction: "Northern Ireland", Starts: "referral", N: 10, Unit: WorkingDays, Calendar: NorthernIreland, Source: "Safeguarding Board for Northern Ireland procedures", Who: worker},
	{Key: "ni-icpc", Name: "Initial child protection conference", Jurisdiction: "Northern Ireland", Starts: "referral", N: 15, Unit: WorkingDays, Calendar: NorthernIreland, Source: "Safeguarding Board for Northern Ireland procedures", Who: "Chair", Unverified: true},
}
