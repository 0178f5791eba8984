package casework

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
)

// Caret is where the writer was: a section of the form, row and column.
type Caret struct {
	Section string `json:"section,omitempty"`
	Row     int    `json:"row,omitempty"`
	Col     int    `json:"col,omitempty"`
}

// Draft is text that is not yet an entry.
type Draft struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind"`
	Submission json.RawMessage `json:"submission,omitempty"` // a Submission, as incomplete as it may be
	Caret      Caret           `json:"caret"`
	Changed    time.Time       `json:"changed"`
	Staged     []Staged        `json:"staged,omitempty"` // waits to be published with it
}

// Staged is an attachment of a draft: sealed already, and no entry yet.
type Staged struct {
	Child string `json:"child"` // reference of the child whose record it is for
	Case  string `json:"case"`
	Attachment
}

// NewDraft wraps a submission in hand.
func NewDraft(id string, s *Submission, caret Caret, changed time.Time) *Draft {
	return &Draft{ID: id, Kind: s.Kind, Submission: s.Canonical(), Caret: caret, Changed: changed}
}

// Decode reads the draft's submission. A draft may be incomplete in any way,
// but its form is that of a record line.
func (d *Draft) Decode() (*Submission, error) {
	if len(d.Submission) == 0 {
		return &Submission{Kind: d.kind()}, nil
	}
	s := new(Submission)
	if err := decodeStrict(d.Submission, MaxPayload, s); err != nil {
		return nil, err
	}
	if s.Kind == "" {
		s.Kind = d.kind()
	}
	return s, nil
}

func (d *Draft) kind() string {
	if submissionKind(d.Kind) {
		return d.Kind
	}
	return KindVisit
}

// Children lists the children chosen so far; never nil.
func (d *Draft) Children() []string {
	if s, err := d.Decode(); err == nil && s.Children != nil {
		return s.Children
	}
	return []string{}
}

// Words counts the words of the draft's narratives: the shared part, every
// child's part and the actions.
func (d *Draft) Words() int {
	s, err := d.Decode()
	if err != nil {
		return 0
	}
	return s.Words()
}

// Words counts the words of all narratives. A Han, Hiragana or Katakana
// character counts as one, because those scripts put no spaces.
func (s *Submission) Words() int {
	n := CountWords(s.Shared)
	for _, p := range s.Parts {
		n += CountWords(p.Observations) + CountWords(p.Analysis)
		for _, v := range p.Voice {
			n += CountWords(v.Asked) + CountWords(v.Said)
		}
	}
	for _, a := range s.Actions {
		n += CountWords(a.What)
	}
	return n
}

// CountWords counts the words of a text.
func CountWords(text string) int {
	n := 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) }) {
		other := false
		for _, r := range word {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
				n++
			} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
				other = true
			}
		}
		if other {
			n++
		}
	}
	return n
}
