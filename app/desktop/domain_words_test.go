package desktop

import "wherry/app/casework"

// domainWords are the words that the domain gives the window to show.
func domainWords() map[string]bool {
	out := map[string]bool{}
	for _, d := range casework.FieldDefs() {
		out[d.Label] = true
	}
	for _, g := range casework.FieldGroups() {
		out[g] = true
	}
	for _, s := range []string{casework.StateLocal, casework.StateSending, casework.StateCouncil, casework.StateHeld, casework.StateRefused} {
		out[casework.StateWords(s, nil)] = true
	}
	return out
}
