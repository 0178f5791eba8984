// Package trust says who may do what, and proves it: the council's root of
// trust, invitations, the directory of people and devices, the clear bodies of
// access and key entries, and the rules by which a case log accepts an entry.
//
// Everything here is pure: no disk, no network, no clock of its own. The
// endpoint runs the rules at the door; every notebook runs the same rules on
// what it pulls, so that an endpoint which breaks them is noticed. The byte
// formats are written down in docs/formats/trust.md and frozen by testdata.
package trust
