package notebook

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"wherry/app/casework"
	"wherry/storage/blob"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

// Attachments of colleagues come with the exchange, after the words: which are
// missing is told by the headers of the entries in the journal, so nothing has to
// be opened for it. What was found is kept in blobs/wanted, a sealed file that
// can be made again from the journal; it says how far the journal was looked
// through. A blob that is still coming lies in blobs/<wire id>.pull.

// DefaultBlobBytes is how many bytes of attachments one exchange fetches.
const DefaultBlobBytes = 64 << 20

// maxBlobBatch bounds the sealed bytes that are uploaded before their entries
// are pushed.
const maxBlobBatch = 64 << 20

const (
	pullSuffix  = ".pull"
	wantedName  = "wanted"
	wantedLimit = 64 << 20 // bytes of the file
)

// ErrAttachmentComing says that a colleague's attachment has not come yet.
var ErrAttachmentComing = errors.New("notebook: attachment not on this laptop yet")

// BlobProgress says how far one attachment has come, on its way to the council
// or from it.
type BlobProgress = engine.Progress

// WithBlobProgress returns a context under which Sync tells fn how far its
// attachments have come. fn must not call the notebook.
func WithBlobProgress(ctx context.Context, fn func(BlobProgress)) context.Context {
	return engine.WithProgress(ctx, fn)
}

// wants is what the notebook knows of blobs that are missing here.
type wants struct {
	loaded bool
	moved  bool        // since it was written
	tip    journal.Tip // the journal was looked through up to it
	list   map[record.ID]wantRow
	begun  map[record.ID]bool     // fetched from the first byte in this run
	named  map[record.ID]namedRow // every blob that an entry names, here or not
	asked  time.Time              // when the council was last asked for those that are here
}

type wantRow struct {
	_     struct{} `cbor:",toarray"`
	Blob  record.ID
	Case  record.ID
	Epoch record.ID  // whose key opens the entry that names it
	Time  record.HLC // of that entry
	Tries uint64     // how often it was asked for in vain
}

type namedRow struct {
	_     struct{} `cbor:",toarray"`
	Blob  record.ID
	Entry record.ID // the newest that names it
	Time  record.HLC
}

// wantedVersion is that of the file; another one is made again.
const wantedVersion = 2

type wantedFile struct {
	_       struct{} `cbor:",toarray"`
	Version uint64
	Seq     uint64
	MAC     [32]byte
	Rows    []wantRow
	Named   []namedRow
}

func (n *Notebook) wantedPath() string { return filepath.Join(blobDir(n.dir), wantedName) }

func (n *Notebook) pullPath(id record.ID) string {
	return filepath.Join(blobDir(n.dir), id.String()+pullSuffix)
}

// Blob opens an own blob for sending, after its hash was compared with its id.
func (r replica) Blob(ctx context.Context, id record.ID) (engine.Source, error) {
	n := r.n
	err := n.blobs().Verify(ctx, id)
	if errors.Is(err, blob.ErrMissing) || errors.Is(err, blob.ErrDamaged) {
		return nil, wire.ErrNoBlob
	}
	if err != nil {
		return nil, err
	}
	f, err := os.Open(n.blobs().Path(id))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return sealedBlob{f, info.Size()}, nil
}

type sealedBlob struct {
	*os.File
	size int64
}

func (b sealedBlob) Size() int64 { return b.size }

// Wanted lists the missing blobs of cases whose entries open here, the newest
// first.
func (r replica) Wanted(ctx context.Context) ([]engine.Want, int64, error) {
	n := r.n
	budget := cmp.Or(n.cfg.BlobBytes, int64(DefaultBlobBytes))
	if err := n.lookForWants(ctx); err != nil {
		return nil, 0, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, 0, ErrClosed
	}
	if n.readOnly {
		return nil, budget, nil
	}
	var rows []wantRow
	for id, w := range n.wants.list {
		c := n.st.cases[w.Case]
		if _, here := n.blobs().Has(id); here || c != nil && c.gone() {
			n.wants.drop(id)
			continue
		}
		if c == nil || c.Sample || c.Realm != n.council.realm {
			continue
		}
		if _, ok := n.box.Case(w.Case, w.Epoch); ok {
			rows = append(rows, w)
		}
	}
	slices.SortFunc(rows, func(a, b wantRow) int {
		return cmp.Or(cmp.Compare(a.Tries, b.Tries), cmp.Compare(b.Time, a.Time), slices.Compare(a.Blob[:], b.Blob[:]))
	})
	out := make([]engine.Want, len(rows))
	for i, w := range rows {
		out[i] = engine.Want{Blob: w.Blob}
		if info, err := os.Stat(n.pullPath(w.Blob)); err == nil {
			out[i].Have = info.Size()
		}
	}
	_ = n.erasePulls(func(id record.ID) bool { _, ok := n.wants.list[id]; return ok }) // tried again
	n.writeWants()
	return out, budget, nil
}

// NotThere notes what was asked for in vain, so that what never comes does not
// keep the rest from coming.
func (r replica) NotThere(_ context.Context, ids []record.ID) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	for _, id := range ids {
		if w, ok := n.wants.list[id]; ok {
			w.Tries++
			n.wants.list[id], n.wants.moved = w, true
		}
	}
	n.writeWants()
}

func (w *wants) drop(id record.ID) {
	delete(w.list, id)
	delete(w.begun, id)
	w.moved = true
}

