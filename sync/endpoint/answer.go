package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// refusal is an answer other than 200.
type refusal struct {
	code    string
	message string        // a sentence for the client's log; no content
	wait    time.Duration // for Retry-After; 0 means none
	cut     bool          // the body was not read: close the connection
}

func (r refusal) Error() string { return "endpoint: refused: " + r.code }

// translate turns a use-case's error into an answer. What it does not know is
// an internal fault: logged, and told to the client without detail.
func (s *Server) translate(ctx context.Context, route string, err error) refusal {
	var r refusal
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, wire.ErrMalformed), errors.Is(err, trust.ErrMalformed):
		return refusal{code: wire.ErrCodeMalformed}
	case errors.Is(err, trust.ErrNewer):
		return refusal{code: wire.ErrCodeNewer}
	case errors.Is(err, trust.ErrExpired):
		return refusal{code: wire.ErrCodeExpired}
	case errors.Is(err, trust.ErrCountersign):
		return refusal{code: wire.ErrCodeCountersign}
	case errors.Is(err, trust.ErrWrongRoot):
		return refusal{code: wire.ErrCodeCouncil}
	case errors.Is(err, trust.ErrUsed), errors.Is(err, trust.ErrNotTrusted):
		return refusal{code: wire.ErrCodeInvitation}
	case errors.Is(err, ErrStoreFull):
		s.Log.Error("the store takes no writes", "route", route)
		return refusal{code: wire.ErrCodeFull}
	case ctx.Err() != nil:
		return refusal{code: wire.ErrCodeUnavailable, wait: time.Second}
	case errors.Is(err, ErrStoreDamaged):
		s.Log.Error("the store is damaged: stop the endpoint and run verify", "route", route)
	default:
		s.Log.Error("internal fault", "route", route, "reason", err.Error())
	}
	return refusal{code: wire.ErrCodeInternal}
}

// answer sends a 200.
func (s *Server) answer(w http.ResponseWriter, route string, m wire.Message) {
	body, err := wire.Encode(m)
	if err != nil {
		s.Log.Error("answer could not be encoded", "route", route)
		s.refuse(w, route, refusal{code: wire.ErrCodeInternal})
		return
	}
	s.send(w, route, http.StatusOK, wire.ContentType, body)
}

// refuse sends any other status, with the body that goes with its code and
// nothing else: two refusals of one code are the same bytes.
func (s *Server) refuse(w http.ResponseWriter, route string, r refusal) {
	if r.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int((r.wait+time.Second-1)/time.Second))))
	}
	if r.cut {
		w.Header().Set("Connection", "close")
	}
	status := wire.Status(r.code)
	s.metrics.Add("wherry_refused_total", label("code", r.code), 1)
	if _, ok := s.quiet.Take("", s.Now()); ok {
		s.Log.Info("refused", "route", route, "status", status, "code", r.code)
	}
	w.Header().Set(wire.ErrorHeader, r.code) // of a HEAD the body does not arrive
	s.send(w, route, status, wire.ContentType, record.Encode(&wire.ErrorBody{Code: r.code, Message: r.message}))
}

func (s *Server) send(w http.ResponseWriter, route string, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	wire.SetTime(h, s.Now())
	w.WriteHeader(status)
	s.metrics.Add("wherry_requests_total", label("route", route)+","+label("status", strconv.Itoa(status)), 1)
	_ = s.writePaced(w, body) // a client that has gone away asks again
}

// panicked logs where it happened. The value is shown only if it is Go's own
// (an index, a nil pointer): another could hold anything.
func (s *Server) panicked(route string, v any) {
	s.metrics.Add("wherry_panics_total", "", 1)
	reason := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		reason = e.Error()
	}
	s.Log.Error("panic", "route", route, "reason", reason, "stack", string(debug.Stack()))
}

func label(name, value string) string { return name + "=" + strconv.Quote(value) }
