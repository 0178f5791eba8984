package notebook

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"wherry/app/casework"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// ID names an entry, case, person or device.
type ID = record.ID

// RecoveryCode is the secret on the recovery kit.
type RecoveryCode = seal.RecoveryCode

// Hint is what can be said of a passphrase as it is typed.
type Hint = seal.Hint

// Strength says how well a passphrase would hold; it refuses nothing.
func Strength(passphrase []byte) Hint { return seal.Strength(passphrase) }

// ParseCode reads a recovery code as people type it.
func ParseCode(s string) (RecoveryCode, error) { return seal.ParseRecoveryCode(s) }

// KDFMemory makes the passphrase protection of a given memory, such as
// "64MiB" or "1GiB"; the limits are those of storage/seal.
func KDFMemory(s string) (seal.KDF, error) {
	k := seal.DefaultKDF
	unit := uint64(1)
	v, ok := strings.CutSuffix(s, "MiB")
	if !ok {
		v, ok = strings.CutSuffix(s, "GiB")
		unit = 1024
	}
	mib, err := strconv.ParseUint(v, 10, 16)
	if !ok || err != nil {
		return k, seal.ErrWeakKDF
	}
	k.MemoryKiB = uint32(min(mib*unit*1024, 1<<31))
	return k, k.Check()
}

// MayCreate reports why a notebook could not be created in dir, before
// anything is written.
func MayCreate(dir string) error {
	if err := checkPlace(dir); err != nil {
		return err
	}
	ents, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(ents) > 0:
		return ErrNotEmpty
	}
	return nil
}

// CreateWithCode creates a notebook with a fresh recovery code. Without a
// chosen cost of the passphrase protection it takes what suits this laptop.
func CreateWithCode(ctx context.Context, dir, name string, passphrase []byte, cfg Config) (*Notebook, RecoveryCode, error) {
	var code RecoveryCode
	if err := MayCreate(dir); err != nil { // before the seconds that it takes to try
		return nil, code, err
	}
	if _, err := rand.Read(code[:]); err != nil {
		return nil, code, err
	}
	if cfg.KDF == (seal.KDF{}) {
		cfg.KDF = seal.Calibrate()
	}
	n, err := Create(ctx, dir, name, passphrase, code, cfg)
	return n, code, err
}

const kitCodeLabel = "Recovery code:"

// KitText is the page that the recovery kit prints.
func KitText(name string, code RecoveryCode, notebook ID, at time.Time) string {
	return fmt.Sprintf(`Wherry recovery kit

Notebook of: %s
Notebook:    %s
Made:        %s

%s %s

Whoever holds this page can open the notebook without its passphrase.
Keep it away from the laptop, for instance in a sealed envelope in your
team's safe. If you forget your passphrase, choose "Use recovery kit" when
Wherry asks for it, or run: wherryctl passphrase --recovery-file FILE
`, name, notebook.Short(), casework.DateWords(at), kitCodeLabel, code)
}

// CodeInKit finds the recovery code in a kit's text, or in a bare code.
func CodeInKit(text string) (RecoveryCode, error) {
	for _, line := range strings.Split(text, "\n") {
		if _, after, ok := strings.Cut(line, kitCodeLabel); ok {
			return seal.ParseRecoveryCode(strings.TrimSpace(after))
		}
	}
	return seal.ParseRecoveryCode(strings.TrimSpace(text))
}
