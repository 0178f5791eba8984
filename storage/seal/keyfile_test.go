package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"wherry/storage/record"
)

var (
	testNotebook = record.ID(testKey(90))
	testCode     = RecoveryCode{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	testPass     = []byte("kettle orbit moss velvet")
)

// quickFile is a key file whose passphrase slot is only noise: tests that use
// the recovery code do not have to wait for Argon2id.
func quickFile(t testing.TB, gen uint64, code RecoveryCode, mark byte) []byte {
	t.Helper()
	vault := testKey(50)
	f := &keyFile{Notebook: testNotebook, Generation: gen}
	f.Slots[0] = slot{Type: slotPassphrase, KDF: FloorKDF, Wrap: bytes.Repeat([]byte{mark}, Overhead+32)}
	var err error
	if f.Slots[1], err = recoverySlot(testNotebook, code, vault); err != nil {
		t.Fatal(err)
	}
	return f.encode(vault)
}

// diskWith is a simulated disk holding two copies; nil is an absent one.
func diskWith(a, b []byte) *simDisk {
	d := newSimDisk()
	for i, data := range [][]byte{a, b} {
		if data != nil {
			n := &simInode{now: bytes.Clone(data), synced: bytes.Clone(data)}
			path := keyPair(d, "d").path(i)
			d.names[path], d.durable[path] = n, n
			d.all = append(d.all, n)
		}
	}
	return d
}

func unlockCode(d *simDisk, code RecoveryCode) (*Unlocked, error) {
	return unlock(keyPair(d, "d"), codeOpener(code), true)
}

func TestKeyFileOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "notebook")
	vault, err := CreateKeyFile(dir, testNotebook, append(testPass, "\r\n"...), testCode, FloorKDF)
	if err != nil {
		t.Fatal(err)
	}
	checkModes(t, dir, "key.A", "key.B")
	if st, err := os.Stat(dir); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o700 {
		t.Fatalf("the folder has mode %o: %v", st.Mode().Perm(), err)
	}
	if _, err := CreateKeyFile(dir, testNotebook, testPass, testCode, FloorKDF); !errors.Is(err, ErrExists) {
		t.Fatalf("overwrote a key file: %v", err)
	}

	u, err := ReadKeyFile(dir, testPass)
	if err != nil || u.Key != vault || u.Notebook != testNotebook || u.Generation != 1 || u.Healed || u.TwinBad {
		t.Fatalf("%+v %v", u, err)
	}
	if _, err := UnlockKeyFile(dir, []byte("another passphrase")); err != ErrWrongPassphrase {
		t.Fatal(err)
	}
	if _, err := UnlockKeyFile(dir, nil); !errors.Is(err, ErrEmptyPassphrase) {
		t.Fatal(err)
	}
	if _, err := UnlockWithCode(dir, RecoveryCode{1}); err != ErrWrongCode || !errors.Is(err, ErrWrongPassphrase) {
		t.Fatal(err)
	}

	// Forgotten: in by the code, a new passphrase, and the old one is out.
	u, err = UnlockWithCode(dir, testCode)
	if err != nil || u.Key != vault {
		t.Fatal(err)
	}
	if err := u.SetPassphrase(dir, []byte("plum tractor"), KDF{}); !errors.Is(err, ErrWeakKDF) {
		t.Fatal(err)
	}
	if err := u.SetPassphrase(dir, []byte("plum tractor"), FloorKDF); err != nil || u.Generation != 2 {
		t.Fatal(err)
	}
	if err := u.SetRecoveryCode(dir, RecoveryCode{7}); err != nil || u.Generation != 3 {
		t.Fatal(err)
	}
	if _, err := UnlockKeyFile(dir, testPass); err != ErrWrongPassphrase {
		t.Fatal("the old passphrase still opens", err)
	}
	if _, err := UnlockWithCode(dir, testCode); err != ErrWrongCode {
		t.Fatal("the old code still opens", err)
	}
	again, err := UnlockKeyFile(dir, []byte("plum tractor"))
	if err != nil || again.Key != vault || again.Generation != 3 {
		t.Fatal(err)
	}
	if u, err := UnlockWithCode(dir, RecoveryCode{7}); err != nil || u.Key != vault {
		t.Fatal(err)
	}
	checkModes(t, dir, "key.A", "key.B")
}

