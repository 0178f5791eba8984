package notebook

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"path/filepath"

	"wherry/app/casework"
	"wherry/app/media"
	"wherry/storage/blob"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// An attachment is a sealed file of its own (storage/blob) and an entry that
// names it and holds its key. The order of a save: the bytes are cleaned of
// what they say about their making, sealed and synced as a blob; then the entry
// goes into the journal. No plaintext reaches the disk. What a stop leaves
// between the two is an orphan, swept after a day.

// AttachOptions are what a person says of an attachment.
type AttachOptions struct {
	Caption string
}

// AttachAck says what became durable.
type AttachAck struct {
	Ack
	Target    string // the entry that it belongs to; "": the case
	Blob      record.ID
	Size      int64
	SHA256    record.ID // of the cleaned bytes
	Cleaned   []string
	Duplicate bool // the same bytes were in this case already
}

func blobDir(dir string) string { return filepath.Join(dir, "blobs") }

func (n *Notebook) blobs() *blob.Store {
	s, _ := blob.OpenWith(blobDir(n.dir), blob.Options{MinFree: n.cfg.MinFree})
	return s
}

// Attach adds a file to an entry, or to a case. It is refused if a picture or
// film cannot be cleaned. The same bytes attached to the same place again
// acknowledge the entry that is there; elsewhere in the case they share its
// sealed file.
func (n *Notebook) Attach(ctx context.Context, target, name string, r io.Reader, o AttachOptions) (*AttachAck, error) {
	n.mu.Lock()
	c, entry, err := n.place(ctx, target)
	var key seal.Key
	if err == nil {
		key, err = n.mayAttach(c)
	}
	n.mu.Unlock()
	if err != nil {
		return nil, err
	}
	f, err := n.sealFile(ctx, c.ID, key, name, r)
	if err != nil {
		return nil, err
	}
	defer f.w.Abort()
	f.att.Target, f.att.Caption = entry, o.Caption
	return n.publish(ctx, c.ID, f)
}

// place resolves what an attachment is to belong to.
func (n *Notebook) place(ctx context.Context, operand string) (c *caseRow, entry string, err error) {
	if n.closed {
		return nil, "", ErrClosed
	}
	if c, err = n.lookup(operand); err == nil {
		return c, "", nil
	}
	c, err = n.target(ctx, operand)
	return c, operand, err
}

// mayAttach says whether something can be attached in a case, and draws the key
// of its blob.
func (n *Notebook) mayAttach(c *caseRow) (seal.Key, error) {
	switch {
	case n.closed:
		return seal.Key{}, ErrClosed
	case n.readOnly:
		return seal.Key{}, n.closedToWriting()
	}
	if _, ok := n.box.Case(c.ID, n.writable(c)); !ok {
		return seal.Key{}, errNoKey
	}
	return seal.NewKey(n.cfg.Rand)
}

// sealedFile is a file that was read, cleaned and sealed, and has no name yet.
type sealedFile struct {
	att casework.Attachment
	w   *pendingBlob
	sum record.ID
}

