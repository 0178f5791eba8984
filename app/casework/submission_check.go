package casework

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of a submission. They are far above any real visit.
const (
	maxChildren = 40
	maxRows     = 200  // people, actions, quotations
	maxShort    = 4000 // characters of a one-line value
	maxRef      = 200  // characters of a reference
	clockDrift  = 5 * time.Minute
)

// Validate lists what is missing or wrong before the submission can be final,
// in the order of the form. now judges what is said to have happened already.
// Words outside the code sets are warnings: practice has more words than lists.
func (s *Submission) Validate(now time.Time) []Item {
	c := &checker{}
	if s.Kind != "" && !submissionKind(s.Kind) {
		c.add("kind", CodeUnknownKind)
	}
	c.text("ref", s.Ref, maxRef)
	c.children(s)
	c.when(s, now)
	c.visit(s)
	for _, ref := range s.Children {
		c.part(s, ref)
	}
	for _, p := range s.Present {
		c.need("present.name", p.Name)
		c.text("present.name", p.Name, maxShort)
		c.text("present.role", p.Role, maxShort)
	}
	for _, a := range s.Actions {
		c.need("actions.what", a.What)
		c.text("actions.what", a.What, maxShort)
		c.text("actions.owner", a.Owner, maxShort)
		if _, ok := parseISO(a.Due); a.Due != "" && !ok {
			c.add("actions.due", CodeBadValue)
		}
	}
	if len(s.Present) > maxRows {
		c.add("present", CodeTooLong)
	}
	if len(s.Actions) > maxRows {
		c.add("actions", CodeTooLong)
	}
	c.text("author", s.Author, maxShort)
	return c.items
}

type checker struct {
	items []Item
	child string
}

func (c *checker) put(field, code string, warn bool) {
	it := Item{Child: c.child, Field: field, Code: code, Warn: warn}
	if !slices.Contains(c.items, it) {
		c.items = append(c.items, it)
	}
}

func (c *checker) add(field, code string)  { c.put(field, code, false) }
func (c *checker) warn(field, code string) { c.put(field, code, true) }

func (c *checker) need(field, value string) {
	if blank(value) {
		c.add(field, CodeMissing)
	}
}

func (c *checker) text(field, value string, limit int) {
	c.free(field, value)
	if utf8.RuneCountInString(value) > limit {
		c.add(field, CodeTooLong)
	}
}

// free checks a narrative: it may hold anything that can be written and read
// back.
func (c *checker) free(field, value string) {
	if code := unwritable(value); code != "" {
		c.add(field, code)
	}
}

func unwritable(s string) string {
	switch {
	case !utf8.ValidString(s):
		return CodeNotUTF8
	case strings.IndexByte(s, 0) >= 0:
		return CodeBadValue
	}
	return ""
}

func (c *checker) code(field, value string, set *CodeSet) {
	c.text(field, value, maxShort)
	if _, ok := set.Lookup(value); !blank(value) && !ok {
		c.warn(field, CodeUnknownCode)
	}
}

func (c *checker) children(s *Submission) {
	if len(s.Children) == 0 {
		c.add("children", CodeMissing)
	}
	if len(s.Children) > maxChildren {
		c.add("children", CodeTooLong)
	}
	for i, ref := range s.Children {
		if !ValidRef(ref) || slices.Contains(s.Children[:i], ref) {
			c.add("children", CodeBadValue)
		}
	}
	for ref := range s.Parts {
		if !slices.Contains(s.Children, ref) {
			c.add("children_parts", CodeBadValue)
		}
	}
}

