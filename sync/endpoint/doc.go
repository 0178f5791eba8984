// Package endpoint is the council's server: it numbers the entries of each
// case into a signed log, hands them to those who may read them, and learns
// nothing of what they say.
//
// A request passes, in this order: the door (door.go: size, signature, device,
// rate), the access rule (access.go), one use-case (enrol.go, heads.go,
// pull.go, push.go), the audit log (audit.go). What an entry must satisfy to be
// accepted is decided by storage/trust; this package keeps that decision's
// memory and applies it in the same transaction as the append.
//
// The package starts no goroutines.
package endpoint
