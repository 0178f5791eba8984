package trust

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wherry/storage/record"
	"wherry/storage/seal"
)

func testRandom() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }

// TestCouncilFromInitToFirstLead walks the way that `wherry-endpoint` walks:
// make the council, invite with the key files, enrol, verify from the root.
func TestCouncilFromInitToFirstLead(t *testing.T) {
	random := testRandom()
	now := 1000 * day
	c, err := NewCouncil("Town of  Ford ", now, random)
	check(t, err)
	d := NewDirectory(c.Realm())
	check(t, d.Apply(1, c.Statement.Bytes(), now))
	if d.Name() != "Town of Ford" || !equal(d.EndpointKey(), publicOf(c.Endpoint)) || !equal(d.RecoveryKEM(), c.KEM.Public()) {
		t.Fatal("root record")
	}
	admin := c.AdminFile("https://council.example:8443", []byte(testCA))
	lead := InviteRequest{Name: "Lee", Role: RoleLead, Team: "North", Lifetime: 3 * day}
	if _, err := NewInvitation(admin, lead, nil, now, random); !errors.Is(err, ErrCountersign) {
		t.Fatal("lead on one signature:", err)
	}
	inv, err := NewInvitation(admin, lead, c.RootFile(), now, random)
	check(t, err)
	inv, err = ParseInvitation([]byte(inv.String() + "\n"))
	check(t, err)
	device, person := signer("lee-device"), signer("lee-person")
	add, err := NewDeviceAdd(inv, device, person, kemPub("lee"), nil)
	check(t, err)
	check(t, d.Apply(2, inv.Statement, now))
	check(t, d.Apply(3, add.Bytes(), now))
	if len(d.Leads("North")) != 1 {
		t.Fatal("no lead")
	}
	// The serving lead's person key now countersigns.
	file := &KeyFile{Kind: KeyPerson, Realm: c.Realm(), Sign: person}
	inv, err = NewInvitation(admin, InviteRequest{Name: "Rae", Role: RoleRecords, Team: "Office", Lifetime: day}, file, now, random)
	check(t, err)
	check(t, d.Apply(4, inv.Statement, now))
}

func TestNewInvitationRules(t *testing.T) {
	random := testRandom()
	c, err := NewCouncil("Ford", 1, random)
	check(t, err)
	other, err := NewCouncil("Weir", 1, random)
	check(t, err)
	admin := c.AdminFile("https://council.example", nil)
	worker := func(change func(*InviteRequest)) InviteRequest {
		r := InviteRequest{Name: "Amina", Role: RoleWorker, Team: "North", Lifetime: day}
		change(&r)
		return r
	}
	same := func(*InviteRequest) {}
	for _, a := range []struct {
		name   string
		admin  *KeyFile
		r      InviteRequest
		second *KeyFile
		want   error
	}{
		{"worker", admin, worker(same), nil, nil},
		{"worker with a second signature", admin, worker(same), c.RootFile(), nil},
		{"administrator", admin, worker(func(r *InviteRequest) { r.Role = RoleAdmin }), nil, nil},
		{"records officer alone", admin, worker(func(r *InviteRequest) { r.Role = RoleRecords }), nil, ErrCountersign},
		{"signed by the root", c.RootFile(), worker(same), nil, ErrKeyFile},
		{"countersigned by the administrator", admin, worker(func(r *InviteRequest) { r.Role = RoleLead }), admin, ErrKeyFile},
		{"countersigned by the recovery key", admin, worker(func(r *InviteRequest) { r.Role = RoleLead }), c.RecoveryFile(), ErrKeyFile},
		{"countersigned by another council", admin, worker(func(r *InviteRequest) { r.Role = RoleLead }), other.RootFile(), ErrKeyFile},
		{"no name", admin, worker(func(r *InviteRequest) { r.Name = " " }), nil, ErrMalformed},
		{"no team", admin, worker(func(r *InviteRequest) { r.Team = "" }), nil, ErrMalformed},
		{"unknown role", admin, worker(func(r *InviteRequest) { r.Role = "mayor" }), nil, ErrMalformed},
		{"no lifetime", admin, worker(func(r *InviteRequest) { r.Lifetime = 0 }), nil, ErrMalformed},
		{"longest lifetime", admin, worker(func(r *InviteRequest) { r.Lifetime = MaxInvitation }), nil, nil},
		{"too long a lifetime", admin, worker(func(r *InviteRequest) { r.Lifetime = MaxInvitation + 1 }), nil, ErrMalformed},
	} {
		if _, err := NewInvitation(a.admin, a.r, a.second, 5, random); !errors.Is(err, a.want) {
			t.Errorf("%s: %v", a.name, err)
		}
	}
}

func TestSameNameSamePerson(t *testing.T) {
	random := testRandom()
	c, err := NewCouncil("Ford", 1, random)
	check(t, err)
	admin := c.AdminFile("https://council.example", nil)
	person := func(name, team string, fresh bool) record.ID {
		inv, err := NewInvitation(admin, InviteRequest{Name: name, Role: RoleWorker, Team: team, Lifetime: day, NewPerson: fresh}, nil, 5, random)
		check(t, err)
		return inv.Body().Person
	}
	first := person("Şükrü Müller", "North", false)
	for _, same := range []string{"S\u0327u\u0308kru\u0308 Mu\u0308ller", "  Şükrü   Müller "} {
		if person(same, "North", false) != first {
			t.Errorf("%q is another person", same)
		}
	}
	all := []record.ID{first, person("Şükrü Müller", "South", false), person("Sukru Muller", "North", false), person("Şükrü Müller", "North", true), person("Şükrü Müller", "North", true)}
	for i := range all {
		if slices.Contains(all[:i], all[i]) {
			t.Error("two people share an id")
		}
	}
}

