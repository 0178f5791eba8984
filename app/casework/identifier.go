package casework

import "strings"

// NHSDigits strips the spaces and dashes of an NHS number.
func NHSDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, s)
}

// ValidNHS reports whether ten digits pass the check of the NHS Data
// Dictionary: weights 10 to 2 on the first nine, modulo 11; 11 counts as 0 and
// 10 is never issued. Ten zeros, which forms use for "none", are no number.
func ValidNHS(n string) bool {
	if len(n) != 10 || n == "0000000000" {
		return false
	}
	sum := 0
	for i := range 10 {
		if n[i] < '0' || n[i] > '9' {
			return false
		}
		if i < 9 {
			sum += int(n[i]-'0') * (10 - i)
		}
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return check != 10 && check == int(n[9]-'0')
}

// TestNHS reports a number of the range kept for tests (999…), which belongs
// to nobody.
func TestNHS(n string) bool { return strings.HasPrefix(NHSDigits(n), "999") }

// DisplayNHS writes an NHS number 3-3-4: "943 476 5919".
func DisplayNHS(n string) string {
	d := NHSDigits(n)
	if len(d) != 10 {
		return n
	}
	return d[:3] + " " + d[3:6] + " " + d[6:]
}

const upnLetters = "ABCDEFGHJKLMNPQRTUVWXYZ"

// ValidUPN reports whether u is a unique pupil number: a check letter and
// twelve digits; or a temporary one, which ends in a letter and is checked for
// its form only; or one of the codes UN1 to UN7 for "not known".
func ValidUPN(u string) bool {
	if len(u) == 3 && u[:2] == "UN" && u[2] >= '1' && u[2] <= '7' {
		return true
	}
	if len(u) != 13 || strings.IndexByte(upnLetters, u[0]) < 0 {
		return false
	}
	sum := 0
	for i := 1; i < 13; i++ {
		c := u[i]
		if i == 12 && c >= 'A' && c <= 'Z' {
			return true
		}
		if c < '0' || c > '9' {
			return false
		}
		sum += int(c-'0') * (i + 1)
	}
	return upnLetters[sum%23] == u[0]
}
