package journal

import (
	"bytes"
	"os"

	"wherry/storage/seal"
)

// markNames are the two copies, written in this order.
var markNames = [2]string{"mark.A", "mark.B"}

// twin is one copy of the mark as it was found.
type twin struct {
	m       mark
	ok      bool
	present bool // the file exists
	raw     []byte
}

// marks are both copies.
type marks struct {
	unread  error // a copy that is there could not be read
	twin    [2]twin
	present bool // at least one file exists
	bytes   bool // at least one file is not empty
}

func readMarks(fsys FS, dir string, k seal.Key, names []string) marks {
	var p marks
	for i, name := range markNames {
		for _, n := range names {
			if n == name {
				p.twin[i].present, p.present = true, true
			}
		}
		raw, size, err := readAll(fsys, join(dir, name), markSize+1)
		if err != nil {
			if !os.IsNotExist(err) {
				p.unread = err
			}
			continue
		}
		p.bytes = p.bytes || size > 0
		p.twin[i].raw = raw
		p.twin[i].m, p.twin[i].ok = parseMark(k, raw)
	}
	return p
}

func (p marks) valid() bool { return p.twin[0].ok || p.twin[1].ok }

// best is the sound copy of the highest generation.
func (p marks) best() (mark, bool) {
	a, b := p.twin[0], p.twin[1]
	if b.ok && (!a.ok || b.m.generation > a.m.generation) {
		return b.m, true
	}
	return a.m, a.ok
}

// toHeal reports whether one copy is damaged or missing while its twin is
// sound. A twin that is merely older, or not yet there beside the very first
// writing, is what a power cut leaves and no damage.
func (p marks) toHeal() (bool, string) {
	best, ok := p.best()
	if !ok {
		return false, ""
	}
	for i, t := range p.twin {
		if !t.ok && (t.present || best.generation > 1) {
			return true, markNames[i]
		}
	}
	return false, ""
}

// equal reports whether both copies are sound and the same.
func (p marks) equal() bool {
	return p.twin[0].ok && p.twin[1].ok && bytes.Equal(p.twin[0].raw, p.twin[1].raw)
}

// writeMarks writes both copies, each whole or not at all.
func writeMarks(fsys FS, dir string, k seal.Key, m mark) error {
	raw := m.bytes(k)
	for _, name := range markNames {
		if err := writeAtomic(fsys, dir, name, raw); err != nil {
			return err
		}
	}
	return nil
}