func TestKeyFiles(t *testing.T) {
	c, err := NewCouncil("Ford", 1, testRandom())
	check(t, err)
	kdf := seal.KDF{MemoryKiB: 64 << 10, Time: 3, Threads: 1}
	pass := []byte("a passphrase of some length")
	data, err := c.AdminFile("https://council.example", []byte(testCA)).Seal(pass, kdf)
	check(t, err)
	if kind, realm, ok := KeyFileKind(data); !ok || kind != KeyAdmin || realm != c.Realm() {
		t.Fatal("kind", kind, ok)
	}
	k, err := OpenKeyFile(pass, data)
	check(t, err)
	if !k.Sign.Equal(c.Admin) || k.URL != "https://council.example" || string(k.CA) != testCA || !equal(k.Root, c.Statement.Bytes()) {
		t.Fatal("admin key file reads otherwise")
	}
	if _, err := OpenKeyFile([]byte("another passphrase"), data); !errors.Is(err, seal.ErrWrongPassphrase) {
		t.Fatal(err)
	}
	if bytes.Contains(data, c.Admin.Seed()) {
		t.Fatal("the key lies open")
	}
	// One file cannot be passed off as another, nor under another council.
	for _, line := range []string{keyFileLine(KeyRoot, c.Realm()), keyFileLine(KeyAdmin, record.Hash("other"))} {
		forged := append([]byte(line), data[len(keyFileLine(KeyAdmin, c.Realm())):]...)
		if _, err := OpenKeyFile(pass, forged); err == nil {
			t.Fatal("forged line accepted")
		}
	}
	data, err = c.RecoveryFile().Seal(pass, kdf)
	check(t, err)
	k, err = OpenKeyFile(pass, data)
	check(t, err)
	if k.KEM == nil || !equal(k.KEM.Public(), c.KEM.Public()) || !k.Sign.Equal(c.Recovery) {
		t.Fatal("recovery key file")
	}
	for _, no := range [][]byte{nil, []byte("x"), []byte("wherry-key-1 root\n"), []byte("wherry-key-1 mayor " + c.Realm().String() + "\n"), EncodeEndpointKey(c.Endpoint)} {
		if _, _, ok := KeyFileKind(no); ok {
			t.Errorf("%q is taken for a key file", no)
		}
		if _, err := OpenKeyFile(pass, no); !errors.Is(err, ErrKeyFile) {
			t.Errorf("%q: %v", no, err)
		}
	}
}

func TestEndpointKey(t *testing.T) {
	priv := signer("endpoint")
	got, err := ParseEndpointKey(EncodeEndpointKey(priv))
	if err != nil || !got.Equal(priv) {
		t.Fatal(err)
	}
	bare := strings.TrimPrefix(string(EncodeEndpointKey(priv)), endpointKeyMagic)
	for _, no := range []string{"", bare, "wherry-endpoint-key-1 ", "wherry-endpoint-key-1 AAAA\n", "wherry-endpoint-key-2 x\n"} {
		if _, err := ParseEndpointKey([]byte(no)); !errors.Is(err, ErrKeyFile) {
			t.Errorf("%q: %v", no, err)
		}
	}
}

func TestKeyCheck(t *testing.T) {
	k := seal.Key{1}
	if c := KeyCheck(k); len(c) != 32 || !KeyChecks(k, c) || KeyChecks(seal.Key{2}, c) || KeyChecks(k, nil) || equal(c, k[:]) {
		t.Fatal("key check")
	}
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{" Amina  Yusuf\t": "Amina Yusuf", "E\u0301a": "Éa", "ሰላም": "ሰላም", "می\u200cخواهم": "می\u200cخواهم"} {
		if got, err := CleanName(in); err != nil || got != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, in := range []string{"", "  ", "a\x00b", "a\u202eb", "a\u2066b", "\xff", string(make([]byte, 201)), "a\x7f"} {
		if _, err := CleanName(in); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q is a name", in)
		}
	}
}

func FuzzKeyFileKind(f *testing.F) {
	f.Add([]byte(keyFileLine(KeyRoot, record.Hash("r")) + "WHF1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if kind, realm, ok := KeyFileKind(data); ok && !bytes.HasPrefix(data, []byte(keyFileLine(kind, realm))) {
			t.Fatal("two forms of one line")
		}
		if _, err := ParseEndpointKey(data); err == nil && len(data) > 200 {
			t.Fatal("long endpoint key")
		}
	})
}

// TestMakersRefuse: what no directory would take is not made either.
func TestMakersRefuse(t *testing.T) {
	inv := testInvitation(newTown(t, "Ford"))
	check(t, inv.check())
	d, p := signer("d"), signer("p")
	for name, make := range map[string]func() (*Statement, error){
		"no device key":    func() (*Statement, error) { return NewDeviceAdd(inv, nil, p, kemPub("p"), nil) },
		"no person key":    func() (*Statement, error) { return NewDeviceAdd(inv, d, nil, kemPub("p"), nil) },
		"one key for both": func() (*Statement, error) { return NewDeviceAdd(inv, d, d, kemPub("p"), nil) },
		"no sealing key":   func() (*Statement, error) { return NewDeviceAdd(inv, d, p, nil, nil) },
	} {
		if _, err := make(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewLink(record.Hash("r"), record.Hash("i"), publicOf(signer("d")), nil, signer("o")); !errors.Is(err, ErrMalformed) {
		t.Fatal(err)
	}
	if _, err := NewLink(record.Hash("r"), record.Hash("i"), ed25519.PublicKey{1}, signer("r"), signer("o")); !errors.Is(err, ErrMalformed) {
		t.Fatal(err)
	}
}
