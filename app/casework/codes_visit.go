package casework

// Modes of a visit.
const (
	ModeFaceToFace   = "face to face"
	ModeVirtual      = "virtual"
	ModeUnsuccessful = "unsuccessful"
)

const practiceSource = "practice lists of English councils; local settings may differ"

// Words of a visit record.
var (
	VisitTypes = plainSet("Visit type", practiceSource,
		"CP statutory", "CIN", "CLA statutory", "C&F assessment", "s47", "leaving care", "private fostering",
		"early help", "supervision order", "placement with parents", "unaccompanied-child/trafficking welfare", "other")
	ContactTypes = plainSet("Contact type", practiceSource,
		"telephone", "text", "email", "letter", "video", "meeting", "court hearing", "school visit", "office visit",
		"family time", "ward visit", "management decision", "case supervision", "IRO contact", "CP chair contact",
		"out of hours", "LADO", "MARAC/MAPPA", "missing notification", "return notification",
		"allocation", "deallocation", "case audit", "case summary", "core group", "other")
	Modes  = plainSet("How the visit took place", practiceSource, ModeFaceToFace, ModeVirtual, ModeUnsuccessful)
	Places = plainSet("Place", practiceSource,
		"home", "placement", "school", "office", "community", "custody", "hospital", "online")
	FailedReasons = plainSet("Reason a visit failed", practiceSource,
		"no access", "no reply", "refused", "cancelled by family", "cancelled by worker", "child absent",
		"child missing", "wrong address", "unsafe to enter")
	NotSeenReasons = plainSet("Reason a child was not seen", practiceSource,
		"no access", "no reply", "refused", "child absent", "child missing", "child declined", "carer refused",
		"asleep", "at school", "in hospital", "unsafe to enter", "other")
	NotAloneReasons = plainSet("Reason a child was not seen alone", practiceSource,
		"too young", "child declined", "carer refused", "inappropriate", "interpreter only", "no private space", "other")
	HeardAs = plainSet("How the words were heard", practiceSource,
		"verbatim", "verbatim, through interpreter", "noted later", "non-verbal", "reported by another")
	PresentRoles = plainSet("Role", practiceSource,
		"parent with parental responsibility", "parent without parental responsibility", "foster carer",
		"kinship carer", "residential key worker", "sibling", "grandparent", "other relative", "significant other",
		"household member", "unknown adult", "adult posing risk", "social worker", "team manager",
		"independent reviewing officer", "child protection chair", "police officer", "health visitor",
		"school nurse", "GP", "designated safeguarding lead", "children's guardian", "special guardian",
		"independent child trafficking guardian", "solicitor", "personal adviser", "advocate", "interpreter", "other")
)
