package casework

import "errors"

// Kinds of entry beside visit, call and note.
const (
	KindField   = "field"
	KindAmend   = "amend"
	KindComment = "comment"
	KindStrike  = "strike"
	KindExport  = "export"
	KindOpened  = "opened"
)

// Errors of reading an entry's payload. In both cases the entry is kept and
// shown as "needs a newer Wherry".
var (
	ErrUnknownKind = errors.New("casework: kind not known to this version")
	ErrNewerSchema = errors.New("casework: written by a newer version")
)

// Body is the content of one entry.
type Body interface {
	// Kind is the entry kind's name.
	Kind() string
	// Validate lists what is missing or wrong in an entry about to be written.
	Validate() []Item
	// SearchText is what the search index holds. Never a confidential address.
	SearchText() string
	// Line is the entry in one line of a timeline. Never a confidential address.
	Line() string
}

// Kind describes one kind of entry.
type Kind struct {
	Name   string
	Label  string
	Schema int // the schema version this program writes
	Decode func(payload []byte) (Body, error)
	// Upcast lifts a payload of schema i+1 to schema i+2, so that Decode only
	// ever meets the current one. Stored payloads are never rewritten.
	Upcast []func(payload []byte) ([]byte, error)
	// Narrative kinds are a visit, call or note about the child.
	Narrative bool
}

// Kinds lists every kind of entry. A new kind is one file and one line here.
func Kinds() []Kind {
	return []Kind{
		visitKind,
		callKind,
		noteKind,
		fieldKind,
		amendKind,
		commentKind,
		strikeKind,
		exportKind,
		openedKind,
		retentionKind,
		holdKind,
		releaseKind,
		disposalKind,
		attachmentKind,
	}
}

// LookupKind finds a kind by name.
func LookupKind(name string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// DecodeBody reads a payload of any kind and any schema known to this version.
func DecodeBody(kind string, schema int, payload []byte) (Body, error) {
	k, ok := LookupKind(kind)
	if !ok {
		return nil, ErrUnknownKind
	}
	return k.read(schema, payload)
}

func (k Kind) read(schema int, payload []byte) (Body, error) {
	if schema > k.Schema {
		return nil, ErrNewerSchema
	}
	if schema < 1 {
		return nil, &InputError{Code: CodeMalformed}
	}
	for _, up := range k.Upcast[schema-1:] {
		var err error
		if payload, err = up(payload); err != nil {
			return nil, &InputError{Code: CodeMalformed}
		}
	}
	return k.Decode(payload)
}

// EncodeBody writes a body in its one fixed form and gives the schema version.
// What would not read back is refused here, before it is sealed for ever.
func EncodeBody(b Body) (payload []byte, schema int, err error) {
	k, ok := LookupKind(b.Kind())
	if !ok {
		return nil, 0, ErrUnknownKind
	}
	if payload, err = marshal(b); err != nil {
		return nil, 0, err
	}
	if _, err = k.Decode(payload); err != nil {
		return nil, 0, err
	}
	return payload, k.Schema, nil
}

// MaxPayload bounds one entry's payload, in bytes. It leaves room above
// MaxSubmission, because escapes can make the fixed form a little longer.
const MaxPayload = 2 << 20

func decodeBody[T any, P interface {
	*T
	Body
}](payload []byte) (Body, error) {
	p := P(new(T))
	if err := decodeStrict(payload, MaxPayload, p); err != nil {
		return nil, err
	}
	return p, nil
}
