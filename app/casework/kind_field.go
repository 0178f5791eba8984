package casework

import "strings"

// FieldSet gives one field a value. Replaces names the entries whose values of
// this field the writer saw and chose to replace; a value that nobody replaced
// stays beside the others (a multi-value register). An empty value says that
// there is none.
type FieldSet struct {
	Key      string   `json:"field,omitempty"`
	Value    string   `json:"value"`
	Replaces []string `json:"replaces,omitempty"`
}

// FieldEntry sets the values of one or more fields of the case. Source says
// where they come from: "import", or "" for typed by hand.
type FieldEntry struct {
	Set    []FieldSet `json:"set,omitempty"`
	Source string     `json:"source,omitempty"`
}

var fieldKind = Kind{Name: KindField, Label: "Details", Schema: 1, Decode: decodeBody[FieldEntry]}

// Kind is KindField.
func (*FieldEntry) Kind() string { return KindField }

// Validate wants at least one field, each once.
func (f *FieldEntry) Validate() []Item {
	if len(f.Set) == 0 {
		return []Item{{Field: "set", Code: CodeMissing}}
	}
	var items []Item
	seen := map[string]bool{}
	for _, s := range f.Set {
		switch {
		case s.Key == "":
			items = append(items, Item{Field: "set.field", Code: CodeMissing})
		case seen[s.Key]:
			items = append(items, Item{Field: "set.field", Code: CodeDuplicateKey})
		}
		seen[s.Key] = true
		items = append(items, writable(Labelled{"set.field", s.Key}, Labelled{"set.value", s.Value})...)
		if len(s.Value) > maxText {
			items = append(items, Item{Field: "set.value", Code: CodeTooLong})
		}
	}
	return items
}

// SearchText leaves out fields that may be confidential: whether they are is
// known only to the whole case (see CaseFile.SearchText).
func (f *FieldEntry) SearchText() string {
	var b []string
	for _, s := range f.Set {
		if d := FieldDefinition(s.Key); !d.Confidential && !d.Internal {
			b = append(b, s.Value)
			if shown := DisplayValue(s.Key, s.Value); shown != s.Value {
				b = append(b, shown)
			}
		}
	}
	return strings.Join(b, "\n")
}

// Line names the fields set, never their values.
func (f *FieldEntry) Line() string {
	var names []string
	for _, s := range f.Set {
		if d := FieldDefinition(s.Key); !d.Internal {
			names = append(names, d.Label)
		}
	}
	switch {
	case len(names) == 0:
		return "Details recorded"
	case len(names) > 4:
		return "Details recorded: " + strings.Join(names[:3], ", ") + " and " + count(len(names)-3, "more", "more")
	}
	return "Details recorded: " + strings.Join(names, ", ")
}
