package journal

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Any order of appending, marking, closing, opening and power cuts gives the
// same journal as a list.
func TestJournalIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fsys := newShadow()
		o := testOptions(fsys)
		o.SegmentBytes = int64(rapid.IntRange(300, 4000).Draw(t, "segment"))
		var list [][]Item
		open := func() *Journal {
			o.FS = fsys
			j, r, err := Open(testDir, testKey, o)
			if err != nil || !r.OK() || r.TornBytes > 0 || r.Frames != uint64(len(list)) {
				t.Fatalf("%d frames expected: %+v %v", len(list), r, err)
			}
			return j
		}
		j := open()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"append", "append", "append", "mark", "reopen", "cut", "replay", "rewrite"}).Draw(t, "act") {
			case "append":
				items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Item {
					return Item{Type: rapid.Uint8().Draw(t, "type"), Data: rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "data")}
				}), 1, 4).Draw(t, "items")
				seq, err := j.Append(bg, items)
				if list = append(list, items); err != nil || seq != uint64(len(list)) {
					t.Fatalf("append: %d %v", seq, err)
				}
			case "mark":
				if err := j.Mark(bg); err != nil {
					t.Fatal(err)
				}
			case "reopen":
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				j = open()
			case "cut":
				fsys = fsys.cut(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
				j = open()
			case "rewrite":
				before := rawFrames(t, j)
				changed := map[uint64]bool{}
				done, err := j.Rewrite(bg, func(f Frame) ([]Item, bool, error) {
					if !rapid.Bool().Draw(t, "change") {
						return nil, false, nil
					}
					keep := rapid.IntRange(0, len(f.Items)).Draw(t, "keep")
					list[f.Seq-1], changed[f.Seq] = f.Items[:keep], true
					return f.Items[:keep], true, nil
				})
				if err != nil || done.Frames != len(changed) || done.Damaged+done.Left > 0 {
					t.Fatalf("%+v %v", done, err)
				}
				for seq, raw := range rawFrames(t, j) {
					if bytes.Equal(raw, before[seq]) == changed[seq] {
						t.Fatalf("frame %d changed: %v", seq, !changed[seq])
					}
				}
			case "replay":
				from := rapid.Uint64Range(0, uint64(len(list))+1).Draw(t, "from")
				next := max(from, 1)
				err := j.Replay(bg, from, func(f Frame) error {
					if f.Seq != next || !sameItems(f.Items, list[f.Seq-1]) {
						t.Fatalf("frame %d, expected %d", f.Seq, next)
					}
					next++
					return nil
				})
				if err != nil || next != max(uint64(len(list))+1, from, 1) {
					t.Fatalf("replay from %d ended at %d: %v", from, next, err)
				}
			}
		}
	})
}

// rawFrames reads the bytes of every frame.
func rawFrames(t interface{ Fatal(...any) }, j *Journal) map[uint64][]byte {
	out := map[uint64][]byte{}
	for _, seg := range j.segs {
		data, _, err := readAll(j.opt.FS, join(j.dir, seg.name), seg.size)
		if err != nil {
			t.Fatal(err)
		}
		for i, off := range seg.frames.offs {
			n, _, _ := announced(data, int64(off))
			out[seg.frames.seq(i)] = data[off : int64(off)+n]
		}
	}
	return out
}

// Whatever is done to the bytes, nothing that was not written is given out.
func TestNoAlterationMakesALie(t *testing.T) {
	w := sample(t)
	files := append(w.fsys.names(".wj"), w.fsys.names("mark.")...)
	rapid.Check(t, func(t *rapid.T) {
		fsys := w.fsys.clone()
		for range rapid.IntRange(1, 6).Draw(t, "harms") {
			n := fsys.now[rapid.SampledFrom(files).Draw(t, "file")]
			if n == nil || len(n.seen) == 0 {
				continue
			}
			at := rapid.IntRange(0, len(n.seen)-1).Draw(t, "at")
			to := min(len(n.seen), at+rapid.IntRange(1, 900).Draw(t, "length"))
			switch rapid.SampledFrom([]string{"flip", "zero", "drop", "double", "cut", "take"}).Draw(t, "how") {
			case "flip":
				n.seen[at] ^= rapid.Byte().Draw(t, "with")
			case "zero":
				clear(n.seen[at:to])
			case "drop":
				n.seen = append(n.seen[:at:at], n.seen[to:]...)
			case "double":
				n.seen = append(n.seen[:to:to], n.seen[at:]...)
			case "cut":
				n.seen = n.seen[:at]
			case "take":
				other := fsys.now[rapid.SampledFrom(files).Draw(t, "from")].seen
				if at < len(other) {
					n.seen = append(n.seen[:at:at], other[at:]...)
				}
			}
		}
		j, r, err := Open(testDir, testKey, testOptions(fsys))
		if err == ErrWrongKey {
			return // nothing at all was left to know it by
		}
		if err != nil || r.ReadOnly != nil {
			t.Fatalf("%v %+v", err, r)
		}
		last, count := uint64(0), uint64(0)
		err = j.Replay(bg, 0, func(f Frame) error {
			if f.Seq <= last || !sameItems(f.Items, w.frames[f.Seq]) {
				t.Fatalf("frame %d after %d is not as it was written", f.Seq, last)
			}
			last = f.Seq
			count++
			return nil
		})
		if err != nil || count != r.Frames {
			t.Fatalf("%d frames of %d: %v", count, r.Frames, err)
		}
		seq, err := j.Append(bg, []Item{{Data: []byte("new")}})
		if err != nil || seq <= last {
			t.Fatalf("append after the harm: %d after %d, %v", seq, last, err)
		}
	})
}
