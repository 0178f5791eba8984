package endpoint_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/endpoint"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

// sealed stands for a sealed blob: noise, and its id.
func sealed(n int) ([]byte, record.ID) {
	b := make([]byte, n)
	rand.Read(b)
	return b, sha256.Sum256(b)
}

// attach writes an entry that names blobs.
func (l *lane) attach(ids ...record.ID) wire.PushItem {
	h := record.Header{Class: record.Content, Realm: l.realm, Case: l.log, Lane: l.id, LaneSeq: l.seq + 1, Prev: l.last, Author: l.a.id,
		Time: record.NewHLC(time.Unix(1, 0)), Epoch: l.epoch, Blobs: ids}
	e := must(record.New(h, []byte("sealed attachment"), l.a.key))
	l.seq, l.last = l.seq+1, e.ID()
	return item(e)
}

// upload sends a whole blob.
func (a *actor) upload(id record.ID, b []byte) {
	a.w.t.Helper()
	for at := 0; ; {
		n := min(len(b)-at, wire.BlobPiece)
		state, err := a.PutBlob(ctx, id, int64(at), int64(len(b)), b[at:at+n])
		if err != nil {
			a.w.t.Fatalf("%s uploads: %v", a.name, err)
		}
		if at += n; state.Whole {
			return
		}
	}
}

func (a *actor) download(id record.ID) []byte {
	a.w.t.Helper()
	var all []byte
	for {
		piece, size, err := a.GetBlob(ctx, id, int64(len(all)), wire.BlobPiece)
		if err != nil {
			a.w.t.Fatalf("%s downloads: %v", a.name, err)
		}
		if all = append(all, piece...); int64(len(all)) == size {
			return all
		}
	}
}

// ask is a signed request without a body, with the whole answer.
func (w *town) ask(key ed25519.PrivateKey, method, path string) (int, http.Header, []byte) {
	w.t.Helper()
	req := must(http.NewRequest(method, w.http.URL+path, nil))
	var nonce [wire.NonceBytes]byte
	rand.Read(nonce[:])
	if err := wire.Sign(req, nil, key, w.now.Now(), nonce); err != nil {
		w.t.Fatal(err)
	}
	resp := must(w.plain().Do(req))
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header, must(io.ReadAll(resp.Body))
}

