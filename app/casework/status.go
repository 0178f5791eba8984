package casework

import "strings"

// StateWords says where an entry is, in the words used everywhere. An entry is
// only "opened" if somebody other than its author opened it.
func StateWords(state string, openedBy []Opening) string {
	switch state {
	case StateLocal:
		return "On this laptop"
	case StateSending:
		return "Sending"
	case StateCouncil:
		return "Council has it"
	case StateOpened:
		var names []string
		for _, o := range openedBy {
			names = append(names, o.Person)
		}
		if len(names) == 0 {
			return "Council has it"
		}
		return "Opened by " + listWords(names)
	case StateHeld:
		return "Council holds it for a decision"
	case StateRefused:
		return "The council refused it"
	}
	return ""
}

// listWords joins names: "A", "A and B", "A, B and C".
func listWords(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// StateWords says where the entry is.
func (e *Entry) StateWords() string { return StateWords(e.State, e.OpenedBy) }

// stateRank orders the states by how far an entry has come.
var stateRank = map[string]int{StateRefused: 1, StateHeld: 2, StateLocal: 3, StateSending: 4, StateCouncil: 5, StateOpened: 6}

// LeastState is the state of a visit whose parts have these states: that of
// its least advanced part. Refused and held come before all others.
func LeastState(states ...string) string {
	least := ""
	for _, s := range states {
		if least == "" || stateRank[s] < stateRank[least] {
			least = s
		}
	}
	return least
}
