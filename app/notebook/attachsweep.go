package notebook

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wherry/app/casework"
	"wherry/storage/blob"
	"wherry/storage/journal"
	"wherry/storage/record"
)

// namedTime is the time that a blob's file gets once an entry or draft names
// it, so that the folder does not show when a photo was attached, and the sweep
// knows it without reading the journal.
var namedTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// doubtedTime is the time of a blob's file once its draft is to name it no more:
// if it is still there at the next opening, it is looked for who names it.
var doubtedTime = namedTime.Add(-24 * time.Hour)

func (n *Notebook) named(id record.ID) {
	_ = os.Chtimes(n.blobs().Path(id), namedTime, namedTime) // else the next sweep finds out
}

// doubted says of a blob that whatever named it is about to let it go.
func (n *Notebook) doubted(blobID string) {
	if id, err := record.ParseID(blobID); err == nil {
		_ = os.Chtimes(n.blobs().Path(id), doubtedTime, doubtedTime) // else it stays, and its key is gone
	}
}

// sweepBlobs erases what a stop left: unfinished blobs, and blobs that no entry
// and no draft names, when they are a day old. Nothing is erased while any part
// of the notebook cannot be read, since the name might stand there, nor while
// another program copies the files.
func (n *Notebook) sweepBlobs() {
	list, err := n.blobs().List()
	if err != nil || n.readOnly || len(n.damage) > 0 {
		return
	}
	old := n.now().Add(-24 * time.Hour)
	n.sweepUnfinished(old)
	doubtful := map[record.ID]bool{}
	for _, b := range list {
		if !b.Changed.Equal(namedTime) && b.Changed.Before(old) {
			doubtful[b.ID] = true
		}
	}
	if len(doubtful) == 0 {
		return
	}
	claim := func(id record.ID) {
		if doubtful[id] {
			delete(doubtful, id)
			n.named(id)
		}
	}
	if n.claimStaged(claim) != nil || n.claimEntries(claim) != nil {
		return
	}
	release, err := n.holdFiles()
	if err != nil {
		return
	}
	defer release()
	for id := range doubtful {
		_ = n.blobs().Erase(id) // tried again at the next opening
	}
}

// sweepUnfinished erases unfinished blobs last changed before a time, and keys
// that wait for none. It is tried again at the next opening.
func (n *Notebook) sweepUnfinished(old time.Time) {
	parts, err := n.blobs().Partials()
	if err != nil {
		return
	}
	waits := map[string]bool{}
	for _, p := range parts {
		if p.Changed.Before(old) && !n.parts.held(p.Name) {
			_ = errors.Join(n.eraseWait(p.Name), n.blobs().ErasePartial(p.Name))
			continue
		}
		waits[p.Name] = true
	}
	_ = n.eraseWaits(func(partial string) bool { return waits[partial] })
}

// eraseWaits erases the keys that wait, and what a stop left of their writing,
// but those of the unfinished blobs that are kept.
func (n *Notebook) eraseWaits(keep func(partial string) bool) error {
	list, err := os.ReadDir(blobDir(n.dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range list {
		name, torn := strings.CutSuffix(e.Name(), ".new")
		if torn {
			name = strings.TrimPrefix(name, ".")
		}
		stem, ok := strings.CutSuffix(name, waitSuffix)
		if partial := stem + partSuffix; ok && (!keep(partial) || torn && !n.parts.held(partial)) {
			errs = append(errs, eraseWhole(filepath.Join(blobDir(n.dir), e.Name())))
		}
	}
	return errors.Join(errs...)
}

// eraseUnfinished erases every unfinished blob and the keys that wait for them,
// whosesoever they are: a disposal must not leave one of its cases behind. What
// is being written for another case goes on; what is being written for one of
// them is taken away from its writer first. The caller holds mu.
func (n *Notebook) eraseUnfinished(cases map[record.ID]*disposedItem) error {
	for _, w := range n.parts.all() {
		if cases[w.caseID] != nil {
			w.takeAway(ErrNotFound)
		}
	}
	parts, err := n.blobs().Partials()
	errs := []error{err}
	for _, p := range parts {
		if !n.parts.held(p.Name) {
			errs = append(errs, n.eraseWait(p.Name), n.blobs().ErasePartial(p.Name))
		}
	}
	return errors.Join(append(errs, n.eraseWaits(n.parts.held), n.erasePulls(func(record.ID) bool { return false }))...)
}

// claimEntries calls claim with every blob that an entry names, whatever is
// thought of the entry.
func (n *Notebook) claimEntries(claim func(record.ID)) error {
	return n.j.Replay(context.Background(), 0, func(f journal.Frame) error {
		for _, it := range f.Items {
			entriesOf(it, func(b []byte) {
				if e, err := record.Parse(b); err == nil {
					for _, id := range e.Header().Blobs {
						claim(id)
					}
				}
			})
		}
		return nil
	})
}

// Reasons of damage to attachments.
const (
	ReasonBlobMissing = "attachment's file is missing"
	ReasonBlobDamaged = "attachment's file is damaged"
)

// verifyBlob checks the sealed file of an attachment's entry; nil if it is
// whole, or not ours and not here yet.
func (n *Notebook) verifyBlob(ctx context.Context, e *record.Entry, in *inner, own bool) *DamagedPart {
	b, err := casework.DecodeBody(in.Kind, int(in.Schema), in.Payload)
	a, ok := b.(*casework.Attachment)
	if err != nil || !ok {
		return nil
	}
	id, err := record.ParseID(a.Blob)
	if err != nil {
		return nil
	}
	name := id.String()
	part := &DamagedPart{File: "blobs/" + name[:2] + "/" + name, Entry: e.ID(), Case: e.Header().Case, Reason: ReasonBlobDamaged}
	key, err := blobKey(a)
	if err == nil {
		err = n.blobs().VerifyWith(ctx, id, key)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, blob.ErrMissing) && !own:
		return nil
	case errors.Is(err, blob.ErrMissing):
		part.Reason = ReasonBlobMissing
	}
	return part
}
