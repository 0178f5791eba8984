package export

import (
	"strings"
	"testing"

	"wherry/app/casework"
)

// One sibling's document holds nothing of another's private part, and nothing
// of what was struck: not in a page, the structure, the outline or the
// metadata. The same words are found where they belong.
func TestNothingOfAnotherChild(t *testing.T) {
	file, data := export(t, summary(t))
	for _, canary := range []string{"CANARY-ALFIE", "CANARY-STRUCK", "NCC-5302", "NCC-5303"} {
		if holds(file, data, canary) {
			t.Errorf("%s is in Ruby's document", canary)
		}
	}
	if !holds(file, data, "Daz sleeps on the sofa") {
		t.Error("Ruby's own words are not found: the search itself fails")
	}

	b := &builder{t: t, ref: "NCC-5302"}
	b.fields(amina, at(2, 9, 0), "ref", "NCC-5302", "name", "Alfie James Larter")
	b.record(amina, at(19, 18, 12), family)
	file, data = export(t, Document{Kind: KindSummary, Case: b.caseFile(), Stamp: stamp()})
	if !holds(file, data, "CANARY-ALFIE") {
		t.Error("Alfie's own part is not in Alfie's document")
	}
	for _, private := range []string{"Daz sleeps on the sofa", "Ruby was in school uniform", "not in the plan", "NCC-5301"} {
		if holds(file, data, private) {
			t.Errorf("Ruby's %q is in Alfie's document", private)
		}
	}
}

// A confidential address is in no layer of the document, also where somebody
// typed it into a narrative, a quotation, an action, an amendment, the purpose
// of the export or the child's own reference fields.
func TestConfidentialAddress(t *testing.T) {
	b := ruby(t)
	visit := b.record(amina, at(23, 12, 0), `{"children":["NCC-5301"],"type":"CP statutory","occurred":"2026-11-23T10:00:00Z","place":"14 Canary Row","mode":"face to face",`+
		`"present":[{"name":"neighbour of 14 canary row","role":"lives near NR9 9CD"}],"shared":"Drove to 14 Canary Row,\nNorwich, NR9 9CD. Postcode nr99cd on the bin.",`+
		`"children_parts":{"NCC-5301":{"seen":true,"seen_alone":true,"bedroom_seen":true,"voice":[{"asked":"Do you like 14 Canary Row?","said":"I like 14 Canary Row","heard":"at NR9 9CD"}],"observations":"14 CANARY ROW","analysis":"NR9  9CD"}},`+
		`"actions":[{"what":"Write to 14 Canary Row","owner":"NR9 9CD","due":"2026-11-30"}]}`)
	b.add(grace, at(23, 13, 0), &casework.Amend{Target: visit, Text: "It was 14 Canary Row.", Reason: "NR9 9CD"})
	b.add(grace, at(23, 14, 0), &casework.Comment{Target: visit, Text: "14 Canary Row, NR9 9CD."})
	s := stamp()
	s.Purpose, s.Recipient, s.Basis = "Move from 14 Canary Row", "The family at NR9 9CD", "14 Canary Row"
	s.Unsynced = []string{"the worker at 14 Canary Row"}
	file, data := export(t, Document{Kind: KindSummary, Case: b.caseFile(), Stamp: s})
	for _, secret := range []string{"Canary Row", "NR9 9CD", "NR99CD", "9CD"} {
		if holds(file, data, secret) {
			t.Errorf("%q is in the document", secret)
		}
	}
	if !strings.Contains(file.Root.Text(), casework.WithheldMark) {
		t.Error("nothing says that an address was taken out")
	}
	b.fields(amina, at(23, 15, 0), "address_confidential", "no")
	for i := range b.facts { // the choice replaces the earlier value
		b.facts[i].Payload = []byte(strings.ReplaceAll(string(b.facts[i].Payload), `"field":"address_confidential","value":"yes"`, `"field":"address_confidential","value":"no"`))
	}
	file, data = export(t, Document{Kind: KindSummary, Case: b.caseFile(), Stamp: stamp()})
	if !holds(file, data, "Canary Row") {
		t.Error("an address that is not confidential is missing: the search itself fails")
	}
}
