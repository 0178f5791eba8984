package notebook

import (
	"slices"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// keyring collects the case keys that a page brings for this person.
type keyring struct {
	n      *Notebook
	caseID record.ID
	items  []seal.BoxItem
	fresh  map[record.ID]seal.Key
	prev   map[record.ID]prevWrap // by the epoch whose key opens them
	met    bool                   // a key entry was on the page
}

func (k *keyring) get(epoch record.ID) (seal.Key, bool) {
	if key, ok := k.fresh[epoch]; ok {
		return key, true
	}
	return k.n.box.Case(k.caseID, epoch)
}

func (k *keyring) put(epoch record.ID, key seal.Key) {
	if _, ok := k.get(epoch); ok {
		return
	}
	if k.fresh == nil {
		k.fresh = map[record.ID]seal.Key{}
	}
	k.fresh[epoch] = key
	k.items = append(k.items, seal.CaseKey{Case: k.caseID, Epoch: epoch, Key: key})
}

// prevPrefix names, in the key box, the sealed key of a previous epoch that
// waits: for the key that opens it, which a later grant may bring, or for the
// entry that says what the previous key must be.
const prevPrefix = "prev/"

// prevWrap is the previous epoch's key under an epoch's key.
type prevWrap struct {
	_    struct{} `cbor:",toarray"`
	Prev record.ID
	AAD  []byte
	Data []byte
}

func (k *keyring) waiting(epoch record.ID) (prevWrap, bool) {
	if w, ok := k.prev[epoch]; ok {
		return w, true
	}
	var w prevWrap
	b, ok := k.n.box.Secret(prevPrefix + epoch.String())
	return w, ok && record.Decode(b, &w) == nil
}

// take opens the wraps of a key entry that are meant for us. A wrap that does
// not open to the committed key is left out: the entry then has no key here.
func (k *keyring) take(e *record.Entry, wraps []wire.Wrap) {
	b, err := trust.ParseKey(e.Body())
	if err != nil {
		return
	}
	k.met = true
	epoch := e.ID()
	if b.Action == trust.ActionGrant {
		epoch = b.Epoch
	}
	h := e.Header()
	for _, w := range wraps {
		switch {
		case !named(b, w):
		case w.Reader == trust.PrevReader && !b.PrevEpoch.IsZero():
			p := prevWrap{Prev: b.PrevEpoch, AAD: trust.WrapAAD(h.Realm, h.Case, trust.PrevReader, b.Check), Data: w.Data}
			if k.prev == nil {
				k.prev = map[record.ID]prevWrap{}
			}
			k.prev[epoch] = p
			k.items = append(k.items, seal.Secret{Name: prevPrefix + epoch.String(), Value: record.Encode(p)})
		case w.Reader == k.n.person():
			key, err := k.n.kem.UnwrapKey(trust.WrapAAD(h.Realm, h.Case, w.Reader, b.Check), w.Data)
			if err == nil && trust.KeyChecks(key, b.Check) {
				k.put(epoch, key)
			}
		}
	}
}

// settle opens what waits, down the chain of epochs: a previous key counts
// only if it is the one that its own epoch's entry committed to.
func (k *keyring) settle(auth *trust.CaseAuthority) {
	epochs := auth.Epochs()
	check := map[record.ID][]byte{}
	for _, e := range epochs {
		check[e.ID] = e.Check
	}
	for moved := true; moved; {
		moved = false
		for _, e := range epochs {
			w, ok := k.waiting(e.ID)
			if !ok || check[w.Prev] == nil {
				continue
			}
			key, ok := k.get(e.ID)
			if _, have := k.get(w.Prev); have || !ok {
				continue
			}
			prev, err := seal.Open(key, w.AAD, w.Data)
			if err == nil && len(prev) == len(key) && trust.KeyChecks(seal.Key(prev), check[w.Prev]) {
				k.put(w.Prev, seal.Key(prev))
				k.items = append(k.items, seal.DropSecret{Name: prevPrefix + e.ID.String()})
				delete(k.prev, e.ID)
				moved = true
			}
		}
	}
}

// named reports whether the key entry names exactly these wrap bytes.
func named(b *trust.KeyBody, w wire.Wrap) bool {
	return slices.ContainsFunc(b.Wraps, func(r trust.WrapRef) bool {
		return r.Reader == w.Reader && r.Hash == trust.WrapHash(w.Data)
	})
}
