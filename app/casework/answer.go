package casework

import "encoding/json"

// MarshalJSON writes yes and no as booleans.
func (a Answer) MarshalJSON() ([]byte, error) {
	switch a {
	case Yes:
		return []byte("true"), nil
	case No:
		return []byte("false"), nil
	}
	return marshal(string(a))
}

// UnmarshalJSON reads a boolean or a word.
func (a *Answer) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true":
		*a = Yes
		return nil
	case "false":
		*a = No
		return nil
	case "null":
		return nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return &InputError{Code: CodeMalformed}
	}
	*a = Answer(s)
	return nil
}

// Words is the answer as shown: "Yes", "No", "Partly", "Not due", or
// "Not answered".
func (a Answer) Words() string {
	switch a {
	case Unanswered:
		return "Not answered"
	case Yes:
		return "Yes"
	case No:
		return "No"
	}
	return sentence(string(a))
}
