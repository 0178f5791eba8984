// Package record is the ground of Wherry: identifiers, canonical bytes, the
// signed entry, the case log and the endpoint's signed statements about it.
//
// It imports nothing of ours. It knows neither what a visit is nor where bytes
// are kept; it says only which bytes are true. The byte formats are written
// down in docs/formats.md and frozen by testdata/vectors.json.
package record
