package endpoint

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// blobs answers for sealed attachments. Who may read a case in which an
// accepted entry names a blob may have it; its uploader is told how far an
// upload has come. To all others it is not there, whether or not it is.
func (s *Server) blobs(w http.ResponseWriter, r *http.Request, c *call) error {
	id, ok := wire.BlobID(r.URL.EscapedPath())
	if s.Blobs == nil || !ok {
		return refusal{code: wire.ErrCodeNotFound}
	}
	if r.Method == http.MethodPut {
		return s.putBlob(w, r, c, id)
	}
	if len(c.body) > 0 {
		return wire.ErrMalformed
	}
	log, may, err := s.mayReadBlob(r.Context(), c.Person, id)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		return s.headBlob(w, c, id, may)
	}
	offset, size, ok := wire.ParseBlobQuery(r.URL.RawQuery)
	if !ok || size == 0 {
		return wire.ErrMalformed
	}
	if size < 0 {
		size = wire.BlobPiece
	}
	return s.getBlob(w, c, id, log, may, offset, min(size, wire.BlobPiece))
}

// mayReadBlob finds a case that the person may read and that names the blob.
func (s *Server) mayReadBlob(ctx context.Context, person, id record.ID) (log record.ID, may bool, err error) {
	err = s.Store.View(ctx, func(r Reader) error {
		logs, err := r.BlobLogs(id)
		if err != nil {
			return err
		}
		for _, l := range logs {
			if may, err = r.MayRead(person, l); may || err != nil {
				log = l
				return err
			}
		}
		return nil
	})
	return log, may, err
}

func (s *Server) headBlob(w http.ResponseWriter, c *call, id record.ID, may bool) error {
	state := s.Blobs.pending(c.Caller, id)
	if n, ok := s.Blobs.whole(id); may && ok {
		state = wire.BlobState{Offset: uint64(n), Whole: true}
	}
	if state.Offset == 0 {
		return refusal{code: wire.ErrCodeNotFound}
	}
	wire.SetBlob(w.Header(), state)
	s.send(w, c.route, http.StatusOK, wire.BlobType, nil)
	return nil
}

// getBlob hands out a piece of at most so many bytes. The notebook checks the whole against the id.
func (s *Server) getBlob(w http.ResponseWriter, c *call, id, log record.ID, may bool, offset, most int64) error {
	if !may {
		s.audit(c, AuditEvent{Action: "blob-get", Result: wire.ErrCodeNotFound})
		return refusal{code: wire.ErrCodeNotFound}
	}
	f, err := s.Blobs.open(id)
	if errors.Is(err, os.ErrNotExist) {
		return refusal{code: wire.ErrCodeNotFound} // its writer lost it, or the disk did
	}
	if err != nil {
		return ErrStoreDamaged
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ErrStoreDamaged
	}
	if offset > info.Size() {
		wire.SetBlob(w.Header(), wire.BlobState{Offset: uint64(info.Size()), Whole: true})
		return refusal{code: wire.ErrCodeOffset}
	}
	piece := make([]byte, min(most, info.Size()-offset))
	if _, err := f.ReadAt(piece, offset); err != nil && !errors.Is(err, io.EOF) {
		return ErrStoreDamaged
	}
	s.audit(c, AuditEvent{Case: log.String(), Action: "blob-get", Result: "ok"})
	s.metrics.Add("wherry_blob_bytes_total", label("way", "out"), float64(len(piece)))
	wire.SetBlob(w.Header(), wire.BlobState{Offset: uint64(info.Size()), Whole: true})
	s.send(w, c.route, http.StatusOK, wire.BlobType, piece)
	return nil
}

// putBlob takes in a piece of an upload.
func (s *Server) putBlob(w http.ResponseWriter, r *http.Request, c *call, id record.ID) error {
	offset, size, ok := wire.ParseBlobQuery(r.URL.RawQuery)
	n := int64(len(c.body))
	switch {
	case !ok || size < 0:
		return wire.ErrMalformed
	case size > wire.MaxBlob || n > wire.BlobPiece:
		return refusal{code: wire.ErrCodeTooLarge}
	case offset+n > size || n == 0 && offset < size:
		return wire.ErrMalformed
	}
	if err := s.Store.Writable(); err != nil {
		return err
	}
	if err := s.Blobs.sweep(r.Context(), s.Store, c.now); err != nil {
		s.Log.Warn("old uploads could not be swept", "route", c.route)
	}
	if size == 0 {
		if err := s.Blobs.lose(c.Person, id); err != nil {
			return s.blobRefusal(w, err)
		}
		s.audit(c, AuditEvent{Action: "blob-lost", Result: "ok"})
		s.answer(w, c.route, &wire.BlobState{})
		return nil
	}
	// What is whole and theirs to read need not be sent again.
	_, may, err := s.mayReadBlob(r.Context(), c.Person, id)
	if err != nil {
		return err
	}
	if whole, ok := s.Blobs.whole(id); may && ok {
		s.answer(w, c.route, &wire.BlobState{Offset: uint64(whole), Whole: true})
		return nil
	}
	state, err := s.Blobs.put(c.Caller, id, offset, size, c.body)
	if err != nil {
		return s.blobRefusal(w, err)
	}
	s.metrics.Add("wherry_blob_bytes_total", label("way", "in"), float64(n))
	if state.Whole {
		s.audit(c, AuditEvent{Action: "blob-put", Result: "ok"})
	}
	s.answer(w, c.route, &state)
	return nil
}

func (*Server) blobRefusal(w http.ResponseWriter, err error) error {
	var o offsetError
	switch {
	case errors.As(err, &o):
		wire.SetBlob(w.Header(), wire.BlobState{Offset: uint64(o.at)})
		return refusal{code: wire.ErrCodeOffset}
	case errors.Is(err, errBlobHash):
		return refusal{code: wire.ErrCodeHash}
	case errors.Is(err, errBlobWaiting):
		return refusal{code: wire.ErrCodeBusy, wait: 5 * time.Minute}
	}
	return err
}

// blobsHere reports whether every blob that an entry names is here: uploaded
// whole by the caller, named in this case before, or lost by the caller. That
// somebody else has uploaded it, or that another case names it, counts for
// nothing and shows in nothing.
func (d *doorman) blobsHere(ids []record.ID) (bool, error) {
	for _, id := range ids {
		if d.s.Blobs == nil {
			return false, nil
		}
		if d.s.Blobs.pending(d.c.Caller, id).Whole || d.s.Blobs.isLost(d.c.Person, id) {
			continue
		}
		logs, err := d.w.BlobLogs(id)
		if err != nil {
			return false, err
		}
		if _, ok := d.s.Blobs.whole(id); !ok || !slices.Contains(logs, d.log) {
			return false, nil
		}
	}
	return true, nil
}

// keepBlobs gives blobs their place after the entries that name them are
// durable. A failure costs nothing: they are found where they are.
func (s *Server) keepBlobs(c *call, ids []record.ID) {
	for _, id := range ids {
		if err := s.Blobs.keep(c.Caller, id); err != nil {
			s.Log.Warn("an attachment could not be moved to its place", "route", c.route)
		}
	}
}
