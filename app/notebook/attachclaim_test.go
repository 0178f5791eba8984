package notebook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// gate is a file that stops to be read at one place until it is let go on.
type gate struct {
	*bytes.Reader
	at   int64
	hit  chan struct{}
	open chan struct{}
	once bool
}

func newGate(b []byte, at int64) *gate {
	return &gate{Reader: bytes.NewReader(b), at: at, hit: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) Read(p []byte) (int, error) {
	if pos := g.Size() - int64(g.Len()); pos >= g.at && !g.once {
		g.once = true
		close(g.hit)
		<-g.open
	}
	return g.Reader.Read(p)
}

func (g *gate) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, struct{ io.Reader }{g}) }

// going is an Attach or Stage that waits at its gate.
type going struct {
	gate *gate
	done chan error
	ack  *AttachAck
}

func (g *going) end() error {
	close(g.gate.open)
	return <-g.done
}

func attaching(t *testing.T, n *Notebook, target string, b []byte, at int64) *going {
	t.Helper()
	g := &going{gate: newGate(b, at), done: make(chan error, 1)}
	go func() {
		ack, err := n.Attach(context.Background(), target, "talk.wav", g.gate, AttachOptions{})
		g.ack = ack
		g.done <- err
	}()
	reached(t, g)
	return g
}

func reached(t *testing.T, g *going) {
	t.Helper()
	select {
	case <-g.gate.hit:
	case err := <-g.done:
		t.Fatal("ended before its gate:", err)
	}
}

// halfAttached leaves the first part of a recording unfinished, to be gone on with.
func halfAttached(t *testing.T, n *Notebook, target string, sound []byte) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if _, err := n.Attach(ctx, target, "talk.wav", &stopReader{bytes.NewReader(sound), 6 << 20, stop}, AttachOptions{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if p, err := n.blobs().Partials(); err != nil || len(p) != 1 {
		t.Fatal(p, err)
	}
}

func readsBack(t *testing.T, n *Notebook, id record.ID, want []byte) {
	t.Helper()
	f, _, err := n.OpenAttachment(context.Background(), id.String())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, want) {
		t.Error("not read back", len(got), err)
	}
}

