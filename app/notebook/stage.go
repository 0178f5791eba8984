package notebook

import (
	"context"
	"errors"
	"io"
	"slices"

	"wherry/app/casework"
	"wherry/storage/blob"
	"wherry/storage/record"
)

// A staged attachment belongs to a draft: its blob is sealed and durable, what
// opens it lies in the draft only. It becomes an entry in the frame that
// publishes the draft, and is erased with the draft if that is discarded.

// MaxStaged bounds the attachments of one draft.
const MaxStaged = 32

// ErrManyStaged says that a draft has MaxStaged attachments already.
var ErrManyStaged = errors.New("notebook: too many attachments in one draft")

// Stage seals a file for a draft, for the record of one of its children. The
// same bytes for the same child again are there already.
func (n *Notebook) Stage(ctx context.Context, draft, child, name string, r io.Reader, o AttachOptions) (*casework.Staged, error) {
	n.mu.Lock()
	id, d, err := n.openDraft(draft)
	if err == nil && len(d.Staged) >= MaxStaged {
		err = ErrManyStaged
	}
	var c *caseRow
	if err == nil {
		c, err = n.lookup(child)
	}
	if err != nil {
		n.mu.Unlock()
		return nil, err
	}
	key, err := n.mayAttach(c)
	n.mu.Unlock()
	if err != nil {
		return nil, err
	}
	f, err := n.sealFile(ctx, c.ID, key, name, r)
	if err != nil {
		return nil, err
	}
	defer f.w.Abort()
	f.att.Caption = o.Caption
	f.att.Blob = f.sum.String() // for the check; the blob's own id follows
	if ie := casework.Refusal(f.att.Validate()); ie != nil {
		return nil, ie
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, d, err = n.openDraft(draft); err != nil { // typed on, or discarded, meanwhile
		return nil, err
	}
	if c = n.st.cases[c.ID]; c == nil || c.gone() { // disposed of, or removed, meanwhile
		return nil, ErrNotFound
	}
	for _, s := range d.Staged {
		if s.SHA256 == f.att.SHA256 && s.Case == c.ID.String() {
			return &s, nil
		}
	}
	if len(d.Staged) >= MaxStaged {
		return nil, ErrManyStaged
	}
	ref, err := f.w.Commit()
	if err != nil {
		return nil, n.blobFailedLocked(err)
	}
	f.att.Blob = ref.ID.String()
	s := casework.Staged{Child: c.Ref, Case: c.ID.String(), Attachment: f.att}
	d.Staged = append(d.Staged, s)
	if err := n.writeDraft(id, d); err != nil {
		return nil, errors.Join(err, n.unnamed(id, s))
	}
	n.named(ref.ID)
	return &s, nil
}

// unnamed erases the blob of an attachment that did not get into its draft, if
// that is certain: the disk may have failed after the draft was there. Else the
// next opening finds out.
func (n *Notebook) unnamed(draft record.ID, s casework.Staged) error {
	d, err := n.readDraft(draft)
	if err != nil || slices.ContainsFunc(d.Staged, func(x casework.Staged) bool { return x.Blob == s.Blob }) {
		n.doubted(s.Blob)
		return nil
	}
	return n.eraseStaged([]casework.Staged{s})
}

// Unstage takes an attachment out of a draft and erases it.
func (n *Notebook) Unstage(_ context.Context, draft, blobID string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	id, d, err := n.openDraft(draft)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(d.Staged, func(s casework.Staged) bool { return s.Blob == blobID })
	if i < 0 {
		return ErrNotFound
	}
	gone := d.Staged[i]
	d.Staged = slices.Delete(d.Staged, i, i+1)
	n.doubted(gone.Blob) // so that a stop after the draft leaves nothing for good
	if err := n.writeDraft(id, d); err != nil {
		return err
	}
	return n.eraseStaged([]casework.Staged{gone})
}

// hasWhole reports whether a blob is here with its full length.
func (n *Notebook) hasWhole(id record.ID, size int64) bool {
	sealed, ok := n.blobs().Has(id)
	return ok && sealed == blob.SealedSize(size)
}

func (n *Notebook) openDraft(draft string) (record.ID, *casework.Draft, error) {
	if n.closed {
		return record.ID{}, nil, ErrClosed
	}
	id, err := record.ParseID(draft)
	if err != nil {
		return id, nil, ErrNotFound
	}
	if done, err := n.published(id); err != nil {
		return id, nil, err
	} else if done { // only its file was not to be erased: it belongs to the record
		return id, nil, ErrNotFound
	}
	d, err := n.readDraft(id)
	return id, d, err
}

// published reports whether a draft has become entries. Its file may still be
// there if it could not be erased; the attachments that it names are the
// record's then.
func (n *Notebook) published(draft record.ID) (bool, error) {
	var ack record.ID
	return n.get(context.Background(), &ack, tablePublished, draft)
}

// ErrDraftUnread says that a draft is there and cannot be read just now.
var ErrDraftUnread = errors.New("notebook: draft cannot be read now")

// keepStaged gives a draft about to be saved the attachments that it has on the
// disk: whoever types does not carry them along. One that is there and cannot be
// read stays as it is, since nobody knows what it names: what was typed is then
// saved under another id, which is returned.
func (n *Notebook) keepStaged(id record.ID, d *casework.Draft) (record.ID, error) {
	d.Staged = nil
	old, err := n.readDraft(id)
	switch {
	case err == nil:
		d.Staged = old.Staged
	case !errors.Is(err, ErrNotFound):
		_, err := io.ReadFull(n.cfg.Rand, id[:])
		return id, err
	}
	return id, nil
}

// eraseStaged erases the blobs of attachments that will not be published. While
// a backup copies the files they are left to the next opening.
func (n *Notebook) eraseStaged(list []casework.Staged) error {
	if len(list) == 0 {
		return nil
	}
	for _, s := range list {
		n.doubted(s.Blob)
	}
	release, err := n.holdFiles()
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	defer release()
	return n.eraseHeld(list)
}

// eraseHeld is eraseStaged for whoever holds the files.
func (n *Notebook) eraseHeld(list []casework.Staged) error {
	var errs []error
	for _, s := range list {
		if id, err := record.ParseID(s.Blob); err == nil {
			errs = append(errs, n.blobs().Erase(id))
		}
	}
	return errors.Join(errs...)
}

// dropStaged splits off the attachments of a draft that are for some children
// and erases them; what is left is returned. The caller holds the files.
func (n *Notebook) dropStaged(d *casework.Draft, whose func(ref string) bool) ([]casework.Staged, error) {
	var keep, drop []casework.Staged
	for _, s := range d.Staged {
		if whose(s.Child) {
			drop = append(drop, s)
		} else {
			keep = append(keep, s)
		}
	}
	return keep, n.eraseHeld(drop)
}

// claimStaged calls claim with every blob that a draft names. A draft that
// cannot be opened may name any.
func (n *Notebook) claimStaged(claim func(record.ID)) error {
	ids, err := n.draftIDs()
	if err != nil {
		return err
	}
	for _, id := range ids {
		d, err := n.readDraft(id)
		if err != nil {
			return err
		}
		for _, s := range d.Staged {
			if b, err := record.ParseID(s.Blob); err == nil {
				claim(b)
			}
		}
	}
	return nil
}

// staged writes the entries of a draft's attachments into the same frame as the
// note, each with its child's entry as target, and returns what the note does
// not need any more.
func (p *pen) staged(ctx context.Context, draft record.ID, ack *Ack) (files []AckEntry, spare []casework.Staged, err error) {
	n := p.n
	if done, err := n.published(draft); err != nil || done {
		return nil, nil, err
	}
	d, err := n.readDraft(draft)
	if errors.Is(err, ErrDraftUnread) {
		return nil, nil, err // saved now, the note would leave its attachments behind
	}
	if err != nil {
		return nil, nil, nil //nolint:nilerr // a draft that is not there or damaged keeps no note from being saved
	}
	for _, s := range d.Staged {
		c, err := n.lookup(s.Case)
		if err != nil {
			return nil, nil, &casework.InputError{Code: "unknown_child", Field: "attachments"}
		}
		i := slices.IndexFunc(ack.Entries, func(e AckEntry) bool { return e.Ref == c.Ref })
		if i < 0 { // the child was taken out of the note, the photo was not
			return nil, nil, &casework.InputError{Code: "unknown_child", Field: "attachments"}
		}
		a := s.Attachment
		a.Target = ack.Entries[i].ID.String()
		sum, err := record.ParseID(a.SHA256)
		if err != nil {
			return nil, nil, err
		}
		twin, err := n.twin(ctx, c, sum, a.Target)
		if err != nil {
			return nil, nil, err
		}
		if twin != nil {
			a.Blob, a.Key = twin.att.Blob, twin.att.Key
			if twin.att.Blob != s.Blob {
				n.doubted(s.Blob)
				spare = append(spare, s)
			}
		} else if id, err := record.ParseID(a.Blob); err != nil || !n.hasWhole(id, a.Size) {
			return nil, nil, ErrAttachmentMissing
		}
		id, err := p.attachment(c.ID, &a)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, AckEntry{ID: id, Ref: c.Ref})
	}
	return files, spare, nil
}
