package casework

const (
	ssda903 = "SSDA903 2025-26 and 2026-27 code sets"
	cin2526 = "Children in need census 2025-26 code sets"
)

// Code sets of the case fields. Values outside them are kept with a warning.
var (
	Statuses = plainSet("Status", practiceSource,
		"early help", "assessment", "child in need", "child protection", "looked after", "care leaver",
		"private fostering", "closed")
	Plans = plainSet("Plan", practiceSource, "CIN plan", "CP plan", "care plan", "pathway plan", "early help plan")

	DOBBases = plainSet("Basis of date of birth", practiceSource, "verified", "claimed", "assessed", "estimated", "expected")

	// From 2024-25 M, F or U; U is required for an unborn child.
	Sexes = &CodeSet{Name: "Sex", Source: cin2526, Codes: []Code{
		{Code: "M", Label: "Male"}, {Code: "F", Label: "Female"}, {Code: "U", Label: "Unknown"}}}

	CPCategories = &CodeSet{Name: "Child protection category", Source: cin2526, Codes: []Code{
		{Code: "NEG", Label: "Neglect"}, {Code: "PHY", Label: "Physical abuse"}, {Code: "SAB", Label: "Sexual abuse"},
		{Code: "EMO", Label: "Emotional abuse"}, {Code: "MUL", Label: "Multiple"}}}

	LegalStatuses = &CodeSet{Name: "Legal status", Source: ssda903, Codes: []Code{
		{Code: "C1", Label: "Interim care order"}, {Code: "C2", Label: "Full care order"},
		{Code: "D1", Label: "Freeing order", Retired: "historic"}, {Code: "E1", Label: "Placement order"},
		{Code: "V2", Label: "Accommodated under section 20, single period"},
		{Code: "V3", Label: "Accommodated under section 20, series of short breaks"},
		{Code: "V4", Label: "Accommodated under section 20, series of short breaks"},
		{Code: "L1", Label: "Police protection"}, {Code: "L2", Label: "Emergency protection order"},
		{Code: "L3", Label: "Child assessment order"}, {Code: "J1", Label: "Remand"}, {Code: "J2", Label: "PACE"},
		{Code: "J3", Label: "Youth rehabilitation order with residence or intensive fostering"}}}

	// The labels of Z11 to Z14, which replace Z1 in 2025-26, are not published
	// in the editions used here; the codes are known and shown bare.
	Placements = &CodeSet{Name: "Placement", Source: ssda903, Codes: []Code{
		{Code: "A3", Label: "Placed for adoption with consent, with current foster carer"},
		{Code: "A4", Label: "Placed for adoption with consent, not with current foster carer"},
		{Code: "A5", Label: "Placed for adoption with placement order, with current foster carer"},
		{Code: "A6", Label: "Placed for adoption with placement order, not with current foster carer"},
		{Code: "H5", Label: "Semi-independent living", Retired: "2025-26"},
		{Code: "K1", Label: "Secure children's home"}, {Code: "K2", Label: "Children's home"},
		{Code: "K3", Label: "Supported accommodation, age 16 or over"},
		{Code: "P1", Label: "With own parents or other person with parental responsibility"},
		{Code: "P2", Label: "Independent living", Retired: "2025-26"},
		{Code: "P3", Label: "Residential employment"}, {Code: "R1", Label: "Residential care home"},
		{Code: "R2", Label: "NHS or other medical or nursing establishment"},
		{Code: "R3", Label: "Family centre or mother and baby unit"}, {Code: "R5", Label: "Young offender institution"},
		{Code: "S1", Label: "Residential school"}, {Code: "T0", Label: "Temporary, any"},
		{Code: "T1", Label: "Temporary, hospital"}, {Code: "T2", Label: "Temporary, holiday"},
		{Code: "T3", Label: "Temporary, carer's holiday"}, {Code: "T4", Label: "Temporary, other, up to 7 days"},
		{Code: "U1", Label: "Foster carer, relative or friend, long-term"},
		{Code: "U2", Label: "Foster carer, relative or friend, approved adopter"},
		{Code: "U3", Label: "Foster carer, relative or friend, other"},
		{Code: "U4", Label: "Foster carer, long-term"}, {Code: "U5", Label: "Foster carer, approved adopter"},
		{Code: "U6", Label: "Foster carer, other"}, {Code: "Z1", Label: "Other", Retired: "2025-26"},
		{Code: "Z11"}, {Code: "Z12"}, {Code: "Z13"}, {Code: "Z14"}}}

	Ethnicities = &CodeSet{Name: "Ethnicity", Source: cin2526, Codes: []Code{
		{Code: "WBRI", Label: "White British"}, {Code: "WIRI", Label: "White Irish"},
		{Code: "WIRT", Label: "Traveller of Irish heritage"}, {Code: "WROM", Label: "Gypsy or Roma"},
		{Code: "WOTH", Label: "Other White"}, {Code: "MWBC", Label: "White and Black Caribbean"},
		{Code: "MWBA", Label: "White and Black African"}, {Code: "MWAS", Label: "White and Asian"},
		{Code: "MOTH", Label: "Other mixed"}, {Code: "AIND", Label: "Indian"}, {Code: "APKN", Label: "Pakistani"},
		{Code: "ABAN", Label: "Bangladeshi"}, {Code: "AOTH", Label: "Other Asian"}, {Code: "CHNE", Label: "Chinese"},
		{Code: "BCRB", Label: "Caribbean"}, {Code: "BAFR", Label: "African"}, {Code: "BOTH", Label: "Other Black"},
		{Code: "OOTH", Label: "Other ethnic group"}, {Code: "REFU", Label: "Refused"},
		{Code: "NOBT", Label: "Not yet obtained"}}}
)
