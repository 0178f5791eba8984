package casework

import (
	"slices"
	"strings"
	"unicode"
)

// FieldType says how a field's value is written, compared and shown.
type FieldType string

// Types of field.
const (
	TypeText  FieldType = "text"
	TypeDate  FieldType = "date"  // ISO
	TypeYesNo FieldType = "yesno" // "yes" or "no"
	TypeCode  FieldType = "code"  // a word of Codes, as a rule
	TypeList  FieldType = "list"  // values separated by "; "
	TypeNHS   FieldType = "nhs"   // ten digits
	TypeUPN   FieldType = "upn"
	TypeSex   FieldType = "sex" // M, F, U
	TypeRef   FieldType = "ref"
)

// FieldDef defines one field of a case.
type FieldDef struct {
	Key          string
	Label        string
	Group        string
	Type         FieldType
	Headers      []string // column names in files: ours first, then what others write
	Codes        *CodeSet
	Confidential bool // hidden when the case's "address_confidential" is yes
	Internal     bool // bookkeeping, not shown
}

// Groups of fields, in the order of the record page.
const (
	GroupIdentity     = "Identity"
	GroupAddress      = "Address and contacts"
	GroupLegal        = "Legal status and placement"
	GroupPlan         = "Plan"
	GroupTeam         = "Worker and team"
	GroupExploitation = "Exploitation"
	GroupAlerts       = "Alerts"
)

// FieldGroups lists the groups in order.
func FieldGroups() []string {
	return []string{GroupIdentity, GroupAlerts, GroupAddress, GroupLegal, GroupPlan, GroupTeam, GroupExploitation}
}

