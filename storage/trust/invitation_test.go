package trust

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"wherry/storage/record"
)

const testCA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

func testInvitation(w *town) *Invitation {
	g := w.invite("Amina", RoleWorker, "North", "", nil)
	return &Invitation{URL: "https://council.example:8443", CA: []byte(testCA), Root: w.realm,
		Secret: g.secret.Seed(), Statement: g.stmt.Bytes(), RootStatement: w.log[0]}
}

func TestInvitationFile(t *testing.T) {
	w := newTown(t, "Ford")
	text := testInvitation(w).String()
	for _, end := range []string{"", "\n", "\r\n"} {
		i, err := ParseInvitation([]byte(text + end))
		check(t, err)
		if i.Body().Name != "Amina" || i.Root != w.realm || i.URL != "https://council.example:8443" || i.String() != text {
			t.Fatal("read otherwise than written")
		}
	}
	i, err := ParseInvitation([]byte(text))
	check(t, err)
	s, err := NewDeviceAdd(i, signer("d"), signer("p"), kemPub("p"), nil)
	check(t, err)
	w.apply(&Statement{Kind: KindInvite, Realm: w.realm, Body: mustParse(t, i.Statement).Body, Sigs: mustParse(t, i.Statement).Sigs})
	w.apply(s)
	if p, ok := w.dir.PersonOf(record.DeviceID(publicOf(signer("d"))), w.dir.Seq()); !ok || p.Name != "Amina" {
		t.Fatal("invitee is not in the directory")
	}
	again, err := NewDeviceAdd(i, signer("d"), signer("p"), kemPub("p"), nil)
	if err != nil || again.ID() != s.ID() {
		t.Fatal("a retry sends other bytes")
	}
}

func mustParse(t *testing.T, data []byte) *Statement {
	t.Helper()
	s, err := ParseStatement(data)
	check(t, err)
	return s
}

var hostileInvitations = []struct {
	name string
	make func(w *town, i *Invitation) string
	want error
}{
	{"another text", func(*town, *Invitation) string { return "hello" }, ErrMalformed},
	{"newer", func(_ *town, i *Invitation) string {
		return strings.Replace(i.String(), "wherry-invite-1:", "wherry-invite-2:", 1)
	}, ErrNewer},
	{"cut short", func(_ *town, i *Invitation) string { return i.String()[:200] }, ErrMalformed},
	{"broken over lines", func(_ *town, i *Invitation) string { s := i.String(); return s[:100] + "\n" + s[100:] }, ErrMalformed},
	{"padded", func(_ *town, i *Invitation) string { return i.String() + "=" }, ErrMalformed},
	{"two lines", func(_ *town, i *Invitation) string { return i.String() + "\n\n" }, ErrMalformed},
	{"other alphabet", func(_ *town, i *Invitation) string {
		return invitationMagic + base64.StdEncoding.EncodeToString([]byte{0xff, 0xff, 0xff})
	}, ErrMalformed},
	{"plain http", func(_ *town, i *Invitation) string { i.URL = "http://council.example"; return i.String() }, ErrMalformed},
	{"address with a path", func(_ *town, i *Invitation) string { i.URL += "/x"; return i.String() }, ErrMalformed},
	{"address with a user", func(_ *town, i *Invitation) string { i.URL = "https://a@b"; return i.String() }, ErrMalformed},
	{"no address", func(_ *town, i *Invitation) string { i.URL = ""; return i.String() }, ErrMalformed},
	{"key among the certificates", func(_ *town, i *Invitation) string {
		i.CA = []byte(strings.ReplaceAll(testCA, "CERTIFICATE", "PRIVATE KEY"))
		return i.String()
	}, ErrMalformed},
	{"noise among the certificates", func(_ *town, i *Invitation) string { i.CA = []byte("noise"); return i.String() }, ErrMalformed},
	{"other secret", func(_ *town, i *Invitation) string { i.Secret = signer("x").Seed(); return i.String() }, ErrMalformed},
	{"short secret", func(_ *town, i *Invitation) string { i.Secret = i.Secret[1:]; return i.String() }, ErrMalformed},
	{"other fingerprint", func(_ *town, i *Invitation) string { i.Root = record.Hash("x"); return i.String() }, ErrWrongRoot},
	{"other root statement", func(w *town, i *Invitation) string {
		i.RootStatement = newTown(w.t, "Weir").log[0]
		return i.String()
	}, ErrWrongRoot},
	{"root statement under another realm", func(w *town, i *Invitation) string {
		s := &Statement{Kind: KindRoot, Realm: record.Hash("x"), Body: record.Encode(rootBody("Ford"))}
		s.Sign(w.root)
		i.RootStatement = s.Bytes()
		return i.String()
	}, ErrWrongRoot},
	{"long address", func(_ *town, i *Invitation) string {
		i.URL = "https://" + strings.Repeat("a", maxURL)
		return i.String()
	}, ErrMalformed},
	{"other council's invitation", func(w *town, i *Invitation) string {
		g := newTown(w.t, "Weir").invite("Amina", RoleWorker, "North", "", nil)
		i.Statement, i.Secret = g.stmt.Bytes(), g.secret.Seed()
		return i.String()
	}, ErrWrongRoot},
	{"signed by nobody", func(w *town, i *Invitation) string {
		w.admin = signer("nobody")
		i.Statement = w.invite("Amina", RoleWorker, "North", "", nil).stmt.Bytes()
		return i.String()
	}, ErrNotTrusted},
	{"not an invitation", func(_ *town, i *Invitation) string { i.Statement = i.RootStatement; return i.String() }, ErrMalformed},
}

func TestHostileInvitations(t *testing.T) {
	for _, c := range hostileInvitations {
		w := newTown(t, "Ford")
		if _, err := ParseInvitation([]byte(c.make(w, testInvitation(w)))); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	w := newTown(t, "Ford")
	i := testInvitation(w)
	i.CA = []byte(strings.Repeat(testCA, maxCA/len(testCA)))
	if _, err := ParseInvitation([]byte(i.String())); err != nil {
		t.Error("many certificates:", err)
	}
	i.CA = append(i.CA, testCA...)
	if _, err := ParseInvitation([]byte(i.String())); !errors.Is(err, ErrMalformed) {
		t.Error("too many certificates:", err)
	}
	if _, err := ParseStatement(record.Encode(Statement{Kind: "x", Realm: w.realm, Body: make([]byte, maxStatement), Sigs: mustParse(t, w.log[0]).Sigs})); !errors.Is(err, ErrMalformed) {
		t.Error("long statement:", err)
	}
}

func invitationVectors(t *testing.T, add, bad addVector) {
	w := newTown(t, "Ford")
	add("invitation", "invitation", []byte(testInvitation(w).String()))
	for _, c := range hostileInvitations {
		w := newTown(t, "Ford")
		bad("invitation", "invitation: "+c.name, []byte(c.make(w, testInvitation(w))))
	}
}
