package trust

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"wherry/storage/record"
)

var update = flag.Bool("update", false, "rewrite frozen vectors")

// vector is one frozen byte string: what it is, and how it is answered.
type vector struct {
	Name  string `json:"name"`
	Type  string `json:"type"` // statement, access, key, invitation, state, directory
	Bytes string `json:"bytes"`
	ID    string `json:"id,omitempty"`
	Error string `json:"error,omitempty"`
}

const vectorFile = "testdata/vectors.json"

// read parses the bytes as their type and returns an id of what was read.
func (v vector) read(raw []byte) (string, error) {
	switch v.Type {
	case "statement":
		s, err := ParseStatement(raw)
		if err != nil {
			return "", err
		}
		return s.ID().String(), nil
	case "access":
		b, err := ParseAccess(raw)
		if err != nil {
			return "", err
		}
		return record.Hash("vector", b.Bytes()).String(), nil
	case "key":
		b, err := ParseKey(raw)
		if err != nil {
			return "", err
		}
		return record.Hash("vector", b.Bytes()).String(), nil
	case "invitation":
		i, err := ParseInvitation(raw)
		if err != nil {
			return "", err
		}
		return i.Body().Invitation.String(), nil
	case "state":
		c, err := ParseCaseAuthority(raw)
		if err != nil {
			return "", err
		}
		return record.Hash("vector", c.Bytes()).String(), nil
	}
	return "", ErrNewer
}

// TestVectors keeps the bytes of yesterday readable, and hostile ones refused.
func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	data, err := os.ReadFile(vectorFile)
	check(t, err)
	var vs []vector
	check(t, json.Unmarshal(data, &vs))
	if len(vs) < 40 {
		t.Fatalf("only %d vectors", len(vs))
	}
	for _, v := range vs {
		raw, err := hex.DecodeString(v.Bytes)
		check(t, err)
		id, err := v.read(raw)
		if v.Error != "" {
			if err == nil || err.Error() != v.Error {
				t.Errorf("%s: got %v, want %s", v.Name, err, v.Error)
			}
			continue
		}
		if err != nil || id != v.ID {
			t.Errorf("%s: %v, id %s", v.Name, err, id)
		}
	}
	directoryVectors(t, vs)
}

// directoryVectors replays the frozen statements as one directory.
func directoryVectors(t *testing.T, vs []vector) {
	w := newTown(t, "Ford")
	d := NewDirectory(w.realm)
	for _, v := range vs {
		if v.Type != "statement" || v.Error != "" {
			continue
		}
		raw, err := hex.DecodeString(v.Bytes)
		check(t, err)
		if err := d.Apply(d.Seq()+1, raw, w.at); err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
	}
	if len(d.Persons()) != 2 || len(d.Leads("North")) != 1 {
		t.Fatal("the frozen directory reads otherwise")
	}
}