func TestBlobsReachThoseWhoMayRead(t *testing.T) {
	w := newTown(t)
	amina, leah, bo := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Leah", trust.RoleLead, "North"), w.enrol("Bo", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0, leah.person).Items...)
	big, id := sealed(2*wire.BlobPiece + 5)
	named := c.attach(id)
	if r := amina.push(wire.CodeGap, named); r.Results[0].Reason != trust.ReasonBlobs {
		t.Errorf("before the blob: %+v", r.Results[0])
	}
	// Nobody but the uploader is told of an upload.
	state, err := amina.PutBlob(ctx, id, 0, int64(len(big)), big[:wire.BlobPiece])
	if err != nil || state.Whole || state.Offset != wire.BlobPiece {
		t.Fatalf("a piece: %+v %v", state, err)
	}
	amina.push(wire.CodeGap, named)
	if s, err := amina.BlobState(ctx, id); err != nil || s != state {
		t.Errorf("its uploader is told %+v %v", s, err)
	}
	if _, _, err := amina.GetBlob(ctx, id, 0, 7); !errors.Is(err, wire.ErrNoBlob) {
		t.Errorf("an upload is handed out: %v", err)
	}
	for _, a := range []*actor{leah, bo} {
		if _, err := a.BlobState(ctx, id); !errors.Is(err, wire.ErrNoBlob) {
			t.Errorf("%s is told of an upload: %v", a.name, err)
		}
	}
	state, err = amina.PutBlob(ctx, id, 0, int64(len(big)), big[:1])
	if !errors.Is(err, wire.ErrBlobOffset) || state.Offset != wire.BlobPiece {
		t.Errorf("a piece that does not follow: %+v %v", state, err)
	}
	if _, err := amina.PutBlob(ctx, id, wire.BlobPiece, int64(len(big)), big[wire.BlobPiece:2*wire.BlobPiece]); err != nil {
		t.Fatal(err)
	}
	if s, err := amina.PutBlob(ctx, id, 2*wire.BlobPiece, int64(len(big)), big[2*wire.BlobPiece:]); err != nil || !s.Whole {
		t.Fatalf("the last piece: %+v %v", s, err)
	}
	amina.push(wire.CodeOK, named)
	amina.push(wire.CodeDup, named)

	if !bytes.Equal(amina.download(id), big) || !bytes.Equal(leah.download(id), big) {
		t.Error("other bytes came back")
	}
	if s, err := leah.BlobState(ctx, id); err != nil || !s.Whole || s.Offset != uint64(len(big)) {
		t.Errorf("a reader is told %+v %v", s, err)
	}
	if _, _, err := leah.GetBlob(ctx, id, int64(len(big))+1, 7); !errors.Is(err, wire.ErrBlobOffset) {
		t.Errorf("behind the end: %v", err)
	}
	// Not yours and not there are answered alike.
	_, nowhere := sealed(1)
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		q := map[string]string{http.MethodGet: "?" + wire.BlobQuery(0, -1)}[method]
		status, h, body := w.ask(bo.key, method, wire.BlobPath(id)+q)
		status2, h2, body2 := w.ask(bo.key, method, wire.BlobPath(nowhere)+q)
		for _, k := range []string{"Date", wire.HeaderTime} {
			h.Del(k)
			h2.Del(k)
		}
		if status != 404 || status2 != 404 || !bytes.Equal(body, body2) || len(h) != len(h2) {
			t.Errorf("%s: not yours %d %v %q, not there %d %v %q", method, status, h, body, status2, h2, body2)
		}
		for k := range h {
			if !slices.Equal(h[k], h2[k]) {
				t.Errorf("%s: header %s: %v, %v", method, k, h[k], h2[k])
			}
		}
	}
	// Naming another case's blob gives nobody a right to it, and says nothing.
	d := bo.begin("his own")
	bo.push(wire.CodeOK, d.open("North", 0).Items...)
	if r := bo.push(wire.CodeGap, d.attach(id)); r.Results[0].Reason != trust.ReasonBlobs {
		t.Errorf("another case's blob: %+v", r.Results[0])
	}
	if _, _, err := bo.GetBlob(ctx, id, 0, 7); !errors.Is(err, wire.ErrNoBlob) {
		t.Errorf("another case's blob: %v", err)
	}
	// A colleague of the case may name it again without having it.
	l := c.join(leah)
	leah.push(wire.CodeOK, l.attach(id))
	files := must(os.ReadDir(filepath.Join(w.folder, endpoint.BlobFolder, "part")))
	if len(files) != 0 {
		t.Errorf("%d uploads left", len(files))
	}
	info := must(os.Stat(filepath.Join(w.folder, endpoint.BlobFolder, id.String()[:2], id.String())))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestAnUploadOutlivesAStop(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0).Items...)
	big, id := sealed(wire.BlobPiece + 100)
	if _, err := amina.PutBlob(ctx, id, 0, int64(len(big)), big[:wire.BlobPiece]); err != nil {
		t.Fatal(err)
	}
	w.restart()
	amina.again()
	s, err := amina.BlobState(ctx, id)
	if err != nil || s.Offset != wire.BlobPiece {
		t.Fatalf("after a stop: %+v %v", s, err)
	}
	// Killed in the middle of writing a piece: it goes on at the very byte.
	part := must(filepath.Glob(filepath.Join(w.folder, endpoint.BlobFolder, "part", "*.part")))
	f := must(os.OpenFile(part[0], os.O_WRONLY|os.O_APPEND, 0))
	must(f.Write(big[wire.BlobPiece : wire.BlobPiece+40]))
	f.Close()
	if s, err = amina.BlobState(ctx, id); err != nil || s.Offset != wire.BlobPiece+40 {
		t.Fatalf("after a torn piece: %+v %v", s, err)
	}
	if s, err = amina.PutBlob(ctx, id, int64(s.Offset), int64(len(big)), big[s.Offset:]); err != nil || !s.Whole {
		t.Fatalf("the rest: %+v %v", s, err)
	}
	// Stopped between the entry and the blob's own place: both are there.
	amina.push(wire.CodeOK, c.attach(id))
	place := filepath.Join(w.folder, endpoint.BlobFolder, id.String()[:2], id.String())
	done := strings.TrimSuffix(part[0], ".part") + ".done"
	if err := os.Rename(place, done); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(amina.download(id), big) {
		t.Error("not found among the uploads")
	}
	w.restart()
	amina.again()
	if _, err := os.Stat(place); err != nil || !bytes.Equal(amina.download(id), big) {
		t.Errorf("not brought to its place: %v", err)
	}
	// A last piece that was written and not looked at, as a kill leaves it.
	b, id2 := sealed(50)
	if err := os.WriteFile(strings.ReplaceAll(part[0], id.String(), id2.String()), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = amina.PutBlob(ctx, id2, 50, 50, nil); err != nil || !s.Whole {
		t.Errorf("all of it, unproven: %+v %v", s, err)
	}
}

