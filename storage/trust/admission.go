package trust

import "wherry/storage/record"

// verifyInvite checks form and the administrator's signature.
func verifyInvite(s *Statement, root *RootBody) (*InviteBody, error) {
	var b InviteBody
	if s.Kind != KindInvite || len(s.Sigs) > 2 || record.Decode(s.Body, &b) != nil {
		return nil, ErrMalformed
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	for _, k := range root.Admins {
		if s.signedBy(0, k) {
			return &b, nil
		}
	}
	return nil, ErrNotTrusted
}

func (d *Directory) applyInvite(seq uint64, s *Statement) error {
	b, err := verifyInvite(s, &d.root)
	if err != nil {
		return err
	}
	if _, used := d.keys[string(b.Secret)]; used { // its id is made from it
		return ErrUsed
	}
	second := len(s.Sigs) == 2
	if second && !d.maySecond(s, b.Person) {
		return ErrCountersign
	}
	if !second && d.needsSecond(b) {
		return ErrCountersign
	}
	d.invites[b.Invitation] = Invite{Body: *b, Seq: seq, Second: second}
	d.keys[string(b.Secret)] = keyUse{}
	return nil
}

// needsSecond: the role widens reading, or the person would move team.
func (d *Directory) needsSecond(b *InviteBody) bool {
	if Widens(b.Role) {
		return true
	}
	p, ok := d.Person(b.Person)
	return ok && p.Team != b.Team
}

// maySecond reports whether the second signature is by the root, a records
// officer or a serving lead, and not by the very person it is about.
func (d *Directory) maySecond(s *Statement, about record.ID) bool {
	if s.signedBy(1, d.root.Root) {
		return true
	}
	use, ok := d.keys[string(s.Sigs[1].Key)]
	if !ok || use.person.IsZero() || use.person == about {
		return false
	}
	p, ok := d.Person(use.person)
	return ok && Widens(p.Role) && s.signedBy(1, p.Sign)
}

func (d *Directory) applyDevice(seq uint64, s *Statement, at int64) error {
	var b DeviceBody
	if len(s.Sigs) != 3 || record.Decode(s.Body, &b) != nil {
		return ErrMalformed
	}
	inv, ok := d.invites[b.Invitation]
	switch {
	case !ok:
		return ErrNotTrusted
	case inv.Spent:
		return ErrUsed
	case at > inv.Body.Expires:
		return ErrExpired
	}
	if !s.signedBy(0, inv.Body.Secret) || !s.signedBy(1, b.Device) || !s.signedBy(2, b.PersonSign) {
		return ErrNotTrusted
	}
	if err := b.check(d.pinned); err != nil {
		return err
	}
	id := record.DeviceID(b.Device)
	if err := d.freshKeys(&b, inv.Body.Person); err != nil {
		return err
	}
	old, known := d.Person(inv.Body.Person)
	newKey := !known || !equal(old.KEM, b.PersonKEM) || !equal(old.Sign, b.PersonSign)
	if known && newKey && !inv.Second {
		return ErrCountersign // a new person key widens reading
	}
	p := Person{ID: inv.Body.Person, Name: inv.Body.Name, Role: inv.Body.Role, Team: inv.Body.Team,
		KEM: b.PersonKEM, Sign: b.PersonSign, Since: seq, KeySince: seq}
	if !newKey {
		p.KeySince = old.KeySince
	}
	d.people[p.ID] = append(d.people[p.ID], p)
	d.devices[id] = Device{ID: id, Pub: b.Device, Person: p.ID, Seq: seq, Link: b.Link}
	d.keys[string(b.Device)] = keyUse{}
	d.keys[string(b.PersonSign)] = keyUse{person: p.ID}
	d.keys[string(b.PersonKEM)] = keyUse{person: p.ID}
	if l := b.Link; l != nil {
		d.links[[2]record.ID{l.Realm, record.DeviceID(l.Device)}] = id
		d.keys[string(l.Device)] = keyUse{}
	}
	inv.Spent, inv.Device = true, id
	d.invites[b.Invitation] = inv
	return nil
}

// freshKeys refuses keys that already serve in the directory. Only the person
// key may come again, and only for the same person: a second device of theirs.
func (d *Directory) freshKeys(b *DeviceBody, person record.ID) error {
	if _, used := d.keys[string(b.Device)]; used {
		return ErrUsed
	}
	for _, k := range [][]byte{b.PersonSign, b.PersonKEM} {
		if use, used := d.keys[string(k)]; used && use.person != person {
			return ErrUsed
		}
	}
	if l := b.Link; l != nil { // linked before, or a council key
		if _, used := d.keys[string(l.Device)]; used {
			return ErrUsed
		}
	}
	return nil
}
