package seal

import (
	"bytes"
	"slices"

	"wherry/storage/record"
)

// BoxItem is one change to the key box.
type BoxItem interface {
	change(b *Box, s *boxState) error
}

// CaseKey adds the key of one epoch of a case. The same key again changes
// nothing; a different one is ErrKeyConflict.
type CaseKey struct {
	Case, Epoch record.ID
	Key         Key
}

// EntryWraps keeps the wraps that a key entry names until they are uploaded.
// Case, if known, lets Destroy find them.
type EntryWraps struct {
	Entry record.ID
	Case  record.ID
	Wraps [][]byte
}

// DropWraps forgets the wraps of an entry, as after its upload.
type DropWraps struct{ Entry record.ID }

// Secret keeps a named secret, replacing an earlier value. A name has 1 to 255
// bytes.
type Secret struct {
	Name  string
	Value []byte
}

// DropSecret forgets a named secret.
type DropSecret struct{ Name string }

// Destroy forgets every key of a case, and every wrap kept for it.
type Destroy struct{ Case record.ID }

// Put makes all the changes, in order, or none: when it returns nil both
// copies on disk hold them, synced, and what they replaced has been
// overwritten. Changes that alter nothing write nothing. With ErrNotErased,
// after Destroy, DropWraps or DropSecret, the changes are in force but a
// replaced copy is still to be overwritten. After any other error the box is
// as before in memory, and the next Put writes over whatever reached the disk.
func (b *Box) Put(changes ...BoxItem) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reading {
		return ErrReadOnly
	}
	next := b.state.clone()
	for _, c := range changes {
		if c == nil {
			return ErrBoxItem
		}
		if err := c.change(b, &next); err != nil {
			return err
		}
	}
	added, gone := difference(b.state.sealed, next.sealed)
	if !added && !gone && !b.unsure {
		return nil
	}
	return b.write(next, gone || b.unsure)
}

// difference tells whether next has records that old has not, and the reverse.
func difference(old, next map[boxID][]byte) (added, gone bool) {
	for id, v := range next {
		if w, ok := old[id]; !ok || !bytes.Equal(v, w) {
			added = true
			gone = gone || ok
		}
	}
	for id := range old {
		if _, ok := next[id]; !ok {
			gone = true
		}
	}
	return added, gone
}

// store seals an item and holds it.
func (b *Box) store(s *boxState, item BoxItem, plain []byte) error {
	defer clear(plain)
	id := b.id(item)
	sealed, err := Seal(b.seal, id.aad(), plain)
	if err != nil {
		return err
	}
	s.sealed[id] = sealed
	s.hold(item)
	return nil
}

func (c CaseKey) change(b *Box, s *boxState) error {
	if c.Case.IsZero() || c.Epoch.IsZero() || c.Key.isZero() {
		return ErrBoxItem
	}
	if held, ok := s.keys[caseEpoch{c.Case, c.Epoch}]; ok {
		if !held.Equal(c.Key) {
			return ErrKeyConflict
		}
		return nil
	}
	return b.store(s, c, c.encode())
}

func (w EntryWraps) change(b *Box, s *boxState) error {
	if w.Entry.IsZero() || len(w.Wraps) > MaxWraps {
		return ErrBoxItem
	}
	size := 0
	for _, x := range w.Wraps {
		if size += len(x); len(x) > MaxWrap || size > boxLimit {
			return ErrTooLarge
		}
	}
	if held, ok := s.wraps[w.Entry]; ok && held.Case == w.Case && slices.EqualFunc(held.Wraps, w.Wraps, bytes.Equal) {
		return nil
	}
	own := EntryWraps{Entry: w.Entry, Case: w.Case, Wraps: make([][]byte, len(w.Wraps))}
	for i, x := range w.Wraps {
		own.Wraps[i] = bytes.Clone(x)
	}
	return b.store(s, own, own.encode())
}

func (d DropWraps) change(b *Box, s *boxState) error {
	delete(s.wraps, d.Entry)
	delete(s.sealed, b.id(EntryWraps{Entry: d.Entry}))
	return nil
}

func (v Secret) change(b *Box, s *boxState) error {
	if v.Name == "" || len(v.Name) > 255 {
		return ErrBoxItem
	}
	if len(v.Value) > MaxSecret {
		return ErrTooLarge
	}
	if held, ok := s.secrets[v.Name]; ok && bytes.Equal(held, v.Value) {
		return nil
	}
	own := Secret{v.Name, bytes.Clone(v.Value)}
	return b.store(s, own, own.encode())
}

func (d DropSecret) change(b *Box, s *boxState) error {
	delete(s.secrets, d.Name)
	delete(s.sealed, b.id(Secret{Name: d.Name}))
	return nil
}

func (d Destroy) change(b *Box, s *boxState) error {
	for k := range s.keys {
		if k.caseID == d.Case {
			delete(s.keys, k)
			delete(s.sealed, b.id(CaseKey{Case: k.caseID, Epoch: k.epoch}))
		}
	}
	for entry, w := range s.wraps {
		if w.Case == d.Case && !d.Case.IsZero() {
			delete(s.wraps, entry)
			delete(s.sealed, b.id(EntryWraps{Entry: entry}))
		}
	}
	return nil
}
