package notebook

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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

func (n *Notebook) named(id record.ID) {
	_ = os.Chtimes(n.blobs().Path(id), namedTime, namedTime) // else the next sweep finds out
}

// sweepBlobs erases what a stop left: unfinished blobs, and blobs that no entry
// and no draft names, when they are a day old. Nothing is erased while any part
// of the notebook cannot be read: the name might stand there.
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
	for id := range doubtful {
		_ = n.blobs().Erase(id) // tried again at the next opening
	}
}

func (n *Notebook) sweepUnfinished(old time.Time) {
	parts, err := n.blobs().Partials()
	if err != nil {
		return
	}
	waits := map[string]bool{}
	for _, p := range parts {
		if p.Changed.Before(old) {
			_ = errors.Join(eraseFile(n.waitPath(p.Name)), n.blobs().ErasePartial(p.Name))
			continue
		}
		waits[filepath.Base(n.waitPath(p.Name))] = true
	}
	names, _ := filepath.Glob(filepath.Join(blobDir(n.dir), "*"+waitSuffix))
	for _, w := range names {
		if !waits[filepath.Base(w)] {
			_ = eraseFile(w)
		}
	}
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
