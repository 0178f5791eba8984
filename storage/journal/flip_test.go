package journal

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
)

// written is a journal in memory with what its frames hold.
type written struct {
	fsys   *shadowFS
	frames map[uint64][]Item
	marked uint64 // the mark's number
}

// sample writes 40 frames over several segments, the last three past the mark
// and with no orderly stop.
func sample(t testing.TB) written {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 2))
	w := written{fsys: newShadow(), frames: map[uint64][]Item{}}
	j, _, err := Open(testDir, testKey, testOptions(w.fsys))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 40; n++ {
		items := batch(n, rng)
		seq, err := j.Append(bg, items)
		if err != nil {
			t.Fatal(err)
		}
		w.frames[seq] = items
		if n == 30 {
			w.rewrite(t, j)
		}
		if n == 37 {
			if err := j.Mark(bg); err != nil {
				t.Fatal(err)
			}
			w.marked = seq
		}
	}
	if len(w.fsys.names(".wj")) < 4 {
		t.Fatal("too few segments for the tests")
	}
	if end := j.segs[len(j.segs)-1].frames.seq(0); end > w.marked {
		t.Fatal("the mark must lie in the last segment")
	}
	return w
}

// rewrite leaves nothing of one frame in five and the first item of another.
func (w written) rewrite(t testing.TB, j *Journal) {
	t.Helper()
	done, err := j.Rewrite(bg, func(f Frame) ([]Item, bool, error) {
		switch f.Seq % 5 {
		case 0:
			w.frames[f.Seq] = nil
		case 1:
			w.frames[f.Seq] = f.Items[:1]
		default:
			return nil, false, nil
		}
		return w.frames[f.Seq], true, nil
	})
	if err != nil || done.Frames != 12 || done.Segments < 3 || done.Damaged+done.Left > 0 {
		t.Fatalf("%+v %v", done, err)
	}
}

