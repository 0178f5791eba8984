package seal

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// RecoveryCode is the secret of the recovery kit: 160 random bits, which need
// no stretching.
type RecoveryCode [20]byte

const (
	codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // Crockford's base 32
	codeGroups   = 8
	codeData     = 4            // characters of five bits in a group
	codeGroup    = codeData + 1 // and one check character
)

// CodeError says what is wrong with a typed recovery code, never what was
// typed. It is an ErrRecoveryCode.
type CodeError struct {
	// Group is the group with the mistake, from 1 to 8; 0 if the number of
	// characters is wrong.
	Group int
}

func (e *CodeError) Error() string {
	if e.Group == 0 {
		return "seal: a recovery code has 40 characters"
	}
	return fmt.Sprintf("seal: mistake in group %d of the recovery code", e.Group)
}

// Is makes every CodeError an ErrRecoveryCode.
func (e *CodeError) Is(target error) bool { return target == ErrRecoveryCode }

// NewRecoveryCode reads a new code from a source of random bytes.
func NewRecoveryCode(rand io.Reader) (RecoveryCode, error) {
	var c RecoveryCode
	if _, err := io.ReadFull(rand, c[:]); err != nil {
		return RecoveryCode{}, fmt.Errorf("seal: no random bytes: %w", err)
	}
	return c, nil
}

// String writes the code for paper: eight groups of five characters, the last
// of each a check character, with hyphens between. It is the secret itself:
// never log it.
func (c RecoveryCode) String() string {
	var b strings.Builder
	for g, v := range c.groups() {
		if g > 0 {
			b.WriteByte('-')
		}
		for _, x := range v {
			b.WriteByte(codeAlphabet[x])
		}
		b.WriteByte(codeAlphabet[groupCheck(g, v)])
	}
	return b.String()
}

// GoString keeps the secret out of %#v.
func (RecoveryCode) GoString() string { return "[recovery code]" }

// Wipe overwrites the code.
func (c *RecoveryCode) Wipe() { clear(c[:]) }

// groups cuts the code into 32 values of five bits, most significant first.
func (c RecoveryCode) groups() [codeGroups][codeData]byte {
	var out [codeGroups][codeData]byte
	for i := range codeGroups * codeData {
		bit := 5 * i
		v := uint16(c[bit/8]) << 8
		if bit/8+1 < len(c) {
			v |= uint16(c[bit/8+1])
		}
		out[i/codeData][i%codeData] = byte(v>>(11-bit%8)) & 31
	}
	return out
}

// ParseRecoveryCode reads a typed code. Case, spaces, line ends and hyphens of
// any kind do not matter, O is read as 0 and I and L as 1. Any one wrong
// character, any two exchanged in a group, and any two groups exchanged are
// found and the group is named.
func ParseRecoveryCode(s string) (RecoveryCode, error) {
	var typed [codeGroups * codeGroup]byte
	n := 0
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '\u2212' || r == '\ufeff' {
			continue
		}
		if n == len(typed) {
			return RecoveryCode{}, &CodeError{}
		}
		v, ok := codeValue(r)
		if !ok {
			return RecoveryCode{}, &CodeError{Group: n/codeGroup + 1}
		}
		typed[n] = v
		n++
	}
	if n != len(typed) {
		return RecoveryCode{}, &CodeError{}
	}
	var c RecoveryCode
	for g := range codeGroups {
		part := typed[g*codeGroup:][:codeGroup]
		if groupCheck(g, [codeData]byte(part[:codeData])) != part[codeData] {
			return RecoveryCode{}, &CodeError{Group: g + 1}
		}
		for i, v := range part[:codeData] {
			bit := 5 * (g*codeData + i)
			w := uint16(v) << (11 - bit%8)
			c[bit/8] |= byte(w >> 8)
			if bit/8+1 < len(c) {
				c[bit/8+1] |= byte(w)
			}
		}
	}
	return c, nil
}

func codeValue(r rune) (byte, bool) {
	switch r {
	case 'o', 'O':
		r = '0'
	case 'i', 'I', 'l', 'L':
		r = '1'
	}
	if r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	if r >= 128 {
		return 0, false
	}
	i := strings.IndexByte(codeAlphabet, byte(r))
	return byte(i), i >= 0
}

// groupCheck is the value of the check character of group g (from 0): with a
// the element 2 of the field of 32 (x^5+x^2+1), the sum of a^i times value i
// for i = 1 to 4, plus the group's number from 1. The factors differ and none
// is 0 or 1, so a wrong character changes the sum, and so does an exchange of
// two characters, the check character included.
func groupCheck(g int, v [codeData]byte) byte {
	sum := byte(g + 1)
	for i := len(v) - 1; i >= 0; i-- {
		t := v[i]
		for range i + 1 {
			t = double(t)
		}
		sum ^= t
	}
	return sum
}

func double(x byte) byte {
	x <<= 1
	if x&32 != 0 {
		x ^= 0b100101
	}
	return x
}
