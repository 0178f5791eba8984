package journal

import (
	"os"
	"sort"
	"strconv"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// segment is one file of the journal. Frames are only added to the last one;
// rewriting makes a new value.
type segment struct {
	name    string
	number  uint64
	size    int64  // of the file
	head    bool   // its header is sound
	version uint16 // that the sound header says
	frames  index
	last    [macSize]byte // link of its last frame
	upto    uint64        // no frame in it or before it has a higher number
}

// piece is a stretch of a file to be copied to quarantine.
type piece struct {
	file     string
	from, to int64
}

// torn is the tail of the last segment when it may be cut.
type torn struct {
	seg      *segment
	from     int64
	headless bool // not even the header was whole; it is written anew
}

// survey is everything that reading the folder tells. It writes nothing.
type survey struct {
	keys     keys
	notebook record.ID
	found    bool // the folder holds a journal
	segs     []*segment
	marks    marks
	report   Report
	// unread is why a file that is there could not be read. The disk may be
	// well again next time, so nothing is concluded from it and nothing mended.
	unread  error
	deep    bool // open every seal
	names   []string
	differs *Damage // the frame that the mark knows is not the one found
	pieces  []piece
	torn    *torn
	next    chain // what the next frame takes
	// appendable says that the next frame may go into the last segment;
	// otherwise into a new one of the number nextSegment.
	appendable  bool
	nextSegment uint64

	gap     bool // frames up to the next one found are already named as missing
	pending int  // index+1 in report.Damaged of the damage that named them
	// skip is how many frames a bad tail may have held: none of their numbers
	// is given again.
	skip uint64
}

// maxSegment is the last number that a segment's name holds: 1.5 PiB.
const maxSegment = 99_999_999

func segmentName(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for len(s) < 8 {
		s = "0" + s
	}
	return s + ".wj"
}

// segmentNumber is the number in a segment's name; false for other files.
func segmentNumber(name string) (uint64, bool) {
	if len(name) != 11 || name[8:] != ".wj" {
		return 0, false
	}
	n, err := strconv.ParseUint(name[:8], 10, 64)
	return n, err == nil && n > 0
}

// look surveys the folder. With deep set every frame's seal is opened as well.
func look(fsys FS, dir string, k seal.Key, notebook record.ID, deep bool) (*survey, error) {
	s := &survey{keys: deriveKeys(k), notebook: notebook, deep: deep, next: chain{seq: 1}, nextSegment: 1}
	names, err := fsys.List(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	s.names = names
	s.marks = readMarks(fsys, dir, s.keys.mark, names)
	s.unread = s.marks.unread
	heads := map[string]header{}
	nonEmpty := s.marks.bytes
	for _, name := range names {
		if n, ok := segmentNumber(name); ok {
			h, size, err := readHeader(fsys, dir, name, s.keys.header)
			if err != nil {
				s.unread = err
			}
			if h.segment != 0 {
				heads[name] = h
			}
			nonEmpty = nonEmpty || size > 0
			s.segs = append(s.segs, &segment{name: name, number: n, size: size})
		}
	}
	s.found = len(s.segs) > 0 || s.marks.present
	if err := s.identity(heads); err != nil {
		return nil, err
	}
	s.order(heads)
	for i, read := range s.reader(fsys, dir).readAll(s.segs, heads) {
		s.join(fsys, dir, s.segs[i], heads[s.segs[i].name], read, i == len(s.segs)-1)
	}
	if nonEmpty && len(heads) == 0 && !s.marks.valid() && s.report.Frames == 0 {
		return nil, ErrWrongKey
	}
	s.againstMark()
	return s, nil
}

// version is the format of the folder: that of its mark or, without one, of its
// newest segment; this program's own where there is nothing yet.
func (s *survey) version() uint16 {
	if m, ok := s.marks.best(); ok {
		return m.version
	}
	version := uint16(0)
	for _, seg := range s.segs {
		version = max(version, seg.version)
	}
	if version == 0 {
		return Version
	}
	return version
}

// readHeader reads a segment's header; one that is not sound has segment 0.
func readHeader(fsys FS, dir, name string, k seal.Key) (header, int64, error) {
	data, size, err := readAll(fsys, join(dir, name), headerSize)
	if err != nil {
		return header{}, size, err
	}
	h, _ := parseHeader(k, data)
	return h, size, nil
}

// identity refuses what a newer program or another notebook wrote, before
// anything is judged by this version's rules.
func (s *survey) identity(heads map[string]header) error {
	check := func(version uint16, notebook record.ID) error {
		if version > Version {
			return ErrNewerFormat
		}
		if s.notebook.IsZero() {
			s.notebook = notebook
		}
		if notebook != s.notebook {
			return ErrWrongKey
		}
		return nil
	}
	for _, h := range heads {
		if err := check(h.version, h.notebook); err != nil {
			return err
		}
	}
	for _, m := range s.marks.twin {
		if m.ok {
			if err := check(m.m.version, m.m.notebook); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxAhead bounds how far past the last known segment a file without a sound
// header is still looked into. The journal's own are never more than one ahead.
const maxAhead = 1000

// order sorts the segments by the number that their sound header gives them
// (else by name), and sets aside second copies and files that cannot be its own.
// A segment under another's name is named as damage and read all the same.
func (s *survey) order(heads map[string]header) {
	for _, seg := range s.segs {
		if h, ok := heads[seg.name]; ok {
			seg.number, seg.head, seg.version = h.segment, true, h.version
		}
	}
	rightName := func(g *segment) bool { return g.name == segmentName(g.number) }
	sort.SliceStable(s.segs, func(i, j int) bool {
		a, b := s.segs[i], s.segs[j]
		if a.number != b.number {
			return a.number < b.number
		}
		return rightName(a) && !rightName(b)
	})
	highest := uint64(0)
	if m, ok := s.marks.best(); ok {
		highest = m.segment
	}
	for _, h := range heads {
		highest = max(highest, h.segment)
	}
	kept := s.segs[:0]
	for _, seg := range s.segs {
		if !seg.head && seg.number > highest+maxAhead {
			s.name(Damage{File: seg.name, Length: seg.size, Reason: ReasonForeign})
			continue
		}
		if len(kept) > 0 && kept[len(kept)-1].number == seg.number {
			s.name(Damage{File: seg.name, Segment: int(seg.number), Length: seg.size, Reason: ReasonCopy})
			continue
		}
		if !rightName(seg) {
			s.name(Damage{File: seg.name, Segment: int(seg.number), Reason: ReasonName})
		}
		kept = append(kept, seg)
	}
	s.segs = kept
}

// name enters a damage into the report.
func (s *survey) name(d Damage) { s.report.Damaged = append(s.report.Damaged, d) }

// nameGap enters a damage after which frame numbers may jump.
func (s *survey) nameGap(d Damage) {
	s.name(d)
	s.gap, s.pending = true, len(s.report.Damaged)
}

// resolve says at which number the frames go on after a named gap.
func (s *survey) resolve(seq uint64) {
	if s.gap && s.pending > 0 {
		if d := &s.report.Damaged[s.pending-1]; seq > d.Seq && d.Missing == 0 {
			d.Missing = seq - d.Seq
		}
	}
	s.gap, s.pending = false, 0
}
