package trust

import (
	"bytes"
	"crypto/ed25519"
	"slices"

	"wherry/storage/record"
)

// Realm is the pinned root fingerprint: the council's id.
func (d *Directory) Realm() record.ID { return d.pinned }

// Name is the council's name, empty before the root record.
func (d *Directory) Name() string { return d.root.Name }

// EndpointKey verifies heads and receipts; nil before the root record.
func (d *Directory) EndpointKey() ed25519.PublicKey { return d.root.Endpoint }

// RecoveryKEM is the public key of the council recovery key.
func (d *Directory) RecoveryKEM() []byte { return d.root.RecoveryKEM }

// Root is the body of the root record.
func (d *Directory) Root() RootBody { return d.root }

// Seq is the position of the last record applied, 0 when empty.
func (d *Directory) Seq() uint64 { return d.seq }

// Time is when the last record counts as received, Unix milliseconds.
func (d *Directory) Time() int64 { return d.time }

// Device returns a device at the present position.
func (d *Directory) Device(id record.ID) (Device, bool) { return d.DeviceAt(id, d.seq) }

// DeviceAt returns a device if the directory knew it at position dirSeq.
func (d *Directory) DeviceAt(id record.ID, dirSeq uint64) (Device, bool) {
	dev, ok := d.devices[id]
	return dev, ok && dev.Seq <= dirSeq
}

// Devices lists the devices of a person by id.
func (d *Directory) Devices(person record.ID) []Device {
	var out []Device
	for _, dev := range d.devices {
		if dev.Person == person {
			out = append(out, dev)
		}
	}
	slices.SortFunc(out, func(a, b Device) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return out
}

// Person returns a person at the present position.
func (d *Directory) Person(id record.ID) (Person, bool) { return d.PersonAt(id, d.seq) }

// PersonAt returns a person as they were at position dirSeq.
func (d *Directory) PersonAt(id record.ID, dirSeq uint64) (Person, bool) {
	v := d.people[id]
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].Since <= dirSeq {
			return v[i], true
		}
	}
	return Person{}, false
}

// PersonOf returns the person who holds a device at position dirSeq.
func (d *Directory) PersonOf(device record.ID, dirSeq uint64) (Person, bool) {
	dev, ok := d.DeviceAt(device, dirSeq)
	if !ok {
		return Person{}, false
	}
	return d.PersonAt(dev.Person, dirSeq)
}

// Persons lists everyone at the present position by id.
func (d *Directory) Persons() []Person {
	return d.personsAt(d.seq, func(Person) bool { return true })
}

// Leads lists the present leads of a team by id.
func (d *Directory) Leads(team string) []Person { return d.LeadsAt(team, d.seq) }

// LeadsAt lists the leads of a team at position dirSeq by id.
func (d *Directory) LeadsAt(team string, dirSeq uint64) []Person {
	return d.personsAt(dirSeq, func(p Person) bool { return p.Role == RoleLead && p.Team == team })
}

func (d *Directory) personsAt(dirSeq uint64, want func(Person) bool) []Person {
	var out []Person
	for id := range d.people {
		if p, ok := d.PersonAt(id, dirSeq); ok && want(p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Person) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return out
}

// Linked returns the council device that an old device of an old realm became.
func (d *Directory) Linked(oldRealm, oldDevice record.ID) (Device, bool) {
	id, ok := d.links[[2]record.ID{oldRealm, oldDevice}]
	if !ok {
		return Device{}, false
	}
	return d.Device(id)
}

// Invitation returns the state of an invitation.
func (d *Directory) Invitation(id record.ID) (Invite, bool) {
	inv, ok := d.invites[id]
	return inv, ok
}
