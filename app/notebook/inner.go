package notebook

import (
	"crypto/sha256"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// inner is what lies inside an entry's seal. Payload is the JSON that the
// domain wrote, byte for byte; its SHA-256 is the same on every device.
type inner struct {
	_       struct{} `cbor:",toarray"`
	Kind    string
	Schema  uint64
	Visit   record.ID // shared by the entries of one visit; zero if none
	Ref     string    // the writer's own reference, if any
	Payload []byte
}

func (in *inner) sum() record.ID { return sha256.Sum256(in.Payload) }

// openEntry unseals an entry with the case key of its epoch.
func (n *Notebook) openEntry(e *record.Entry) (*inner, error) {
	if !e.HasBody() {
		return nil, record.ErrNoBody
	}
	key, ok := n.box.Case(e.Header().Case, e.Header().Epoch)
	if !ok {
		return nil, errNoKey
	}
	return unsealEntry(key, e)
}

func unsealEntry(key seal.Key, e *record.Entry) (*inner, error) {
	plain, err := seal.OpenPayload(key, e.Header().AAD(), e.Body())
	if err != nil {
		return nil, err
	}
	in := new(inner)
	if err := record.Decode(plain, in); err != nil {
		return nil, err
	}
	return in, nil
}
