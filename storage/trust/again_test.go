package trust

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"

	"wherry/storage/record"
)

func TestSecondSignature(t *testing.T) {
	w := newTown(t, "Ford")
	w.enrol("Lee", RoleLead, "North", nil)
	w.enrol("Rae", RoleRecords, "Office", nil)
	for name, key := range map[string]ed25519.PrivateKey{"Ana": signer("Lee/person"), "Bo": signer("Rae/person"), "Cy": w.root} {
		g := w.invite(name, RoleLead, "South", "", key)
		w.apply(g.stmt)
		w.apply(g.accept(w, name, name, nil))
	}
	if len(w.dir.Leads("South")) != 3 {
		t.Fatal("countersigned leads are missing")
	}
	// A lead who no longer leads may not countersign.
	g := w.invite("Lee", RoleWorker, "North", "again", nil)
	w.apply(g.stmt)
	w.apply(g.accept(w, "Lee2", "Lee", nil))
	if err := w.dir.Apply(w.dir.Seq()+1, w.invite("Di", RoleLead, "South", "", signer("Lee/person")).stmt.Bytes(), w.at); !errors.Is(err, ErrCountersign) {
		t.Fatal("former lead countersigns:", err)
	}
}

func TestSamePersonAgain(t *testing.T) {
	w := newTown(t, "Ford")
	a := w.enrol("Amina", RoleWorker, "North", nil)
	seq := w.dir.Seq()
	// A second device that holds the person key needs no second signature.
	g := w.invite("Amina", RoleWorker, "North", "second", nil)
	w.apply(g.stmt)
	w.apply(g.accept(w, "Amina2", "Amina", nil))
	if p, _ := w.dir.Person(a.person); p.KeySince != 3 || len(w.dir.Devices(a.person)) != 2 {
		t.Fatal("second device", p.KeySince)
	}
	// A new person key does.
	g = w.invite("Amina", RoleWorker, "North", "third", nil)
	w.apply(g.stmt)
	if err := w.dir.Apply(w.dir.Seq()+1, g.accept(w, "Amina3", "Amina-new", nil).Bytes(), w.at); !errors.Is(err, ErrCountersign) {
		t.Fatal("new person key on one signature:", err)
	}
	g = w.invite("Amina", RoleWorker, "North", "fourth", w.root)
	w.apply(g.stmt)
	w.apply(g.accept(w, "Amina3", "Amina-new", nil))
	p, _ := w.dir.Person(a.person)
	if p.KeySince != w.dir.Seq() || !equal(p.KEM, kemPub("Amina-new/person")) {
		t.Fatal("new person key not taken")
	}
	if old, _ := w.dir.PersonAt(a.person, seq); !equal(old.KEM, kemPub("Amina/person")) {
		t.Fatal("history rewritten")
	}
}

func TestReplacedKeyCountersignsNothing(t *testing.T) {
	w := newTown(t, "Ford")
	w.enrol("Lee", RoleLead, "North", nil)
	g := w.invite("Lee", RoleLead, "North", "again", w.root)
	w.apply(g.stmt)
	w.apply(g.accept(w, "Lee2", "Lee-new", nil))
	old := w.invite("Ana", RoleLead, "South", "", signer("Lee/person"))
	if err := w.dir.Apply(w.dir.Seq()+1, old.stmt.Bytes(), w.at); !errors.Is(err, ErrCountersign) {
		t.Fatal("replaced key countersigns:", err)
	}
	w.apply(w.invite("Ana", RoleLead, "South", "", signer("Lee-new/person")).stmt)
}

func TestInvitationTimes(t *testing.T) {
	w := newTown(t, "Ford")
	g := w.invite("Amina", RoleWorker, "North", "", nil)
	w.apply(g.stmt)
	add := g.accept(w, "Amina", "Amina", nil).Bytes()
	seq := w.dir.Seq() + 1
	if err := w.dir.Clone().Apply(seq, add, g.body.Expires+1); !errors.Is(err, ErrExpired) {
		t.Fatal("after expiry:", err)
	}
	check(t, w.dir.Clone().Apply(seq, add, g.body.Expires))
	// An endpoint cannot turn its clock back past what it has said before.
	late := w.invite("Late", RoleWorker, "North", "", nil)
	check(t, w.dir.Apply(seq, late.stmt.Bytes(), g.body.Expires+day))
	if err := w.dir.Apply(seq+1, add, w.at); !errors.Is(err, ErrExpired) {
		t.Fatal("revived by turning back the clock:", err)
	}
	for name, spoil := range map[string]func(b *InviteBody){
		"never expires":    func(b *InviteBody) { b.Expires = b.Issued + MaxInvitation + 1 },
		"expired at birth": func(b *InviteBody) { b.Expires = b.Issued },
	} {
		g := w.invite("X"+name, RoleWorker, "North", "", nil)
		spoil(&g.body)
		s := &Statement{Kind: KindInvite, Realm: w.realm, Body: record.Encode(g.body)}
		s.Sign(w.admin)
		if err := w.dir.Apply(w.dir.Seq()+1, s.Bytes(), w.at); !errors.Is(err, ErrMalformed) {
			t.Fatal(name, err)
		}
	}
}

