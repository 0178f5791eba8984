package casework

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// genSubmission makes a submission in which every private text of every child
// is a canary that names the child's number.
func genSubmission(t *rapid.T) (*Submission, [][]string) {
	text := rapid.StringOfN(rapid.Rune().Filter(func(r rune) bool { return r != 0 }), 0, 40, -1)
	n := rapid.IntRange(1, 5).Draw(t, "children")
	s := &Submission{
		Kind:   rapid.SampledFrom([]string{KindVisit, KindCall, KindNote}).Draw(t, "kind"),
		Shared: text.Draw(t, "shared"), Occurred: "2026-11-19T16:05:00Z",
		Parts:   map[string]ChildPart{},
		Actions: []Action{{What: text.Draw(t, "action")}},
	}
	canaries := make([][]string, n)
	for i := range n {
		ref := fmt.Sprintf("REF-%d-END", i)
		s.Children = append(s.Children, ref)
		c := func(field string) string {
			if !rapid.Bool().Draw(t, field) {
				return ""
			}
			word := fmt.Sprintf("canary-%d-%s-end", i, field)
			canaries[i] = append(canaries[i], word)
			return word
		}
		if rapid.IntRange(0, 4).Draw(t, "part") > 0 {
			s.Parts[ref] = ChildPart{
				Seen: Yes, SeenAlone: No, NotSeenReason: c("nsr"), NotAloneReason: c("nar"),
				Observations: c("obs"), Analysis: c("ana"),
				Voice: []Voice{{Asked: c("asked"), Said: c("said"), Heard: c("heard")}},
			}
		}
	}
	return s, canaries
}

// Nothing of one child's part, not even the reference, is in another's bytes.
func TestSplitNeverLeaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, canaries := genSubmission(t)
		before := s.Canonical()
		parts := s.Split()
		if len(parts) != len(s.Children) {
			t.Fatalf("%d payloads for %d children", len(parts), len(s.Children))
		}
		for i, p := range parts {
			if p.Ref != s.Children[i] {
				t.Fatalf("payload %d is of %s", i, p.Ref)
			}
			for j, words := range canaries {
				for _, w := range append(slices.Clone(words), s.Children[j]) {
					if found := bytes.Contains(p.Payload, []byte(w)); found != (i == j) {
						if !found && w == s.Children[j] {
							t.Fatal("a payload must name its own child")
						}
						t.Fatalf("payload of child %d: %q found=%v", i, w, found)
					}
				}
			}
			body, err := DecodeBody(s.Kind, 1, p.Payload)
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := EncodeBody(body)
			if err != nil || !bytes.Equal(again, p.Payload) {
				t.Fatalf("not stable: %s, %s, %v", p.Payload, again, err)
			}
		}
		if !bytes.Equal(before, s.Canonical()) {
			t.Fatal("Split changed the submission")
		}
	})
}
