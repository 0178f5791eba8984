package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"wherry/storage/record"
)

// TestCopies: the bytes of a key file and of a key box, as a backup carries them,
// open without a folder, and only as the files themselves would.
func TestCopies(t *testing.T) {
	dir := t.TempDir()
	nb, code, pass := record.Hash("notebook"), RecoveryCode{7}, []byte("five invented words go here")
	vault, err := CreateKeyFile(dir, nb, pass, code, FloorKDF)
	if err != nil {
		t.Fatal(err)
	}
	box, err := OpenBox(dir, vault)
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Put(Secret{Name: "one", Value: []byte("1")}); err != nil {
		t.Fatal(err)
	}
	// The newest whole copy is taken, whichever it is.
	if err := os.WriteFile(filepath.Join(dir, "box.A"), []byte("WHB1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "key.A")); err != nil {
		t.Fatal(err)
	}
	keys, named, err := KeyFileCopy(dir)
	if err != nil || named != nb {
		t.Fatal(err)
	}
	boxed, err := BoxCopy(dir, vault)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := BoxCopy(dir, Key{1}); !errors.Is(err, ErrDamaged) {
		t.Errorf("the box under another key: %v", err)
	}
	if u, err := UnlockCopy(keys, pass); err != nil || !u.Key.Equal(vault) || u.Notebook != nb {
		t.Errorf("by passphrase: %v", err)
	}
	if u, err := UnlockCopyWithCode(keys, code); err != nil || !u.Key.Equal(vault) {
		t.Errorf("by code: %v", err)
	}
	if _, err := UnlockCopyWithCode(keys, RecoveryCode{8}); !errors.Is(err, ErrWrongCode) {
		t.Errorf("by another code: %v", err)
	}
	again, err := ReadBoxCopy(boxed, vault)
	if err != nil || again.TwinBad() {
		t.Fatal(err)
	}
	if v, ok := again.Secret("one"); !ok || string(v) != "1" {
		t.Error("the box lost a secret")
	}
	if err := again.Put(Secret{Name: "two", Value: []byte("2")}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a copy was changed: %v", err)
	}
	for n := range keys {
		c := bytes.Clone(keys)
		c[n] ^= 1
		if _, err := UnlockCopyWithCode(c, code); err == nil {
			t.Fatalf("a key file with byte %d changed opens", n)
		}
	}
	for n := 0; n < len(boxed); n += 3 {
		c := bytes.Clone(boxed)
		c[n] ^= 1
		if _, err := ReadBoxCopy(c, vault); err == nil {
			t.Fatalf("a box with byte %d changed opens", n)
		}
	}
	if _, err := ReadBoxCopy(nil, vault); err == nil {
		t.Error("no box opens")
	}
}
