package trust

import (
	"crypto/ed25519"
	"errors"
	"testing"

	"wherry/storage/record"
)

func TestDirectoryTellsWhoIsWho(t *testing.T) {
	w := newTown(t, "Ford")
	amina := w.enrol("Amina", RoleWorker, "North", nil)
	lee := w.enrol("Lee", RoleLead, "North", nil)
	w.enrol("Rae", RoleRecords, "Office", nil)
	if w.dir.Name() != "Town of Ford" || w.dir.Realm() != w.realm || w.dir.Seq() != 7 {
		t.Fatal("root facts", w.dir.Name(), w.dir.Seq())
	}
	if !equal(w.dir.EndpointKey(), publicOf(signer("Ford/endpoint"))) || !equal(w.dir.RecoveryKEM(), kemPub("Ford/recovery")) {
		t.Fatal("keys of the root record")
	}
	d, ok := w.dir.Device(amina.id)
	if !ok || d.Person != amina.person || d.Seq != 3 {
		t.Fatal("device", d)
	}
	if _, ok := w.dir.DeviceAt(amina.id, 2); ok {
		t.Fatal("device known before it was added")
	}
	if p, ok := w.dir.PersonOf(lee.id, 5); !ok || p.Role != RoleLead || p.Team != "North" {
		t.Fatal("person", p)
	}
	if len(w.dir.LeadsAt("North", 4)) != 0 || len(w.dir.Leads("North")) != 1 || len(w.dir.Leads("South")) != 0 {
		t.Fatal("leads")
	}
	if len(w.dir.Persons()) != 3 {
		t.Fatal("persons")
	}
	g := w.invite("Amina", RoleWorker, "North", "", nil)
	if inv, ok := w.dir.Invitation(g.body.Invitation); !ok || !inv.Spent || inv.Device != amina.id {
		t.Fatal("invitation state", inv)
	}
}

// TestDirectoryRefuses lists what no verifier may believe, whoever serves it.
func TestDirectoryRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(w *town) *Statement
		want error
	}{
		{"second root record", func(w *town) *Statement {
			s := &Statement{Kind: KindRoot, Realm: w.realm, Body: record.Encode(rootBody("Ford"))}
			s.Sign(w.root)
			return s
		}, ErrNotTrusted},
		{"invitation of another council", func(w *town) *Statement {
			other := newTown(w.t, "Weir")
			return other.invite("Eve", RoleWorker, "North", "", nil).stmt
		}, ErrWrongRoot},
		{"invitation not signed by an administrator", func(w *town) *Statement {
			w.admin = signer("nobody")
			return w.invite("Eve", RoleWorker, "North", "", nil).stmt
		}, ErrNotTrusted},
		{"invitation signed by the endpoint's key", func(w *town) *Statement {
			w.admin = signer("Ford/endpoint")
			return w.invite("Eve", RoleWorker, "North", "", nil).stmt
		}, ErrNotTrusted},
		{"invitation signed by the root alone", func(w *town) *Statement {
			w.admin = w.root
			return w.invite("Eve", RoleWorker, "North", "", nil).stmt
		}, ErrNotTrusted},
		{"lead on one signature", func(w *town) *Statement {
			return w.invite("Eve", RoleLead, "North", "", nil).stmt
		}, ErrCountersign},
		{"records officer on one signature", func(w *town) *Statement {
			return w.invite("Eve", RoleRecords, "North", "", nil).stmt
		}, ErrCountersign},
		{"lead countersigned by a worker", func(w *town) *Statement {
			return w.invite("Eve", RoleLead, "North", "", signer("Amina/person")).stmt
		}, ErrCountersign},
		{"lead countersigned by the administrator again", func(w *town) *Statement {
			return w.invite("Eve", RoleLead, "North", "", w.admin).stmt
		}, ErrCountersign},
		{"lead countersigned with a lead's device key", func(w *town) *Statement {
			return w.invite("Eve", RoleLead, "North", "", signer("Lee/device")).stmt
		}, ErrCountersign},
		{"lead countersigned by themself", func(w *town) *Statement {
			return w.invite("Lee", RoleLead, "South", "again", signer("Lee/person")).stmt
		}, ErrCountersign},
		{"worker with a worthless second signature", func(w *town) *Statement {
			return w.invite("Eve", RoleWorker, "North", "", signer("nobody")).stmt
		}, ErrCountersign},
		{"team move on one signature", func(w *town) *Statement {
			return w.invite("Amina", RoleWorker, "South", "again", nil).stmt
		}, ErrCountersign},
		{"invitation twice", func(w *town) *Statement {
			return w.invite("Amina", RoleWorker, "North", "", nil).stmt
		}, ErrUsed},
		{"changed after signing", func(w *town) *Statement {
			g := w.invite("Eve", RoleWorker, "North", "", nil)
			g.body.Name = "Steve"
			g.stmt.Body = record.Encode(g.body)
			return g.stmt
		}, ErrNotTrusted},
		{"unknown role", func(w *town) *Statement { return w.invite("Eve", "mayor", "North", "", nil).stmt }, ErrMalformed},
		{"name with a bidirectional override", func(w *town) *Statement {
			return w.invite("Eve\u202e", RoleWorker, "North", "", nil).stmt
		}, ErrMalformed},
		{"name not in NFC", func(w *town) *Statement {
			return w.invite("Ele\u0301a", RoleWorker, "North", "", nil).stmt
		}, ErrMalformed},
		{"device without invitation", func(w *town) *Statement {
			return w.invite("Eve", RoleWorker, "North", "", nil).accept(w, "Eve", "Eve", nil)
		}, ErrNotTrusted},
		{"spent invitation", func(w *town) *Statement {
			return w.invite("Amina", RoleWorker, "North", "", nil).accept(w, "Eve", "Eve", nil)
		}, ErrUsed},
		{"unknown kind", func(w *town) *Statement {
			s := &Statement{Kind: "device.revoke", Realm: w.realm, Body: []byte{0x80}}
			s.Sign(w.admin)
			return s
		}, ErrNewer},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, "Ford")
			w.enrol("Amina", RoleWorker, "North", nil)
			w.enrol("Lee", RoleLead, "North", nil)
			seq, admin := w.dir.Seq(), w.admin
			s := c.make(w)
			w.admin = admin
			if err := w.dir.Apply(seq+1, s.Bytes(), w.at); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if w.dir.Seq() != seq {
				t.Fatal("a refused record moved the directory")
			}
			w.enrol("Sam", RoleWorker, "North", nil) // and it still works
		})
	}
}

