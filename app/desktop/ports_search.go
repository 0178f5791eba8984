package desktop

import "context"

// Finder is what the search and the record sheet ask beside what is read and
// written.
type Finder interface {
	// Warm makes the search ready. It runs beside all other methods and holds
	// none of them up; Lock breaks it off.
	Warm(ctx context.Context) error
	// Rest does what can wait until nobody types.
	Rest(ctx context.Context) error
	// SearchScope lists what a search can be narrowed to.
	SearchScope(ctx context.Context) (SearchScope, error)
	// Readers says, for each case given by child reference, who can read what
	// is recorded in it from now on. No network.
	Readers(ctx context.Context, refs []string) ([]CaseReaders, error)
}

// SearchScope is what a search can be narrowed to, besides days.
type SearchScope struct {
	Children []CaseRow
	Kinds    []KindName
	Authors  []string // oneself first
}

// KindName is a kind of entry, as a query writes it and in words.
type KindName struct{ Name, Label string }

// CaseReaders is who holds the present key of a case.
type CaseReaders struct {
	Ref      string
	People   []CaseReader // oneself first, then by name
	Recovery bool         // the council's recovery key, which is kept offline
	Alone    bool         // the case is in no council
}

// CaseReader is one of them.
type CaseReader struct {
	Name  string
	Role  string // "worker", "lead", "admin", "records"; "" while alone
	Me    bool
	Later bool // is given the key with the next sync
}
