package notebook

import (
	"os"
	"path/filepath"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// The lines of the caseload are costly to make: every entry of a case is opened
// for its line. A rebuild of the view after an unclean stop would have to make
// them all before anything is on the screen, so they are kept beside the view
// too, and taken back for the cases that have not changed since.

// keptBrief is the line of a case, and what the case held when it was made.
type keptBrief struct {
	_       struct{} `cbor:",toarray"`
	Case    record.ID
	Arrived uint64
	Count   uint64
	Keys    uint64
	Line    []byte
}

func briefsFile(dir string) string { return filepath.Join(dir, "briefs.sealed") }

var briefsAAD = []byte("wherry-briefs-1")

// saveBriefs writes the lines. The file is disposable: a failure costs time.
func (n *Notebook) saveBriefs() {
	if !n.briefsMoved || n.readOnly {
		return
	}
	kept := []keptBrief{}
	for _, c := range n.st.sorted() {
		if len(c.Summary) > 0 && !c.gone() {
			kept = append(kept, keptBrief{Case: c.ID, Arrived: c.Arrived, Count: c.Count, Keys: n.keysOf(c), Line: c.Summary})
		}
	}
	plain := record.Encode(kept)
	defer clear(plain)
	sealed, err := seal.Seal(n.vault.Derive("briefs"), briefsAAD, plain)
	if err == nil && seal.WriteFileSync(briefsFile(n.dir), sealed) == nil {
		n.briefsMoved = false
	}
}

// recallBriefs gives cases their lines back after a rebuild.
func (n *Notebook) recallBriefs() {
	sealed, err := os.ReadFile(briefsFile(n.dir))
	if err != nil {
		return
	}
	plain, err := seal.Open(n.vault.Derive("briefs"), briefsAAD, sealed)
	if err != nil {
		return
	}
	defer clear(plain)
	var kept []keptBrief
	if record.Decode(plain, &kept) != nil {
		return
	}
	for _, k := range kept {
		c := n.st.cases[k.Case]
		if c != nil && !c.gone() && c.Arrived == k.Arrived && c.Count == k.Count && n.keysOf(c) == k.Keys {
			c.Summary, n.st.touched[c.ID] = k.Line, true
		}
	}
}

func (n *Notebook) keysOf(c *caseRow) uint64 { return uint64(len(n.box.Epochs(c.ID))) }
