package casework

import "strings"

// SearchText is the case's own document for the search index: who the child
// is and what the fields say. Confidential fields are not in it.
func (cf *CaseFile) SearchText() string {
	parts := []string{cf.Ref}
	for _, f := range cf.Fields {
		if f.Hidden || f.Def.Internal || f.Def.Key == "address_confidential" {
			continue
		}
		for _, v := range f.Values {
			parts = append(parts, v.Value)
			if d := DisplayValue(f.Def.Key, v.Value); d != v.Value {
				parts = append(parts, d)
			}
		}
	}
	return cf.Withhold(joinText(parts...))
}

// Address is the address as lists and exports may show it.
func (cf *CaseFile) Address() string { return cf.Field("address").Display() }

// Called is the name that the child goes by: known as, else the full name,
// else the reference.
func (cf *CaseFile) Called() string {
	if !blank(cf.KnownAs) {
		return strings.TrimSpace(cf.KnownAs)
	}
	return cf.Title()
}

// LastSeenWords says when the child was last seen, and how sure that is.
func (cf *CaseFile) LastSeenWords() string {
	return sightingWords(cf.LastSeen, cf.Arriving, "Not seen yet")
}

// LastSeenAloneWords says when the child was last seen alone.
func (cf *CaseFile) LastSeenAloneWords() string {
	return sightingWords(cf.LastSeenAlone, cf.Arriving, "Not seen alone yet")
}

func sightingWords(s Sighting, arriving bool, none string) string {
	words := none
	if !s.IsZero() {
		words = DateWords(s.At)
	}
	if arriving {
		words += " (history still arriving)"
	}
	return words
}
