package casework

import "time"

// BlockKind says how a block is laid out.
type BlockKind string

// Kinds of block.
const (
	BlockText   BlockKind = "text"   // a paragraph, with an optional label above it
	BlockPairs  BlockKind = "pairs"  // labels and values
	BlockTable  BlockKind = "table"  // a header row and rows
	BlockList   BlockKind = "list"   // bullet points
	BlockQuote  BlockKind = "quote"  // the child's words
	BlockEntry  BlockKind = "entry"  // one entry of the record, in full
	BlockNotice BlockKind = "notice" // something the reader must know
)

// Block is a piece of a document.
type Block struct {
	Kind   BlockKind
	Label  string
	Text   string
	Pairs  []Labelled
	Header []string
	Rows   [][]string
	Items  []string
	Asked  string // quote: the question
	Heard  string // quote: how it was heard
	Source string // quote, text: "Visit, 19 November 2026"
	Entry  *Entry // entry: confidential values already withheld
}

// Section is a heading of a document with what stands under it.
type Section struct {
	Heading string
	Blocks  []Block
}

// ChronologyRow is one line of a chronology, with the columns of practice:
// Date, Source, Event, Impact, Action.
type ChronologyRow struct {
	When   time.Time
	Date   Date
	Source string // who recorded it
	Event  string
	Impact string // significance: the worker's analysis, labelled as such
	Action string
	Entry  string
	Struck bool
}
