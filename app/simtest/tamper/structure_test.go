package tamper_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"wherry/app/simtest/crash/rig"
)

// damage is a harm to whole files.
type damage struct {
	name string
	do   func(h *hand)
	// sound says that nothing of the record is touched: verify must be content
	// and every entry there. Otherwise verify must end 5 or 8, or refuse.
	sound bool
	// whole says that every entry must still be there.
	whole bool
	// withView says that only the view beside it shows the damage.
	withView bool
}

// hand is what does the damage in a copy.
type hand struct {
	t   testing.TB
	dir string
	rng *rand.Rand
	old string // the journal's folder at an earlier time
}

func (h *hand) path(name string) string { return filepath.Join(h.dir, filepath.FromSlash(name)) }

func (h *hand) check(err error) {
	if err != nil {
		h.t.Error(err)
	}
}

func (h *hand) truncate(name string, size int64) { h.check(os.Truncate(h.path(name), size)) }

func (h *hand) size(name string) int64 {
	st, err := os.Stat(h.path(name))
	h.check(err)
	return st.Size()
}

func (h *hand) remove(names ...string) {
	for _, n := range names {
		h.check(os.RemoveAll(h.path(n)))
	}
}

func (h *hand) swap(a, b string) {
	tmp := h.path("swap.tmp")
	h.check(os.Rename(h.path(a), tmp))
	h.check(os.Rename(h.path(b), h.path(a)))
	h.check(os.Rename(tmp, h.path(b)))
}

// zero overwrites a block of 512 bytes.
func (h *hand) zero(name string) {
	f, err := os.OpenFile(h.path(name), os.O_RDWR, 0)
	h.check(err)
	at := h.rng.Int64N(max(1, h.size(name)-512))
	_, err = f.WriteAt(make([]byte, 512), at)
	h.check(err)
	h.check(f.Close())
}

func (h *hand) add(name, text string) {
	f, err := os.OpenFile(h.path(name), os.O_WRONLY|os.O_APPEND, 0)
	h.check(err)
	_, err = f.WriteString(text)
	h.check(err)
	h.check(f.Close())
}

func (h *hand) drafts() []string {
	names, err := filepath.Glob(h.path("drafts/*"))
	h.check(err)
	for i := range names {
		names[i], err = filepath.Rel(h.dir, names[i])
		h.check(err)
	}
	return names
}

const segment = "journal/00000001.wj"

