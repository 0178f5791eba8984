package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"runtime/debug"

	"golang.org/x/crypto/argon2"
)

// KDF is the cost of Argon2id (RFC 9106): memory in KiB, passes, lanes.
type KDF struct {
	MemoryKiB uint32
	Time      uint32
	Threads   uint8
}

// DefaultKDF takes about 0.9 s on two laptop cores. FloorKDF, the second
// choice of RFC 9106 section 4, is the least that is ever accepted.
var (
	DefaultKDF = KDF{MemoryKiB: 256 << 10, Time: 3, Threads: 4}
	FloorKDF   = KDF{MemoryKiB: 64 << 10, Time: 3, Threads: 4}
)

// Limits on what is read and written. They are compiled in: a file or a server
// can neither weaken the derivation nor make it exhaust the memory.
const (
	minMemoryKiB, maxMemoryKiB = 64 << 10, 2 << 20 // 64 MiB to 2 GiB
	minTime, maxTime           = 3, 10
	minThreads, maxThreads     = 1, 8
	kdfSize                    = 4 + 4 + 1
	slotSaltSize               = 16
)

// Check returns ErrWeakKDF for settings outside the limits.
func (c KDF) Check() error {
	if c.MemoryKiB < minMemoryKiB || c.MemoryKiB > maxMemoryKiB ||
		c.Time < minTime || c.Time > maxTime ||
		c.Threads < minThreads || c.Threads > maxThreads {
		return ErrWeakKDF
	}
	return nil
}

func (c KDF) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, c.MemoryKiB)
	b = binary.BigEndian.AppendUint32(b, c.Time)
	return append(b, c.Threads)
}

func parseKDF(b []byte) KDF {
	return KDF{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), b[8]}
}

// stretch runs Argon2id and gives the memory back to the system at once. The
// caller has checked the limits.
func (c KDF) stretch(passphrase, salt []byte) []byte {
	out := argon2.IDKey(passphrase, salt, c.Time, c.MemoryKiB, c.Threads, 32)
	debug.FreeOSMemory()
	return out
}

// slotKey is the key under which a slot wraps: HKDF-SHA256 of a stretched
// passphrase or of 160 random bits, salted, for one purpose.
func slotKey(secret, salt []byte, purpose string) Key {
	b, err := hkdf.Key(sha256.New, secret, salt, purpose, 32)
	if err != nil {
		panic("seal: " + err.Error()) // a constant length far below the limit
	}
	k := Key(b)
	clear(b)
	return k
}
