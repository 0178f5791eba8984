package casework

import "fmt"

// Codes of refused or questionable input. They are part of the command
// contract: they are added to, never renamed.
const (
	CodeNotJSON      = "not_json"      // not one JSON object
	CodeNotUTF8      = "not_utf8"      // bytes that are not UTF-8, or half a character
	CodeTooLong      = "too_long"      // over a limit of size or count
	CodeTooDeep      = "too_deep"      // nested beyond any known field
	CodeDuplicateKey = "duplicate_key" // the same name twice in one object
	CodeUnknownField = "unknown_field"
	CodeMalformed    = "malformed" // the wrong JSON type
	CodeMissing      = "missing"
	CodeBadValue     = "bad_value"
	CodeInFuture     = "in_future"
	CodeUnknownKind  = "unknown_kind"
	CodeNewerVersion = "newer_version"
	CodeUnknownCode  = "unknown_code" // a word outside the known list: a warning only
)

// InputError is why input could not be read. Field is the dotted name of the
// field, without child references, so that no case content is in it.
type InputError struct {
	Code  string
	Field string
}

func (e *InputError) Error() string {
	if e.Field == "" {
		return "casework: " + e.Code
	}
	return fmt.Sprintf("casework: %s: %s", e.Code, e.Field)
}

// Item is one thing that is missing or wrong in something being recorded.
type Item struct {
	Child string // the child reference concerned, or ""
	Field string // dotted field name, e.g. "children_parts.seen_alone"
	Code  string
	Warn  bool // worth saying, never a reason to refuse
}

// Blocking returns the items that stand in the way of finalising.
func Blocking(items []Item) []Item {
	var out []Item
	for _, it := range items {
		if !it.Warn {
			out = append(out, it)
		}
	}
	return out
}

// Refusal turns the first blocking item into an InputError, or nil.
func Refusal(items []Item) *InputError {
	for _, it := range items {
		if !it.Warn {
			return &InputError{Code: it.Code, Field: it.Field}
		}
	}
	return nil
}
