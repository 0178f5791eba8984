package index

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A snapshot is written down in docs/formats/index.md. The format number
// changes with the layout, the rules number with anything that changes which
// words a text is cut into or how they are stemmed. Either makes an older
// snapshot useless, and the index is then built again.
const (
	snapshotMagic  = "WHIX"
	snapshotFormat = 1
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

// Errors of Load.
var (
	ErrSnapshot = errors.New("index: snapshot is damaged")
	ErrRules    = errors.New("index: snapshot is of another format or made by other rules")
)

// segmentHeader is the fixed part before each segment: counts, then the sizes
// in bytes of the sections that follow in this order.
type segmentHeader struct {
	Docs, Cases, Kinds, Authors, Terms, Stems uint32

	Names, Columns, TermBytes, Lists, StemBytes, Groups, Post uint32
}

const segmentHeaderSize = 13 * 4

// body is the number of bytes that follow the header.
func (h *segmentHeader) body() int64 {
	n := 32 * (int64(h.Docs) + int64(h.Cases))
	for _, size := range []uint32{h.Names, h.Columns, h.TermBytes, h.Lists, h.StemBytes, h.Groups, h.Post} {
		n += int64(size)
	}
	return n
}

// settled purges what is dead and returns the segments. Until the next Remove
// they hold living notes only, and their notes and lists never change.
func (x *Index) settled() []*segment {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.flush()
	x.purge(0)
	return slices.Clone(x.segs)
}

// Snapshot returns the whole index as plain bytes, without a trace of removed
// notes. The caller must seal them before they touch a disk; SaveSealed does
// both, with less memory.
func (x *Index) Snapshot() []byte {
	segs := x.settled()
	parts := [][]byte{snapshotStart(segs)}
	for _, s := range segs {
		parts = append(parts, s.sections()...)
	}
	return slices.Concat(parts...)
}

func snapshotStart(segs []*segment) []byte {
	head := append([]byte(snapshotMagic), snapshotFormat, snapshotRules, unicodeEdition)
	return binary.LittleEndian.AppendUint32(head, uint32(len(segs)))
}

// writeSnapshot writes what Snapshot returns, one segment at a time.
func writeSnapshot(w io.Writer, segs []*segment) error {
	if _, err := w.Write(snapshotStart(segs)); err != nil {
		return err
	}
	for _, s := range segs {
		for _, section := range s.sections() {
			if _, err := w.Write(section); err != nil {
				return err
			}
		}
	}
	return nil
}

// sections returns the bytes of a segment: its header, then each section.
func (s *segment) sections() [][]byte {
	ids := make([]byte, 0, 32*len(s.ids))
	for i := range s.ids {
		ids = append(ids, s.ids[i][:]...)
	}
	cases := make([]byte, 0, 32*len(s.cases))
	for i := range s.cases {
		cases = append(cases, s.cases[i][:]...)
	}
	var names, columns, lists, groups []byte
	for _, list := range [][]string{s.kinds, s.authors} {
		for _, name := range list {
			names = binary.AppendUvarint(names, uint64(len(name)))
			names = append(names, name...)
		}
	}
	for _, column := range [][]uint32{s.caseOf, s.kindOf, s.authorOf, s.lengths} {
		for _, v := range column {
			columns = binary.AppendUvarint(columns, uint64(v))
		}
	}
	before := int64(0)
	for _, t := range s.times {
		columns = binary.AppendVarint(columns, t-before) // wraps, and unwraps on reading
		before = t
	}
	for t, df := range s.df {
		lists = binary.AppendUvarint(lists, uint64(df))
		lists = binary.AppendUvarint(lists, uint64(s.offsets[t+1]-s.offsets[t]))
	}
	for g := range s.stems.n {
		members := s.members[s.groups[g]:s.groups[g+1]]
		groups = binary.AppendUvarint(groups, uint64(len(members)))
		last := int64(-1)
		for _, m := range members {
			groups = binary.AppendUvarint(groups, uint64(int64(m)-last-1))
			last = int64(m)
		}
	}
	h := segmentHeader{
		Docs: uint32(len(s.ids)), Cases: uint32(len(s.cases)), Kinds: uint32(len(s.kinds)),
		Authors: uint32(len(s.authors)), Terms: uint32(s.terms.n), Stems: uint32(s.stems.n),
		Names: uint32(len(names)), Columns: uint32(len(columns)), TermBytes: uint32(len(s.terms.data)),
		Lists: uint32(len(lists)), StemBytes: uint32(len(s.stems.data)), Groups: uint32(len(groups)),
		Post: uint32(len(s.post)),
	}
	head, err := binary.Append(nil, binary.LittleEndian, &h)
	if err != nil {
		panic("index: header cannot be written") // a struct of fixed size
	}
	return [][]byte{head, ids, cases, names, columns, s.terms.data, lists, s.stems.data, groups, s.post}
}
