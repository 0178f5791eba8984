package seal

import (
	"bytes"
	"maps"
	"slices"

	"wherry/storage/record"
)

// Case returns the key of one epoch of a case.
func (b *Box) Case(caseID, epoch record.ID) (Key, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k, ok := b.state.keys[caseEpoch{caseID, epoch}]; ok {
		return *k, true
	}
	return Key{}, false
}

// Epochs lists the epochs of a case whose keys are held, in ascending order of
// their ids.
func (b *Box) Epochs(caseID record.ID) []record.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []record.ID
	for k := range b.state.keys {
		if k.caseID == caseID {
			ids = append(ids, k.epoch)
		}
	}
	return sortIDs(ids)
}

// Cases lists the cases of which at least one key is held, in ascending order.
func (b *Box) Cases() []record.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := map[record.ID]bool{}
	for k := range b.state.keys {
		seen[k.caseID] = true
	}
	return sortIDs(slices.Collect(maps.Keys(seen)))
}

// Wraps returns the outgoing wraps kept for an entry, nil if there are none.
func (b *Box) Wraps(entry record.ID) [][]byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	w, ok := b.state.wraps[entry]
	if !ok {
		return nil
	}
	out := make([][]byte, len(w.Wraps))
	for i, x := range w.Wraps {
		out[i] = bytes.Clone(x)
	}
	return out
}

// Waiting lists the entries for which wraps are kept, in ascending order.
func (b *Box) Waiting() []record.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	return sortIDs(slices.Collect(maps.Keys(b.state.wraps)))
}

// Secret returns a copy of a named secret.
func (b *Box) Secret(name string) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.state.secrets[name]
	return bytes.Clone(v), ok
}

// Generation counts rewrites of the box.
func (b *Box) Generation() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.generation
}

// Healed reports that at opening one copy was damaged, missing or out of date
// and was written anew from the other.
func (b *Box) Healed() bool { return b.healed }

// TwinBad reports the same of a copy that could not be or was not to be
// written.
func (b *Box) TwinBad() bool { return b.twinBad }

// Wipe forgets everything in memory. The box is of no use afterwards.
func (b *Box) Wipe() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, v := range b.state.secrets {
		clear(v)
	}
	for _, k := range b.state.keys {
		k.Wipe()
	}
	b.state = emptyBox()
	b.seal.Wipe()
	b.mac.Wipe()
	b.reading = true
}

func sortIDs(ids []record.ID) []record.ID {
	slices.SortFunc(ids, func(a, b record.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}