var fieldDefs = []FieldDef{
	{Key: "ref", Label: "Child reference", Group: GroupIdentity, Type: TypeRef,
		Headers: []string{"Child ref", "Case ID", "Child reference", "Child ID", "Case ref", "Case reference", "Case number", "Person ID", "LCS ID", "Mosaic ID", "LA child ID"}},
	{Key: "nhs", Label: "NHS number", Group: GroupIdentity, Type: TypeNHS,
		Headers: []string{"NHS no", "NHS Number", "NHS", "NHS num"}},
	{Key: "upn", Label: "Unique pupil number", Group: GroupIdentity, Type: TypeUPN,
		Headers: []string{"UPN", "Unique pupil number", "Pupil number"}},
	{Key: "name", Label: "Full name", Group: GroupIdentity,
		Headers: []string{"Full name", "Client name", "Name", "Child name", "Child's name", "Childs name", "Person name"}},
	{Key: "known_as", Label: "Known as", Group: GroupIdentity,
		Headers: []string{"Known as", "Preferred name", "Alias"}},
	{Key: "dob", Label: "Date of birth", Group: GroupIdentity, Type: TypeDate,
		Headers: []string{"DOB", "Date of birth", "Birth date", "D.O.B."}},
	{Key: "dob_basis", Label: "Date of birth is", Group: GroupIdentity, Type: TypeCode, Codes: DOBBases,
		Headers: []string{"DOB basis", "Basis of date of birth", "DOB status"}},
	{Key: "sex", Label: "Sex", Group: GroupIdentity, Type: TypeSex, Codes: Sexes,
		Headers: []string{"Sex", "Gender"}},
	{Key: "ethnicity", Label: "Ethnicity", Group: GroupIdentity, Type: TypeCode, Codes: Ethnicities,
		Headers: []string{"Ethnicity", "Ethnic origin", "Ethnic group"}},
	{Key: "nationality", Label: "Nationality", Group: GroupIdentity,
		Headers: []string{"Nationality", "Nationalities"}},
	{Key: "language", Label: "First language", Group: GroupIdentity,
		Headers: []string{"First language", "Language", "Main language"}},
	{Key: "interpreter", Label: "Interpreter needed", Group: GroupIdentity, Type: TypeYesNo,
		Headers: []string{"Interpreter", "Interpreter needed", "Interpreter required"}},
	{Key: "siblings", Label: "Sibling group", Group: GroupIdentity,
		Headers: []string{"Sibling group", "Siblings", "Family group", "Family"}},
	{Key: "address", Label: "Address", Group: GroupAddress, Confidential: true,
		Headers: []string{"Address", "Home address", "Current address"}},
	{Key: "address_confidential", Label: "Address confidential", Group: GroupAddress, Type: TypeYesNo,
		Headers: []string{"Address confidential", "Confidential address", "Address restricted"}},
	{Key: "status", Label: "Status", Group: GroupLegal, Type: TypeCode, Codes: Statuses,
		Headers: []string{"Status", "Case status"}},
	{Key: "legal_status", Label: "Legal status", Group: GroupLegal, Type: TypeCode, Codes: LegalStatuses,
		Headers: []string{"Legal status", "LS", "Legal status code"}},
	{Key: "placement", Label: "Placement", Group: GroupLegal, Type: TypeCode, Codes: Placements,
		Headers: []string{"Placement", "Placement type", "PLACE", "Placement code"}},
	{Key: "placement_start", Label: "Placement began", Group: GroupLegal, Type: TypeDate,
		Headers: []string{"Placement start", "Placement began", "Placement start date"}},
	{Key: "plan", Label: "Plan", Group: GroupPlan, Type: TypeCode, Codes: Plans,
		Headers: []string{"Plan", "Plan type"}},
	{Key: "plan_start", Label: "Plan began", Group: GroupPlan, Type: TypeDate,
		Headers: []string{"Plan start", "Plan began", "Plan start date"}},
	{Key: "cp_category", Label: "Child protection category", Group: GroupPlan, Type: TypeCode, Codes: CPCategories,
		Headers: []string{"CP category", "Category of abuse", "Child protection category"}},
	{Key: "worker", Label: "Allocated worker", Group: GroupTeam,
		Headers: []string{"Allocated worker", "Worker", "Social worker", "Allocated social worker", "Lead practitioner"}},
	{Key: "team", Label: "Team", Group: GroupTeam,
		Headers: []string{"Team", "Team name", "Allocated team"}},
	{Key: "identified", Label: "Identified as potential victim", Group: GroupExploitation, Type: TypeDate,
		Headers: []string{"Identified as potential victim", "Date identified", "Potential victim date"}},
	{Key: "identified_basis", Label: "Identification basis", Group: GroupExploitation,
		Headers: []string{"Identification basis", "Basis of identification"}},
	{Key: "exploitation_types", Label: "Exploitation types", Group: GroupExploitation, Type: TypeList,
		Headers: []string{"Exploitation types", "Exploitation type", "Exploitation"}},
	{Key: "exploitation_stage", Label: "Stage", Group: GroupExploitation,
		Headers: []string{"Stage", "Trafficking stage", "Exploitation stage"}},
	{Key: "exploited_by", Label: "Exploited by", Group: GroupExploitation,
		Headers: []string{"Exploited by", "Exploiter", "Alleged exploiter"}},
	{Key: "nrm", Label: "National Referral Mechanism", Group: GroupExploitation, Type: TypeList,
		Headers: []string{"NRM", "NRM status", "National Referral Mechanism"}},
	{Key: "home_office_ref", Label: "Home Office reference", Group: GroupExploitation,
		Headers: []string{"Home Office ref", "Home Office reference", "HO ref"}},
	{Key: "alerts", Label: "Alerts", Group: GroupAlerts, Type: TypeList,
		Headers: []string{"Alerts", "Alert", "Warnings", "Hazards"}},
	{Key: SampleKey, Label: "Sample case", Group: GroupIdentity, Type: TypeYesNo, Internal: true},
}

// FieldDefs lists the fields of a case in order. A new field is one line of
// the table.
func FieldDefs() []FieldDef { return slices.Clone(fieldDefs) }

// FieldDefinition finds a field by key. A key that this version does not know
// is a text field labelled with its key, so that its value is still shown.
func FieldDefinition(key string) FieldDef {
	if d, ok := lookupDef(key); ok {
		return d
	}
	return FieldDef{Key: key, Label: sentence(strings.ReplaceAll(key, "_", " ")), Group: GroupIdentity, Type: TypeText}
}

func lookupDef(key string) (FieldDef, bool) {
	for _, d := range fieldDefs {
		if d.Key == key {
			if d.Type == "" {
				d.Type = TypeText
			}
			return d, true
		}
	}
	return FieldDef{}, false
}

// defIndex places a field in table order; unknown fields come last.
func defIndex(key string) int {
	for i, d := range fieldDefs {
		if d.Key == key {
			return i
		}
	}
	return len(fieldDefs)
}

// headerKey folds a column name: letters and digits in lower case, the rest as
// single spaces.
func headerKey(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, " ")
}
