package notebook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"wherry/app/casework"
	"wherry/storage/blob"
	"wherry/storage/record"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

// asCouncil makes a notebook take the realm of its case for a council's, and
// takes the attachments' files away as if they had never come.
func asCouncil(t *testing.T, n *Notebook, acks ...*AttachAck) (files [][]byte) {
	t.Helper()
	c, err := n.lookup("NCC-1")
	if err != nil {
		t.Fatal(err)
	}
	n.council = &device{realm: c.Realm}
	for _, a := range acks {
		path := n.blobs().Path(a.Blob)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	return files
}

func wanted(t *testing.T, n *Notebook) []engine.Want {
	t.Helper()
	list, budget, err := replica{n}.Wanted(context.Background())
	if err != nil || budget != DefaultBlobBytes {
		t.Fatalf("wanted: %d %v", budget, err)
	}
	return list
}

func TestMissingAttachmentsAreFetched(t *testing.T) {
	ctx := context.Background()
	n, dir, note := oneChild(t)
	var acks []*AttachAck
	for i, size := range []int{3000, 600_000} {
		a, err := n.Attach(ctx, note, "talk.wav", bytes.NewReader(wave(size+i)), AttachOptions{})
		if err != nil {
			t.Fatal(err)
		}
		acks = append(acks, a)
	}
	older, newer := acks[0].Blob, acks[1].Blob
	files := asCouncil(t, n, acks...)
	if l := wanted(t, n); len(l) != 2 || l[0].Blob != newer || l[1].Blob != older || l[0].Have != 0 {
		t.Fatalf("wanted %+v", l)
	}
	r, whole := replica{n}, files[1]
	r.NotThere(ctx, []record.ID{newer})
	if l := wanted(t, n); len(l) != 2 || l[0].Blob != older {
		t.Fatalf("what was asked for in vain comes first: %+v", l)
	}
	size := int64(len(whole))
	if next, err := r.KeepPiece(ctx, newer, 0, size, whole[:1000]); err != nil || next != 1000 {
		t.Fatalf("a piece: %d %v", next, err)
	}
	if _, here := n.blobs().Has(newer); here {
		t.Fatal("a part has the name of the whole")
	}
	// It goes on after the notebook was closed.
	n = reopen(t, n, dir)
	asCouncil(t, n)
	r = replica{n}
	if l := wanted(t, n); len(l) != 2 || l[1].Have != 1000 {
		t.Fatalf("after opening again: %+v", l)
	}
	if next, err := r.KeepPiece(ctx, newer, 1000, size, whole[1000:]); err != nil || next != size {
		t.Fatalf("the rest: %d %v", next, err)
	}
	got, err := os.ReadFile(n.blobs().Path(newer))
	if err != nil || !bytes.Equal(got, whole) {
		t.Fatalf("kept %d bytes: %v", len(got), err)
	}
	if l := wanted(t, n); len(l) != 1 || l[0].Blob != older {
		t.Errorf("still wanted: %+v", l)
	}
	if b, err := os.ReadFile(n.wantedPath()); err != nil || bytes.Contains(b, older[:]) {
		t.Errorf("what is wanted shows in the file, or is not there: %v", err)
	}
	// The file can be lost or damaged: it is made again from the journal.
	if err := os.WriteFile(n.wantedPath(), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	asCouncil(t, n)
	if l := wanted(t, n); len(l) != 1 || l[0].Blob != older {
		t.Errorf("made again: %+v", l)
	}
}

// TestLostHereIsFetchedAgain: an attachment that was here, and whose file is lost,
// is asked for again.
func TestLostHereIsFetchedAgain(t *testing.T) {
	ctx := context.Background()
	n, dir, note := oneChild(t)
	a, err := n.Attach(ctx, note, "a.txt", bytes.NewReader([]byte("letter")), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	asCouncil(t, n)
	if l := wanted(t, n); len(l) != 0 {
		t.Fatalf("wanted %+v", l)
	}
	n = reopen(t, n, dir)
	whole := asCouncil(t, n, a)[0]
	if l := wanted(t, n); len(l) != 1 || l[0].Blob != a.Blob {
		t.Fatalf("wanted %+v", l)
	}
	size := int64(len(whole))
	if next, err := (replica{n}).KeepPiece(ctx, a.Blob, 0, size, whole); err != nil || next != size {
		t.Fatal(next, err)
	}
	if l := wanted(t, n); len(l) != 0 {
		t.Errorf("still wanted %+v", l)
	}
	readsBack(t, n, a.ID, []byte("letter"))
}

func TestPulledLies(t *testing.T) {
	ctx := context.Background()
	n, _, note := oneChild(t)
	a, err := n.Attach(ctx, note, "talk.wav", bytes.NewReader(wave(5000)), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	whole := asCouncil(t, n, a)[0]
	size := int64(len(whole))
	wanted(t, n)
	r, id := replica{n}, a.Blob
	other := bytes.Clone(whole)
	other[4000] ^= 1
	if _, err := r.KeepPiece(ctx, id, 0, size, other); !errors.Is(err, ErrTampered) {
		t.Errorf("other bytes: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(blobDir(n.dir), "*"+pullSuffix))
	if _, here := n.blobs().Has(id); here || len(left) > 0 {
		t.Error("other bytes were kept")
	}
	// What an earlier run left torn is no lie: it is fetched again.
	if err := os.WriteFile(n.pullPath(id), other[:4500], 0o600); err != nil {
		t.Fatal(err)
	}
	if l := wanted(t, n); len(l) != 1 || l[0].Have != 4500 {
		t.Fatalf("wanted %+v", l)
	}
	if next, err := r.KeepPiece(ctx, id, 4500, size, whole[4500:]); err != nil || next != 0 {
		t.Errorf("a torn file: %d %v", next, err)
	}
	n.cfg.MinFree = 1 << 62
	if _, err := r.KeepPiece(ctx, id, 0, size, whole); !errors.Is(err, engine.ErrNoRoom) || n.readOnly {
		t.Errorf("a full disk: %v", err)
	}
	n.cfg.MinFree = 0
	if _, err := r.KeepPiece(ctx, id, 0, blob.MaxSealed+1, whole); !errors.Is(err, wire.ErrNoBlob) || len(wanted(t, n)) != 0 {
		t.Errorf("larger than any blob: %v", err)
	}
}

func TestOnlyWholeBlobsAreSent(t *testing.T) {
	ctx := context.Background()
	n, _, note := oneChild(t)
	a, err := n.Attach(ctx, note, "talk.wav", bytes.NewReader(wave(5000)), AttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	src, err := replica{n}.Blob(ctx, a.Blob)
	if err != nil || src.Size() != blob.SealedSize(5000) {
		t.Fatalf("%v", err)
	}
	src.Close()
	path := n.blobs().Path(a.Blob)
	b, _ := os.ReadFile(path)
	b[100] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // damaged, then missing
		if _, err := (replica{n}).Blob(ctx, a.Blob); !errors.Is(err, wire.ErrNoBlob) {
			t.Error(err)
		}
		os.Remove(path)
	}
}

func TestComingOnlyFromTheCouncil(t *testing.T) {
	n, _, _ := oneChild(t)
	c, _ := n.lookup("NCC-1")
	row := &Attachment{Blob: record.Hash("x"), Attached: casework.Attached{State: casework.StateCouncil}}
	if n.coming(c, row) {
		t.Error("alone, nothing comes")
	}
	n.council, n.st.meta.Joined = &device{realm: c.Realm}, 1
	for _, x := range []struct {
		state string
		here  bool
		want  bool
	}{{casework.StateCouncil, false, true}, {casework.StateOpened, false, true}, {casework.StateCouncil, true, false}, {casework.StateLocal, false, false}} {
		row.State, row.Here = x.state, x.here
		if n.coming(c, row) != x.want {
			t.Errorf("%+v", x)
		}
	}
	n.council, n.st.meta.Joined = nil, 0
}
