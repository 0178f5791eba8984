package wire

import (
	"net/http"
	"strconv"
	"time"
)

// Headers and content type of every exchange.
const (
	ContentType   = "application/vnd.wherry.v1+cbor"
	HeaderVersion = "Wherry-Wire" // decimal wire version of the client
	HeaderTime    = "Wherry-Time" // the endpoint's clock, decimal Unix milliseconds
)

// SetTime puts the endpoint's clock on an answer. It is on every answer, a 401
// above all: a notebook whose clock is wrong corrects its signatures by it,
// and never the times of entries.
func SetTime(h http.Header, now time.Time) {
	h.Set(HeaderTime, strconv.FormatInt(now.UnixMilli(), 10))
}

// ServerTime reads the endpoint's clock from an answer.
func ServerTime(h http.Header) (time.Time, bool) {
	ms, err := strconv.ParseUint(h.Get(HeaderTime), 10, 50)
	if err != nil {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(ms)).UTC(), true
}

// Newer reports whether the client speaks a wire version that this release
// does not know. A missing header is this version.
func Newer(h http.Header) bool {
	v := h.Get(HeaderVersion)
	if v == "" {
		return false
	}
	n, err := strconv.ParseUint(v, 10, 16)
	return err != nil || n > Version
}
