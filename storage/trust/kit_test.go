package trust

import (
	"crypto/ed25519"
	"crypto/hpke"
	"testing"

	"wherry/storage/record"
)

// The kit builds councils, people and case logs from names, so that tests say
// who does what and two runs have the same bytes.

const day = int64(24 * 60 * 60 * 1000)

func signer(name string) ed25519.PrivateKey {
	seed := record.Hash("test-key", []byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

var kemCache = map[string][]byte{}

// kemPub derives an HPKE public key from a name.
func kemPub(name string) []byte {
	if k, ok := kemCache[name]; ok {
		return k
	}
	ikm := record.Hash("test-kem", []byte(name))
	priv, err := hpke.MLKEM768X25519().DeriveKeyPair(ikm[:])
	if err != nil {
		panic(err)
	}
	kemCache[name] = priv.PublicKey().Bytes()
	return kemCache[name]
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// town is a council with its directory.
type town struct {
	t     testing.TB
	root  ed25519.PrivateKey
	admin ed25519.PrivateKey
	realm record.ID
	dir   *Directory
	log   [][]byte // statements applied
	at    int64
}

func rootBody(name string) RootBody {
	return RootBody{Name: "Town of " + name, Root: publicOf(signer(name + "/root")), Endpoint: publicOf(signer(name + "/endpoint")),
		Admins: [][]byte{publicOf(signer(name + "/admin"))}, RecoveryKEM: kemPub(name + "/recovery"),
		RecoverySign: publicOf(signer(name + "/recovery")), Time: 1}
}

func newTown(t testing.TB, name string) *town {
	t.Helper()
	w := &town{t: t, root: signer(name + "/root"), admin: signer(name + "/admin"), at: 1000 * day}
	w.realm = record.RealmID(publicOf(w.root))
	w.dir = NewDirectory(w.realm)
	s := &Statement{Kind: KindRoot, Realm: w.realm, Body: record.Encode(rootBody(name))}
	s.Sign(w.root)
	w.apply(s)
	return w
}

func (w *town) apply(s *Statement) {
	w.t.Helper()
	w.at += 1000
	check(w.t, w.dir.Apply(w.dir.Seq()+1, s.Bytes(), w.at))
	w.log = append(w.log, s.Bytes())
}

// guest is an invitation and the secret that goes with it.
type guest struct {
	body   InviteBody
	secret ed25519.PrivateKey
	stmt   *Statement
}

// invite makes an invitation signed by the administrator, and by second if any.
func (w *town) invite(name, role, team, tag string, second ed25519.PrivateKey) *guest {
	secret := signer("secret/" + name + tag)
	pub := publicOf(secret)
	g := &guest{secret: secret, body: InviteBody{Invitation: InvitationID(pub), Secret: pub,
		Person: record.Hash("test-person", []byte(name)), Name: name, Role: role, Team: team, Issued: w.at, Expires: w.at + 3*day}}
	g.stmt = &Statement{Kind: KindInvite, Realm: w.realm, Body: record.Encode(g.body)}
	g.stmt.Sign(w.admin)
	if second != nil {
		g.stmt.Sign(second)
	}
	return g
}

// actor is an enrolled person with a device.
type actor struct {
	name   string
	person record.ID
	sign   ed25519.PrivateKey // person key
	device ed25519.PrivateKey
	id     record.ID // device
	town   *town
}

// solo is the former life of an actor's notebook.
type solo struct {
	root, device ed25519.PrivateKey
	realm, id    record.ID
}

func newSolo(name string) *solo {
	s := &solo{root: signer(name + "/solo-root"), device: signer(name + "/solo-device")}
	s.realm, s.id = record.RealmID(publicOf(s.root)), record.DeviceID(publicOf(s.device))
	return s
}

func (g *guest) deviceBody(w *town, device, tag string, alone *solo) DeviceBody {
	b := DeviceBody{Invitation: g.body.Invitation, Device: publicOf(signer(device + "/device")),
		PersonSign: publicOf(signer(tag + "/person")), PersonKEM: kemPub(tag + "/person")}
	if alone != nil {
		l, err := NewLink(w.realm, g.body.Invitation, b.Device, alone.root, alone.device)
		check(w.t, err)
		b.Link = l
	}
	return b
}

// accept makes a device.add for the guest.
func (g *guest) accept(w *town, device, personKey string, alone *solo) *Statement {
	s := &Statement{Kind: KindDeviceAdd, Realm: w.realm, Body: record.Encode(g.deviceBody(w, device, personKey, alone))}
	s.Sign(g.secret)
	s.Sign(signer(device + "/device"))
	s.Sign(signer(personKey + "/person"))
	return s
}

func (w *town) enrol(name, role, team string, alone *solo) *actor {
	w.t.Helper()
	var second ed25519.PrivateKey
	if Widens(role) {
		second = w.root
	}
	g := w.invite(name, role, team, "", second)
	w.apply(g.stmt)
	w.apply(g.accept(w, name, name, alone))
	dev := signer(name + "/device")
	return &actor{name: name, person: g.body.Person, sign: signer(name + "/person"), device: dev,
		id: record.DeviceID(publicOf(dev)), town: w}
}
