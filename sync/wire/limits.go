package wire

import "time"

// Version is the wire version of this release. Clients send it in
// HeaderVersion; a newer one is answered with StatusNewer.
const Version = 1

// Limits of the wire. The endpoint enforces them; the notebook keeps to them.
const (
	MaxBody       = 8 << 20 // bytes of one request or response body
	MaxPushItems  = 500     // entries of one push
	TargetBatch   = 1 << 20 // bytes that a push or pull aims at on a good link
	MinBatch      = 64 << 10
	MaxCases      = 20_000 // positions in one heads or pull request
	MaxWorkers    = 20_000 // people in one heads response
	MaxRecords    = 5_000  // records of one page
	MaxPages      = 5_000  // pages of one pull response
	MaxMessage    = 500    // bytes of an error message
	MaxReason     = 64     // bytes of a result's reason
	MaxStatement  = 64 << 10
	MaxEntry      = 2 << 20 // bytes of one entry, header and signature included
	MaxTime       = 1 << 50 // Unix milliseconds beyond any real clock
	MaxRetryAfter = time.Hour
)

// Request signing.
const (
	ClockSkew  = 300 * time.Second // how far "created" may lie from the endpoint's clock
	NonceBytes = 16
	SigTag     = "wherry-sync-1"
)
