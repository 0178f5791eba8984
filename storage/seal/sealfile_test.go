package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

func TestSealFile(t *testing.T) {
	secret := []byte("an ed25519 seed, say")
	b, err := SealFile(testPass, FloorKDF, "root", secret)
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenFile(append(testPass, '\n'), "root", b)
	if err != nil || !bytes.Equal(got, secret) {
		t.Fatal(err)
	}
	if _, err := OpenFile([]byte("another"), "root", b); err != ErrWrongPassphrase {
		t.Fatal(err)
	}
	if _, err := OpenFile(testPass, "admin", b); err != ErrWrongLabel {
		t.Fatal(err)
	}
	if _, err := OpenFile(nil, "root", b); err != ErrEmptyPassphrase {
		t.Fatal(err)
	}
	// Every flip is damage, found before any stretching.
	for i := range 8 * len(b) {
		bad := bytes.Clone(b)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := OpenFile(testPass, "root", bad); err != ErrDamaged {
			t.Fatalf("bit %d: %v", i, err)
		}
	}
	for n := range len(b) {
		if _, err := OpenFile(testPass, "root", b[:n]); err != ErrDamaged {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
	// A label changed together with the plain checksum does not open: it is
	// bound to the secret.
	forged := bytes.Clone(b[:len(b)-sumSize])
	copy(forged[sealFileHead:], "boot")
	if _, err := OpenFile(testPass, "boot", appendSum(forged)); err != ErrWrongPassphrase {
		t.Fatal(err)
	}
}

func TestSealFileRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		label string
		kdf   KDF
		plain []byte
		want  error
	}{
		"no label":   {"", FloorKDF, nil, ErrWrongLabel},
		"odd label":  {"Root key", FloorKDF, nil, ErrWrongLabel},
		"weak":       {"root", KDF{1 << 10, 3, 1}, nil, ErrWeakKDF},
		"too large":  {"root", FloorKDF, make([]byte, MaxFileSecret+1), ErrTooLarge},
		"long label": {string(bytes.Repeat([]byte("a"), 65)), FloorKDF, nil, ErrWrongLabel},
	} {
		if _, err := SealFile(testPass, c.kdf, c.label, c.plain); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// rawSealFile writes the format by hand, with any settings.
func rawSealFile(version uint16, kdf KDF, label string, sealed []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte(sealFileMagic), version)
	b = kdf.append(b)
	b = append(b, make([]byte, slotSaltSize)...)
	b = append(b, byte(len(label)))
	b = append(b, label...)
	return appendSum(appendPart(b, sealed))
}

func TestSealFileForgeries(t *testing.T) {
	body := make([]byte, Overhead)
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"newer":          {rawSealFile(2, FloorKDF, "root", body), ErrNewerFormat},
		"version 0":      {rawSealFile(0, FloorKDF, "root", body), ErrDamaged},
		"below":          {rawSealFile(1, KDF{1 << 10, 3, 1}, "root", body), ErrWeakKDF},
		"bomb":           {rawSealFile(1, KDF{1 << 30, 3, 1}, "root", body), ErrWeakKDF},
		"no label":       {rawSealFile(1, FloorKDF, "", body), ErrDamaged},
		"odd label":      {rawSealFile(1, FloorKDF, "a/b", body), ErrDamaged},
		"nothing sealed": {rawSealFile(1, FloorKDF, "root", body[1:]), ErrDamaged},
		"too much":       {rawSealFile(1, FloorKDF, "root", make([]byte, Overhead+MaxFileSecret+1)), ErrDamaged},
		"other file":     {quickFile(t, 1, testCode, 1), ErrDamaged},
	} {
		if _, err := OpenFile(testPass, "root", c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzSealFile(f *testing.F) {
	f.Add(rawSealFile(1, FloorKDF, "root", make([]byte, Overhead+3)))
	f.Add(rawSealFile(1, KDF{1 << 30, 3, 1}, "root", nil))
	f.Add([]byte(sealFileMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, data := range [][]byte{b, appendSum(bytes.Clone(b))} {
			sf, err := parseSealFile(data)
			if err != nil {
				continue
			}
			if sf.kdf.Check() != nil || !validLabel(sf.label) {
				t.Fatal("outside the limits")
			}
			if !bytes.Equal(appendSum(append(bytes.Clone(sf.head), sf.sealed...)), data) {
				t.Fatal("read otherwise than written")
			}
		}
	})
}
