package seal

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"wherry/storage/record"
)

// Box is the key box of a notebook: the case keys, the wraps of them that wait
// to be uploaded, and the notebook's own private keys, in a file that can
// forget. No wrapped key is anywhere else. Each record is sealed by itself;
// what it is about does not show. Its methods may be called from several
// goroutines.
type Box struct {
	pair    pair
	mu      sync.Mutex
	seal    Key
	mac     Key
	state   boxState
	healed  bool
	twinBad bool
	reading bool // opened by ReadBox
	unsure  bool // a failed change may be on the disk; the next one is written in any case
}

// boxState is what the box holds; every change makes a new one, and it becomes
// the state only when the disk has it.
type boxState struct {
	generation uint64
	sealed     map[boxID][]byte
	keys       map[caseEpoch]*Key // pointers, so that every copy of the map shares the one to be wiped
	wraps      map[record.ID]EntryWraps
	secrets    map[string][]byte
}

type caseEpoch struct{ caseID, epoch record.ID }

// OpenBox opens box.A and box.B in dir under the vault key and mends the copy
// that is not whole; with neither there it creates an empty box. Errors:
// ErrDamaged, ErrNewerFormat, or a disk error.
func OpenBox(dir string, vault Key) (*Box, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return openBox(osDisk{}, dir, vault)
}

// ReadBox opens the box without writing anything: Put fails with ErrReadOnly,
// TwinBad reports a copy that is not whole, and an absent box is
// fs.ErrNotExist.
func ReadBox(dir string, vault Key) (*Box, error) {
	b := newBox(osDisk{}, dir, vault)
	b.reading = true
	if err := b.load(); err != nil {
		return nil, err
	}
	return b, nil
}

func openBox(d disk, dir string, vault Key) (*Box, error) {
	b := newBox(d, dir, vault)
	err := b.load()
	if errors.Is(err, fs.ErrNotExist) {
		err = b.create()
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

func newBox(d disk, dir string, vault Key) *Box {
	check := func(data []byte) (uint64, error) {
		f, err := parseBox(data)
		if err != nil {
			return 0, err
		}
		return f.generation, nil
	}
	return &Box{
		pair: pair{disk: d, dir: dir, name: "box", limit: boxLimit, check: check},
		seal: vault.Derive("box"),
		mac:  vault.Derive("box-mac"),
	}
}

func (b *Box) create() error {
	if b.seal.isZero() {
		return ErrNoKey
	}
	return b.write(emptyBox(), false)
}

// load reads the newest copy that is whole and authentic.
func (b *Box) load() error {
	copies, whole, err := b.pair.read()
	if err != nil {
		return err
	}
	for _, i := range whole {
		f, err := parseBox(copies[i].data)
		if err != nil || !f.authentic(b.mac) {
			continue
		}
		if b.state, err = b.unseal(f); err != nil {
			continue
		}
		if b.reading {
			b.twinBad = b.pair.differs(copies, i)
			return nil
		}
		differed, bad := b.pair.mend(copies, i)
		b.healed, b.twinBad = differed && !bad, bad
		return nil
	}
	return ErrDamaged
}

func emptyBox() boxState {
	return boxState{
		sealed: map[boxID][]byte{}, keys: map[caseEpoch]*Key{},
		wraps: map[record.ID]EntryWraps{}, secrets: map[string][]byte{},
	}
}

// unseal opens every record. One that does not open, in a file whose keyed
// checksum holds, was written wrong: damage.
func (b *Box) unseal(f *boxFile) (boxState, error) {
	s := emptyBox()
	s.generation = f.generation
	for _, r := range f.records {
		plain, err := Open(b.seal, r.id.aad(), r.sealed)
		if err != nil {
			return boxState{}, ErrDamaged
		}
		item, err := decodeItem(r.id.typ, plain)
		clear(plain)
		if err != nil || b.id(item) != r.id {
			return boxState{}, ErrDamaged
		}
		s.hold(item)
		s.sealed[r.id] = bytes.Clone(r.sealed)
	}
	return s, nil
}

// id is the place of an item: its type and a keyed hash of its ids or name.
func (b *Box) id(item BoxItem) boxID {
	switch v := item.(type) {
	case CaseKey:
		return boxID{itemCaseKey, b.seal.MAC([]byte("tag"), []byte{byte(itemCaseKey)}, v.Case[:], v.Epoch[:])}
	case EntryWraps:
		return boxID{itemWraps, b.seal.MAC([]byte("tag"), []byte{byte(itemWraps)}, v.Entry[:])}
	case Secret:
		return boxID{itemSecret, b.seal.MAC([]byte("tag"), []byte{byte(itemSecret)}, []byte(v.Name))}
	}
	return boxID{}
}

func (s *boxState) hold(item BoxItem) {
	switch v := item.(type) {
	case CaseKey:
		key := v.Key
		s.keys[caseEpoch{v.Case, v.Epoch}] = &key
	case EntryWraps:
		s.wraps[v.Entry] = v
	case Secret:
		s.secrets[v.Name] = v.Value
	}
}

// clone copies the maps; the values are never changed in place.
func (s boxState) clone() boxState {
	return boxState{s.generation, maps.Clone(s.sealed), maps.Clone(s.keys), maps.Clone(s.wraps), maps.Clone(s.secrets)}
}

// write makes next the content of both copies and then the state.
func (b *Box) write(next boxState, erasing bool) error {
	if b.state.generation == maxGeneration {
		return ErrDamaged
	}
	// The number is used up even if writing fails, so that whatever a failed
	// attempt left behind is older than the next success.
	b.state.generation++
	next.generation = b.state.generation
	f := boxFile{generation: next.generation}
	for _, id := range slices.SortedFunc(maps.Keys(next.sealed), boxID.compare) {
		f.records = append(f.records, boxRecord{id, next.sealed[id]})
	}
	data, err := f.encode(b.mac)
	if err != nil {
		return err
	}
	err = b.pair.save(data)
	if err != nil && !errors.Is(err, ErrNotErased) {
		b.unsure = true
		return err
	}
	b.state, b.unsure = next, false
	if !erasing {
		return nil // what is not overwritten yet had not to go
	}
	return err
}
