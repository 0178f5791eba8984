package journal

import (
	"runtime"
	"sync"
)

// segmentReader reads and verifies segments.
type segmentReader struct {
	fsys FS
	dir  string
	keys keys
	mark uint64 // number of the frame that the mark knows; 0 for none
	deep bool   // open every seal
}

// segmentRead is what reading one segment told.
type segmentRead struct {
	done   bool  // it was read, and its frames looked for after expect
	expect chain // what its first frame was taken to be
	size   int64 // of the file
	have   int64 // how much of it was read
	err    error
	found  scanned
	hollow []frameRef // sound frames whose content is none
	marked frameRef   // the frame that the mark knows; number 0 for none
}

func (s *survey) reader(fsys FS, dir string) *segmentReader {
	r := &segmentReader{fsys: fsys, dir: dir, keys: s.keys, deep: s.deep}
	if m, ok := s.marks.best(); ok {
		r.mark = m.seq
	}
	return r
}

// read reads one segment, whose frames follow expect, into buf if that is not
// nil and large enough.
func (r *segmentReader) read(seg *segment, expect chain, gap bool, buf *[]byte) segmentRead {
	out := segmentRead{done: true, expect: expect}
	if buf == nil {
		buf = new([]byte)
	}
	data, size, err := readInto(r.fsys, join(r.dir, seg.name), maxSegmentRead, buf)
	out.size, out.have, out.err = size, int64(len(data)), err
	if err != nil {
		return out
	}
	out.found = r.keys.verifier(seg.number, seg.version).scan(data, expect, gap, func(f frameRef) {
		if f.seq == r.mark {
			out.marked = f
		}
		if r.deep {
			if _, err := openFrame(r.keys, seg.number, f.seq, data[f.off:f.off+f.size]); err != nil {
				out.hollow = append(out.hollow, f)
			}
		}
	})
	return out
}

// readAll reads all segments on all processors; each holds the bytes of one
// segment at a time. Where a segment begins is taken from its header, which the
// caller compares with the end of the one before. One without a sound header
// is not verified but only measured.
func (r *segmentReader) readAll(segs []*segment, heads map[string]header) []segmentRead {
	out := make([]segmentRead, len(segs))
	work := make(chan int, len(segs))
	for i := range segs {
		work <- i
	}
	close(work)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(segs)) {
		wg.Go(func() {
			var buf []byte
			for i := range work {
				seg := segs[i]
				if h, ok := heads[seg.name]; ok {
					out[i] = r.read(seg, chain{h.first, h.prev}, false, &buf)
				} else {
					var none []byte
					_, out[i].size, out[i].err = readInto(r.fsys, join(r.dir, seg.name), 0, &none)
				}
			}
		})
	}
	wg.Wait()
	return out
}
