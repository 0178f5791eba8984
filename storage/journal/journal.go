package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Options set the journal's measures; the zero value is right for a notebook.
type Options struct {
	// Notebook is written into new segments; where the folder already names
	// one, it must be this (ErrWrongKey). Zero takes what the folder says.
	Notebook record.ID
	// MinFree is how many bytes must stay free after an Append, else ErrFull.
	// Zero means DefaultMinFree.
	MinFree uint64
	// SegmentBytes is the size that segments do not exceed; zero means
	// SegmentSize. Smaller ones are for tests.
	SegmentBytes int64
	// ReserveBytes is the size of the reserve; zero means DefaultReserve,
	// below zero means none.
	ReserveBytes int64
	// MustExist refuses a folder without a journal (ErrMissing) instead of
	// beginning one.
	MustExist bool
	// ReadOnly changes nothing on the disk; Append returns ErrReadOnly.
	ReadOnly bool
	// Quarantine is the folder for copies of unreadable bytes; empty means
	// "quarantine" inside the journal's folder.
	Quarantine string
	// Before is called once, before anything is written, when the folder is of
	// an older format, with that format's version. An error leaves the folder
	// as it is and the journal readable only. An upgrade that was cut short is
	// begun again, so it may be called again for the same folder.
	Before func(version int) error
	// FS is the disk; nil means the real one.
	FS FS
}

const (
	// DefaultMinFree is the free-space gate in bytes: 24 MiB.
	DefaultMinFree = 24 << 20
	// DefaultReserve is the size of the reserve file in bytes: 4 MiB.
	DefaultReserve = 4 << 20
)

func (o Options) filled(dir string) Options {
	if o.MinFree == 0 {
		o.MinFree = DefaultMinFree
	}
	if o.SegmentBytes <= 0 || o.SegmentBytes > SegmentSize {
		o.SegmentBytes = SegmentSize
	}
	if o.ReserveBytes == 0 {
		o.ReserveBytes = DefaultReserve
	}
	if o.Quarantine == "" {
		o.Quarantine = join(dir, "quarantine")
	}
	if o.FS == nil {
		o.FS = Disk()
	}
	return o
}

// Tip is the end of the journal: the number of its last frame and that
// frame's MAC, which stands for everything before it. Both are zero at first.
type Tip struct {
	Seq uint64
	MAC [32]byte
}

// Journal is an open journal. One process at a time may hold a folder open for
// writing (see Lock). Its methods may be called from several goroutines.
type Journal struct {
	dir  string
	opt  Options
	keys keys

	rewriting sync.Mutex // held by Rewrite; taken before mu

	mu     sync.Mutex // guards what follows
	segs   []*segment // frames only grow; segments are added, or replaced by Rewrite
	file   File       // the last segment, open for writing; nil if there is none
	end    int64      // where the next frame goes in it
	mac    *checksum  // of that segment
	next   chain
	number uint64 // of the next segment
	mark   mark   // as last written
	failed error  // why nothing is acknowledged any more
	// uncertain says that the end was cut or is damaged and that nothing was
	// appended since.
	uncertain bool
	closed    bool
	version   int // of the folder
	// rewrites counts the segments rewritten, so that a reader who meets other
	// bytes than expected can tell.
	rewrites int
	cache    *cache
}

// Open reads and verifies the whole journal in dir, mends what may be mended,
// and begins a new one where there is none. Damage never keeps it from
// opening: it is named in the report and the rest is readable.
func Open(dir string, key seal.Key, o Options) (*Journal, *Report, error) {
	o = o.filled(dir)
	s, err := look(o.FS, dir, key, o.Notebook, false)
	if err != nil {
		return nil, nil, err
	}
	if !s.found && (o.MustExist || o.ReadOnly) {
		return nil, nil, ErrMissing
	}
	j := &Journal{dir: dir, opt: o, keys: s.keys, segs: s.segs, next: s.next, number: s.nextSegment,
		version: int(s.version()), cache: newCache()}
	j.mark, _ = s.marks.best()
	j.uncertain = s.report.Cut
	if o.ReadOnly {
		j.failed = ErrReadOnly
		return j, &s.report, nil
	}
	if s.unread != nil {
		s.report.ReadOnly = s.unread
		j.fail(s.unread)
		return j, &s.report, nil
	}
	if j.version < Version && o.Before != nil {
		if err := o.Before(j.version); err != nil {
			s.report.ReadOnly = err
			j.failed = fmt.Errorf("%w: %w", ErrReadOnly, err)
			return j, &s.report, nil
		}
	}
	if err := j.repair(s); err != nil {
		s.report.ReadOnly = err
		if j.failed == nil {
			j.fail(err)
		}
	}
	return j, &s.report, nil
}

// Version is the format of the folder: after Open for writing, without a
// failure, this program's.
func (j *Journal) Version() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.version
}

// Check reads and verifies the journal in dir, every seal included, and
// changes nothing. A torn tail is counted but is not damage.
func Check(dir string, key seal.Key) (*Report, error) { return check(Disk(), dir, key) }

func check(fsys FS, dir string, key seal.Key) (*Report, error) {
	s, err := look(fsys, dir, key, record.ID{}, true)
	if err != nil {
		return nil, err
	}
	if !s.found {
		return nil, ErrMissing
	}
	return &s.report, nil
}

// Tip is the end of what has been acknowledged in this and earlier runs.
func (j *Journal) Tip() Tip {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.tip()
}

func (j *Journal) tip() Tip { return Tip{Seq: j.next.seq - 1, MAC: j.next.link} }

// Failed is why nothing is acknowledged any more; nil while all is well.
func (j *Journal) Failed() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failed
}

// Mark writes the synced note of where the journal ends: at a lock, before a
// push. What lies before it can never be taken for a torn tail.
func (j *Journal) Mark(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return err
	}
	return j.writeMark()
}

// usable reports why the journal takes no more writes.
func (j *Journal) usable() error {
	if j.closed {
		return ErrClosed
	}
	return j.failed
}

// fail ends acknowledging for this run and returns the error to report.
func (j *Journal) fail(cause error) error {
	j.failed = fmt.Errorf("%w: %w", ErrFailed, cause)
	return j.failed
}

// writeMark writes both copies of the mark unless they say so already.
func (j *Journal) writeMark() error {
	m := j.markNow()
	if m.generation = j.mark.generation; m == j.mark {
		return nil
	}
	m.generation++
	err := j.roomy(func() error { return writeMarks(j.opt.FS, j.dir, j.keys.mark, m) })
	if err != nil {
		return j.fail(err)
	}
	j.mark, j.version = m, Version
	return nil
}

// markNow is the mark of the journal's present end, without a generation.
func (j *Journal) markNow() mark {
	m := mark{version: Version, notebook: j.opt.Notebook, seq: j.next.seq - 1, mac: j.next.link, uncertain: j.uncertain}
	if n := len(j.segs); n > 0 {
		m.segment, m.offset = j.segs[n-1].number, uint64(j.segs[n-1].size)
	}
	return m
}

// Close writes the mark, closes the journal and drops its keys. After a
// failure it only closes, and returns that failure.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	err := j.failed
	if err == nil {
		err = j.writeMark()
	} else if errors.Is(err, ErrReadOnly) {
		err = nil
	}
	j.closed, j.keys, j.mac, j.cache = true, keys{}, nil, nil
	if j.file != nil {
		if cerr := j.file.Close(); err == nil {
			err = cerr
		}
		j.file = nil
	}
	return err
}
