package notebook

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"io"
	"path"
	"slices"
	"strings"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// listed is what `list --entries` shows of a set of frames: ids and payload
// hashes, and the attachments that entries name.
type listed struct {
	rows  []listedRow
	blobs map[record.ID]bool
}

type listedRow struct{ id, sum record.ID }

// take notes the entries of one frame that can be opened.
func (l *listed) take(box *seal.Box, f journal.Frame) {
	for _, it := range f.Items {
		switch it.Type {
		case itemPulled, itemPage:
			p, err := readPage(it)
			if err != nil {
				continue
			}
			for _, r := range p.Records {
				if r.Problem == "" {
					l.entry(box, r.Entry)
				}
			}
		case itemSalvaged:
			var s salvagedItem
			if record.Decode(it.Data, &s) != nil {
				continue
			}
			for _, r := range s.Entries {
				if r.Row.Problem == "" {
					l.entry(box, r.Row.Entry)
				}
			}
		default:
			entriesOf(it, func(b []byte) { l.entry(box, b) })
		}
	}
}

// claimStaged adds the attachments that drafts name.
func (s *snapshot) claimStaged(l *listed) {
	for _, p := range s.drafts {
		d, err := openDraft(s.key, strings.TrimSuffix(path.Base(p.name), draftSuffix), p.data)
		if err != nil {
			continue // it is copied as it is
		}
		for _, f := range d.Staged {
			if id, err := record.ParseID(f.Blob); err == nil {
				l.claim(id)
			}
		}
	}
}

func (l *listed) claim(id record.ID) {
	if l.blobs == nil {
		l.blobs = map[record.ID]bool{}
	}
	l.blobs[id] = true
}

func (l *listed) entry(box *seal.Box, b []byte) {
	e, err := record.Parse(b)
	if err != nil || !e.HasBody() {
		return
	}
	h := e.Header()
	if h.Class != record.Content && h.Class != record.ReceiptClass {
		return
	}
	for _, id := range h.Blobs {
		l.claim(id)
	}
	key, ok := box.Case(h.Case, h.Epoch)
	if !ok {
		return
	}
	if in, err := unsealEntry(key, e); err == nil && in.Kind != casework.KindOpened {
		l.rows = append(l.rows, listedRow{e.ID(), in.sum()})
	}
}

// hash is SHA-256 over the lines "id sha256", sorted, each ended by a line feed:
// what two notebooks have equal if they list the same entries.
func (l *listed) hash() record.ID {
	slices.SortFunc(l.rows, func(a, b listedRow) int {
		return cmp.Or(bytes.Compare(a.id[:], b.id[:]), bytes.Compare(a.sum[:], b.sum[:]))
	})
	l.rows = slices.Compact(l.rows) // an own entry may have come back with a page
	h := sha256.New()
	for _, r := range l.rows {
		io.WriteString(h, r.id.String()+" "+r.sum.String()+"\n")
	}
	return record.ID(h.Sum(nil))
}