// truth opens a journal that somebody altered and checks that whatever it
// gives out was written so. It returns the report and the frames that are gone.
func (w written) truth(t testing.TB, fsys *shadowFS) (*Report, []uint64) {
	t.Helper()
	opt := testOptions(fsys)
	checked, err := check(fsys, testDir, testKey)
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	j, report, err := Open(testDir, testKey, opt)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if !slices.Equal(checked.Damaged, report.Damaged) {
		t.Fatalf("check and open disagree:\n%+v\n%+v", checked.Damaged, report.Damaged)
	}
	seen := map[uint64]bool{}
	last := uint64(0)
	err = j.Replay(bg, 0, func(f Frame) error {
		if f.Seq <= last {
			return fmt.Errorf("frame %d after %d", f.Seq, last)
		}
		last, seen[f.Seq] = f.Seq, true
		if !sameItems(f.Items, w.frames[f.Seq]) {
			return fmt.Errorf("frame %d is a lie", f.Seq)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var gone []uint64
	for seq := range w.frames {
		if !seen[seq] {
			gone = append(gone, seq)
		}
	}
	slices.Sort(gone)
	// It goes on, under a number not given before, and nothing more is lost.
	seq, err := j.Append(bg, []Item{{Type: 1, Data: []byte("next")}})
	if err != nil {
		t.Fatalf("append after damage: %v", err)
	}
	if _, old := w.frames[seq]; old && !(report.Cut && slices.Contains(gone, seq)) {
		t.Fatalf("number %d was given twice", seq)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, again, err := Open(testDir, testKey, opt)
	if err != nil {
		t.Fatal(err)
	}
	if again.Frames != report.Frames+1 || again.MarkHealed || again.TornBytes != 0 || again.ReadOnly != nil {
		t.Fatalf("second opening: %+v, first: %+v", again, report)
	}
	if f, err := j.Read(bg, seq); err != nil || string(f.Items[0].Data) != "next" {
		t.Fatalf("frame %d written after the damage: %v", seq, err)
	}
	return report, gone
}

// holds reports whether some damage or the cut tail accounts for the frames.
func (w written) accounted(r *Report, gone []uint64) error {
	for _, seq := range gone {
		if r.Cut && seq == 40 {
			continue
		}
		if !slices.ContainsFunc(r.Damaged, func(d Damage) bool {
			return seq >= d.Seq && (d.Missing == 0 || seq < d.Seq+d.Missing)
		}) {
			return fmt.Errorf("frame %d is gone and not named: %+v", seq, r.Damaged)
		}
	}
	return nil
}

func TestFlippedBitInSegment(t *testing.T) {
	w := sample(t)
	rng := rand.New(rand.NewPCG(1, 2))
	segments := w.fsys.names(".wj")
	for range 200 {
		fsys := w.fsys.clone()
		name := segments[rng.IntN(len(segments))]
		raw := fsys.now[name].seen
		at, bit := rng.IntN(len(raw)), rng.IntN(8)
		raw[at] ^= 1 << bit
		report, gone := w.truth(t, fsys)
		where := fmt.Sprintf("%s byte %d bit %d", filepath.Base(name), at, bit)
		if len(gone) > 1 {
			t.Fatalf("%s: one bit cost frames %v", where, gone)
		}
		if report.OK() && !report.Cut {
			t.Fatalf("%s: not noticed", where)
		}
		if len(report.Quarantined) != 1 {
			t.Fatalf("%s: nothing in quarantine", where)
		}
		if report.Cut && !slices.Equal(gone, []uint64{40}) {
			t.Fatalf("%s: taken for a torn tail, frames %v gone", where, gone)
		}
		if err := w.accounted(report, gone); err != nil {
			t.Fatalf("%s: %v", where, err)
		}
	}
}

func TestFlippedBitInMark(t *testing.T) {
	w := sample(t)
	rng := rand.New(rand.NewPCG(3, 4))
	for _, name := range markNames {
		for range 200 {
			fsys := w.fsys.clone()
			raw := fsys.now[testDir+"/"+name].seen
			raw[rng.IntN(len(raw))] ^= 1 << rng.IntN(8)
			report, gone := w.truth(t, fsys)
			if !report.MarkHealed || report.MarkTwin != name || !report.OK() || len(gone) > 0 {
				t.Fatalf("%s: %+v, gone %v", name, report, gone)
			}
		}
	}
}

func TestFlippedBitInReserveChangesNothing(t *testing.T) {
	w := sample(t)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		fsys := w.fsys.clone()
		raw := fsys.now[testDir+"/"+reserveName].seen
		raw[rng.IntN(len(raw))] ^= 1 << rng.IntN(8)
		if report, gone := w.truth(t, fsys); !report.OK() || len(gone) > 0 || report.MarkHealed {
			t.Fatalf("%+v, gone %v", report, gone)
		}
	}
}

// Coarser harm: sectors zeroed, ends cut off, files exchanged, doubled and
// taken away.
func TestCoarseDamageIsNamed(t *testing.T) {
	w := sample(t)
	rng := rand.New(rand.NewPCG(8, 8))
	segments := w.fsys.names(".wj")
	lastSegment := segments[len(segments)-1]
	harms := map[string]func(*shadowFS) bool{ // false: may go unnoticed by nature
		"zeroed sector": func(s *shadowFS) bool {
			raw := s.now[segments[rng.IntN(len(segments))]].seen
			at := rng.IntN(len(raw))
			clear(raw[at:min(at+sector, len(raw))])
			return true
		},
		"truncated": func(s *shadowFS) bool {
			name := segments[rng.IntN(len(segments)-1)]
			s.now[name].seen = s.now[name].seen[:rng.IntN(len(s.now[name].seen))]
			return true
		},
		"last truncated before the mark": func(s *shadowFS) bool {
			s.now[lastSegment].seen = s.now[lastSegment].seen[:headerSize+rng.IntN(20)]
			return true
		},
		"last truncated past the mark": func(s *shadowFS) bool {
			raw := s.now[lastSegment].seen
			s.now[lastSegment].seen = raw[:len(raw)-rng.IntN(100)]
			return false
		},
		"removed": func(s *shadowFS) bool {
			name := segments[rng.IntN(len(segments))]
			delete(s.now, name)
			return true
		},
		"exchanged": func(s *shadowFS) bool {
			p := rng.Perm(len(segments))
			a, b := segments[p[0]], segments[p[1]]
			s.now[a], s.now[b] = s.now[b], s.now[a]
			return true
		},
		"doubled": func(s *shadowFS) bool {
			p := rng.Perm(len(segments))
			s.put(segments[p[0]], slices.Clone(s.now[segments[p[1]]].seen))
			return true
		},
		"frame moved": func(s *shadowFS) bool {
			raw := s.now[segments[1]].seen
			n, _, _ := announced(raw, headerSize)
			s.now[segments[1]].seen = append(slices.Clone(raw), raw[headerSize:headerSize+n]...)
			return true
		},
		"frame taken out": func(s *shadowFS) bool {
			raw := s.now[segments[1]].seen
			n, _, _ := announced(raw, headerSize)
			s.now[segments[1]].seen = append(slices.Clone(raw[:headerSize]), raw[headerSize+n:]...)
			return true
		},
		"both marks gone": func(s *shadowFS) bool {
			delete(s.now, testDir+"/mark.A")
			delete(s.now, testDir+"/mark.B")
			return true
		},
	}
	for _, name := range slices.Sorted(maps.Keys(harms)) {
		harm := harms[name]
		for range 20 {
			fsys := w.fsys.clone()
			must := harm(fsys)
			report, gone := w.truth(t, fsys)
			if must && report.OK() && !report.Cut {
				t.Fatalf("%s: not noticed", name)
			}
			if name == "exchanged" && len(gone) > 0 {
				t.Fatalf("%s: frames %v gone although every byte is there", name, gone)
			}
			if name == "last truncated past the mark" && len(gone) > 1 {
				t.Fatalf("%s: frames %v gone", name, gone)
			}
			if err := w.accounted(report, gone); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}
