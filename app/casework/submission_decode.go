package casework

import (
	"errors"
	"time"
)

// farFuture stands for "no clock": nothing typed lies behind it.
var farFuture = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// DecodeSubmission reads one record line. defaultKind is used when the line
// names none; an empty defaultKind means a visit. Only the form is judged here:
// call Validate for what is missing. Errors are *InputError.
func DecodeSubmission(line []byte, defaultKind string) (*Submission, error) {
	s, err := readSubmission(line, MaxSubmission)
	if err != nil {
		return nil, err
	}
	if s.V > 1 {
		return nil, &InputError{Code: CodeNewerVersion, Field: "v"}
	}
	if s.V < 0 {
		return nil, &InputError{Code: CodeBadValue, Field: "v"}
	}
	if s.Kind == "" {
		s.Kind = defaultKind
	}
	if s.Kind == "" {
		s.Kind = KindVisit
	}
	if !submissionKind(s.Kind) {
		return nil, &InputError{Code: CodeUnknownKind, Field: "kind"}
	}
	return s, nil
}

// readSubmission is decodeStrict of a Submission, quickly where it can.
func readSubmission(data []byte, limit int) (*Submission, error) {
	s := new(Submission)
	if quickSubmission(data, limit, s) {
		return s, nil
	}
	s = new(Submission)
	return s, decodeStrict(data, limit, s)
}

func submissionKind(k string) bool { return k == KindVisit || k == KindCall || k == KindNote }

// decodeChild reads the payload of one child's visit, call or note.
func decodeChild(payload []byte, kind string) (*Submission, error) {
	s, err := readSubmission(payload, MaxPayload)
	if err != nil {
		return nil, err
	}
	if s.V > 1 {
		return nil, ErrNewerSchema
	}
	if s.Kind == "" {
		s.Kind = KindVisit
	}
	switch {
	case s.V < 0:
		return nil, &InputError{Code: CodeBadValue, Field: "v"}
	case s.Kind != kind:
		return nil, &InputError{Code: CodeBadValue, Field: "kind"}
	case len(s.Children) != 1:
		return nil, &InputError{Code: CodeBadValue, Field: "children"}
	}
	for ref := range s.Parts {
		if ref != s.Children[0] {
			return nil, &InputError{Code: CodeBadValue, Field: "children_parts"}
		}
	}
	return s, nil
}

// ErrorCode is the stable code of an error of this package: that of an
// InputError, or "" for any other error.
func ErrorCode(err error) (code, field string) {
	var ie *InputError
	if errors.As(err, &ie) {
		return ie.Code, ie.Field
	}
	return "", ""
}
