package wire

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"wherry/storage/record"
)

// Blobs are sealed attachments. They travel as raw bytes, in pieces, beside the
// entries that name them:
//
//	HEAD /v1/blobs/{id}                     how much of it is there
//	PUT  /v1/blobs/{id}?offset=N&size=TOTAL a piece of it
//	GET  /v1/blobs/{id}?offset=N&size=MOST  a piece of it, of at most so many bytes
//
// The id is the SHA-256 of all the bytes, in hexadecimal. A PUT with size 0 and
// no bytes says that its sender has lost the blob and cannot supply it.
const (
	PathBlobs    = "/v1/blobs/"
	BlobPiece    = 4 << 20   // bytes of one piece at most
	MaxBlob      = 256 << 20 // bytes of one blob at most
	BlobType     = "application/octet-stream"
	ErrorHeader  = "Wherry-Error"       // the code of a refusal that has no body: of a HEAD
	BlobOffset   = "Wherry-Blob-Offset" // decimal; bytes that the endpoint holds
	BlobSize     = "Wherry-Blob-Size"   // decimal; bytes of the whole blob, once it is whole
	maxBlobQuery = 64
)

// What a call about a blob can come to, beside the errors of every call.
var (
	// ErrNoBlob: the blob is not there, or not the caller's.
	ErrNoBlob = errors.New("wire: no such blob")
	// ErrNoBlobs: the endpoint is of a release that takes no blobs.
	ErrNoBlobs = errors.New("wire: the endpoint takes no blobs")
	// ErrBlobOffset: the piece does not follow on what is there.
	ErrBlobOffset = errors.New("wire: the piece does not follow")
	// ErrBlobHash: the whole was not what the id names, and was dropped.
	ErrBlobHash = errors.New("wire: the blob is not what its id names")
)

// BlobState says how much of a blob the endpoint holds for the caller.
type BlobState struct {
	_      struct{} `cbor:",toarray"`
	Offset uint64   // bytes held: where the next piece begins
	Whole  bool     // all of it, and its hash is its id
}

func (m *BlobState) check() error { return within(m.Offset <= MaxBlob) }

// BlobPath is the path of a blob.
func BlobPath(id record.ID) string { return PathBlobs + id.String() }

// BlobID reads the id from a blob's path: 64 lower-case digits and nothing else.
func BlobID(path string) (record.ID, bool) {
	text, ok := strings.CutPrefix(path, PathBlobs)
	if !ok {
		return record.ID{}, false
	}
	id, err := record.ParseID(text)
	return id, err == nil && id.String() == text && !id.IsZero()
}

// BlobQuery writes the query of a PUT or GET; a size below 0 is left out.
func BlobQuery(offset, size int64) string {
	q := "offset=" + strconv.FormatInt(offset, 10)
	if size >= 0 {
		q += "&size=" + strconv.FormatInt(size, 10)
	}
	return q
}

// ParseBlobQuery reads what BlobQuery writes, and only that. Size is -1 where
// the query names none.
func ParseBlobQuery(raw string) (offset, size int64, ok bool) {
	if len(raw) > maxBlobQuery {
		return 0, 0, false
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		return 0, 0, false
	}
	size = -1
	if offset, ok = blobNumber(q.Get("offset")); !ok {
		return 0, 0, false
	}
	if q.Has("size") {
		if size, ok = blobNumber(q.Get("size")); !ok {
			return 0, 0, false
		}
	}
	return offset, size, BlobQuery(offset, size) == raw
}

func blobNumber(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil && n < math.MaxInt64
}

// SetBlob puts a blob's state on an answer.
func SetBlob(h http.Header, s BlobState) {
	h.Set(BlobOffset, strconv.FormatUint(s.Offset, 10))
	if s.Whole {
		h.Set(BlobSize, strconv.FormatUint(s.Offset, 10))
	}
}

// BlobOf reads a blob's state from an answer.
func BlobOf(h http.Header) (BlobState, bool) {
	offset, ok := blobNumber(h.Get(BlobOffset))
	if !ok || offset > MaxBlob {
		return BlobState{}, false
	}
	return BlobState{Offset: uint64(offset), Whole: h.Get(BlobSize) == h.Get(BlobOffset)}, true
}
