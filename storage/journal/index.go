package journal

import "sort"

// index is where the frames of one segment lie: four bytes a frame, so that a
// journal of a million frames stays small in memory. Frame numbers mostly rise
// by one; a run begins wherever they do not.
type index struct {
	offs []uint32 // a segment is far shorter than 4 GiB
	runs []run
}

// run says that the frames from the at-th on are numbered seq, seq+1, …
type run struct {
	at  int
	seq uint64
}

func (x *index) add(seq uint64, off int64) {
	n := len(x.offs)
	if n == 0 || x.seq(n-1)+1 != seq {
		x.runs = append(x.runs, run{at: n, seq: seq})
	}
	x.offs = append(x.offs, uint32(off))
}

func (x *index) len() int { return len(x.offs) }

// seq is the number of the i-th frame.
func (x *index) seq(i int) uint64 {
	r := sort.Search(len(x.runs), func(r int) bool { return x.runs[r].at > i }) - 1
	return x.runs[r].seq + uint64(i-x.runs[r].at)
}

// from is the place of the first frame numbered seq or above; len if there is
// none.
func (x *index) from(seq uint64) int {
	r := sort.Search(len(x.runs), func(r int) bool { return x.runs[r].seq > seq }) - 1
	if r < 0 {
		return 0
	}
	end := x.len()
	if r+1 < len(x.runs) {
		end = x.runs[r+1].at
	}
	if ahead := seq - x.runs[r].seq; ahead < uint64(end-x.runs[r].at) {
		return x.runs[r].at + int(ahead)
	}
	return end
}

// span is where the i-th frame begins and how many bytes there are at most
// before the next one, in a segment of the given size. Where damaged bytes
// follow a frame that is more than its length, which the frame itself tells.
func (x *index) span(i int, size int64) (off, most int64) {
	off = int64(x.offs[i])
	if i+1 < x.len() {
		size = int64(x.offs[i+1])
	}
	return off, min(size-off, maxReplaced)
}
