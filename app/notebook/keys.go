package notebook

import (
	"io"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
)

// epoch writes a key entry with a fresh case key, sealed to its readers and
// holding the previous epoch's key, and makes it current for what follows.
func (p *pen) epoch(caseID, realm record.ID, readers []reader) error {
	t, err := p.tip(caseID, realm)
	if err != nil {
		return err
	}
	key, err := seal.NewKey(p.n.cfg.Rand)
	if err != nil {
		return err
	}
	check := trust.KeyCheck(key)
	wraps, err := wrapAll(t.realm, caseID, key, readers)
	if err != nil {
		return err
	}
	if !t.epoch.IsZero() {
		prev, ok := p.n.box.Case(caseID, t.epoch)
		if !ok {
			return errNoKey
		}
		sealed, err := seal.Seal(key, trust.WrapAAD(t.realm, caseID, trust.PrevReader, check), prev[:])
		if err != nil {
			return err
		}
		wraps = append(wraps, trust.Wrap{Reader: trust.PrevReader, Data: sealed})
	}
	id, err := p.write(caseID, realm, record.Key, nil, trust.EpochBody(t.epoch, check, refs(wraps)).Bytes())
	if err != nil {
		return err
	}
	t.epoch = id
	p.keys[id] = key
	p.wraps = append(p.wraps, seal.CaseKey{Case: caseID, Epoch: id, Key: key}, seal.EntryWraps{Case: caseID, Entry: id, Wraps: packed(wraps)})
	return nil
}

// grant writes a key entry that seals an epoch's key to more readers.
func (p *pen) grant(caseID, realm, epoch record.ID, readers []reader) error {
	key, ok := p.n.box.Case(caseID, epoch)
	if !ok {
		return errNoKey
	}
	wraps, err := wrapAll(realm, caseID, key, readers)
	if err != nil {
		return err
	}
	body := trust.GrantBody(epoch, trust.KeyCheck(key), refs(wraps)).Bytes()
	id, err := p.write(caseID, record.ID{}, record.Key, nil, body)
	if err != nil {
		return err
	}
	p.wraps = append(p.wraps, seal.EntryWraps{Case: caseID, Entry: id, Wraps: packed(wraps)})
	return nil
}

// wrapAll seals a case key to each reader.
func wrapAll(realm, caseID record.ID, key seal.Key, readers []reader) ([]trust.Wrap, error) {
	var out []trust.Wrap
	check := trust.KeyCheck(key)
	for _, r := range readers {
		w, err := seal.WrapKey(r.kem, trust.WrapAAD(realm, caseID, r.id, check), key)
		if err != nil {
			return nil, err
		}
		out = append(out, trust.Wrap{Reader: r.id, Data: w})
	}
	return out, nil
}

func refs(wraps []trust.Wrap) []trust.WrapRef {
	var out []trust.WrapRef
	for _, w := range wraps {
		out = append(out, trust.WrapRef{Reader: w.Reader, Hash: trust.WrapHash(w.Data)})
	}
	return out
}

// packed is the form in which wraps wait in the key box until they are sent.
func packed(wraps []trust.Wrap) [][]byte {
	var out [][]byte
	for _, w := range wraps {
		out = append(out, record.Encode(w))
	}
	return out
}

// begin writes the genesis and first epoch of a new case and returns its id.
func (p *pen) begin() (record.ID, error) {
	return p.beginIn(p.n.st.realm(), p.n.team(), p.n.readers(p.n.team()))
}

func (p *pen) beginIn(realm record.ID, team string, readers []reader) (record.ID, error) {
	n := p.n
	var nonce [16]byte
	if _, err := io.ReadFull(n.cfg.Rand, nonce[:]); err != nil {
		return record.ID{}, err
	}
	person := n.person()
	if realm == n.solo.realm {
		person = n.st.meta.Pin.Person
	}
	id := record.CaseID(realm, n.author(realm).id, nonce)
	body := trust.GenesisBody(person, team, nonce)
	if _, err := p.write(id, realm, record.Access, nil, body.Bytes()); err != nil {
		return record.ID{}, err
	}
	return id, p.epoch(id, realm, readers)
}
