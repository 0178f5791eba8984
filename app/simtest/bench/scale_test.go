package bench_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"wherry/app/notebook"
	"wherry/app/simtest/bench/synth"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// words300 is the length of a note of 300 words, in bytes.
const words300 = 1_750

// scale is how many notes the large notebook holds: 100,000, or what
// WHERRY_SCALE says, up to 1,000,000 in 10,000 cases.
func scale() int {
	if n, err := strconv.Atoi(os.Getenv("WHERRY_SCALE")); err == nil && n >= 1_000 && n <= 1_000_000 {
		return n
	}
	return 100_000
}

// BenchmarkRatioScale: a notebook of very many notes of 300 words each: bulk
// import and rebuilding beside sealing and writing the same payloads; opening,
// memory, searching and the size on the disk beside their targets.
func BenchmarkRatioScale(b *testing.B) {
	for b.Loop() {
		n := scale()
		t := newTable(b, fmt.Sprintf("A notebook of %d notes of 300 words in %d cases", n, n/100))
		dir := filepath.Join(b.TempDir(), "notebook")
		nb, _, err := notebook.CreateWithCode(bg, dir, "Amina Yusuf", passphrase, config(b))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := nb.Import(bg, synth.New(1).Caseload(n/100), nil, false); err != nil {
			b.Fatal(err)
		}
		made := make([][]byte, 0, n)
		s, refs := synth.New(2), synth.Refs(n/100)
		size := 0
		for i := range n {
			made = append(made, s.Note(refs[(i*7919)%len(refs)], words300))
			size += len(made[i])
		}
		cpu := cpuTime()
		raw := rawSeal(b, made, rawSealed)
		t.add("sealing the payloads, one sequential write, one sync", perSecond(n, raw), perNote(n, cpuTime()-cpu))
		entry := rawSeal(b, made, rawSigned)
		t.add("the same, each signed too, a sync for every 256", perSecond(n, entry), "")
		cpu = cpuTime()
		began := time.Now()
		rep, err := nb.ImportNotes(bg, source(made), "note", false)
		took := time.Since(began)
		cpu = cpuTime() - cpu
		if err != nil || rep.Created != n {
			b.Fatalf("%+v %v", rep, err)
		}
		made = nil
		t.add("bulk import", perSecond(n, took), perNote(n, cpu))
		t.compare("  over sealing and writing on one core", took, raw)
		t.compare("  over sealing, signing and writing on one core", took, entry)
		began = time.Now()
		if err := nb.Warm(bg); err != nil {
			b.Fatal(err)
		}
		t.add("building the search index from nothing, behind the screen", short(time.Since(began)), "")
		searches(b, t, nb)
		shut(b, nb)
		runtime.GC()

		sealed := entryBytes(b, dir)
		all := treeSize(b, dir, "")
		t.add("the sealed, compressed, signed entries", fmt.Sprintf("%.0f MB", mb(sealed)), "")
		for _, part := range []string{"journal", "view", "index"} {
			p := treeSize(b, dir, part)
			t.add("  "+part, fmt.Sprintf("%.0f MB", mb(p)), fmt.Sprintf("%6.2f ×", float64(p)/float64(sealed)))
		}
		t.add("on the disk in all (each entry twice: nothing is with a council)", fmt.Sprintf("%.0f MB", mb(all)), fmt.Sprintf("%6.2f ×", float64(all)/float64(sealed)))

		program := &rig.Notebook{Program: binaries.Build(b).Wherryctl, Dir: dir, Pass: filepath.Join(b.TempDir(), "pass")}
		rig.Write(b, program.Pass, rig.Passphrase+"\n")
		program.Must(b, 0, "list") // keeps the list lines
		var opens []time.Duration
		for range 5 {
			whole := firstLine(b, program)
			began := time.Now()
			if _, err := seal.ReadKeyFile(dir, passphrase); err != nil {
				b.Fatal(err)
			}
			opens = append(opens, whole-time.Since(began))
		}
		t.add("program start to the caseload, less key derivation", short(sorted(opens).median()), "")
		t.add("peak memory of listing (64 MB of it for the key)", peak(b, program, "list"), "")
		t.add("peak memory of searching", peak(b, program, "search", "bruise"), "")

		var anew []time.Duration
		for range 2 {
			if err := os.RemoveAll(filepath.Join(dir, "view")); err != nil {
				b.Fatal(err)
			}
			anew = append(anew, opening(b, dir))
		}
		t.compare("opening with the view made anew from the journal", sorted(anew).at(0), raw)
		t.compare("  over sealing, signing and writing", sorted(anew).at(0), entry)
		t.print()
	}
}

func mb(n int64) float64 { return float64(n) / 1e6 }

func perSecond(n int, d time.Duration) string {
	return fmt.Sprintf("%10s   %.0f a second", short(d), float64(n)/d.Seconds())
}

