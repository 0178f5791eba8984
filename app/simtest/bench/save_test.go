package bench_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"wherry/app/simtest/bench/synth"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
)

// saves is how many notes are saved in each series.
const saves = 400

// BenchmarkRatioSave: one note of 4 KiB, from Record to "saved", beside an
// append and fdatasync of the same bytes to a plain file on the same disk,
// turn about.
func BenchmarkRatioSave(b *testing.B) {
	for b.Loop() {
		t := newTable(b, "Saving one note of 4 KiB, durably")
		nb := open(b, notebookOf(b, 1_000))
		plain, err := os.Create(filepath.Join(b.TempDir(), "plain"))
		if err != nil {
			b.Fatal(err)
		}
		s := synth.New(4096)
		var ours, floor []time.Duration
		for i := range saves {
			line := s.Note(synth.Refs(childrenPer)[i%childrenPer], 4096)
			begun := time.Now()
			if _, err := nb.Record(bg, line, "note"); err != nil {
				b.Fatal(err)
			}
			between := time.Now()
			if _, err := plain.Write(line); err != nil {
				b.Fatal(err)
			}
			if err := dataSync(plain); err != nil {
				b.Fatal(err)
			}
			ours, floor = append(ours, between.Sub(begun)), append(floor, time.Since(between))
		}
		shut(b, nb)
		plain.Close()
		o, f := sorted(ours), sorted(floor)
		t.compare("in process, median", o.median(), f.median())
		t.compare("in process, p99", o.at(0.99), f.at(0.99))
		b.ReportMetric(float64(o.median())/float64(f.median()), "x-floor")

		p := sorted(throughProgram(b, s))
		t.compare("wherryctl record --stream, line to answer, median", p.median(), f.median())
		t.compare("wherryctl record --stream, line to answer, p99", p.at(0.99), f.at(0.99))
		t.print()
	}
}

// throughProgram measures from a line into the real program to its answer.
func throughProgram(b *testing.B, s *synth.Source) []time.Duration {
	b.Helper()
	dir := b.TempDir()
	n := &rig.Notebook{Program: binaries.Build(b).Wherryctl, Dir: notebookOf(b, 1_000), Pass: filepath.Join(dir, "pass")}
	rig.Write(b, n.Pass, rig.Passphrase+"\n")
	lines := make(chan rig.Line)
	st := n.Stream(b, func() (rig.Line, bool) { l, ok := <-lines; return l, ok })
	var out []time.Duration
	for i := range saves {
		l := rig.Line{JSON: append(s.Note(synth.Refs(childrenPer)[i%childrenPer], 4096), '\n')}
		begun := time.Now()
		lines <- l
		if !st.Await(i + 1) {
			b.Fatalf("it ended: %s", st.End().Err)
		}
		if i > 0 { // the first answer waits for the opening
			out = append(out, time.Since(begun))
		}
	}
	close(lines)
	st.End().Want(b, 0)
	return out
}
