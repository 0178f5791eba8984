package wire

import (
	"net/http"

	"wherry/storage/trust"
)

// Codes of a Result: what became of one pushed entry.
const (
	CodeOK      = string(trust.OK)
	CodeDup     = string(trust.Dup)
	CodeGap     = string(trust.Gap)
	CodeFork    = string(trust.Fork)
	CodeHeld    = string(trust.Held)
	CodeRefused = string(trust.Refused)
)

// Codes of an ErrorBody: why a whole request was not served.
const (
	ErrCodeMalformed   = "malformed"       // 400: not the message that the route takes
	ErrCodeUnsigned    = "unauthenticated" // 401: no valid signature by an enrolled device
	ErrCodeClock       = "clock"           // 401: signed at a time too far from the endpoint's
	ErrCodeReplay      = "replay"          // 401: the nonce was used before
	ErrCodeInvitation  = "invitation"      // 403: used by another device, or not valid
	ErrCodeCouncil     = "wrong_council"   // 403: signed under another council's root
	ErrCodeExpired     = "expired"         // 403: the invitation's time is over
	ErrCodeCountersign = "countersign"     // 403: the invitation needs a second signature
	ErrCodeNotFound    = "not_found"       // 404: not there, or not yours
	ErrCodeMethod      = "method"          // 405
	ErrCodeOffset      = "offset"          // 409: a piece of a blob that does not follow; BlobOffset says where to go on
	ErrCodeTooLarge    = "too_large"       // 413
	ErrCodeHash        = "hash"            // 422: a blob's bytes are not those that its id names; they were dropped
	ErrCodeNewer       = "newer"           // 426: a newer wire version than the endpoint's
	ErrCodeBusy        = "busy"            // 429 with Retry-After
	ErrCodeInternal    = "internal"        // 500
	ErrCodeUnavailable = "unavailable"     // 503 with Retry-After
	ErrCodeFull        = "full"            // 507: the endpoint's disk takes nothing more
)

// Status is the HTTP status that goes with an error code.
func Status(code string) int {
	for _, c := range statuses {
		if c.code == code {
			return c.status
		}
	}
	return http.StatusInternalServerError
}

var statuses = []struct {
	code   string
	status int
}{
	{ErrCodeMalformed, http.StatusBadRequest},
	{ErrCodeUnsigned, http.StatusUnauthorized},
	{ErrCodeClock, http.StatusUnauthorized},
	{ErrCodeReplay, http.StatusUnauthorized},
	{ErrCodeInvitation, http.StatusForbidden},
	{ErrCodeCouncil, http.StatusForbidden},
	{ErrCodeExpired, http.StatusForbidden},
	{ErrCodeCountersign, http.StatusForbidden},
	{ErrCodeNotFound, http.StatusNotFound},
	{ErrCodeMethod, http.StatusMethodNotAllowed},
	{ErrCodeOffset, http.StatusConflict},
	{ErrCodeTooLarge, http.StatusRequestEntityTooLarge},
	{ErrCodeHash, http.StatusUnprocessableEntity},
	{ErrCodeNewer, http.StatusUpgradeRequired},
	{ErrCodeBusy, http.StatusTooManyRequests},
	{ErrCodeInternal, http.StatusInternalServerError},
	{ErrCodeUnavailable, http.StatusServiceUnavailable},
	{ErrCodeFull, http.StatusInsufficientStorage},
}