func TestWrongBlobsAreDropped(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	b, id := sealed(1000)
	other := bytes.Clone(b)
	other[500] ^= 1
	if _, err := amina.PutBlob(ctx, id, 0, 1000, other); !errors.Is(err, wire.ErrBlobHash) {
		t.Errorf("other bytes: %v", err)
	}
	if _, err := amina.BlobState(ctx, id); !errors.Is(err, wire.ErrNoBlob) {
		t.Errorf("other bytes were kept: %v", err)
	}
	amina.upload(id, b)
	var refused *remote.RefusedError
	for name, q := range map[string]struct {
		query  string
		body   int
		status int
	}{
		"beyond a piece":     {wire.BlobQuery(0, wire.MaxBlob), wire.BlobPiece + 1, 413},
		"beyond a blob":      {wire.BlobQuery(0, wire.MaxBlob+1), 10, 413},
		"beyond its size":    {wire.BlobQuery(0, 5), 10, 400},
		"nothing":            {wire.BlobQuery(0, 5), 0, 400},
		"no size":            {wire.BlobQuery(0, -1), 5, 400},
		"no query":           {"", 5, 400},
		"not as it is wrote": {"offset=00&size=5", 5, 400},
		"more in the query":  {"offset=0&size=5&x=1", 5, 400},
	} {
		body := make([]byte, q.body)
		status, _ := w.post(amina.key, wire.BlobPath(id)+"?"+q.query, body, func(r *http.Request) {
			r.Method = http.MethodPut
			var nonce [wire.NonceBytes]byte
			rand.Read(nonce[:])
			if err := wire.Sign(r, body, amina.key, w.now.Now(), nonce); err != nil {
				t.Fatal(err)
			}
		})
		if status != q.status {
			t.Errorf("%s: %d, want %d", name, status, q.status)
		}
	}
	for _, path := range []string{wire.PathBlobs, wire.PathBlobs + "zz", strings.ToUpper(wire.BlobPath(id)), wire.BlobPath(id) + "/x"} {
		if status, _, _ := w.ask(amina.key, http.MethodGet, path+"?offset=0"); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	stranger := &actor{w: w, name: "Nobody", key: signer("Nobody"), Client: w.client(signer("Nobody"))}
	if _, err := stranger.PutBlob(ctx, id, 0, 1000, b); !errors.As(err, &refused) || refused.Status != 401 {
		t.Errorf("a stranger uploads: %v", err)
	}
	if _, err := stranger.BlobState(ctx, id); !errors.As(err, &refused) || refused.Status != 401 || refused.Code != wire.ErrCodeUnsigned {
		t.Errorf("a stranger asks: %v", err)
	}
}

func TestBlobsLeaveRoom(t *testing.T) {
	room := uint64(1 << 40)
	w := newTown(t, func(w *town) {
		w.blobs = endpoint.BlobOptions{Free: func(string) (uint64, error) { return room, nil }, MinFree: 1000, Waiting: 2000, Files: 3}
	})
	amina, bo := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Bo", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0).Items...)
	b, id := sealed(1000)
	room = 1999
	var busy *remote.BusyError
	if _, err := amina.PutBlob(ctx, id, 0, 1000, b); !errors.As(err, &busy) || busy.Status != 507 {
		t.Errorf("a full disk: %v", err)
	}
	amina.push(wire.CodeOK, c.note("notes have room"))
	room = 1 << 40
	amina.upload(id, b)
	b2, id2 := sealed(1001)
	if _, err := amina.PutBlob(ctx, id2, 0, 1001, b2); !errors.As(err, &busy) || busy.Status != 429 || busy.RetryAfter == 0 {
		t.Errorf("too much waits: %v", err)
	}
	bo.upload(id2, b2)                    // another's is another's
	amina.push(wire.CodeOK, c.attach(id)) // named: it waits no longer
	amina.upload(id2, b2)

	// What no entry names goes after its time; what one names stays.
	old := w.now.Now().Add(-8 * 24 * time.Hour)
	files := must(filepath.Glob(filepath.Join(w.folder, endpoint.BlobFolder, "*", "*")))
	for _, f := range files {
		if err := os.Chtimes(f, old, old); err != nil {
			t.Fatal(err)
		}
	}
	b3, id3 := sealed(10)
	w.now.add(2 * time.Hour)
	amina.upload(id3, b3)
	if _, err := amina.BlobState(ctx, id2); !errors.Is(err, wire.ErrNoBlob) {
		t.Errorf("an old upload stays: %v", err)
	}
	if !bytes.Equal(amina.download(id), b) {
		t.Error("a named blob went")
	}
}

func TestALostBlobLetsTheRestThrough(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0).Items...)
	b, id := sealed(100)
	lost, behind := c.attach(id), c.note("behind it")
	amina.push(wire.CodeGap, lost, behind)
	if s, err := amina.PutBlob(ctx, id, 0, 0, nil); err != nil || s.Whole {
		t.Fatalf("given up: %+v %v", s, err)
	}
	amina.push(wire.CodeOK, lost, behind)
	if _, _, err := amina.GetBlob(ctx, id, 0, 7); !errors.Is(err, wire.ErrNoBlob) {
		t.Errorf("a lost blob: %v", err)
	}
	verifyBlobs(t, w, 0)
	amina.again()
	// Found again in a backup, it comes with the next entry that names it.
	amina.upload(id, b)
	amina.push(wire.CodeOK, c.attach(id))
	if !bytes.Equal(amina.download(id), b) {
		t.Error("what was found again is not handed out")
	}
}