var damages = []damage{
	{name: "segment cut by a byte", do: func(h *hand) { h.truncate(segment, h.size(segment)-1) }},
	{name: "segment cut somewhere", do: func(h *hand) { h.truncate(segment, 121+h.rng.Int64N(h.size(segment)-122)) }},
	{name: "segment cut inside its header", do: func(h *hand) { h.truncate(segment, 50) }},
	{name: "segment cut to nothing", do: func(h *hand) { h.truncate(segment, 0) }},
	{name: "segment missing", do: func(h *hand) { h.remove(segment) }},
	{name: "a block of the segment zeroed", do: func(h *hand) { h.zero(segment) }},
	{name: "bytes added to the segment", whole: true, do: func(h *hand) { h.add(segment, "not a frame") }, sound: true},
	{name: "an older segment put back under newer marks", do: func(h *hand) {
		b, err := os.ReadFile(filepath.Join(h.old, "00000001.wj"))
		h.check(err)
		h.check(os.WriteFile(h.path(segment), b, 0o600))
	}},
	{name: "an older journal put back, marks and all", withView: true, do: func(h *hand) {
		h.remove("journal")
		h.check(os.CopyFS(h.path("journal"), os.DirFS(early(h.t))))
	}},
	{name: "segment copied under another number", whole: true, do: func(h *hand) {
		b, err := os.ReadFile(h.path(segment))
		h.check(err)
		h.check(os.WriteFile(h.path("journal/00000002.wj"), b, 0o600))
	}},
	{name: "segment renamed", whole: true, do: func(h *hand) { h.check(os.Rename(h.path(segment), h.path("journal/00000007.wj"))) }},
	{name: "a foreign file among the segments", whole: true, do: func(h *hand) {
		h.check(os.WriteFile(h.path("journal/00000002.wj"), bytes.Repeat([]byte("hello "), 200), 0o600))
	}},
	{name: "both marks missing", whole: true, do: func(h *hand) { h.remove("journal/mark.A", "journal/mark.B") }},
	{name: "one mark missing", whole: true, do: func(h *hand) { h.remove("journal/mark.B") }},
	{name: "one mark empty", whole: true, do: func(h *hand) { h.truncate("journal/mark.A", 0) }},
	{name: "reserve missing", whole: true, sound: true, do: func(h *hand) { h.remove("journal/reserve") }},
	{name: "the journal's folder missing", do: func(h *hand) { h.remove("journal") }},
	{name: "one key box missing", whole: true, do: func(h *hand) { h.remove("box.A") }},
	{name: "one key box cut", whole: true, do: func(h *hand) { h.truncate("box.B", h.size("box.B")/2) }},
	{name: "both key boxes missing", do: func(h *hand) { h.remove("box.A", "box.B") }},
	{name: "one key file missing", whole: true, do: func(h *hand) { h.remove("key.A") }},
	{name: "one key file empty", whole: true, do: func(h *hand) { h.truncate("key.B", 0) }},
	{name: "both key files missing", do: func(h *hand) { h.remove("key.A", "key.B") }},
	{name: "key file and key box swapped", whole: true, do: func(h *hand) { h.swap("key.A", "box.A") }},
	{name: "mark and key file swapped", whole: true, do: func(h *hand) { h.swap("key.B", "journal/mark.B") }},
	{name: "segment and mark swapped", do: func(h *hand) { h.swap(segment, "journal/mark.A") }},
	{name: "view missing", whole: true, sound: true, do: func(h *hand) { h.remove("view") }},
	{name: "view seal missing", whole: true, sound: true, do: func(h *hand) { h.remove("view/view.seal") }},
	{name: "view files missing", whole: true, sound: true, do: func(h *hand) { h.remove("view/db") }},
	{name: "view seal and index swapped", whole: true, sound: true, do: func(h *hand) { h.swap("view/view.seal", "index/manifest") }},
	{name: "index missing", whole: true, sound: true, do: func(h *hand) { h.remove("index/manifest") }},
	{name: "index cut", whole: true, sound: true, do: func(h *hand) { h.truncate("index/manifest", h.size("index/manifest")/2) }},
	{name: "settings empty", whole: true, sound: true, do: func(h *hand) { h.truncate("settings.sealed", 0) }},
	{name: "two drafts swapped", whole: true, do: func(h *hand) { d := h.drafts(); h.swap(d[0], d[1]) }},
	{name: "a draft cut", whole: true, do: func(h *hand) { h.truncate(h.drafts()[0], 40) }},
}

// TestHarmedFiles cuts, swaps and takes away whole files.
func TestHarmedFiles(t *testing.T) {
	n := intact(t)
	want := look(t, n)
	old := earlier(t, n)
	rng := rig.Seed(t)
	some := damages
	if testing.Short() {
		rng.Shuffle(len(damages), func(i, j int) { damages[i], damages[j] = damages[j], damages[i] })
		some = damages[:4]
	}
	f := rig.NewFigures("ST-05 harmed files through the programs")
	tried := parallel(len(some), rng, func(i int, rng *rand.Rand) trial {
		c, done := copyOf(t, n)
		defer done()
		some[i].do(&hand{t: t, dir: c.Dir, rng: rng, old: old})
		if !some[i].withView && rng.IntN(2) == 0 { // as after an unclean stop
			dropView(t, c)
		}
		return some[i].judge(t, c, want, children[rng.IntN(len(children))])
	})
	for i, x := range tried {
		for _, finding := range x.v.findings {
			t.Errorf("%s: %s", some[i].name, finding)
		}
		f.Add(some[i].name, "verify exit %d, %d entries lost to view", x.v.verify, x.v.absent+x.v.marked)
	}
	f.Print(t)
}