// sealFile reads, cleans and seals a file. The lock is not held: this may take
// as long as a large recording needs.
func (n *Notebook) sealFile(ctx context.Context, caseID record.ID, key seal.Key, name string, r io.Reader) (f *sealedFile, err error) {
	w, err := n.beginBlob(ctx, caseID, key, r)
	if err != nil {
		return nil, n.blobFailed(err)
	}
	defer func() {
		if err != nil {
			err = w.why(err)
			w.stop(ctx)
		}
	}()
	h := sha256.New()
	size := new(counter)
	res, err := media.Clean(r, io.MultiWriter(h, size, w))
	if err == nil {
		err = w.read()
	}
	if err != nil {
		return nil, n.blobFailed(err)
	}
	defer clear(res.Image)
	f = &sealedFile{w: w, sum: record.ID(h.Sum(nil))}
	f.att = casework.Attachment{Name: casework.CleanFileName(name), Media: res.Media, Size: int64(*size), SHA256: f.sum.String(),
		Key: base64.StdEncoding.EncodeToString(w.key[:]), Taken: casework.CameraTime(res.Taken), Cleaned: res.Removed}
	if thumb, err := media.Thumbnail(res.Image); err == nil {
		f.att.Thumb = base64.StdEncoding.EncodeToString(thumb)
	}
	return f, nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// publish gives a sealed file its name and writes the entry, unless the bytes
// are in the case already.
func (n *Notebook) publish(ctx context.Context, caseID record.ID, f *sealedFile) (*AttachAck, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.st.cases[caseID]
	switch {
	case n.closed:
		return nil, ErrClosed
	case c == nil || c.gone():
		return nil, ErrNotFound
	}
	ack := &AttachAck{Target: f.att.Target, Size: f.att.Size, SHA256: f.sum, Cleaned: f.att.Cleaned}
	ack.Entries = []AckEntry{{Ref: c.Ref}}
	twin, err := n.twin(ctx, c, f.sum, f.att.Target)
	if err != nil {
		return nil, err
	}
	switch {
	case twin != nil && twin.sameTarget:
		ack.ID, ack.Duplicate, ack.Blob = twin.entry, true, twin.blob
		ack.Entries[0].ID = twin.entry
		return ack, nil
	case twin != nil:
		ack.Duplicate, ack.Blob = true, twin.blob
		f.att.Blob, f.att.Key = twin.att.Blob, twin.att.Key
	default:
		// What the check below would refuse must not become a blob first.
		f.att.Blob = f.sum.String()
		if ie := casework.Refusal(f.att.Validate()); ie != nil {
			return nil, ie
		}
		ref, err := f.w.Commit()
		if err != nil {
			return nil, n.blobFailedLocked(err)
		}
		ack.Blob, f.att.Blob = ref.ID, ref.ID.String()
	}
	p := n.newPen()
	id, err := p.attachment(caseID, &f.att)
	if err != nil {
		return nil, err
	}
	if err := n.commit(ctx, p, ownItem{Ack: id}); err != nil {
		return nil, err
	}
	n.named(ack.Blob)
	ack.ID, ack.Entries[0].ID = id, id
	return ack, nil
}

// attachment writes the entry of an attachment whose blob is durable.
func (p *pen) attachment(caseID record.ID, a *casework.Attachment) (record.ID, error) {
	if ie := casework.Refusal(a.Validate()); ie != nil {
		return record.ID{}, ie
	}
	id, err := record.ParseID(a.Blob)
	if err != nil {
		return record.ID{}, err
	}
	payload, schema, err := casework.EncodeBody(a)
	if err != nil {
		return record.ID{}, err
	}
	p.blobs = []record.ID{id}
	return p.write(caseID, record.ID{}, record.Content, &inner{Kind: casework.KindAttachment, Schema: uint64(schema), Payload: payload}, nil)
}

// twin is an attachment of the case with the same bytes.
type twin struct {
	att        *casework.Attachment
	entry      record.ID
	blob       record.ID
	sameTarget bool
}

// twin looks for the same bytes among a case's attachments: one at the same
// target that nobody struck, if there is one. A blob that is not whole is none.
// The hash of the bytes lies inside the seal of the case only, and nothing is
// compared across cases: nobody learns from the disk that two children's
// records hold the same photo.
func (n *Notebook) twin(ctx context.Context, c *caseRow, sum record.ID, target string) (*twin, error) {
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return nil, err
	}
	struck := map[string]bool{}
	for _, r := range rows {
		if b, err := casework.DecodeBody(r.fact.Kind, r.fact.Schema, r.fact.Payload); err == nil {
			if s, ok := b.(*casework.Strike); ok {
				struck[s.Target] = true
			}
		}
	}
	var best *twin
	for _, r := range rows {
		a, ok := attachmentOf(r.fact)
		if !ok {
			continue
		}
		id, err := record.ParseID(a.Blob)
		if err != nil || a.SHA256 != sum.String() || n.blobs().Verify(ctx, id) != nil {
			continue
		}
		t := &twin{att: a, entry: r.id, blob: id, sameTarget: a.Target == target && !struck[r.fact.ID]}
		if best == nil || t.sameTarget && !best.sameTarget {
			best = t
		}
	}
	return best, nil
}

func attachmentOf(f casework.Fact) (*casework.Attachment, bool) {
	if f.Kind != casework.KindAttachment || f.Damaged || f.Unknown {
		return nil, false
	}
	b, err := casework.DecodeBody(f.Kind, f.Schema, f.Payload)
	if err != nil {
		return nil, false
	}
	a, ok := b.(*casework.Attachment)
	return a, ok
}

// blobFailed turns the notebook read-only when the disk, not the request, is at
// fault: after a failed sync nothing more is acknowledged.
func (n *Notebook) blobFailed(err error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.blobFailedLocked(err)
}

func (n *Notebook) blobFailedLocked(err error) error {
	if errors.Is(err, blob.ErrFailed) {
		n.readOnly = true
	}
	return err
}