func writeVectors(t *testing.T) {
	var vs []vector
	add := func(typ, name string, raw []byte) {
		v := vector{Name: name, Type: typ, Bytes: hex.EncodeToString(raw)}
		id, err := v.read(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v.ID = id
		vs = append(vs, v)
	}
	bad := func(typ, name string, raw []byte) {
		v := vector{Name: name, Type: typ, Bytes: hex.EncodeToString(raw)}
		_, err := v.read(raw)
		if err == nil {
			t.Fatalf("hostile vector %s is accepted", name)
		}
		v.Error = err.Error()
		vs = append(vs, v)
	}
	spoil := func(typ string, raw []byte) {
		bad(typ, typ+": empty", nil)
		bad(typ, typ+": cut short", raw[:len(raw)-1])
		bad(typ, typ+": one byte more", append(bytes.Clone(raw), 0))
		bad(typ, typ+": map instead of array", record.Encode(map[string]int{"a": 1}))
	}
	statementVectors(t, add, bad, spoil)
	bodyVectors(add, bad, spoil)
	invitationVectors(t, add, bad)
	v := newVoyage(t).adopt()
	v.log.must(v.first[0])
	state := v.log.door.Bytes()
	add("state", "state: adopted case", state)
	add("state", "state: unknown case", NewCaseAuthority(v.w.realm, v.pen.caseID, 1).Bytes())
	spoil("state", state)
	newer := bytes.Clone(state)
	newer[1] = 2
	bad("state", "state: newer", newer)
	slices.SortStableFunc(vs, func(a, b vector) int {
		if (a.Error == "") != (b.Error == "") {
			return cmp.Compare(a.Error, b.Error) // good ones first
		}
		if a.Error == "" {
			return 0 // the directory is replayed in this order
		}
		return cmp.Compare(a.Name, b.Name)
	})
	out, err := json.MarshalIndent(vs, "", " ")
	check(t, err)
	check(t, os.WriteFile(vectorFile, append(out, '\n'), 0o644))
}

type addVector func(typ, name string, raw []byte)

func statementVectors(t *testing.T, add, bad addVector, spoil func(string, []byte)) {
	w := newTown(t, "Ford")
	root := w.log[0]
	add("statement", "root", root)
	w.at = 1000 * day
	amina := w.invite("Amina", RoleWorker, "North", "", nil)
	add("statement", "invite", amina.stmt.Bytes())
	add("statement", "device.add", amina.accept(w, "Amina", "Amina", nil).Bytes())
	lee := w.invite("Lee", RoleLead, "North", "", w.root)
	add("statement", "invite with second signature", lee.stmt.Bytes())
	add("statement", "device.add with link", lee.accept(w, "Lee", "Lee", newSolo("Lee")).Bytes())
	spoil("statement", root)
	for name, change := range map[string]func(s *Statement){
		"no signature":    func(s *Statement) { s.Sigs = []Signature{} },
		"no kind":         func(s *Statement) { s.Kind = "" },
		"no realm":        func(s *Statement) { s.Realm = record.ID{} },
		"no body":         func(s *Statement) { s.Body = []byte{} },
		"short key":       func(s *Statement) { s.Sigs = []Signature{{Key: make([]byte, 31), Sig: make([]byte, 64)}} },
		"short signature": func(s *Statement) { s.Sigs = []Signature{{Key: make([]byte, 32), Sig: make([]byte, 63)}} },
		"nine signatures": func(s *Statement) {
			for len(s.Sigs) < 9 {
				s.Sigs = append(s.Sigs, s.Sigs[0])
			}
		},
	} {
		s, err := ParseStatement(root)
		check(t, err)
		change(s)
		bad("statement", "statement: "+name, s.Bytes())
	}
}

func bodyVectors(add, bad addVector, spoil func(string, []byte)) {
	id := func(s string) record.ID { return record.Hash("vector", []byte(s)) }
	genesis := GenesisBody(id("person"), "North", [16]byte{1})
	lanes := []LaneHead{{Lane: id("b"), Seq: 2, Head: id("y")}, {Lane: id("a"), Seq: 1, Head: id("x")}}
	adopt := AdoptBody(id("person"), "North", id("realm"), id("genesis"), [16]byte{1}, lanes)
	add("access", "genesis", genesis.Bytes())
	add("access", "adopt", adopt.Bytes())
	spoil("access", genesis.Bytes())
	for name, change := range map[string]func(b *AccessBody){
		"short nonce":        func(b *AccessBody) { b.Nonce = b.Nonce[:15] },
		"no person":          func(b *AccessBody) { b.Person = record.ID{} },
		"reserved person":    func(b *AccessBody) { b.Person = RecoveryReader },
		"control in team":    func(b *AccessBody) { b.Team = "No\x00rth" },
		"no genesis":         func(b *AccessBody) { b.Genesis = record.ID{} },
		"no old realm":       func(b *AccessBody) { b.OldRealm = record.ID{} },
		"no lanes":           func(b *AccessBody) { b.Lanes = nil },
		"lane of no length":  func(b *AccessBody) { b.Lanes = []LaneHead{{Lane: id("a"), Head: id("x")}} },
		"lane twice":         func(b *AccessBody) { b.Lanes = []LaneHead{b.Lanes[0], b.Lanes[0]} },
		"genesis with lanes": func(b *AccessBody) { b.Action = ActionGenesis },
		"unknown action":     func(b *AccessBody) { b.Action = "dispose" },
		"no action":          func(b *AccessBody) { b.Action = "" },
	} {
		b := adopt
		change(&b)
		bad("access", "access: "+name, b.Bytes())
	}
	refs, _ := wrapsFor(id("b"), RecoveryReader, id("a"))
	withPrev, _ := wrapsFor(id("a"), PrevReader)
	add("key", "epoch", EpochBody(record.ID{}, testCheck, refs).Bytes())
	add("key", "epoch after another", EpochBody(id("epoch"), testCheck, withPrev).Bytes())
	add("key", "grant", GrantBody(id("epoch"), testCheck, refs).Bytes())
	spoil("key", GrantBody(id("epoch"), testCheck, refs).Bytes())
	for name, b := range map[string]KeyBody{
		"epoch with no previous but its wrap": EpochBody(record.ID{}, testCheck, withPrev),
		"epoch with a previous but no wrap":   EpochBody(id("epoch"), testCheck, refs),
		"grant of the previous":               GrantBody(id("epoch"), testCheck, withPrev),
		"grant of nothing":                    GrantBody(record.ID{}, testCheck, refs),
		"short check":                         GrantBody(id("epoch"), testCheck[:31], refs),
		"no wraps":                            GrantBody(id("epoch"), testCheck, nil),
		"reader twice":                        GrantBody(id("epoch"), testCheck, []WrapRef{refs[0], refs[0]}),
		"readers out of order":                {Action: ActionGrant, Epoch: id("epoch"), Check: testCheck, Wraps: refs},
		"unknown action":                      {Action: "burn", Epoch: id("epoch"), Check: testCheck, Wraps: refs},
	} {
		bad("key", "key: "+name, b.Bytes())
	}
}