// inBlobs names what lies in the folder of blobs beside whole ones.
func inBlobs(t *testing.T, n *Notebook) (names []string) {
	t.Helper()
	list, err := os.ReadDir(blobDir(n.dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// linked gives the only file that matches a second name outside the notebook,
// which shows what its bytes become.
func linked(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	to := filepath.Join(t.TempDir(), "link")
	if err := os.Link(names[0], to); err != nil {
		t.Fatal(err)
	}
	return to
}

func allZero(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || len(b) == 0 {
		t.Fatal(len(b), err)
	}
	if left := len(bytes.TrimLeft(b, "\x00")); left > 0 {
		t.Errorf("%d of %d bytes are left", left, len(b))
	}
}

// TestOneWriterForEachPart: of two that attach the same stopped recording, one
// goes on with what is there and the other seals its own; both are whole.
func TestOneWriterForEachPart(t *testing.T) {
	n, dir, note := oneChild(t)
	sound := wave(9 << 20)
	halfAttached(t, n, note, sound)
	first := attaching(t, n, note, sound, 8<<20)
	second := attaching(t, n, "NCC-1", sound, 8<<20)
	if p, err := n.blobs().Partials(); err != nil || len(p) != 2 {
		t.Error("they share a file:", len(p), err)
	}
	if err := first.end(); err != nil {
		t.Fatal(err)
	}
	if err := second.end(); err != nil {
		t.Fatal(err)
	}
	// Staged beside one that is attached, too.
	draft := saveNote(t, n, "NCC-1")
	other := bytes.Clone(sound)
	other[0x100] ^= 1
	halfAttached(t, n, note, other)
	third := attaching(t, n, note, other, 8<<20)
	if _, err := n.Stage(context.Background(), draft, "NCC-1", "talk.wav", bytes.NewReader(other), AttachOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := third.end(); err != nil {
		t.Fatal(err)
	}
	if n.readOnly || len(inBlobs(t, n)) != 0 || len(n.parts.all()) != 0 {
		t.Errorf("read-only %v, left %v", n.readOnly, inBlobs(t, n))
	}
	n = reopen(t, n, dir)
	readsBack(t, n, first.ack.ID, sound)
	readsBack(t, n, second.ack.ID, sound)
	readsBack(t, n, third.ack.ID, other)
	ack, err := n.Submit(context.Background(), submission(t, n, draft), draft)
	if err != nil {
		t.Fatal(err)
	}
	readsBack(t, n, ack.Attachments[0].ID, other)
}

// TestDisposalTakesAwayWhatIsAttached: what is being sealed for a case that is
// disposed of is overwritten, and its writer is told; what is being sealed for
// another goes on.
func TestDisposalTakesAwayWhatIsAttached(t *testing.T) {
	ctx := context.Background()
	n, dir := twoChildren(t)
	approve(t, n, "A-1")
	sound := wave(6 << 20)
	gone := attaching(t, n, "A-1", sound, 5<<20)
	c, err := n.lookup("A-1")
	if err != nil {
		t.Fatal(err)
	}
	id := c.ID
	part := linked(t, filepath.Join(blobDir(dir), "*"+partSuffix))
	wait := linked(t, filepath.Join(blobDir(dir), "*"+waitSuffix))
	// A key that a stop left half written, and one whose file is gone.
	torn := filepath.Join(blobDir(dir), strings.Repeat("0", 32)+waitSuffix)
	for _, path := range []string{torn, seal.TempPath(torn)} {
		if err := os.WriteFile(path, []byte("key"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stays := attaching(t, n, "B-1", sound, 5<<20)
	stops := attaching(t, n, "B-1", []byte("a few words"), 11)
	if _, err := n.CarryOut(ctx, "A-1"); err != nil {
		t.Fatal(err)
	}
	allZero(t, part)
	allZero(t, wait)
	if left := inBlobs(t, n); len(left) != 3 { // two of the other's, and a key that waits
		t.Errorf("left: %v", left)
	}
	if err := gone.end(); !errors.Is(err, ErrNotFound) || Explain(err).Code != "not_found" {
		t.Error("attached to what is gone:", err)
	}
	if err := stays.end(); err != nil {
		t.Fatal(err)
	}
	if err := stops.end(); err != nil {
		t.Fatal(err)
	}
	readsBack(t, n, stays.ack.ID, sound)
	if n.readOnly || len(inBlobs(t, n)) != 0 || len(blobFiles(t, n)) != 2 {
		t.Errorf("read-only %v, left %v", n.readOnly, inBlobs(t, n))
	}
	disposedOf(t, n, dir, id, idsOf(t, n, "B-1"))
}

// TestDisposalWhileLookedThrough: an unfinished recording that somebody is just
// comparing is taken away too.
func TestDisposalWhileLookedThrough(t *testing.T) {
	n, dir := twoChildren(t)
	approve(t, n, "A-1")
	sound := wave(7 << 20)
	halfAttached(t, n, "A-1", sound)
	part := linked(t, filepath.Join(blobDir(dir), "*"+partSuffix))
	g := attaching(t, n, "A-1", sound, 3<<20) // before the end of what is there
	if _, err := n.CarryOut(context.Background(), "A-1"); err != nil {
		t.Fatal(err)
	}
	allZero(t, part)
	if err := g.end(); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if n.readOnly || len(inBlobs(t, n)) != 0 || len(blobFiles(t, n)) != 0 {
		t.Errorf("read-only %v, left %v", n.readOnly, inBlobs(t, n))
	}
}

// TestStageForRemovedCase: a case that goes away while a file is sealed for it
// gets nothing staged, and nothing of the file is left.
func TestStageForRemovedCase(t *testing.T) {
	ctx := context.Background()
	n, _, _ := oneChild(t)
	if err := n.AddSample(ctx); err != nil {
		t.Fatal(err)
	}
	var sample *caseRow
	for _, c := range n.st.sorted() {
		if c.Sample {
			sample = c
		}
	}
	draft := saveNote(t, n, "NCC-1")
	g := &going{gate: newGate([]byte("some words"), 10), done: make(chan error, 1)}
	go func() {
		_, err := n.Stage(ctx, draft, sample.ID.String(), "a.txt", g.gate, AttachOptions{})
		g.done <- err
	}()
	reached(t, g)
	if err := n.RemoveSample(ctx); err != nil {
		t.Fatal(err)
	}
	if err := g.end(); !errors.Is(err, ErrNotFound) {
		t.Error("staged:", err)
	}
	d, err := n.Draft(ctx, draft)
	if err != nil || len(d.Staged) != 0 {
		t.Error(d, err)
	}
	if len(inBlobs(t, n)) != 0 || len(blobFiles(t, n)) != 0 {
		t.Errorf("left: %v", inBlobs(t, n))
	}
}

// TestCloseStopsAttaching: the folder is not given free while a blob is written.
// What was far on waits, the rest is gone, and both writers are told.
func TestCloseStopsAttaching(t *testing.T) {
	n, dir, note := oneChild(t)
	sound := wave(7 << 20)
	long, short := attaching(t, n, note, sound, 6<<20), attaching(t, n, "NCC-1", []byte("a few words"), 11)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = openCopy(t, dir)
	c, err := n.lookup("NCC-1")
	if err != nil {
		t.Fatal(err)
	}
	w, err := n.resumeBlob(context.Background(), c.ID, bytes.NewReader(sound))
	if err != nil || w == nil || w.skip < 5<<20 {
		t.Fatal("cannot be gone on with", w, err)
	}
	w.Keep()
	if err := errors.Join(long.end(), short.end()); !errors.Is(err, ErrClosed) || Explain(err).Code != "stopped" {
		t.Error(err)
	}
	if left := inBlobs(t, n); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
	ack, err := n.Attach(context.Background(), note, "talk.wav", bytes.NewReader(sound), AttachOptions{})
	if err != nil || ack.SHA256 != record.ID(sha256.Sum256(sound)) {
		t.Fatal(err)
	}
	readsBack(t, n, ack.ID, sound)
}

// changing is a file that is another one from its second reading on.
type changing struct {
	*bytes.Reader
	then []byte
}

func (c *changing) Seek(offset int64, whence int) (int64, error) {
	at, err := c.Reader.Seek(offset, whence)
	if whence == io.SeekStart && err == nil {
		c.Reader = bytes.NewReader(c.then)
		return c.Reader.Seek(at, io.SeekStart)
	}
	return at, err
}

// TestFileThatChanges: a recording that changes between being compared and being
// sealed is not acknowledged as a mixture of both.
func TestFileThatChanges(t *testing.T) {
	ctx := context.Background()
	sound := wave(7 << 20)
	other := bytes.Clone(sound)
	other[1<<20] ^= 1
	for what, then := range map[string][]byte{"other bytes": other, "cut": sound[:1<<20], "empty": {}} {
		n, _, note := oneChild(t)
		halfAttached(t, n, note, sound)
		_, err := n.Attach(ctx, note, "talk.wav", &changing{bytes.NewReader(sound), then}, AttachOptions{})
		if !errors.Is(err, ErrSourceChanged) || Explain(err).Exit != ExitRefused {
			t.Errorf("%s: %v", what, err)
		}
		if len(blobFiles(t, n)) != 0 || len(inBlobs(t, n)) != 0 {
			t.Errorf("%s: left %v", what, inBlobs(t, n))
		}
		rows, err := n.Attachments(ctx, "NCC-1")
		if err != nil || len(rows) != 0 {
			t.Errorf("%s: %d attachments, %v", what, len(rows), err)
		}
	}
}
