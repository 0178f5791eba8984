package endpoint

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// Caller is who asks: a device of the directory and the person it belongs to.
// At enrolment the person is not known yet.
type Caller struct {
	Device record.ID
	Person record.ID
}

// call is one authenticated request.
type call struct {
	Caller
	route  string
	remote string // address without port
	body   []byte
	now    time.Time
}

// door checks a request before a use-case sees it, and turns what the use-case
// returns into an answer.
func (s *Server) door(route string, serve func(context.Context, *call) (wire.Message, error)) http.Handler {
	return s.guard(route, func(w http.ResponseWriter, r *http.Request, c *call) error {
		m, err := serve(r.Context(), c)
		if err == nil {
			s.answer(w, route, m)
		}
		return err
	}, http.MethodPost)
}

// guard checks a request before serve sees it. An error of serve, which has
// then answered nothing, becomes a refusal.
func (s *Server) guard(route string, serve func(http.ResponseWriter, *http.Request, *call) error, methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := s.Now()
		defer func() {
			s.metrics.Add("wherry_request_seconds_sum", label("route", route), s.Now().Sub(begun).Seconds())
			if v := recover(); v != nil {
				s.panicked(route, v)
				s.refuse(w, route, refusal{code: wire.ErrCodeInternal, cut: true})
			}
		}()
		c, err := s.admit(w, r, route, methods)
		if err == nil {
			err = serve(w, r, c)
		}
		if err != nil {
			s.refuse(w, route, s.translate(r.Context(), route, err))
		}
	})
}

// admit reads the body, checks its signature and the rate of its device.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, route string, methods []string) (*call, error) {
	if !slices.Contains(methods, r.Method) {
		return nil, refusal{code: wire.ErrCodeMethod, cut: true}
	}
	if wire.Newer(r.Header) {
		return nil, refusal{code: wire.ErrCodeNewer, message: "this endpoint is older than the notebook", cut: true}
	}
	c := &call{route: route, remote: address(r)}
	if route == "enrol" {
		if wait, ok := s.addresses.Take(c.remote, s.Now()); !ok {
			return nil, refusal{code: wire.ErrCodeBusy, wait: wait, cut: true}
		}
	}
	var err error
	if c.body, err = s.read(w, r, c); err != nil {
		return nil, err
	}
	c.now = s.Now()
	if err := s.authenticate(r, c); err != nil {
		return nil, err
	}
	if wait, ok := s.devices.Take(c.Device.String(), c.now); !ok {
		return nil, refusal{code: wire.ErrCodeBusy, wait: wait}
	}
	return c, nil
}

// read takes in the body within its size, the budget and the slow client's
// time.
func (s *Server) read(w http.ResponseWriter, r *http.Request, c *call) ([]byte, error) {
	size, bodies := r.ContentLength, s.bodies
	if c.route == "blobs" {
		bodies = s.pieces
	}
	if size > wire.MaxBody {
		return nil, refusal{code: wire.ErrCodeTooLarge, cut: true}
	}
	if size < 0 {
		size = wire.MaxBody
	}
	if !bodies.Take(c.remote, size) {
		return nil, refusal{code: wire.ErrCodeUnavailable, wait: 2 * time.Second, cut: true}
	}
	defer bodies.Give(c.remote, size)
	p := s.pace(w)
	body, err := io.ReadAll(&pacedReader{pace: p, r: http.MaxBytesReader(w, r.Body, wire.MaxBody)})
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refusal{code: wire.ErrCodeTooLarge, cut: true}
	case err != nil:
		return nil, refusal{code: wire.ErrCodeMalformed, message: "the body did not arrive whole", cut: true}
	}
	_ = p.rc.SetReadDeadline(time.Time{}) // what follows is our time, not the client's
	return body, nil
}

func (s *Server) pace(w http.ResponseWriter) pace {
	return pace{rc: http.NewResponseController(w), begun: time.Now(), grace: s.Limits.SlowGrace, rate: s.Limits.SlowBytesRate}
}

// authenticate finds the device that signed the request. At enrolment it is
// the device that the request itself names.
func (s *Server) authenticate(r *http.Request, c *call) error {
	dir, nonces := s.dir.Load(), s.nonces
	lookup := func(id record.ID) (ed25519.PublicKey, bool) {
		d, ok := dir.Device(id)
		return d.Pub, ok
	}
	if c.route == "enrol" {
		lookup, nonces = named(c.body), nil
	}
	device, err := wire.Verify(r, c.body, lookup, c.now, nonces)
	switch {
	case errors.Is(err, wire.ErrClock):
		return refusal{code: wire.ErrCodeClock, message: "the request was signed at another time than now"}
	case errors.Is(err, wire.ErrReplay):
		return refusal{code: wire.ErrCodeReplay}
	case errors.Is(err, wire.ErrNonceFull):
		return refusal{code: wire.ErrCodeBusy, wait: 10 * time.Second}
	case err != nil:
		return refusal{code: wire.ErrCodeUnsigned}
	}
	c.Device = device
	if p, ok := dir.PersonOf(device, dir.Seq()); ok {
		c.Person = p.ID
	}
	return nil
}

// named looks devices up in an enrolment: the one that is being enrolled.
func named(body []byte) wire.Lookup {
	return func(id record.ID) (ed25519.PublicKey, bool) {
		_, b, err := parseEnrol(body)
		if err != nil {
			return nil, false
		}
		return b.Device, record.DeviceID(b.Device) == id
	}
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
