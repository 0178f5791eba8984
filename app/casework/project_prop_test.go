package casework

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// genFacts makes a case with every kind of entry, targets that exist or not,
// chains and rings of targets, strikes, conflicts, damage and the future.
func genFacts(t *rapid.T) []Fact {
	n := rapid.IntRange(0, 24).Draw(t, "facts")
	id := func() string { return fmt.Sprintf("%02x", rapid.IntRange(0, n+1).Draw(t, "id")) }
	var facts []Fact
	for i := range n {
		at := testNow.Add(-time.Duration(rapid.IntRange(0, 2000).Draw(t, "hours")) * time.Hour)
		person := rapid.SampledFrom([]string{"Amina", "Grace"}).Draw(t, "author")
		f := Fact{
			ID: fmt.Sprintf("%02x", i), Schema: 1, Author: person, AuthorID: person, Written: at,
			HLC:   uint64(rapid.IntRange(0, 3).Draw(t, "hlc")),
			State: rapid.SampledFrom([]string{StateLocal, StateSending, StateCouncil, StateHeld, StateRefused}).Draw(t, "state"),
			Draft: rapid.SampledFrom([]string{"", "", "d1"}).Draw(t, "draft"),
		}
		var body Body
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0, 1:
			s := Submission{Kind: KindVisit, Children: []string{"A"}, Type: "CP statutory", Occurred: at.Format(time.RFC3339),
				Mode:  rapid.SampledFrom([]string{"", ModeFaceToFace, ModeVirtual, ModeUnsuccessful}).Draw(t, "mode"),
				Parts: map[string]ChildPart{"A": {Seen: rapid.SampledFrom([]Answer{Yes, No, ""}).Draw(t, "seen"), SeenAlone: Yes}}}
			body = &Visit{s}
		case 2:
			body = &Call{Submission{Kind: KindCall, Children: []string{"A"}, Occurred: at.Format(time.RFC3339), Shared: "x"}}
		case 3, 4:
			key := rapid.SampledFrom([]string{"name", "dob", "address", "address_confidential", "alerts"}).Draw(t, "key")
			value := rapid.SampledFrom([]string{"yes", "2014-05-02", "x; y", ""}).Draw(t, "value")
			body = &FieldEntry{Set: []FieldSet{{Key: key, Value: value, Replaces: rapid.SliceOfN(rapid.Custom(func(*rapid.T) string { return id() }), 0, 2).Draw(t, "replaces")}}}
		case 5:
			body = &Amend{Target: id(), Text: "amended"}
		case 6:
			body = &Comment{Target: id(), Text: "comment"}
		case 7:
			body = &Strike{Target: id(), Reason: "wrong child"}
		case 8:
			body = &Opened{Entries: []string{id(), id()}}
		default:
			f.Kind, f.Payload = rapid.SampledFrom([]string{"sign-off", KindVisit, KindExport, ""}).Draw(t, "odd"), []byte(`{"odd":1}`)
			f.Damaged = rapid.Bool().Draw(t, "damaged")
			f.Unknown = rapid.Bool().Draw(t, "unknown")
			facts = append(facts, f)
			continue
		}
		payload, schema, err := EncodeBody(body)
		if err != nil {
			t.Fatal(err)
		}
		f.Kind, f.Schema, f.Payload = body.Kind(), schema, payload
		facts = append(facts, f)
	}
	return facts
}

// The case file depends on the set of facts: any order and any repetition give
// the same, and nothing that was given disappears without a trace.
func TestProjectIsAFunctionOfTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := genFacts(t)
		want := Project("A", facts, testNow)
		rng := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		for range 4 {
			mixed := slices.Clone(facts)
			for _, i := range rng.Perm(len(facts))[:len(facts)/2] {
				again := facts[i]
				again.State = StateLocal // an older account of the same entry
				if stateRank[facts[i].State] > stateRank[StateLocal] {
					mixed = append(mixed, again)
				} else {
					mixed = append(mixed, facts[i])
				}
			}
			rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
			if got := Project("A", mixed, testNow); !reflect.DeepEqual(got, want) {
				t.Fatalf("order matters:\n%s", cmp.Diff([]any{want.Entries, want.Attention, want.Brief()}, []any{got.Entries, got.Attention, got.Brief()}))
			}
		}
		shown := map[string]bool{}
		for _, e := range want.Entries {
			shown[e.ID] = true
			for _, a := range e.Amendments {
				shown[a.ID] = true
			}
			for _, c := range e.Comments {
				shown[c.ID] = true
			}
		}
		for _, f := range facts {
			if f.Kind != KindOpened && f.Kind != KindStrike && !shown[f.ID] {
				t.Fatalf("fact %s of kind %q is nowhere", f.ID, f.Kind)
			}
		}
		Summary(want, Date{}, Date{})
		Chronology(want, Date{}, Date{})
		Due(want, DefaultRules(), testNow)
	})
}

// Adding facts never takes a value away unless a fact names it as replaced.
func TestRegisterLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		var facts []Fact
		replaced := map[string]bool{}
		for i := range n {
			set := FieldSet{Key: "name", Value: fmt.Sprintf("value %d", rapid.IntRange(0, 3).Draw(t, "value"))}
			for j := range i {
				if rapid.IntRange(0, 3).Draw(t, "choose") == 0 {
					set.Replaces = append(set.Replaces, fmt.Sprintf("%02x", j))
					replaced[fmt.Sprintf("%02x", j)] = true
				}
			}
			payload, _, err := EncodeBody(&FieldEntry{Set: []FieldSet{set}})
			if err != nil {
				t.Fatal(err)
			}
			facts = append(facts, Fact{ID: fmt.Sprintf("%02x", i), Kind: KindField, Schema: 1, Payload: payload})
		}
		f := Project("A", facts, testNow).Field("name")
		standing := map[string]bool{}
		for _, v := range f.Values {
			for _, id := range v.Entries {
				standing[id] = true
			}
		}
		for i := range n {
			id := fmt.Sprintf("%02x", i)
			if standing[id] == replaced[id] {
				t.Fatalf("entry %s: standing %v, replaced %v", id, standing[id], replaced[id])
			}
		}
		// Choosing settles it, whoever chose.
		payload, _, err := EncodeBody(&FieldEntry{Set: []FieldSet{f.Choose("chosen")}})
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, Fact{ID: "ff", Kind: KindField, Schema: 1, Payload: payload})
		if f := Project("A", facts, testNow).Field("name"); f.Conflict() || f.Values[0].Value != "chosen" {
			t.Fatalf("a choice does not settle: %v", f.Values)
		}
	})
}