// checkModes wants exactly these files, each of mode 0600.
func checkModes(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(names) {
		t.Fatalf("%d files, want %d: %v", len(entries), len(names), err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, name := range names {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Fatalf("%s has mode %o: %v", name, st.Mode().Perm(), err)
		}
	}
}

func TestKeyFileAbsent(t *testing.T) {
	if _, err := UnlockWithCode(t.TempDir(), testCode); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// A copy of an older generation, put back or left by a stop, is no back door.
func TestKeyFileOldPassphraseStaysOut(t *testing.T) {
	old, changed := quickFile(t, 4, testCode, 1), quickFile(t, 5, RecoveryCode{7}, 1)
	if _, err := unlockCode(diskWith(changed, old), testCode); err != ErrWrongCode {
		t.Fatalf("opened by the older copy: %v", err)
	}
	d := diskWith(old, changed)
	u, err := unlockCode(d, RecoveryCode{7})
	if err != nil || u.Generation != 5 || !u.Healed {
		t.Fatalf("%+v %v", u, err)
	}
	if !bytes.Equal(d.names[keyPair(d, "d").path(0)].now, changed) {
		t.Fatal("the older copy was left")
	}
}

func TestChangeOfSlotSurvivesAStopAtEveryStep(t *testing.T) {
	start := func() (*simDisk, *Unlocked) {
		d := diskWith(quickFile(t, 4, testCode, 1), nil)
		u, err := unlockCode(d, testCode)
		if err != nil || !u.Healed {
			t.Fatal(err)
		}
		d = d.after(0, lost)
		return d, u
	}
	next := RecoveryCode{7}
	s, err := recoverySlot(testNotebook, next, testKey(50))
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; ; at++ {
		d, u := start()
		d.stopAt = at
		err := u.replace(keyPair(d, "d"), s)
		for _, f := range d.futures() {
			_, oldErr := unlockCode(f.after(0, lost), testCode)
			_, newErr := unlockCode(f, next)
			switch {
			case oldErr == nil && newErr == ErrWrongCode && err != nil:
			case newErr == nil && oldErr == ErrWrongCode:
			default:
				t.Fatalf("stop at %d: by the old code %v, by the new %v", at, oldErr, newErr)
			}
		}
		if err == nil {
			if u.Generation != 5 {
				t.Fatal(u.Generation)
			}
			break
		}
	}
}

func TestChangeThatFailsSaysHowFarItCame(t *testing.T) {
	s, err := recoverySlot(testNotebook, RecoveryCode{7}, testKey(50))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for at := 1; ; at++ {
		d := diskWith(quickFile(t, 4, testCode, 1), quickFile(t, 4, testCode, 1))
		u, err := unlockCode(d, testCode)
		if err != nil {
			t.Fatal(err)
		}
		d.step, d.failAt = 0, at
		err = u.replace(keyPair(d, "d"), s)
		if d.step < at {
			break
		}
		if inForce := err == nil || errors.Is(err, ErrOneCopy) || errors.Is(err, ErrNotErased); inForce {
			if _, err := unlockCode(d, RecoveryCode{7}); err != nil {
				t.Fatalf("failure at %d: the change is not in force: %v", at, err)
			}
			if u.Generation != 5 {
				t.Fatalf("failure at %d: generation %d", at, u.Generation)
			}
		}
		kinds["none"] = kinds["none"] || err == nil
		kinds["one"] = kinds["one"] || errors.Is(err, ErrOneCopy)
		kinds["erase"] = kinds["erase"] || errors.Is(err, ErrNotErased)
	}
	if !kinds["none"] || !kinds["one"] || !kinds["erase"] {
		t.Fatal("not every kind of failure was seen", kinds)
	}
}

// A disk that cannot be written does not keep a person from their notebook.
func TestUnlockWithoutBeingAbleToMend(t *testing.T) {
	d := diskWith(quickFile(t, 4, testCode, 1), nil)
	d.failAt = 2
	u, err := unlockCode(d, testCode)
	if err != nil || u.Healed || !u.TwinBad {
		t.Fatalf("%+v %v", u, err)
	}
}

func TestKDFLimits(t *testing.T) {
	for _, c := range []struct {
		kdf KDF
		ok  bool
	}{
		{DefaultKDF, true}, {FloorKDF, true},
		{KDF{64 << 10, 3, 1}, true}, {KDF{2 << 20, 10, 8}, true},
		{KDF{64<<10 - 1, 3, 4}, false}, {KDF{2<<20 + 1, 3, 4}, false},
		{KDF{64 << 10, 2, 4}, false}, {KDF{64 << 10, 11, 4}, false},
		{KDF{64 << 10, 3, 0}, false}, {KDF{64 << 10, 3, 9}, false}, {KDF{}, false},
	} {
		if err := c.kdf.Check(); (err == nil) != c.ok || err != nil && err != ErrWeakKDF {
			t.Errorf("%+v: %v", c.kdf, err)
		}
	}
}

func FuzzKeyFile(f *testing.F) {
	good := quickFile(f, 4, testCode, 1)
	f.Add(good)
	f.Add([]byte(keyFileMagic))
	f.Add(appendSum(binary.BigEndian.AppendUint16([]byte(keyFileMagic), 9)))
	f.Fuzz(func(t *testing.T, b []byte) {
		// With a valid checksum too, or nothing behind it would be reached.
		for _, data := range [][]byte{b, appendSum(bytes.Clone(b))} {
			kf, err := parseKeyFile(data)
			if err != nil {
				continue
			}
			again := kf.encode(testKey(50))
			if !bytes.Equal(again[:len(again)-2*sumSize], data[:len(data)-2*sumSize]) {
				t.Fatal("read otherwise than written")
			}
			if kf.Slots[0].KDF.Check() != nil {
				t.Fatal("settings outside the limits")
			}
		}
	})
}