// lookForWants reads on in the journal from where it was read to. The lock is
// not held: after a long time away there may be much of it.
func (n *Notebook) lookForWants(ctx context.Context) error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return ErrClosed
	}
	if !n.wants.loaded {
		n.readWants()
		n.missAgain(ctx)
	}
	from, tip := n.wants.tip.Seq+1, n.j.Tip()
	n.mu.Unlock()
	var rows []wantRow
	var named []namedRow
	err := n.j.Replay(ctx, from, func(f journal.Frame) error {
		for _, it := range f.Items {
			entriesOf(it, func(b []byte) {
				e, err := record.Parse(b)
				if err != nil {
					return
				}
				h := e.Header()
				for _, id := range h.Blobs {
					rows = append(rows, wantRow{Blob: id, Case: h.Case, Epoch: h.Epoch, Time: h.Time})
					named = append(named, namedRow{Blob: id, Entry: e.ID(), Time: h.Time})
				}
			})
		}
		return nil
	})
	if err != nil && !errors.Is(err, journal.ErrDamaged) { // what is damaged is named elsewhere
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range rows {
		if _, here := n.blobs().Has(w.Blob); here {
			continue
		}
		if old, ok := n.wants.list[w.Blob]; !ok || old.Time < w.Time {
			w.Tries = old.Tries
			n.wants.list[w.Blob], n.wants.moved = w, true
		}
	}
	for _, r := range named {
		if n.wants.named[r.Blob].Time <= r.Time {
			n.wants.named[r.Blob] = r
		}
	}
	n.wants.moved = n.wants.moved || n.wants.tip != tip
	n.wants.tip = tip
	return nil
}

// missAgain looks, once in a run, for blobs that were here and are not any more:
// the council may still have them.
func (n *Notebook) missAgain(ctx context.Context) {
	list, err := n.blobs().List()
	if err != nil {
		return
	}
	here := map[record.ID]bool{}
	for _, b := range list {
		here[b.ID] = true
	}
	for id, r := range n.wants.named {
		if _, known := n.wants.list[id]; known || here[id] {
			continue
		}
		row, _, err := n.find(ctx, r.Entry)
		if err != nil {
			continue
		}
		if e, err := record.Parse(row.Entry); err == nil {
			h := e.Header()
			n.wants.list[id], n.wants.moved = wantRow{Blob: id, Case: h.Case, Epoch: h.Epoch, Time: h.Time}, true
		}
	}
}

// readWants reads what was known. If it cannot be read, or is not of this
// journal, all of the journal is looked through again.
func (n *Notebook) readWants() {
	n.wants = wants{loaded: true, list: map[record.ID]wantRow{}, begun: map[record.ID]bool{}, named: map[record.ID]namedRow{}}
	b, err := readSmall(n.wantedPath(), wantedLimit)
	if err != nil {
		return
	}
	plain, err := seal.Open(n.vault.Derive("blob-wanted"), nil, b)
	var f wantedFile
	if err != nil || record.Decode(plain, &f) != nil || f.Version != wantedVersion || !n.j.HoldsTip(journal.Tip{Seq: f.Seq, MAC: f.MAC}) {
		return
	}
	n.wants.tip = journal.Tip{Seq: f.Seq, MAC: f.MAC}
	for _, w := range f.Rows {
		n.wants.list[w.Blob] = w
	}
	for _, r := range f.Named {
		n.wants.named[r.Blob] = r
	}
}

// writeWants keeps what is known. That it cannot is no harm: it is looked for
// again.
func (n *Notebook) writeWants() {
	if !n.wants.moved || n.readOnly {
		return
	}
	f := wantedFile{Version: wantedVersion, Seq: n.wants.tip.Seq, MAC: n.wants.tip.MAC, Rows: []wantRow{}, Named: []namedRow{}}
	for _, w := range n.wants.list {
		f.Rows = append(f.Rows, w)
	}
	slices.SortFunc(f.Rows, func(a, b wantRow) int { return slices.Compare(a.Blob[:], b.Blob[:]) })
	for _, r := range n.wants.named {
		f.Named = append(f.Named, r)
	}
	slices.SortFunc(f.Named, func(a, b namedRow) int { return slices.Compare(a.Blob[:], b.Blob[:]) })
	sealed, err := seal.Seal(n.vault.Derive("blob-wanted"), nil, record.Encode(f))
	if err == nil && os.MkdirAll(blobDir(n.dir), 0o700) == nil && seal.WriteFileSync(n.wantedPath(), sealed) == nil {
		n.wants.moved = false
	}
}

// coming reports whether an attachment that is not here may come from the
// council.
func (n *Notebook) coming(c *caseRow, row *Attachment) bool {
	return !row.Here && n.st.enrolled() && n.council != nil && c.Realm == n.council.realm &&
		(row.State == casework.StateCouncil || row.State == casework.StateOpened)
}

// namesBlobs returns the blobs that a stored entry names.
func namesBlobs(entry []byte) []record.ID {
	e, err := record.Parse(entry)
	if err != nil {
		return nil
	}
	return e.Header().Blobs
}

// sealedSize adds up the files of blobs that are here.
func (n *Notebook) sealedSize(ids []record.ID) int {
	total := int64(0)
	for _, id := range ids {
		if size, ok := n.blobs().Has(id); ok {
			total += size
		}
	}
	return int(total)
}
