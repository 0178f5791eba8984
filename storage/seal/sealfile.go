package seal

import (
	"crypto/rand"
	"encoding/binary"
)

// A sealed key file, version 1, numbers big-endian:
//
//	0    4  magic "WHF1"
//	4    2  version, 1
//	6    9  Argon2id: memory in KiB (4), passes (4), lanes (1)
//	15  16  salt
//	31   1  length of the label, n, from 1
//	32   n  label: what the file holds, such as "root" or "admin"
//	..   4  length of the sealed bytes, m
//	..   m  the secret, sealed with all before as associated data
//	..  32  SHA-256 over all before
const (
	sealFileMagic   = "WHF1"
	sealFileVersion = 1
	sealFileHead    = 4 + 2 + kdfSize + slotSaltSize + 1
	sealFilePurpose = "wherry-file-1"
	maxLabel        = 64
	// MaxFileSecret bounds what SealFile takes: 1 MiB.
	MaxFileSecret = 1 << 20
)

// SealFile returns the bytes of a file that keeps plain under a passphrase, for
// keys that live outside a notebook. The label says in clear what the file
// holds and is bound to it: lower-case letters, digits, dots and hyphens.
func SealFile(passphrase []byte, kdf KDF, label string, plain []byte) ([]byte, error) {
	if err := kdf.Check(); err != nil {
		return nil, err
	}
	if !validLabel(label) {
		return nil, ErrWrongLabel
	}
	if len(plain) > MaxFileSecret {
		return nil, ErrTooLarge
	}
	pass, err := NormalisePassphrase(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(pass)
	var salt [slotSaltSize]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return nil, err
	}
	b := binary.BigEndian.AppendUint16([]byte(sealFileMagic), sealFileVersion)
	b = kdf.append(b)
	b = append(b, salt[:]...)
	b = append(b, byte(len(label)))
	b = append(b, label...)
	b = binary.BigEndian.AppendUint32(b, uint32(Overhead+len(plain)))
	k := slotKey(kdf.stretch(pass, salt[:]), salt[:], sealFilePurpose)
	defer k.Wipe()
	sealed, err := Seal(k, b, plain)
	if err != nil {
		return nil, err
	}
	return appendSum(append(b, sealed...)), nil
}

// OpenFile returns what SealFile kept. Errors: ErrDamaged, ErrNewerFormat,
// ErrWrongLabel (a whole file that holds something else), ErrWeakKDF,
// ErrWrongPassphrase and those of NormalisePassphrase.
func OpenFile(passphrase []byte, label string, data []byte) ([]byte, error) {
	f, err := parseSealFile(data)
	if err != nil {
		return nil, err
	}
	if f.label != label {
		return nil, ErrWrongLabel
	}
	pass, err := NormalisePassphrase(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(pass)
	k := slotKey(f.kdf.stretch(pass, f.salt), f.salt, sealFilePurpose)
	defer k.Wipe()
	plain, err := Open(k, f.head, f.sealed)
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	return plain, nil
}

type sealFile struct {
	kdf    KDF
	salt   []byte
	label  string
	head   []byte // all before the sealed bytes
	sealed []byte
}

// parseSealFile checks everything that needs no key. Limits come last among
// the checks and before any stretching.
func parseSealFile(b []byte) (*sealFile, error) {
	if err := checkFrame(b, sealFileMagic, sealFileVersion); err != nil {
		return nil, err
	}
	body := b[:len(b)-sumSize]
	if len(body) < sealFileHead {
		return nil, ErrDamaged
	}
	n := int(body[sealFileHead-1])
	at := sealFileHead + n + 4
	if len(body) < at {
		return nil, ErrDamaged
	}
	f := &sealFile{
		kdf:    parseKDF(body[6:]),
		salt:   body[6+kdfSize : sealFileHead-1],
		label:  string(body[sealFileHead : sealFileHead+n]),
		head:   body[:at],
		sealed: body[at:],
	}
	m := binary.BigEndian.Uint32(body[at-4:])
	if !validLabel(f.label) || uint64(m) != uint64(len(f.sealed)) ||
		len(f.sealed) < Overhead || len(f.sealed) > Overhead+MaxFileSecret {
		return nil, ErrDamaged
	}
	if err := f.kdf.Check(); err != nil {
		return nil, err
	}
	return f, nil
}

func validLabel(s string) bool {
	if len(s) == 0 || len(s) > maxLabel {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return true
}