func source(lines [][]byte) func() ([]byte, error) {
	return func() ([]byte, error) {
		if len(lines) == 0 {
			return nil, io.EOF
		}
		line := lines[0]
		lines = lines[1:]
		return line, nil
	}
}

func perNote(n int, d time.Duration) string {
	if d == 0 {
		return "" // not known on this system
	}
	return fmt.Sprintf("%.0f µs of processor a note", float64(d.Microseconds())/float64(n))
}

// The two floors of writing a note: rawSealed is the least that keeping it
// secret needs. rawSigned is the least that makes a sealed entry of it: one
// signature more, and a sync where a frame would have one.
type floor int

const (
	rawSealed floor = iota
	rawSigned
)

// rawSeal compresses, pads and seals each payload, as the product does and on
// one core, and writes them one after the other. Nothing is decoded, judged,
// indexed or kept in order for it.
func rawSeal(b *testing.B, values [][]byte, what floor) time.Duration {
	b.Helper()
	_, signer, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var key seal.Key
	key[0] = 1
	began := time.Now()
	for i, v := range values {
		s, err := seal.SealPayload(key, []byte{byte(i)}, v)
		if err != nil {
			b.Fatal(err)
		}
		if what == rawSigned {
			id := sha256.Sum256(s)
			s = append(s, ed25519.Sign(signer, id[:])...)
		}
		if _, err := f.Write(s); err != nil {
			b.Fatal(err)
		}
		if what == rawSigned && i%256 == 255 {
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// searches measures what a person types: common and rare words, two and three
// words together, a phrase, a prefix, and words narrowed to a case or a kind.
func searches(b *testing.B, t *table, nb *notebook.Notebook) {
	b.Helper()
	words := synth.New(2).Words()
	whole := []string{"bruise", words[900], words[9000], "police bruise", "school alone " + words[150], `"she said"`, `"seen alone"`,
		words[400][:4] + "*", "mother " + words[300], "the"}
	var asked, typed []time.Duration
	for round := range 10 {
		for _, q := range whole {
			began := time.Now()
			if _, err := nb.Search(bg, q, "", 20, false); err != nil {
				b.Fatal(err)
			}
			if round > 0 {
				asked = append(asked, time.Since(began))
			}
		}
		for _, w := range []string{"b", "br", "bru", "brui", "s", "sch", "scho", words[500][:3]} {
			began := time.Now()
			if _, err := nb.Search(bg, w, "", 20, true); err != nil {
				b.Fatal(err)
			}
			if round > 0 {
				typed = append(typed, time.Since(began))
			}
		}
	}
	a, p := sorted(asked), sorted(typed)
	t.add("search with 20 hits shown: median, p95", short(a.median())+", "+short(a.at(0.95)), "")
	t.add("while typing a prefix: median, p95", short(p.median())+", "+short(p.at(0.95)), "")
}

// entryBytes is the size of all entries as they would be sent.
func entryBytes(b *testing.B, dir string) int64 {
	b.Helper()
	u, err := seal.ReadKeyFile(dir, passphrase)
	if err != nil {
		b.Fatal(err)
	}
	j, _, err := journal.Open(filepath.Join(dir, "journal"), u.Key.Derive("journal"), journal.Options{ReadOnly: true, MustExist: true})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	var sum int64
	err = j.Replay(bg, 0, func(f journal.Frame) error {
		for _, it := range f.Items {
			var own struct {
				_           struct{} `cbor:",toarray"`
				Ack         record.ID
				Ref         string
				Hash, Draft record.ID
				Entries     [][]byte
			}
			if record.Decode(it.Data, &own) == nil {
				sum += int64(len(bytes.Join(own.Entries, nil)))
			}
		}
		return nil
	})
	if err != nil || sum == 0 {
		b.Fatal(sum, err)
	}
	return sum
}

func treeSize(b *testing.B, dir, part string) int64 {
	b.Helper()
	var sum int64
	err := filepath.WalkDir(filepath.Join(dir, part), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "reserve" {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return sum
}

// peak is the most memory that a run of the program held at once. The system's
// own figure for an ended process counts what its parent held before the start,
// so the living one is asked again and again.
func peak(b *testing.B, nb *rig.Notebook, args ...string) string {
	b.Helper()
	c := nb.Command(bg, args...)
	c.Stdout = io.Discard
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	most := 0
	for {
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
			return fmt.Sprintf("%d MB", most/1000)
		case <-time.After(2 * time.Millisecond):
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
		if err != nil {
			continue
		}
		if _, rest, ok := bytes.Cut(status, []byte("VmHWM:")); ok {
			var kb int
			if _, err := fmt.Fscan(bytes.NewReader(rest), &kb); err == nil {
				most = max(most, kb)
			}
		}
	}
}
