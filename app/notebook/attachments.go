package notebook

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"

	"wherry/app/casework"
	"wherry/storage/blob"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// Attachment is an attachment in a list. What opens its file is not in it.
type Attachment struct {
	ID     record.ID // entry
	Case   record.ID
	Ref    string // child reference
	Target string // entry that it belongs to; "": the case
	Blob   record.ID
	casework.Attached
	// Here says whether the sealed file is on this laptop and has its length;
	// whether it is whole shows when it is opened.
	Here bool
	// Coming says that it is not here and that the next sync may bring it.
	Coming bool
}

// ErrAttachmentMissing says that the sealed file of an attachment is not here.
var ErrAttachmentMissing = errors.New("notebook: attachment not on this laptop")

// Attachments lists the attachments of a case, in the order in which they were
// written. Struck ones are listed and say so.
func (n *Notebook) Attachments(ctx context.Context, operand string) ([]Attachment, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return nil, err
	}
	cf, err := n.project(ctx, c)
	if err != nil {
		return nil, err
	}
	struck := map[string][]casework.Struck{}
	for _, e := range cf.Entries {
		struck[e.ID] = e.Struck
		for _, a := range e.Attachments {
			struck[a.ID] = a.Struck
		}
	}
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return nil, err
	}
	out := []Attachment{}
	for _, r := range rows {
		if a, ok := attachmentOf(r.fact); ok {
			row := n.attachmentRow(c, r, a)
			row.Struck = struck[r.fact.ID]
			out = append(out, row)
		}
	}
	return out, nil
}

func (n *Notebook) attachmentRow(c *caseRow, r factRow, a *casework.Attachment) Attachment {
	out := Attachment{ID: r.id, Case: c.ID, Ref: c.Ref, Target: a.Target, Attached: a.Shown(r.fact)}
	out.Blob, _ = record.ParseID(a.Blob)
	out.Here = n.hasWhole(out.Blob, a.Size)
	out.Coming = n.coming(c, &out)
	return out
}

// attachment finds one attachment and what opens it.
func (n *Notebook) attachment(ctx context.Context, id string) (*Attachment, seal.Key, *caseRow, error) {
	if n.closed {
		return nil, seal.Key{}, nil, ErrClosed
	}
	c, err := n.target(ctx, id)
	if err != nil {
		return nil, seal.Key{}, nil, err
	}
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return nil, seal.Key{}, nil, err
	}
	for _, r := range rows {
		a, ok := attachmentOf(r.fact)
		if r.fact.ID != id || !ok {
			continue
		}
		key, err := blobKey(a)
		row := n.attachmentRow(c, r, a)
		return &row, key, c, err
	}
	return nil, seal.Key{}, nil, ErrNotFound
}

func blobKey(a *casework.Attachment) (seal.Key, error) {
	b, err := base64.StdEncoding.DecodeString(a.Key)
	if err != nil || len(b) != len(seal.Key{}) {
		return seal.Key{}, seal.ErrDamaged
	}
	defer clear(b)
	return seal.Key(b), nil
}

// OpenAttachment opens an attachment for a preview. It is opened piece by piece
// in memory as it is read, each piece checked; no file is written. ctx must
// live as long as the reader.
func (n *Notebook) OpenAttachment(ctx context.Context, id string) (io.ReadSeekCloser, *Attachment, error) {
	n.mu.Lock()
	row, key, _, err := n.attachment(ctx, id)
	n.mu.Unlock()
	if err != nil {
		return nil, nil, err
	}
	r, err := n.blobs().Open(ctx, row.Blob, key)
	if errors.Is(err, blob.ErrMissing) {
		if err = ErrAttachmentMissing; row.Coming {
			err = ErrAttachmentComing
		}
	}
	if err != nil {
		return nil, row, err
	}
	if r.Size() != row.Size {
		r.Close()
		return nil, row, blob.ErrDamaged
	}
	return r, row, nil
}

// SaveAttachment writes a readable copy of an attachment, on purpose: the file
// must not exist. That it leaves the notebook is an export: whoever may not
// export may not do this, and an audit entry is durable before the file
// appears. It appears whole or not at all, for its owner only.
func (n *Notebook) SaveAttachment(ctx context.Context, id, path string) (*ExportResult, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, ErrExists
	}
	r, row, err := n.OpenAttachment(ctx, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); err != nil { // all of it opens
		return nil, err
	}
	if err := writableDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	audit, err := n.auditCopy(ctx, row)
	if err != nil {
		return nil, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	fill := func(w io.Writer) error { _, err := io.Copy(w, r); return err }
	if err := writeExport(path, fill, false); err != nil {
		return nil, err
	}
	sum, _ := record.ParseID(row.SHA256)
	return &ExportResult{Path: path, Bytes: row.Size, SHA256: sum, Audit: audit}, nil
}

// auditCopy writes the audit entry of a copy, or of the refusal of one.
func (n *Notebook) auditCopy(ctx context.Context, row *Attachment) (record.ID, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return record.ID{}, ErrClosed
	}
	c := n.st.cases[row.Case]
	if c == nil || c.gone() {
		return record.ID{}, ErrNotFound
	}
	audit := &casework.Export{Outcome: casework.ExportMade, Format: "copy", What: casework.KindAttachment, Recipient: n.myName(),
		Purpose: "A copy outside the notebook", SHA256: row.SHA256}
	if !n.mayExport() {
		audit.Outcome, audit.Reason, audit.SHA256 = casework.ExportRefused, "not_permitted", ""
		_, err := n.add(ctx, c, record.Content, audit)
		return record.ID{}, errors.Join(ErrNotPermitted, err)
	}
	return n.add(ctx, c, record.Content, audit)
}
