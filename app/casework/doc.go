// Package casework is the domain of Wherry: what a case, a visit, a note, a
// field and an amendment are, what makes them complete, and how the facts of
// one child's case add up to the page that a social worker reads.
//
// It knows nothing of storage, keys or networks. Facts come in as sealed
// payloads that somebody else has already opened and verified; a CaseFile
// goes out. Everything here is a pure function of its arguments: the clock is
// always a parameter, and the order in which facts arrive never matters.
//
// Ids are lower-case hexadecimal strings. Times are shown in UK civil time.
package casework
