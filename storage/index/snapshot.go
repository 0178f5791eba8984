package index

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// What is kept on disk is written down in docs/formats/index.md. The format
// number changes with the layout, the rules number with anything that changes
// which words a text is cut into or how they are stemmed. Either makes what was
// kept useless, and the index is then built again.
const (
	snapshotMagic  = "WHIX"
	snapshotFormat = 2
	snapshotRules  = 1
	snapshotHead   = len(snapshotMagic) + 3 + 4
)

// unicodeEdition is the major version of the tables that this program cuts and
// folds words by. Those of a newer compiler may do it otherwise.
var unicodeEdition = func() byte {
	major, _, _ := strings.Cut(unicode.Version, ".")
	n, err := strconv.ParseUint(major, 10, 8)
	if err != nil {
		panic("index: unicode.Version is not a version")
	}
	return byte(n)
}()

// Errors of loading.
var (
	ErrSnapshot = errors.New("index: snapshot is damaged")
	ErrRules    = errors.New("index: snapshot is of another format or made by other rules")
)

// Snapshot returns the whole index as plain bytes, without a trace of removed
// notes. The caller must seal them before they touch a disk; SaveDir does both.
func (x *Index) Snapshot() []byte {
	segs := x.settled()
	out := append([]byte(snapshotMagic), snapshotFormat, snapshotRules, unicodeEdition)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(segs)))
	for _, s := range segs {
		out = s.appendPlain(out)
	}
	return out
}

// appendPlain writes a segment: the size of its directory, the directory, its
// parts.
func (s *segment) appendPlain(out []byte) []byte {
	var all []byte
	d, err := s.encode(func(part []byte) error {
		all = append(all, part...)
		return nil
	})
	if err != nil {
		panic("index: " + err.Error()) // writing to memory
	}
	dir := d.encode()
	out = binary.LittleEndian.AppendUint32(out, uint32(len(dir)))
	return append(append(out, dir...), all...)
}

// Load reads what Snapshot returned. It checks every number in it, so an index
// that loads can be searched without fear whatever its bytes.
func Load(data []byte) (*Index, error) {
	p := parser{data: data}
	head := p.bytes(uint64(snapshotHead))
	if p.bad || string(head[:len(snapshotMagic)]) != snapshotMagic {
		return nil, ErrSnapshot
	}
	if head[4] != snapshotFormat || head[5] != snapshotRules || head[6] != unicodeEdition {
		return nil, ErrRules
	}
	x := New()
	for range binary.LittleEndian.Uint32(head[7:]) {
		size := p.bytes(4)
		if p.bad {
			return nil, ErrSnapshot
		}
		s, err := loadPlain(&p, p.bytes(uint64(binary.LittleEndian.Uint32(size))))
		if err != nil {
			return nil, err
		}
		x.segs = append(x.segs, s)
	}
	if !p.done() || !distinct(x.segs) {
		return nil, ErrSnapshot
	}
	return x, nil
}

func loadPlain(p *parser, dir []byte) (*segment, error) {
	d, ok := decodeDirectory(dir)
	if !ok || p.bad {
		return nil, ErrSnapshot
	}
	var all [][]byte
	for _, n := range d.sizes() {
		all = append(all, p.bytes(n))
	}
	if p.bad {
		return nil, ErrSnapshot
	}
	return decodeSegment(context.Background(), d, func(i int, _ uint64) ([]byte, error) { return all[i], nil })
}

// sizes lists the sizes of the parts of a segment.
func (d *directory) sizes() []uint64 {
	out := slices.Clone(d.packed[:])
	for _, f := range d.frames {
		out = append(out, f.packed)
	}
	return out
}

// distinct reports whether no note stands alive in two segments.
func distinct(segs []*segment) bool {
	for i, s := range segs {
		for doc, id := range s.ids {
			if s.isDead(uint32(doc)) {
				continue
			}
			for _, other := range segs[:i] {
				if n, twice := other.find(id); twice && !other.isDead(n) {
					return false
				}
			}
		}
	}
	return true
}
