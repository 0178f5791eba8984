package notebook

import (
	"math"
	"os"
	"path/filepath"

	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// An entry that came before its case key has no words in the index until the
// key comes, and where the key came the journal does not say: it lies in the key
// box. So beside a saved index lies how many keys each case had, and at the next
// loading the cases that have more are read again. Without this an unclean stop
// after the key came would hide such entries from every search.

// keysFile lies in the index's folder and goes with it.
const keysFile = "keys.sealed"

// keysSeen is what keysFile holds, sealed.
type keysSeen struct {
	_     struct{} `cbor:",toarray"`
	Tip   []byte   // of the index that it belongs to
	Cases []keysOfCase
}

type keysOfCase struct {
	_    struct{} `cbor:",toarray"`
	Case record.ID
	Keys uint64
}

// unreadKeys is the number of keys of a case that must be read again whatever
// it has.
const unreadKeys = math.MaxUint32

var keysAAD = []byte("wherry-index-keys-1")

// writeKeys notes the keys with which all that the index holds was read.
func (n *Notebook) writeKeys(tip journal.Tip) error {
	k := keysSeen{Tip: tip.MAC[:], Cases: make([]keysOfCase, 0, len(n.st.cases))}
	for _, c := range n.st.cases {
		switch {
		case c.gone():
		case c.Unread:
			k.Cases = append(k.Cases, keysOfCase{Case: c.ID, Keys: unreadKeys})
		default:
			k.Cases = append(k.Cases, keysOfCase{Case: c.ID, Keys: n.keysOf(c)})
		}
	}
	sealed, err := seal.Seal(n.vault.Derive("index"), keysAAD, record.Encode(k))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(indexDir(n.dir), 0o700); err != nil {
		return err
	}
	return seal.WriteFileSync(filepath.Join(indexDir(n.dir), keysFile), sealed)
}

// readKeys is what writeKeys noted for the index of that tip; nil if it is not
// known.
func (n *Notebook) readKeys(at index.Tip) map[record.ID]uint64 {
	sealed, err := os.ReadFile(filepath.Join(indexDir(n.dir), keysFile))
	if err != nil {
		return nil
	}
	plain, err := seal.Open(n.vault.Derive("index"), keysAAD, sealed)
	var k keysSeen
	if err != nil || record.Decode(plain, &k) != nil || string(k.Tip) != string(at.MAC[:]) {
		return nil
	}
	keys := make(map[record.ID]uint64, len(k.Cases))
	for _, c := range k.Cases {
		keys[c.Case] = c.Keys
	}
	return keys
}
