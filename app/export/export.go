package export

import (
	"errors"
	"io"
	"strings"
	"time"

	"wherry/app/casework"
)

// Kinds of document.
const (
	KindSummary = "summary" // case summary
)

// Errors of Write.
var (
	// ErrKind: the format does not make that kind of document.
	ErrKind = errors.New("export: no such document in this format")
	// ErrStamp: no exporter, recipient, purpose or time is given. No document
	// leaves without them.
	ErrStamp = errors.New("export: exporter, recipient, purpose and time are needed")
	// ErrArriving: history of the case is still arriving, so that dangers and
	// dates cannot be trusted yet.
	ErrArriving = errors.New("export: history of the case is still arriving")
)

// Stamp says who exported a document, for whom and why, and how complete the
// record behind it was.
type Stamp struct {
	ExportedBy string // the person who signed in
	Role       string // "team lead"; may be empty for a notebook without a council
	Recipient  string
	Purpose    string
	Basis      string    // legal basis; may be empty
	At         time.Time // of the export
	CompleteTo time.Time // when the council's log was last seen; zero: as the case file says
	// Unsynced names what may be missing, each as a clause such as
	// "Amina Yusuf not synced since 20 November 2026". When nil, it is taken
	// from the case file.
	Unsynced []string
	Audit    string // id of the audit entry, in hexadecimal
	App      string // version of the program
}

// Document is what is to be written.
type Document struct {
	Kind  string
	Case  *casework.CaseFile
	From  casework.Date // first day of the timeline; zero: from the beginning
	Until casework.Date // last day; zero: to the end
	Stamp Stamp
}

// Format is a file format and the kinds of document it can make.
type Format struct {
	Name  string // as typed: "pdf"
	Ext   string // ".pdf"
	Kinds []string
	// Write makes the document and says how many pages it has.
	Write func(w io.Writer, doc Document) (pages int, err error)
}

// Formats lists the formats. A new one is one file and one line here.
func Formats() []Format {
	return []Format{
		{Name: "pdf", Ext: ".pdf", Kinds: []string{KindSummary}, Write: writePDF},
	}
}

// Lookup finds a format by name.
func Lookup(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Makes says whether the format can make that kind of document.
func (f Format) Makes(kind string) bool {
	for _, k := range f.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// check refuses a document that must not be made.
func (d *Document) check() error {
	s := d.Stamp
	if d.Case == nil || s.At.IsZero() {
		return ErrStamp
	}
	for _, needed := range []string{s.ExportedBy, s.Recipient, s.Purpose} {
		if strings.TrimSpace(needed) == "" {
			return ErrStamp
		}
	}
	if d.Case.Arriving {
		return ErrArriving
	}
	return nil
}
