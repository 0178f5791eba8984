package casework

import (
	"slices"
	"strings"
)

// Split gives each child its own payload: the shared narrative, the people
// present and the actions, and of the children and their parts only that
// child. The bytes are the same for the same content, whatever the layout of
// the input. Field names are those of the record input; "v" is dropped, and
// so is "kind" for a visit, which is what a line without a kind is.
func (s *Submission) Split() []ChildPayload {
	out := make([]ChildPayload, 0, len(s.Children))
	for _, ref := range s.Children {
		one := *s
		one.Children = []string{ref}
		one.Parts = nil
		if part, ok := s.Parts[ref]; ok {
			one.Parts = map[string]ChildPart{ref: part}
		}
		payload, err := one.payload()
		if err != nil {
			continue // strings and booleans always marshal
		}
		out = append(out, ChildPayload{Ref: ref, Payload: payload})
	}
	return out
}

// payload is the fixed form of a submission.
func (s *Submission) payload() ([]byte, error) {
	one := *s
	one.V = 0
	if one.Kind == KindVisit {
		one.Kind = ""
	}
	return marshal(one)
}

// Canonical is the whole submission in its fixed form: two lines have the same
// content exactly if their canonical bytes are equal.
func (s *Submission) Canonical() []byte {
	b, err := s.payload()
	if err != nil {
		return nil
	}
	return b
}

// Unsuccessful reports a visit at which nobody was reached. It never resets a
// clock.
func (s *Submission) Unsuccessful() bool {
	return (s.Kind == KindVisit || s.Kind == "") && (same(s.Mode, ModeUnsuccessful) || (s.Mode == "" && !blank(s.Reason)))
}

// Tidy drops what a form leaves behind: empty rows of people, actions and
// words, spaces around single-line values, parts of children no longer in the
// list, and a part that says nothing. Narratives keep every character.
func (s *Submission) Tidy() {
	trim := strings.TrimSpace
	for _, p := range []*string{&s.Type, &s.Occurred, &s.Ended, &s.Place, &s.Mode, &s.Reason, &s.Author, &s.Ref} {
		*p = trim(*p)
	}
	for i := range s.Children {
		s.Children[i] = trim(s.Children[i])
	}
	s.Children = slices.DeleteFunc(s.Children, blank)
	s.Present = slices.DeleteFunc(s.Present, func(p Person) bool { return blank(p.Name) && blank(p.Role) })
	s.Actions = slices.DeleteFunc(s.Actions, func(a Action) bool { return blank(a.What) && blank(a.Owner) && blank(a.Due) })
	if in := s.Interpreter; in != nil && blank(in.Language) && blank(in.Ref) && in.Independent == nil {
		s.Interpreter = nil
	}
	for ref, part := range s.Parts {
		part.Voice = slices.DeleteFunc(part.Voice, func(v Voice) bool { return blank(v.Asked) && blank(v.Said) })
		if !slices.Contains(s.Children, ref) || part.empty() {
			delete(s.Parts, ref)
			continue
		}
		s.Parts[ref] = part
	}
	if len(s.Parts) == 0 {
		s.Parts = nil
	}
}

func (p ChildPart) empty() bool {
	return p.Seen == "" && p.SeenAlone == "" && p.BedroomSeen == "" && len(p.Voice) == 0 &&
		blank(p.NotSeenReason) && blank(p.NotAloneReason) && blank(p.Observations) && blank(p.Analysis)
}

// hasText reports whether the part holds any narrative.
func (p ChildPart) hasText() bool {
	return !blank(p.Observations) || !blank(p.Analysis) || len(p.Voice) > 0
}

// texts lists everything typed, in the order of the form.
func (s *Submission) texts() []string {
	out := []string{s.Type, s.Place, s.Mode, s.Reason}
	if in := s.Interpreter; in != nil {
		out = append(out, in.Language, in.Ref)
	}
	for _, p := range s.Present {
		out = append(out, p.Name, p.Role)
	}
	out = append(out, s.Shared)
	for _, ref := range s.Children {
		p := s.Parts[ref]
		out = append(out, p.NotSeenReason, p.NotAloneReason)
		for _, v := range p.Voice {
			out = append(out, v.Asked, v.Said, v.Heard)
		}
		out = append(out, p.Observations, p.Analysis)
	}
	for _, a := range s.Actions {
		out = append(out, a.What, a.Owner)
	}
	return append(out, s.Author)
}

func (s *Submission) searchText() string { return joinText(s.texts()...) }

// CanonicalSplit is Canonical and Split of a submission that Validate has
// passed, in one go: where there is one child, both are the same bytes.
func (s *Submission) CanonicalSplit() ([]byte, []ChildPayload) {
	all := s.Canonical()
	if _, part := s.Parts[s.onlyChild()]; len(s.Children) == 1 && (len(s.Parts) == 0 || len(s.Parts) == 1 && part) {
		return all, []ChildPayload{{Ref: s.Children[0], Payload: all}}
	}
	return all, s.Split()
}

func (s *Submission) onlyChild() string {
	if len(s.Children) != 1 {
		return ""
	}
	return s.Children[0]
}
