package notebook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"wherry/app/casework"
	"wherry/storage/record"
)

// ExportRequest asks for a document about one case.
type ExportRequest struct {
	Case      string
	Format    string // "pdf"
	Kind      string // "summary"
	Path      string
	Recipient string
	Purpose   string
	Basis     string
	From      casework.Date
	Until     casework.Date
	Replace   bool
}

// ExportStamp is what a document says about its own making.
type ExportStamp struct {
	By, Role   string
	Recipient  string
	Purpose    string
	Basis      string
	At         time.Time
	From       casework.Date
	Until      casework.Date
	CompleteTo time.Time
	Unsynced   []casework.WorkerLag
	Version    string
}

// ExportResult is the file that was written.
type ExportResult struct {
	Path       string
	Bytes      int64
	SHA256     record.ID
	Audit      record.ID
	CompleteTo time.Time
	Pages      int
}

// Render writes a document and returns its number of pages.
type Render func(w io.Writer, cf *casework.CaseFile, stamp ExportStamp) (pages int, err error)

// Export renders a document and writes it for its recipient. The audit entry
// is durable before the file appears; a refusal is audited too. The document
// is made in memory and reaches the disk whole, never through a readable
// temporary file.
func (n *Notebook) Export(ctx context.Context, req ExportRequest, render Render) (*ExportResult, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	c, err := n.lookup(req.Case)
	if err != nil {
		return nil, err
	}
	audit := &casework.Export{Outcome: casework.ExportMade, Format: req.Format, What: req.Kind, Recipient: req.Recipient,
		Purpose: req.Purpose, Basis: req.Basis, From: req.From.String(), Until: req.Until.String()}
	if ie := casework.Refusal(audit.Validate()); ie != nil {
		return nil, ie
	}
	if !req.From.IsZero() && !req.Until.IsZero() && req.Until.Before(req.From) {
		return nil, &casework.InputError{Code: casework.CodeBadValue, Field: "until"}
	}
	if !n.mayExport() {
		audit.Outcome, audit.Reason = casework.ExportRefused, "not_permitted"
		if _, err := n.add(ctx, c, record.Content, audit); err != nil {
			return nil, errors.Join(ErrNotPermitted, err)
		}
		return nil, ErrNotPermitted
	}
	if c.Behind {
		return nil, ErrArriving
	}
	if err := mayWrite(req.Path, req.Replace); err != nil {
		return nil, err
	}
	cf, err := n.project(ctx, c)
	if err != nil {
		return nil, err
	}
	stamp := ExportStamp{By: n.myName(), Role: n.role(), Recipient: req.Recipient, Purpose: req.Purpose, Basis: req.Basis,
		At: n.now(), From: req.From, Until: req.Until, CompleteTo: cf.CompleteTo, Unsynced: cf.Unsynced, Version: n.cfg.Version}
	var buf bytes.Buffer
	pages, err := render(&buf, cf, stamp)
	if err != nil {
		return nil, err
	}
	sum := record.ID(sha256.Sum256(buf.Bytes()))
	audit.SHA256, audit.CompleteTo = sum.String(), cf.CompleteTo.UTC().Format(time.RFC3339)
	id, err := n.add(ctx, c, record.Content, audit)
	if err != nil {
		return nil, err
	}
	fill := func(w io.Writer) error { _, err := w.Write(buf.Bytes()); return err }
	if err := writeExport(req.Path, fill, req.Replace); err != nil {
		return nil, err
	}
	return &ExportResult{Path: req.Path, Bytes: int64(buf.Len()), SHA256: sum, Audit: id, CompleteTo: cf.CompleteTo, Pages: pages}, nil
}

// ErrFolder says that the folder for an export is missing or not writable.
var ErrFolder = errors.New("notebook: folder missing or not writable")

// mayWrite looks, before anything is audited as made, whether a document can be
// written under its name.
func mayWrite(path string, replace bool) error {
	if path == "" {
		return ErrFolder
	}
	switch st, err := os.Lstat(path); {
	case err == nil && (!replace || st.IsDir()):
		return ErrExists
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return ErrFolder
	}
	dir := filepath.Dir(path)
	if err := writableDir(dir); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".wherry-*")
	if err != nil {
		return ErrFolder
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func writableDir(dir string) error {
	st, err := os.Stat(dir)
	if err != nil || !st.IsDir() {
		return ErrFolder
	}
	return nil
}
