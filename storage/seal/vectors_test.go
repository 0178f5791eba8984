package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"testing"

	"wherry/storage/record"
)

// New vectors are made only for a new format version: go test -run Vectors
// -update-vectors. Those of a version that people have used stay for ever.
var updateVectors = flag.Bool("update-vectors", false, "write testdata/vectors.json anew")

const vectorsFile = "testdata/vectors.json"

// vectors is what testdata/vectors.json holds. Byte strings are base64. Err,
// where it is not empty, is the error that reading must give.
type vectors struct {
	Derive  []deriveVector `json:"derive"`
	Sealed  []sealVector   `json:"sealed"`
	Payload []sealVector   `json:"payload"`
	Wrap    []wrapVector   `json:"wrap"`
	Code    []codeVector   `json:"recovery_code"`
	KeyFile []keyVector    `json:"key_file"`
	File    []fileVector   `json:"sealed_file"`
	Box     []boxVector    `json:"box"`
}

type deriveVector struct {
	Key   []byte   `json:"key"`
	Label string   `json:"label"`
	Parts [][]byte `json:"parts"`
	Key2  []byte   `json:"derived"`
	MAC   []byte   `json:"mac_of_parts"`
}

type sealVector struct {
	Name   string `json:"name"`
	Key    []byte `json:"key"`
	AAD    []byte `json:"aad"`
	Sealed []byte `json:"sealed"`
	Plain  []byte `json:"plain,omitempty"`
	Err    string `json:"error,omitempty"`
}

type wrapVector struct {
	Name    string `json:"name"`
	Private []byte `json:"private"`
	Public  []byte `json:"public"`
	AAD     []byte `json:"aad"`
	Wrap    []byte `json:"wrap"`
	Key     []byte `json:"key,omitempty"`
	Err     string `json:"error,omitempty"`
}

type codeVector struct {
	Text  string `json:"text"`
	Code  []byte `json:"code,omitempty"`
	Group int    `json:"group,omitempty"`
	Err   string `json:"error,omitempty"`
}

type keyVector struct {
	Name       string    `json:"name"`
	File       []byte    `json:"file"`
	Passphrase string    `json:"passphrase,omitempty"` // else by the code
	Code       []byte    `json:"code,omitempty"`
	Vault      []byte    `json:"vault,omitempty"`
	Notebook   record.ID `json:"notebook"`
	Generation uint64    `json:"generation,omitempty"`
	Err        string    `json:"error,omitempty"`
}

type fileVector struct {
	Name       string `json:"name"`
	File       []byte `json:"file"`
	Passphrase string `json:"passphrase"`
	Label      string `json:"label"`
	Plain      []byte `json:"plain,omitempty"`
	Err        string `json:"error,omitempty"`
}

type boxVector struct {
	Name       string      `json:"name"`
	Vault      []byte      `json:"vault"`
	File       []byte      `json:"file"`
	Generation uint64      `json:"generation,omitempty"`
	Keys       []boxKey    `json:"keys,omitempty"`
	Entry      record.ID   `json:"entry"`
	Wraps      [][]byte    `json:"wraps,omitempty"`
	Secrets    []boxSecret `json:"secrets,omitempty"`
	Err        string      `json:"error,omitempty"`
}

type boxKey struct {
	Case  record.ID `json:"case"`
	Epoch record.ID `json:"epoch"`
	Key   []byte    `json:"key"`
}

type boxSecret struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
}

var vectorErrors = map[string]error{
	"sealed": ErrSealed, "damaged": ErrDamaged, "newer": ErrNewerFormat, "weak": ErrWeakKDF,
	"passphrase": ErrWrongPassphrase, "label": ErrWrongLabel, "code": ErrRecoveryCode,
}

