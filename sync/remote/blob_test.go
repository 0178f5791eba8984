package remote

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

var _ engine.Remote = (*Client)(nil)

func TestBlobRequests(t *testing.T) {
	id, piece := record.Hash("blob"), []byte("a piece")
	_, c := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		lookup := func(record.ID) (ed25519.PublicKey, bool) { return key.Public().(ed25519.PublicKey), true }
		if _, err := wire.Verify(r, body, lookup, time.Now(), nil); err != nil {
			t.Errorf("%s: %v", r.Method, err)
		}
		if r.URL.Path != wire.BlobPath(id) {
			t.Errorf("path %s", r.URL.Path)
		}
		switch {
		case r.Method == http.MethodHead && r.URL.RawQuery == "":
			wire.SetBlob(w.Header(), wire.BlobState{Offset: 5})
		case r.Method == http.MethodPut && r.URL.RawQuery == "offset=5&size=12" && string(body) == string(piece):
			answer(w, 200, &wire.BlobState{Offset: 12, Whole: true})
		case r.Method == http.MethodGet && r.URL.RawQuery == "offset=5&size=100" && len(body) == 0:
			wire.SetBlob(w.Header(), wire.BlobState{Offset: 12, Whole: true})
			w.Write(piece)
		default:
			t.Errorf("%s %s", r.Method, r.URL)
		}
	})
	if s, err := c.BlobState(ctx, id); err != nil || s.Offset != 5 || s.Whole {
		t.Errorf("head: %+v %v", s, err)
	}
	if s, err := c.PutBlob(ctx, id, 5, 12, piece); err != nil || !s.Whole {
		t.Errorf("put: %+v %v", s, err)
	}
	if b, size, err := c.GetBlob(ctx, id, 5, 100); err != nil || size != 12 || string(b) != string(piece) {
		t.Errorf("get: %q %d %v", b, size, err)
	}
}

func TestBlobErrors(t *testing.T) {
	id := record.Hash("blob")
	calls := map[string]func(*Client) error{
		"head": func(c *Client) error { _, err := c.BlobState(ctx, id); return err },
		"put":  func(c *Client) error { _, err := c.PutBlob(ctx, id, 0, 3, []byte("abc")); return err },
		"get":  func(c *Client) error { _, _, err := c.GetBlob(ctx, id, 0, 3); return err },
	}
	at := func(s wire.BlobState, h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { wire.SetBlob(w.Header(), s); h(w, r) }
	}
	bytes := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, s) }
	}
	for _, x := range []struct {
		call, name string
		handler    http.HandlerFunc
		want       error
	}{
		{"head", "not there", status(404, wire.ErrCodeNotFound, ""), wire.ErrNoBlob},
		{"get", "not there", status(404, wire.ErrCodeNotFound, ""), wire.ErrNoBlob},
		{"put", "an older endpoint", status(404, wire.ErrCodeNotFound, ""), wire.ErrNoBlobs},
		{"put", "does not follow", at(wire.BlobState{Offset: 2}, status(409, wire.ErrCodeOffset, "")), wire.ErrBlobOffset},
		{"put", "does not follow, and not where", status(409, wire.ErrCodeOffset, ""), ErrAnswer},
		{"get", "behind the end", status(409, wire.ErrCodeOffset, ""), wire.ErrBlobOffset},
		{"put", "torn", status(422, wire.ErrCodeHash, ""), wire.ErrBlobHash},
		{"put", "nonsense", bytes("hello"), ErrAnswer},
		{"head", "no state", bytes(""), ErrAnswer},
		{"get", "no size", bytes("abc"), ErrAnswer},
		{"get", "more than was asked for", at(wire.BlobState{Offset: 9, Whole: true}, bytes("abcd")), ErrAnswer},
		{"get", "more than there is", at(wire.BlobState{Offset: 2, Whole: true}, bytes("abc")), ErrAnswer},
		{"get", "nothing of something", at(wire.BlobState{Offset: 2, Whole: true}, bytes("")), ErrAnswer},
	} {
		_, c := endpoint(t, x.handler)
		if err := calls[x.call](c); !errors.Is(err, x.want) {
			t.Errorf("%s, %s: %v", x.call, x.name, err)
		}
	}
}

// TestBlobPatience: an endpoint that asks for a moment gets it, and one that
// asks for more does not hold the exchange up. A HEAD, which has no body, is
// told by a header that its clock is wrong.
func TestBlobPatience(t *testing.T) {
	var asked int
	codes := []int{429, 503, 401, 200}
	_, c := endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		code := codes[min(asked, len(codes)-1)]
		asked++
		wire.SetTime(w.Header(), time.Now().Add(time.Hour))
		switch code {
		case 200:
			wire.SetBlob(w.Header(), wire.BlobState{Offset: 1})
		case 401:
			w.Header().Set(wire.ErrorHeader, wire.ErrCodeClock)
		default:
			w.Header().Set("Retry-After", strconv.Itoa(code-420))
		}
		w.WriteHeader(code)
	})
	var waits []time.Duration
	c.wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	codes[1] = 429
	if s, err := c.BlobState(ctx, record.Hash("b")); err != nil || s.Offset != 1 || asked != 4 {
		t.Errorf("%+v %v, asked %d times", s, err, asked)
	}
	if !slices.Equal(waits, []time.Duration{9 * time.Second, 9 * time.Second}) || c.ahead.Load() < int64(50*time.Minute) {
		t.Errorf("waited %v, clock %d", waits, c.ahead.Load())
	}
	asked, codes = 0, []int{503} // 83 s
	var busy *BusyError
	if _, err := c.BlobState(ctx, record.Hash("b")); !errors.As(err, &busy) || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}