func TestDirectoryOrderAndRoot(t *testing.T) {
	w := newTown(t, "Ford")
	s := w.invite("Amina", RoleWorker, "North", "", nil).stmt.Bytes()
	for _, seq := range []uint64{0, 1, 3} {
		if err := w.dir.Apply(seq, s, w.at); !errors.Is(err, ErrOrder) {
			t.Fatal(seq, err)
		}
	}
	if err := NewDirectory(w.realm).Apply(1, s, w.at); !errors.Is(err, ErrNotTrusted) {
		t.Fatal("directory without a root:", err)
	}
	if err := NewDirectory(record.Hash("other")).Apply(1, w.log[0], w.at); !errors.Is(err, ErrWrongRoot) {
		t.Fatal("another root than the pinned one:", err)
	}
	// A self-made root under our name fails on the fingerprint.
	fake := rootBody("Ford")
	fake.Root = publicOf(signer("fake"))
	f := &Statement{Kind: KindRoot, Realm: w.realm, Body: record.Encode(fake)}
	f.Sign(signer("fake"))
	if err := NewDirectory(w.realm).Apply(1, f.Bytes(), w.at); !errors.Is(err, ErrWrongRoot) {
		t.Fatal(err)
	}
	// The real body signed by someone else.
	f = &Statement{Kind: KindRoot, Realm: w.realm, Body: record.Encode(rootBody("Ford"))}
	f.Sign(signer("fake"))
	if err := NewDirectory(w.realm).Apply(1, f.Bytes(), w.at); !errors.Is(err, ErrNotTrusted) {
		t.Fatal(err)
	}
}

// TestRootBodyRefused: properly signed by the root, and still not to be had.
func TestRootBodyRefused(t *testing.T) {
	for name, spoil := range map[string]func(b *RootBody){
		"no name":                  func(b *RootBody) { b.Name = "" },
		"no administrator":         func(b *RootBody) { b.Admins = [][]byte{} },
		"the root administers":     func(b *RootBody) { b.Admins = [][]byte{b.Root} },
		"the endpoint administers": func(b *RootBody) { b.Admins = append(b.Admins, b.Endpoint) },
		"short endpoint key":       func(b *RootBody) { b.Endpoint = b.Endpoint[1:] },
		"no recovery key":          func(b *RootBody) { b.RecoveryKEM = []byte{} },
		"recovery key of no KEM":   func(b *RootBody) { b.RecoveryKEM = bytes.Repeat([]byte{0xff}, len(b.RecoveryKEM)) },
		"before time":              func(b *RootBody) { b.Time = -1 },
	} {
		w := newTown(t, "Ford")
		b := rootBody("Ford")
		spoil(&b)
		s := &Statement{Kind: KindRoot, Realm: w.realm, Body: record.Encode(b)}
		s.Sign(w.root)
		if err := NewDirectory(w.realm).Apply(1, s.Bytes(), w.at); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStatementIDCoversSignatures(t *testing.T) {
	w := newTown(t, "Ford")
	one := w.invite("Amina", RoleWorker, "North", "", nil).stmt
	two := w.invite("Amina", RoleWorker, "North", "", w.root).stmt
	if one.ID() == two.ID() {
		t.Fatal("a log record would not say who signed")
	}
	p, err := ParseStatement(two.Bytes())
	check(t, err)
	if p.ID() != two.ID() {
		t.Fatal("id changes by parsing")
	}
}

func TestLinked(t *testing.T) {
	w := newTown(t, "Ford")
	s := newSolo("Amina")
	a := w.enrol("Amina", RoleWorker, "North", s)
	if d, ok := w.dir.Linked(s.realm, s.id); !ok || d.ID != a.id {
		t.Fatal("link not found")
	}
	if _, ok := w.dir.Linked(s.realm, a.id); ok {
		t.Fatal("link of another device")
	}
}

// TestCloneIsApart: what a clone learns the original does not.
func TestCloneIsApart(t *testing.T) {
	w := newTown(t, "Ford")
	w.enrol("Amina", RoleWorker, "North", nil)
	before := w.dir
	w.dir = before.Clone()
	w.enrol("Lee", RoleLead, "North", nil)
	g := w.invite("Amina", RoleWorker, "North", "again", nil)
	w.apply(g.stmt)
	w.apply(g.accept(w, "Amina2", "Amina", nil))
	if before.Seq() != 3 || len(before.Persons()) != 1 || len(before.Leads("North")) != 0 {
		t.Fatal("the original moved")
	}
	if len(before.Devices(record.Hash("test-person", []byte("Amina")))) != 1 {
		t.Fatal("the original's devices moved")
	}
}