func (d damage) judge(t testing.TB, c *rig.Notebook, want *shown, child string) trial {
	drafts := d.name == "two drafts swapped" || d.name == "a draft cut"
	x := trial{v: hold(t, c, want, child, drafts)}
	gone := x.v.absent + x.v.marked
	switch {
	case d.whole && gone > 0:
		x.v.find("%d entries are missing though nothing of the record was lost", gone)
	case drafts: // the list of drafts tells
	case d.sound && x.v.verify != 0:
		x.v.find("verify: exit %d though only disposable bytes are harmed", x.v.verify)
	case !d.sound && x.v.verify == 0:
		x.v.find("verify: exit 0")
	}
	return x
}

// earlier makes an older copy of the journal: of the same notebook, before its
// last entries.
func earlier(t testing.TB, n *rig.Notebook) string {
	t.Helper()
	// The journal only grows, so its first half is what it once was.
	dir := t.TempDir()
	b, err := os.ReadFile(filepath.Join(n.Dir, "journal", "00000001.wj"))
	if err != nil {
		t.Fatal(err)
	}
	end := frameEnd(t, b, len(b)/2)
	if err := os.WriteFile(filepath.Join(dir, "00000001.wj"), b[:end], 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// frameEnd is the end of the last whole frame within the first n bytes of a
// segment: a header of 120 bytes, then frames that begin with their length.
func frameEnd(t testing.TB, b []byte, n int) int {
	t.Helper()
	at := 120
	for {
		size := int(b[at])<<24 | int(b[at+1])<<16 | int(b[at+2])<<8 | int(b[at+3])
		if size <= 0 || at+size > n {
			break
		}
		at += size
	}
	if at == 120 {
		t.Fatal("no frame found: is the format another?")
	}
	return at
}

// TestTwoSegments swaps and takes away segments of a journal that has two.
func TestTwoSegments(t *testing.T) {
	if testing.Short() {
		return // it writes 17 MiB of notes; the ordinary run does it
	}
	base := intact(t)
	n, done := copyOf(t, base)
	defer done()
	rng := rig.Seed(t)
	var input []byte
	for i := range 26 {
		text := make([]byte, 0, 1_000_000)
		for len(text) < 980_000 {
			text = fmt.Appendf(text, "%x%x%x ", rng.Uint64(), rng.Uint64(), rng.Uint64())
		}
		input = append(input, rig.Note(fmt.Sprint("long", i), children[3], string(text)).JSON...)
	}
	n.Feed(t, input, "record").Want(t, 0)
	if _, err := os.Stat(filepath.Join(n.Dir, "journal", "00000002.wj")); err != nil {
		t.Fatal("no second segment:", err)
	}
	want := look(t, n)
	some := []damage{
		{name: "two segments swapped", whole: true, do: func(h *hand) { h.swap(segment, "journal/00000002.wj") }},
		{name: "the first segment missing", do: func(h *hand) { h.remove(segment) }},
		{name: "the second segment missing", do: func(h *hand) { h.remove("journal/00000002.wj") }},
		{name: "the second segment is the first again", do: func(h *hand) {
			b, err := os.ReadFile(h.path(segment))
			h.check(err)
			h.check(os.WriteFile(h.path("journal/00000002.wj"), b, 0o600))
		}},
	}
	if !rig.Torture() {
		rng.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		some = some[:2]
	}
	for _, d := range some {
		c, done := copyOf(t, n)
		d.do(&hand{t: t, dir: c.Dir, rng: rng})
		dropView(t, c)
		x := d.judge(t, c, want, children[0])
		for _, finding := range x.v.findings {
			t.Errorf("%s: %.600s", d.name, finding)
		}
		done()
	}
}