// verifyBlobs verifies a stopped endpoint with its blobs, and starts it again.
func verifyBlobs(t *testing.T, w *town, want int) []endpoint.Damage {
	t.Helper()
	w.stop()
	defer func() {
		w.start()
	}()
	r := verifyFolder(t, w)
	if len(r.Damaged) > 0 {
		t.Errorf("the store: %+v", r.Damaged)
	}
	_, bad, err := endpoint.NewBlobs(filepath.Join(w.folder, endpoint.BlobFolder), endpoint.BlobOptions{}).Verify(ctx, r.Blobs)
	if err != nil || len(bad) != want {
		t.Errorf("verify: %+v %v, want %d", bad, err, want)
	}
	return bad
}

func TestVerifyNamesBlobs(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0).Items...)
	var ids []record.ID
	for range 3 {
		b, id := sealed(300)
		amina.upload(id, b)
		ids = append(ids, id)
	}
	amina.push(wire.CodeOK, c.attach(ids...))
	verifyBlobs(t, w, 0)
	path := func(id record.ID) string {
		return filepath.Join(w.folder, endpoint.BlobFolder, id.String()[:2], id.String())
	}
	b := must(os.ReadFile(path(ids[0])))
	b[7] ^= 1
	if err := errors.Join(os.WriteFile(path(ids[0]), b, 0o600), os.Remove(path(ids[1]))); err != nil {
		t.Fatal(err)
	}
	bad := verifyBlobs(t, w, 2)
	for _, d := range bad {
		if d.Log != c.log || d.Entry.IsZero() || !strings.HasPrefix(d.File, "blobs/") || strings.Contains(d.File, ids[2].String()) {
			t.Errorf("named %+v", d)
		}
	}
}
