// Package leak_test puts a canary, a word that is nowhere else, into every
// field of every kind of entry, uses the real programs as a council would, and
// then looks for the canaries wherever a stranger could look (LK-01, LK-05).
package leak_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"wherry/app/casework"
	"wherry/app/simtest/binaries"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

// garden grows canaries and remembers where each was put.
type garden struct {
	rng   *rand.Rand
	where map[string]string // canary -> field
}

func newGarden(rng *rand.Rand) *garden { return &garden{rng: rng, where: map[string]string{}} }

// word is a new canary: fourteen letters that no prose holds.
func (g *garden) word(where string) string {
	const consonants, vowels = "bdfgjklmnpqrtvwxz", "aeiouy"
	var b strings.Builder
	for range 7 {
		b.WriteByte(consonants[g.rng.IntN(len(consonants))])
		b.WriteByte(vowels[g.rng.IntN(len(vowels))])
	}
	return g.note(where, b.String())
}

func (g *garden) note(where, canary string) string {
	g.where[canary] = where
	return canary
}

// nhs is a number that passes the check.
func (g *garden) nhs(where string) string {
	for {
		if n := fmt.Sprintf("%010d", g.rng.Int64N(1e10)); casework.ValidNHS(n) {
			return g.note(where, n)
		}
	}
}

func (g *garden) upn(where string) string {
	for {
		if u := "A" + fmt.Sprintf("%012d", g.rng.Int64N(1e12)); casework.ValidUPN(u) {
			return g.note(where, u)
		}
	}
}

func (g *garden) date(where string) string {
	return g.note(where, fmt.Sprintf("%d-%02d-%02d", 1990+g.rng.IntN(20), 1+g.rng.IntN(12), 1+g.rng.IntN(28)))
}

// field is a value for a field of a case. Fields of two or three words
// (yes and no, sex) have no room for a canary and return "".
func (g *garden) field(d casework.FieldDef, child string) string {
	at := child + " field " + d.Key
	switch d.Type {
	case casework.TypeNHS:
		return g.nhs(at)
	case casework.TypeUPN:
		return g.upn(at)
	case casework.TypeDate:
		return g.date(at)
	case casework.TypeYesNo, casework.TypeSex, casework.TypeRef:
		return ""
	case casework.TypeList:
		return g.word(at) + "; " + g.word(at+" second")
	}
	return g.word(at)
}

// caseload is a CSV file with a canary in every field of every child. The
// child references are canaries too.
func (g *garden) caseload(children int) (csv string, refs []string) {
	var defs []casework.FieldDef
	for _, d := range casework.FieldDefs() {
		if !d.Internal {
			defs = append(defs, d)
		}
	}
	var b strings.Builder
	for i, d := range defs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(d.Headers[0])
	}
	b.WriteByte('\n')
	for i := range children {
		child := fmt.Sprint("child ", i)
		for j, d := range defs {
			if j > 0 {
				b.WriteByte(',')
			}
			if d.Type == casework.TypeRef {
				ref := g.word(child + " reference")
				refs = append(refs, ref)
				b.WriteString(ref)
			} else {
				b.WriteString(g.field(d, child))
			}
		}
		b.WriteByte('\n')
	}
	return b.String(), refs
}

// submission is a line of record with a canary in every field that takes one.
func (g *garden) submission(kind string, refs []string) []byte {
	w := func(field string) string { return g.word(kind + " " + field) }
	parts := map[string]any{}
	for i, ref := range refs {
		p := map[string]any{
			"seen": i != 1, "bedroom_seen": true,
			"voice":        []any{map[string]any{"asked": w("asked"), "said": w("said"), "heard": w("heard")}},
			"observations": w("observations") + " and " + w("observations second"), "analysis": w("analysis"),
		}
		if i == 1 {
			p["not_seen_reason"] = w("not_seen_reason")
		} else {
			p["seen_alone"], p["not_alone_reason"] = false, w("not_alone_reason")
		}
		parts[ref] = p
	}
	m := map[string]any{
		"kind": kind, "children": refs, "type": w("type"), "occurred": "2026-11-19T16:05:00Z", "ended": "2026-11-19T17:00:00Z",
		"place": w("place"), "mode": w("mode"), "unsuccessful_reason": w("unsuccessful_reason"),
		"interpreter": map[string]any{"language": w("language"), "independent": true, "ref": w("interpreter ref")},
		"present":     []any{map[string]any{"name": w("present name"), "role": w("present role")}},
		"shared":      "She said " + w("shared") + " twice.", "children_parts": parts,
		"actions": []any{map[string]any{"what": w("action"), "owner": w("action owner"), "due": "2026-11-20"}},
		"author":  w("recorded for"),
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // maps of strings always encode
	}
	return append(b, '\n')
}
