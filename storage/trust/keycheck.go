package trust

import (
	"crypto/subtle"

	"wherry/storage/seal"
)

// KeyCheck is a commitment to a case key: it tells which key an epoch means
// without telling the key.
func KeyCheck(key seal.Key) []byte {
	c := key.Derive("wherry-epoch-check-1")
	return c[:]
}

// KeyChecks reports, in constant time, whether check commits to key.
func KeyChecks(key seal.Key, check []byte) bool {
	return subtle.ConstantTimeCompare(KeyCheck(key), check) == 1
}
