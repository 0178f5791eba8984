// Package seal keeps secrets: keys and their derivation, the sealing of bytes
// under a key, the wrapping of a key to a reader, and the few small files that
// hold keys at rest.
//
// What stands where:
//
//	key.go       Key, its derivation and keyed checksums
//	aead.go      Seal, Open: authenticated encryption that commits to its key
//	payload.go   SealPayload, OpenPayload: compressed and padded first
//	wrap.go      a key sealed to a reader's public key (HPKE)
//	keyfile*.go  key.A and key.B: the passphrase and the recovery code
//	box*.go      box.A and box.B: the destroyable file of case keys
//	sealfile.go  one secret in one file under a passphrase
//	pair.go      two copies of one small file, rewritten so that a stop between
//	             any two steps leaves the old content or the new
//
// No function takes a nonce. Each sealed blob has a key of its own, made from
// 24 random bytes, so no mistake of a caller can use one twice.
//
// Every byte of every format is described in docs/formats.md and frozen by
// testdata. Readers look at magic, version, lengths and limits before they
// spend memory or time, and refuse whatever is not exactly as written.
package seal