// TestDeviceRefuses: an open invitation does not help whoever lacks a key.
func TestDeviceRefuses(t *testing.T) {
	resign := func(w *town, g *guest, b DeviceBody, keys ...ed25519.PrivateKey) *Statement {
		s := &Statement{Kind: KindDeviceAdd, Realm: w.realm, Body: record.Encode(b)}
		for _, k := range keys {
			s.Sign(k)
		}
		return s
	}
	for _, c := range []struct {
		name string
		make func(w *town, g *guest) *Statement
		want error
	}{
		{"without the secret", func(w *town, g *guest) *Statement {
			return resign(w, g, g.deviceBody(w, "Eve", "Eve", nil), signer("x"), signer("Eve/device"), signer("Eve/person"))
		}, ErrNotTrusted},
		{"without the device key", func(w *town, g *guest) *Statement {
			return resign(w, g, g.deviceBody(w, "Eve", "Eve", nil), g.secret, signer("x"), signer("Eve/person"))
		}, ErrNotTrusted},
		{"with someone else's person key", func(w *town, g *guest) *Statement {
			return resign(w, g, g.deviceBody(w, "Eve", "Lee", nil), g.secret, signer("Eve/device"), signer("Eve/person"))
		}, ErrNotTrusted},
		{"two signatures", func(w *town, g *guest) *Statement {
			return resign(w, g, g.deviceBody(w, "Eve", "Eve", nil), g.secret, signer("Eve/device"))
		}, ErrMalformed},
		{"a device that is enrolled", func(w *town, g *guest) *Statement { return g.accept(w, "Lee", "Eve", nil) }, ErrUsed},
		{"another person's key", func(w *town, g *guest) *Statement { return g.accept(w, "Eve", "Lee", nil) }, ErrUsed},
		{"a sealing key that is none", func(w *town, g *guest) *Statement {
			b := g.deviceBody(w, "Eve", "Eve", nil)
			b.PersonKEM = make([]byte, 32)
			return resign(w, g, b, g.secret, signer("Eve/device"), signer("Eve/person"))
		}, ErrMalformed},
		{"link without the old device's signature", func(w *town, g *guest) *Statement {
			b := g.deviceBody(w, "Eve", "Eve", newSolo("Eve"))
			b.Link.Sig = b.Link.RootSig
			return resign(w, g, b, g.secret, signer("Eve/device"), signer("Eve/person"))
		}, ErrNotTrusted},
		{"link without the old root's signature", func(w *town, g *guest) *Statement {
			b := g.deviceBody(w, "Eve", "Eve", newSolo("Eve"))
			b.Link.RootSig = b.Link.Sig
			return resign(w, g, b, g.secret, signer("Eve/device"), signer("Eve/person"))
		}, ErrNotTrusted},
		{"link made for another device", func(w *town, g *guest) *Statement {
			b := g.deviceBody(w, "Eve", "Eve", newSolo("Eve"))
			b.Device = publicOf(signer("Eve2/device"))
			return resign(w, g, b, g.secret, signer("Eve2/device"), signer("Eve/person"))
		}, ErrNotTrusted},
		{"link claiming another's realm", func(w *town, g *guest) *Statement {
			b := g.deviceBody(w, "Eve", "Eve", newSolo("Eve"))
			b.Link.Root, b.Link.Realm = publicOf(newSolo("Max").root), newSolo("Max").realm
			return resign(w, g, b, g.secret, signer("Eve/device"), signer("Eve/person"))
		}, ErrNotTrusted},
		{"old device that is linked already", func(w *town, g *guest) *Statement {
			return g.accept(w, "Eve", "Eve", newSolo("Amina"))
		}, ErrUsed},
		{"old device that is a council device", func(w *town, g *guest) *Statement {
			s := newSolo("Eve")
			s.device = signer("Lee/device")
			return g.accept(w, "Eve", "Eve", s)
		}, ErrUsed},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, "Ford")
			w.enrol("Amina", RoleWorker, "North", newSolo("Amina"))
			w.enrol("Lee", RoleLead, "North", nil)
			g := w.invite("Eve", RoleWorker, "North", "", nil)
			w.apply(g.stmt)
			if err := w.dir.Apply(w.dir.Seq()+1, c.make(w, g).Bytes(), w.at); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			w.apply(g.accept(w, "Eve", "Eve", nil)) // the invitation is not spent by a failure
		})
	}
}
