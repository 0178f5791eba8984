package crash_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// TestFullDisk is ST-04: record runs on a volume of 64 MB until it is full.
// It must say so with exit 6 and no signal, keep everything that it
// acknowledged, let it be read while full, and save again when there is room.
func TestFullDisk(t *testing.T) {
	rig.Need(t, true, "mount", "umount")
	program := binaries.Build(t).Wherryctl
	f := rig.NewFigures("ST-04 a full disk")

	t.Run("record fills it", func(t *testing.T) {
		if testing.Short() {
			return // it writes 40 MB of notes; the ordinary run does it
		}
		at := rig.NewTmpfs(t, "64m")
		n := seedNotebook(t, program, at)
		rng := rig.Seed(t)
		findings, acks := fill(t, n, rng, nil)
		findings = append(findings, reads(t, n, nil)...)
		for _, finding := range findings {
			t.Error(finding)
		}
		if acks < minAcks {
			t.Errorf("only %d acknowledgements before the disk was full", acks)
		}
		f.Add("record fills 64 MB", "%d acknowledgements, then exit 6", acks)
		if r := rig.Tool(t, "mount", "-o", "remount,size=128m", at); r.Exit != 0 {
			t.Fatalf("remount: %s", r.Err)
		}
		n.Feed(t, lineOf("again", 0).JSON, "record").Want(t, 0)
	})

	// Another program takes the room while record runs, but for what is left.
	t.Run("a filler", func(t *testing.T) {
		rng := rig.Seed(t)
		trials := rig.Count(20, 200)
		leaves := []int64{0, 4 << 10, 1 << 20}
		acked := make([]int, len(leaves))
		var mu sync.Mutex
		var wg sync.WaitGroup
		slots := make(chan struct{}, 2)
		for i := range trials {
			own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				findings, acks := crowd(t, program, i%2 == 0, leaves[i%len(leaves)], own)
				mu.Lock()
				defer mu.Unlock()
				for _, finding := range findings {
					t.Errorf("%d bytes left: %s", leaves[i%len(leaves)], finding)
				}
				if acks < 10 {
					t.Errorf("only %d acknowledgements before the disk was full", acks)
				}
				acked[i%len(leaves)] += acks
			})
		}
		wg.Wait()
		f.Add("trials with a filler, tmpfs and ext4 in turn", "%d", trials)
		for i, left := range leaves {
			f.Add(fmt.Sprintf("a filler leaves %d KiB", left>>10), "%d acknowledgements, then exit 6", acked[i])
		}
	})
	f.Sum(rig.Count(20, 200)+1, 0)
	f.Print(t)
}

// crowd is one trial on a volume of 64 MB: another program fills it while
// record runs, and later gives the room back.
func crowd(t testing.TB, program string, tmpfs bool, left int64, rng *rand.Rand) (findings []string, acks int) {
	var at string
	if tmpfs {
		at = rig.NewTmpfs(t, "64m")
	} else {
		at = rig.NewSmallVolume(t, 72<<20).At // its own log and tables take 8
	}
	n := seedNotebook(t, program, at)
	filler := &filler{path: filepath.Join(at, "filler"), left: left}
	findings, acks = fill(t, n, rng, filler)
	findings = append(findings, reads(t, n, rng)...)
	if err := os.Remove(filler.path); err != nil {
		t.Error(err)
	}
	if r := n.Feed(t, lineOf("again", 0).JSON, "record"); r.Exit != 0 {
		findings = append(findings, fmt.Sprintf("record with room again: exit %d %s%s", r.Exit, r.Out, r.Err))
	}
	if r := n.Run(t, "verify"); r.Exit != 0 {
		findings = append(findings, fmt.Sprintf("verify with room again: exit %d %s%s", r.Exit, r.Out, r.Err))
	}
	return findings, acks
}

