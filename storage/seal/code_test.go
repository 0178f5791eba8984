package seal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawCode(r *rapid.T) RecoveryCode {
	return RecoveryCode(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(r, "code"))
}

func TestRecoveryCodeComesBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drawCode(r)
		s := c.String()
		if len(s) != 47 || strings.Count(s, "-") != 7 {
			r.Fatal("not eight groups of five")
		}
		lazy := strings.NewReplacer("0", "o", "1", "L", "-", " – ").Replace(strings.ToLower(s))
		for _, typed := range []string{s, lazy, strings.ReplaceAll(s, "-", ""), "\ufeff" + s + "\r\n", strings.ReplaceAll(s, "1", "i")} {
			if got, err := ParseRecoveryCode(typed); err != nil || got != c {
				r.Fatalf("not understood: %v", err)
			}
		}
	})
}

func TestRecoveryCodeMistakesAreFound(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := []byte(drawCode(r).String())
		at := rapid.IntRange(0, len(s)-1).Draw(r, "at")
		if s[at] == '-' {
			return
		}
		group := at/6 + 1
		for _, ch := range []byte(codeAlphabet + "U*") {
			bad := bytes.Clone(s)
			bad[at] = ch
			wantGroup(r, s, bad, group)
		}
		for other := 6 * (group - 1); other < 6*group-1; other++ {
			bad := bytes.Clone(s)
			bad[at], bad[other] = bad[other], bad[at]
			wantGroup(r, s, bad, group)
		}
		other := rapid.IntRange(1, 8).Draw(r, "other group")
		bad := bytes.Clone(s)
		copy(bad[6*(group-1):][:5], s[6*(other-1):][:5])
		copy(bad[6*(other-1):][:5], s[6*(group-1):][:5])
		if other != group {
			wantGroup(r, s, bad, min(group, other))
		}
	})
}

func wantGroup(r *rapid.T, good, bad []byte, group int) {
	_, err := ParseRecoveryCode(string(bad))
	if bytes.Equal(good, bad) {
		if err != nil {
			r.Fatal(err)
		}
		return
	}
	var e *CodeError
	if !errors.As(err, &e) || e.Group != group || !errors.Is(err, ErrRecoveryCode) {
		r.Fatalf("a mistake in group %d gives %v", group, err)
	}
}

func TestRecoveryCodeLength(t *testing.T) {
	s := RecoveryCode{1, 2, 3}.String()
	for _, bad := range []string{"", s[:46], s + "0", s + "-" + s, strings.Repeat("0", 1<<20)} {
		var e *CodeError
		if _, err := ParseRecoveryCode(bad); !errors.As(err, &e) || e.Group > 1 {
			t.Errorf("%d characters: %v", len(bad), err)
		}
	}
}

func TestNewRecoveryCode(t *testing.T) {
	a, err := NewRecoveryCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewRecoveryCode(rand.Reader)
	if err != nil || a == b {
		t.Fatal("the same code twice", err)
	}
	if _, err := NewRecoveryCode(strings.NewReader("short")); err == nil {
		t.Fatal("made from five bytes")
	}
	if a.Wipe(); a != (RecoveryCode{}) {
		t.Fatal("not wiped")
	}
}

func FuzzRecoveryCode(f *testing.F) {
	f.Add(RecoveryCode{}.String())
	f.Add(RecoveryCode{255, 1, 254}.String())
	f.Add("OIL oil – — 0")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseRecoveryCode(s)
		if err != nil {
			if !errors.Is(err, ErrRecoveryCode) || c != (RecoveryCode{}) {
				t.Fatal("wrong kind of failure")
			}
			return
		}
		if again, err := ParseRecoveryCode(c.String()); err != nil || again != c {
			t.Fatal("does not come back")
		}
	})
}
