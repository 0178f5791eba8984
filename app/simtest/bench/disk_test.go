package bench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"wherry/app/notebook"
	"wherry/app/simtest/bench/synth"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
)

// diskNotes is how many notes the synced notebook holds: 20,000, or what
// WHERRY_SCALE says.
func diskNotes() int {
	if os.Getenv("WHERRY_SCALE") != "" {
		return scale()
	}
	return 20_000
}

// BenchmarkRatioDisk: what a notebook takes on the disk once the council has
// proven that it holds every entry: journal, view, index and key box beside the
// sealed entries alone, as they were sent. The index is built, and the notebook
// closed as at every end of a day; nothing is compacted that the product would
// not compact. A notebook of which nothing is proven keeps each entry twice:
// BenchmarkRatioScale has that one.
func BenchmarkRatioDisk(b *testing.B) {
	for b.Loop() {
		n := diskNotes()
		t := newTable(b, fmt.Sprintf("The disk of a synced notebook of %d notes of 300 words in %d cases", n, max(1, n/100)))
		set := binaries.Build(b)
		council := rig.Found(b, set.Endpoint, b.TempDir(), nil)
		dir := filepath.Join(b.TempDir(), "notebook")
		nb, _, err := notebook.CreateWithCode(bg, dir, "Amina Yusuf", passphrase, config(b))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := nb.Import(bg, synth.New(1).Caseload(max(1, n/100)), nil, false); err != nil {
			b.Fatal(err)
		}
		s, refs, left := synth.New(2), synth.Refs(max(1, n/100)), n
		rep, err := nb.ImportNotes(bg, func() ([]byte, error) {
			if left == 0 {
				return source(nil)()
			}
			left--
			return s.Note(refs[(left*7919)%len(refs)], words300), nil
		}, "note", false)
		if err != nil || rep.Created != n {
			b.Fatalf("%+v %v", rep, err)
		}
		invitation := council.Invite(b, "Amina Yusuf", "worker", "Norwich 2")
		council.Serve(b)
		text, err := os.ReadFile(invitation)
		if err != nil {
			b.Fatal(err)
		}
		url := "https://" + council.Address
		if _, err := nb.Enrol(bg, text, notebook.EnrolOptions{URL: url}); err != nil {
			b.Fatal(err)
		}
		pushed := 0
		for {
			got, err := nb.Sync(bg, url)
			if err != nil {
				b.Fatal(err)
			}
			if pushed += got.Pushed; got.Queued == 0 {
				break
			}
		}
		if pushed < n {
			b.Fatalf("%d entries pushed of %d", pushed, n)
		}
		council.Stop(b)
		if err := nb.Warm(bg); err != nil {
			b.Fatal(err)
		}
		shut(b, nb)
		disk(b, t, dir, "closed after the exchange")
		shut(b, open(b, dir))
		ratio := disk(b, t, dir, "opened and closed once more")
		t.print()
		b.ReportMetric(ratio, "x-sealed")
	}
}

// disk adds what the parts of a closed notebook take and returns the ratio of
// all to the entries. The reserve, which is empty room held for a full disk, is
// not counted: it is of one size whatever the notebook holds.
func disk(b *testing.B, t *table, dir, when string) float64 {
	b.Helper()
	sealed, all := entryBytes(b, dir), treeSize(b, dir, "")
	part := func(name string, size int64) {
		t.add("  "+name, strconv.FormatFloat(mb(size), 'f', 1, 64)+" MB", fmt.Sprintf("%6.2f ×", float64(size)/float64(sealed)))
	}
	t.add(when+": the sealed, compressed, signed entries", strconv.FormatFloat(mb(sealed), 'f', 1, 64)+" MB", "")
	rest := all
	for _, p := range []string{"journal", "view", "index"} {
		size := treeSize(b, dir, p)
		part(p, size)
		rest -= size
	}
	part("key box and the rest", rest)
	part("in all", all)
	return float64(all) / float64(sealed)
}
