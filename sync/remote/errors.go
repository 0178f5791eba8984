package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"wherry/sync/wire"
)

// kind is an error of a call. ProblemCode names it to whoever words it for a
// person.
type kind struct{ code, text string }

func (k *kind) Error() string       { return k.text }
func (k *kind) ProblemCode() string { return k.code }

// Errors of a call, to be told apart with errors.Is. None holds case content.
var (
	// ErrOffline: the endpoint could not be reached, or the answer did not
	// arrive whole. The call may have taken effect.
	ErrOffline error = &kind{"offline", "remote: the endpoint cannot be reached"}
	// ErrCertificate: who answered is not the endpoint that was pinned.
	ErrCertificate error = &kind{"certificate", "remote: not the endpoint that this notebook trusts"}
	// ErrTooLarge: the endpoint takes no body of this size.
	ErrTooLarge error = &kind{"too_large", "remote: the request is too large"}
	// ErrNewer: this release speaks a newer wire version than the endpoint.
	ErrNewer error = &kind{"newer", "remote: the endpoint is older than this release"}
	// ErrAnswer: the pinned endpoint sent what no endpoint sends.
	ErrAnswer error = &kind{"bad_answer", "remote: the answer cannot be understood"}
)

// RefusedError is an answer by which the endpoint will stand: trying again
// changes nothing. Code is one of wire's.
type RefusedError struct {
	Status int
	Code   string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("remote: refused with %d %s", e.Status, e.Code)
}

// ProblemCode names the error to whoever words it for a person.
func (e *RefusedError) ProblemCode() string {
	switch e.Code {
	case wire.ErrCodeInvitation, wire.ErrCodeCountersign:
		return "invitation"
	case wire.ErrCodeCouncil:
		return "wrong_council"
	case wire.ErrCodeExpired:
		return "expired"
	case wire.ErrCodeUnsigned, wire.ErrCodeNotFound:
		return "unauthorised"
	case wire.ErrCodeClock, wire.ErrCodeReplay:
		return "busy"
	default:
		return "bad_answer"
	}
}

// BusyError is an answer that may be another later: too many requests, a full
// disk, a fault of the endpoint. RetryAfter is 0 if the endpoint named no time.
type BusyError struct {
	Status     int
	Code       string
	RetryAfter time.Duration
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("remote: the endpoint cannot now: %d %s", e.Status, e.Code)
}

// ProblemCode names the error to whoever words it for a person.
func (e *BusyError) ProblemCode() string {
	if e.Status == http.StatusInsufficientStorage {
		return "full"
	}
	return "busy"
}

// answerError turns an answer other than 200 into an error.
func answerError(status int, h http.Header, body []byte) error {
	var b wire.ErrorBody
	if wire.Decode(body, &b) != nil {
		b.Code = "unknown" // a proxy's page, or a newer endpoint
		if code := h.Get(wire.ErrorHeader); len(body) == 0 && code != "" && len(code) <= wire.MaxReason {
			b.Code = code // of a HEAD, whose answer has no body
		}
	}
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case status == http.StatusUpgradeRequired:
		return ErrNewer
	case status == http.StatusTooManyRequests || status >= 500:
		return &BusyError{Status: status, Code: b.Code, RetryAfter: retryAfter(h)}
	default:
		return &RefusedError{Status: status, Code: b.Code}
	}
}

func retryAfter(h http.Header) time.Duration {
	n, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, wire.MaxRetryAfter)
}

// networkError tells a wrong certificate from a missing network, and both from
// a call that was given up. The cause is kept as text only: a refused
// connection must not look like a file without permission.
func networkError(err error) error {
	var (
		verify  *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		alert   tls.AlertError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%w: %w", ErrOffline, context.Canceled)
	case errors.As(err, &verify), errors.As(err, &unknown), errors.As(err, &host),
		errors.As(err, &invalid), errors.As(err, &alert):
		return fmt.Errorf("%w: %v", ErrCertificate, err)
	default:
		return fmt.Errorf("%w: %v", ErrOffline, err)
	}
}
