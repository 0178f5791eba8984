// Package wire is what a notebook and a council endpoint say to each other:
// requests and responses, limits, error codes and the signature on a request.
// Both sides import it and nothing else is shared.
//
// Messages are deterministic CBOR (RFC 8949 section 4.2.1) over HTTPS; the
// bytes are frozen by testdata/golden.json and written down in
// docs/formats/trust.md.
package wire
