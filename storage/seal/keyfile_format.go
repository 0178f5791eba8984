package seal

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"

	"wherry/storage/record"
)

// The key file, version 1, 397 bytes, numbers big-endian:
//
//	  0   4  magic "WHK1"
//	  4   2  version, 1
//	  6  32  notebook id
//	 38   8  generation, from 1
//	 46   1  number of slots, 2
//	 47 143  slot 1: passphrase
//	190 143  slot 3: recovery code
//	333  32  HMAC-SHA256 over all before, keyed from the vault key
//	365  32  SHA-256 over all before
//
// A slot:
//
//	 0   1  type: 1 passphrase, 3 recovery code (2 and 4 are kept for a
//	        passphrase bound to a device and for the council recovery key)
//	 1   1  stretching: 0 none, 1 Argon2id
//	 2   9  memory in KiB (4), passes (4), lanes (1); zeros without Argon2id
//	11  16  salt
//	27 116  the vault key, sealed under the slot's key
//
// Every version ends with the SHA-256 of all before it. That tells damage from
// a newer format, and damage from a wrong passphrase, without any key.
const (
	keyFileMagic   = "WHK1"
	keyFileVersion = 1
	keyFileLimit   = 64 << 10 // room for later versions
	keyFileHead    = 4 + 2 + 32 + 8 + 1
	slotHead       = 1 + 1 + kdfSize + slotSaltSize
	slotSize       = slotHead + Overhead + len(Key{})
	keyFileSize    = keyFileHead + 2*slotSize + 2*sumSize
	sumSize        = 32
	maxGeneration  = 1<<63 - 1
)

// slotType names what opens a slot.
type slotType byte

const (
	slotPassphrase slotType = 1
	slotRecovery   slotType = 3
)

// Ways to stretch the secret of a slot.
const (
	stretchNone   = 0
	stretchArgon2 = 1
)

// slot is one way to the vault key.
type slot struct {
	Type slotType
	KDF  KDF // zero for a recovery code
	Salt [slotSaltSize]byte
	Wrap []byte
}

// keyFile is one copy, parsed.
type keyFile struct {
	Notebook   record.ID
	Generation uint64
	Slots      [2]slot
	raw        []byte // the bytes it was parsed from
}

func (f *keyFile) slot(t slotType) *slot {
	if t == slotPassphrase {
		return &f.Slots[0]
	}
	return &f.Slots[1]
}

// head is everything of a slot but the wrapped key.
func (s *slot) head() []byte {
	stretch := byte(stretchNone)
	if s.Type == slotPassphrase {
		stretch = stretchArgon2
	}
	b := s.KDF.append([]byte{byte(s.Type), stretch})
	return append(b, s.Salt[:]...)
}

// aad binds a wrapped key to the notebook, the kind of slot and its settings.
// The generation is not in it: changing one slot leaves the others as they are.
func (s *slot) aad(notebook record.ID) []byte {
	b := binary.BigEndian.AppendUint16([]byte(keyFileMagic), keyFileVersion)
	b = append(b, notebook[:]...)
	return append(b, s.head()...)
}

// encode writes the file; the vault key makes the keyed checksum.
func (f *keyFile) encode(vault Key) []byte {
	b := make([]byte, 0, keyFileSize)
	b = append(b, keyFileMagic...)
	b = binary.BigEndian.AppendUint16(b, keyFileVersion)
	b = append(b, f.Notebook[:]...)
	b = binary.BigEndian.AppendUint64(b, f.Generation)
	b = append(b, byte(len(f.Slots)))
	for i := range f.Slots {
		b = append(b, f.Slots[i].head()...)
		b = append(b, f.Slots[i].Wrap...)
	}
	mac := keyFileMAC(vault, b)
	b = append(b, mac[:]...)
	return appendSum(b)
}

func keyFileMAC(vault Key, b []byte) [32]byte { return vault.Derive("key-file").MAC(b) }

// authentic reports whether the keyed checksum is the vault key's.
func (f *keyFile) authentic(vault Key) bool {
	end := len(f.raw) - 2*sumSize
	mac := keyFileMAC(vault, f.raw[:end])
	return subtle.ConstantTimeCompare(mac[:], f.raw[end:end+sumSize]) == 1
}

// parseKeyFile reads one copy. It allocates nothing beyond it and runs no
// Argon2id.
func parseKeyFile(b []byte) (*keyFile, error) {
	if err := checkFrame(b, keyFileMagic, keyFileVersion); err != nil {
		return nil, err
	}
	if len(b) != keyFileSize || int(b[keyFileHead-1]) != 2 {
		return nil, ErrDamaged
	}
	f := &keyFile{raw: b, Notebook: record.ID(b[6:38]), Generation: binary.BigEndian.Uint64(b[38:])}
	if f.Generation == 0 || f.Generation > maxGeneration {
		return nil, ErrDamaged
	}
	for i, want := range []slotType{slotPassphrase, slotRecovery} {
		s := b[keyFileHead+i*slotSize:][:slotSize]
		f.Slots[i] = slot{
			Type: want,
			KDF:  parseKDF(s[2:]),
			Salt: [slotSaltSize]byte(s[2+kdfSize : slotHead]),
			Wrap: s[slotHead:],
		}
		// The head has one form per type; this also checks the type itself.
		if !bytes.Equal(f.Slots[i].head(), s[:slotHead]) {
			return nil, ErrDamaged
		}
	}
	if f.Slots[1].KDF != (KDF{}) {
		return nil, ErrDamaged
	}
	if err := f.Slots[0].KDF.Check(); err != nil {
		return nil, err
	}
	return f, nil
}

// checkFrame is the check that all small files share: magic, a version of two
// bytes, and the SHA-256 of everything before it at the end. A newer version
// counts only if the checksum holds, so that a flipped bit is not one.
func checkFrame(b []byte, magic string, version uint16) error {
	if len(b) < len(magic)+2+sumSize || string(b[:len(magic)]) != magic {
		return ErrDamaged
	}
	v := binary.BigEndian.Uint16(b[len(magic):])
	if v == 0 || !sumHolds(b) {
		return ErrDamaged
	}
	if v > version {
		return ErrNewerFormat
	}
	if v < version {
		return ErrDamaged
	}
	return nil
}

func appendSum(b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func sumHolds(b []byte) bool {
	sum := sha256.Sum256(b[:len(b)-sumSize])
	return bytes.Equal(sum[:], b[len(b)-sumSize:])
}