// ValidRef reports whether s can be a child reference: one to 64 visible
// characters with no space at either end.
func ValidRef(s string) bool {
	n := utf8.RuneCountInString(s)
	return n > 0 && n <= 64 && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func (c *checker) when(s *Submission, now time.Time) {
	limit := farFuture
	if now.Before(limit) {
		limit = now.Add(clockDrift)
	}
	c.need("occurred", s.Occurred)
	begun, ended := s.OccurredTime(), s.EndedTime()
	switch {
	case blank(s.Occurred):
	case begun.IsZero() || begun.Year() < 1900:
		c.add("occurred", CodeBadValue)
	case begun.After(limit):
		c.add("occurred", CodeInFuture)
	}
	switch {
	case blank(s.Ended):
	case ended.IsZero() || ended.Before(begun):
		c.add("ended", CodeBadValue)
	case ended.After(limit):
		c.add("ended", CodeInFuture)
	}
}

func (c *checker) visit(s *Submission) {
	isVisit := s.Kind == KindVisit || s.Kind == ""
	if isVisit {
		c.code("type", s.Type, VisitTypes)
	} else {
		c.code("type", s.Type, ContactTypes)
	}
	c.code("place", s.Place, Places)
	c.code("mode", s.Mode, Modes)
	c.code("unsuccessful_reason", s.Reason, FailedReasons)
	if s.Unsuccessful() {
		c.need("unsuccessful_reason", s.Reason)
	}
	if in := s.Interpreter; in != nil {
		c.text("interpreter.language", in.Language, maxShort)
		c.text("interpreter.ref", in.Ref, maxShort)
		if blank(in.Language) {
			c.warn("interpreter.language", CodeMissing)
		}
	}
	c.free("shared", s.Shared)
	if blank(s.Shared) && !anyText(s) {
		c.put("shared", CodeMissing, isVisit) // a visit may say all in its answers
	}
}

func anyText(s *Submission) bool {
	for _, p := range s.Parts {
		if p.hasText() {
			return true
		}
	}
	return false
}

func (c *checker) part(s *Submission, ref string) {
	c.child = ref
	defer func() { c.child = "" }()
	p := s.Parts[ref]
	const at = "children_parts."
	if s.Kind == KindVisit || s.Kind == "" {
		c.seen(s, p)
	}
	c.answer(at+"seen", p.Seen, Yes, No)
	c.answer(at+"seen_alone", p.SeenAlone, Yes, No, Partly)
	c.answer(at+"bedroom_seen", p.BedroomSeen, Yes, No, Partly, NotDue)
	c.code(at+"not_seen_reason", p.NotSeenReason, NotSeenReasons)
	c.code(at+"not_alone_reason", p.NotAloneReason, NotAloneReasons)
	for _, v := range p.Voice {
		c.need(at+"voice.said", v.Said)
		c.free(at+"voice.said", v.Said)
		c.free(at+"voice.asked", v.Asked)
		c.code(at+"voice.heard", v.Heard, HeardAs)
	}
	if len(p.Voice) > maxRows {
		c.add(at+"voice", CodeTooLong)
	}
	c.free(at+"observations", p.Observations)
	c.free(at+"analysis", p.Analysis)
}

// seen: every child of a visit is seen, or not and why; seen alone, or not and
// why (Care Planning Regulations 2010 r29 asks to speak to the child in
// private; Ofsted and local returns count both answers).
func (c *checker) seen(s *Submission, p ChildPart) {
	const at = "children_parts."
	switch p.Seen {
	case Unanswered:
		if !s.Unsuccessful() {
			c.add(at+"seen", CodeMissing)
		}
	case No:
		if !s.Unsuccessful() {
			c.need(at+"not_seen_reason", p.NotSeenReason)
		}
	case Yes:
		if s.Unsuccessful() {
			c.warn(at+"seen", CodeBadValue)
		}
		switch p.SeenAlone {
		case Unanswered:
			if blank(p.NotAloneReason) {
				c.add(at+"seen_alone", CodeMissing)
			}
		case No, Partly:
			c.need(at+"not_alone_reason", p.NotAloneReason)
		}
	}
}

func (c *checker) answer(field string, a Answer, allowed ...Answer) {
	if a != Unanswered && !slices.Contains(allowed, a) {
		c.add(field, CodeBadValue)
	}
}