// TestFullDiskHarnessCatches plants the missing gate.
func TestFullDiskHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	rig.Need(t, true, "mount", "umount")
	at := rig.NewTmpfs(t, "64m")
	n := seedNotebook(t, binaries.Build(t).Wherryctl, at)
	findings, acks := fill(t, n.With(plant.Build(t, plant.NoGate)), rig.Seed(t), nil)
	died := strings.Join(findings, "\n")
	if !strings.Contains(died, "ended by signal") && !strings.Contains(died, "a panic reached the user") {
		t.Errorf("the planted bug %q went unseen after %d acknowledgements: %q", plant.NoGate.Name, acks, findings)
	}
}

// fill records until the disk is full and returns what is wrong with how that
// ended, or with what is there afterwards.
func fill(t testing.TB, n *rig.Notebook, rng *rand.Rand, other *filler) (findings []string, acks int) {
	t.Helper()
	before, r := n.Entries(t)
	r.Want(t, 0)
	book := rig.NewLedger(before)
	lines := make([]rig.Line, 3000)
	for i := range lines {
		lines[i] = lineOf("fill", i)
		if i%4 == 3 {
			lines[i] = longNote(rng, fmt.Sprintf("fill-%05d", i), 60_000)
		}
		book.Sent(lines[i])
	}
	s := n.Stream(t, each(lines))
	if other != nil {
		s.Await(20 + rng.IntN(60))
		if err := other.fill(); err != nil {
			t.Fatal(err)
		}
	}
	r = s.End()
	if f := r.Fault(); f != "" {
		findings = append(findings, f)
	} else if r.Exit != 6 || !bytes.Contains(r.Out, []byte(`"storage_full"`)) && !bytes.Contains(r.Out, []byte(`"storage_failing"`)) {
		findings = append(findings, fmt.Sprintf("record: exit %d on a full disk\n%s\n%s", r.Exit, r.Out, r.Err))
	}
	for _, a := range s.Acks() {
		findings = append(findings, book.Take(a)...)
	}
	entries := 0
	return append(findings, survey(t, n, book, &entries)...), book.Acks
}

// reads tries what must work while the disk is full: two verbs, or all of them
// without rng.
func reads(t testing.TB, n *rig.Notebook, rng *rand.Rand) []string {
	t.Helper()
	var out []string
	verbs := [][]string{{"list"}, {"show", siblings[0]}, {"search", "kettle"}, {"status"}, {"draft", "list"}}
	if rng != nil {
		rng.Shuffle(len(verbs), func(i, j int) { verbs[i], verbs[j] = verbs[j], verbs[i] })
		verbs = verbs[:2]
	}
	for _, args := range verbs {
		r := n.Run(t, args...)
		if f := r.Fault(); f != "" {
			out = append(out, f)
		} else if r.Exit != 0 {
			out = append(out, fmt.Sprintf("%s: exit %d while the disk is full\n%s%s", args[0], r.Exit, r.Out, r.Err))
		}
	}
	r := n.Feed(t, lineOf("none", 0).JSON, "record")
	if rng == nil && r.Fault() == "" && r.Exit == 0 {
		return out // closing gave room free, and nobody else took it
	}
	if r.Fault() != "" || r.Exit != 6 || bytes.Contains(r.Out, []byte(`"ack"`)) {
		out = append(out, fmt.Sprintf("record on the full disk: exit %d, signal %v\n%s%s", r.Exit, r.Signal, r.Out, r.Err))
	}
	return out
}

// filler is another program's file that takes the room on a volume.
type filler struct {
	path string
	left int64
}

func (x *filler) fill() error {
	f, err := os.OpenFile(x.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	block := bytes.Repeat([]byte{0xA5}, 64<<10)
	for size := len(block); size >= 4096; {
		_, err := f.Write(block[:size])
		if errors.Is(err, unix.ENOSPC) {
			size /= 2
		} else if err != nil {
			return err
		}
	}
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return f.Truncate(max(0, st.Size()-x.left))
}