// wants compares an outcome with a vector's; true means that the value counts.
func wants(t *testing.T, kind, name, want string, err error) bool {
	t.Helper()
	if want != "" {
		if e, ok := vectorErrors[want]; !ok || !errors.Is(err, e) {
			t.Errorf("%s, %s: %v, want %s", kind, name, err, want)
		}
		return false
	}
	if err != nil {
		t.Errorf("%s, %s: %v", kind, name, err)
	}
	return err == nil
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	if *updateVectors {
		b, err := json.MarshalIndent(makeVectors(t), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorsFile, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var v vectors
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectors(t *testing.T) {
	v := readVectors(t)
	for _, c := range v.Derive {
		k, mac := Key(c.Key).Derive(c.Label, c.Parts...), Key(c.Key).MAC(c.Parts...)
		if !bytes.Equal(k[:], c.Key2) || !bytes.Equal(mac[:], c.MAC) {
			t.Errorf("derivation %q", c.Label)
		}
	}
	for _, c := range v.Sealed {
		got, err := Open(Key(c.Key), c.AAD, c.Sealed)
		if wants(t, "sealed", c.Name, c.Err, err) && !bytes.Equal(got, c.Plain) {
			t.Errorf("sealed, %s: another plaintext", c.Name)
		}
	}
	for _, c := range v.Payload {
		got, err := OpenPayload(Key(c.Key), c.AAD, c.Sealed)
		if wants(t, "payload", c.Name, c.Err, err) && !bytes.Equal(got, c.Plain) {
			t.Errorf("payload, %s: another plaintext", c.Name)
		}
	}
	for _, c := range v.Wrap {
		p, err := ParseKEMPrivate(c.Private)
		if err != nil || !bytes.Equal(p.Public(), c.Public) {
			t.Errorf("wrap, %s: another key pair", c.Name)
			continue
		}
		got, err := p.UnwrapKey(c.AAD, c.Wrap)
		if wants(t, "wrap", c.Name, c.Err, err) && !bytes.Equal(got[:], c.Key) {
			t.Errorf("wrap, %s: another key", c.Name)
		}
	}
	for _, c := range v.Code {
		got, err := ParseRecoveryCode(c.Text)
		var e *CodeError
		if errors.As(err, &e) && e.Group != c.Group {
			t.Errorf("code %s: group %d", c.Text, e.Group)
		}
		if wants(t, "code", c.Text, c.Err, err) && !bytes.Equal(got[:], c.Code) {
			t.Errorf("code %s: another code", c.Text)
		}
	}
	for _, c := range v.KeyFile {
		checkKeyVector(t, c)
	}
	for _, c := range v.File {
		got, err := OpenFile([]byte(c.Passphrase), c.Label, c.File)
		if wants(t, "sealed file", c.Name, c.Err, err) && !bytes.Equal(got, c.Plain) {
			t.Errorf("sealed file, %s: another content", c.Name)
		}
	}
	for _, c := range v.Box {
		checkBoxVector(t, c)
	}
	if len(v.Sealed) == 0 || len(v.Payload) == 0 || len(v.Wrap) == 0 || len(v.Code) == 0 ||
		len(v.KeyFile) == 0 || len(v.File) == 0 || len(v.Box) == 0 || len(v.Derive) == 0 {
		t.Error("a kind has no vectors")
	}
}

func checkKeyVector(t *testing.T, c keyVector) {
	t.Helper()
	d := diskWith(c.File, nil)
	var u *Unlocked
	var err error
	if c.Passphrase != "" {
		u, err = withPassphrase([]byte(c.Passphrase), func(o opener) (*Unlocked, error) { return unlock(keyPair(d, "d"), o, false) })
	} else {
		u, err = unlock(keyPair(d, "d"), codeOpener(RecoveryCode(c.Code)), false)
	}
	if wants(t, "key file", c.Name, c.Err, err) &&
		(!bytes.Equal(u.Key[:], c.Vault) || u.Notebook != c.Notebook || u.Generation != c.Generation) {
		t.Errorf("key file, %s: another content", c.Name)
	}
}

func checkBoxVector(t *testing.T, c boxVector) {
	t.Helper()
	d := boxDisk(c.File, c.File)
	b, err := openBox(d, "d", Key(c.Vault))
	if !wants(t, "box", c.Name, c.Err, err) {
		return
	}
	same := b.Generation() == c.Generation && slices.EqualFunc(b.Wraps(c.Entry), c.Wraps, bytes.Equal)
	for _, k := range c.Keys {
		got, ok := b.Case(k.Case, k.Epoch)
		same = same && ok && bytes.Equal(got[:], k.Key)
	}
	for _, s := range c.Secrets {
		got, ok := b.Secret(s.Name)
		same = same && ok && bytes.Equal(got, s.Value)
	}
	if !same || len(b.state.sealed) != len(c.Keys)+len(c.Secrets)+1 {
		t.Errorf("box, %s: another content", c.Name)
	}
}
