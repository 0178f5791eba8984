package notebook

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wherry/storage/archive"
	"wherry/storage/seal"
)

// ErrUpgradeSpace says that an older notebook was opened for reading only,
// because the copy that is made before an upgrade does not fit.
var ErrUpgradeSpace = errors.New("notebook: not enough space for the copy before an upgrade")

// upgradesDir holds the copies made before upgrades, one for each format.
const upgradesDir = "before-upgrade"

// beforeUpgrade copies the notebook, as the older release left it, before
// anything of the newer format is written. It is asked again after an upgrade
// that was cut short; a copy of this very state that reads back whole is not
// made twice. With an error nothing is upgraded.
func (n *Notebook) beforeUpgrade(version int) error {
	if anyOf(n.dir, restoringFile) {
		return nil // the backup that it comes from is that copy
	}
	ctx := context.Background() // opening goes on only after this
	s, err := lookAt(n.dir, n.vault, n.cfg, false)
	if err != nil {
		return err
	}
	defer s.j.Close() // it was only read
	defer s.key.Wipe()
	dir := filepath.Join(n.dir, upgradesDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := errors.Join(sweepTemps(dir), seal.SyncDir(n.dir)); err != nil {
		return err
	}
	if s.copied(ctx, dir, version) {
		return nil
	}
	path := s.freeName(dir, version)
	_, err = s.write(ctx, path, DefaultKeep, func(*archive.Manifest) {})
	if errors.Is(err, ErrBackupSpace) {
		return ErrUpgradeSpace
	}
	if err != nil {
		return err
	}
	if !s.same(ctx, path) {
		return errors.Join(archive.ErrDamaged, os.Remove(path))
	}
	return nil
}

func upgradePrefix(version int) string { return fmt.Sprintf("format-%d-", version) }

// freeName is the name of the next copy: its format and the day.
func (s *snapshot) freeName(dir string, version int) string {
	day := upgradePrefix(version) + s.cfg.Clock().UTC().Format("20060102")
	path := filepath.Join(dir, day+backupSuffix)
	for i := 2; ; i++ {
		if _, err := os.Lstat(path); err != nil {
			return path
		}
		path = filepath.Join(dir, fmt.Sprintf("%s-%d%s", day, i, backupSuffix))
	}
}

const backupSuffix = ".whb"

// copied reports whether a copy of this state is there already.
func (s *snapshot) copied(ctx context.Context, dir string, version int) bool {
	for _, name := range upgradeCopies(dir) {
		if strings.HasPrefix(name, upgradePrefix(version)) && s.same(ctx, filepath.Join(dir, name)) {
			return true
		}
	}
	return false
}

// same reports whether the backup at path reads back whole and holds this very
// state of the notebook.
func (s *snapshot) same(ctx context.Context, path string) bool {
	o, _, err := openBackup(ctx, path, func([]byte) (*seal.Unlocked, error) {
		return &seal.Unlocked{Key: s.key, Notebook: s.notebook}, nil
	})
	if err != nil {
		return false
	}
	defer o.close()
	parts, _ := s.parts(&listed{})
	for _, p := range parts {
		m, ok := o.Member(p.name)
		if !ok || m.Size != p.size {
			return false
		}
	}
	box, ok := o.Member("box.A")
	return ok && box.Size == int64(len(s.boxBytes)) && o.Manifest.Journal == uint64(s.j.Version()) && o.Manifest.Tip == s.tip.Seq &&
		o.Manifest.TipMAC == s.tip.MAC && string(o.Header.KeyFile) == string(s.keyFile)
}

// upgradeCopies names the copies in dir.
func upgradeCopies(dir string) []string {
	ents, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range ents {
		if strings.HasSuffix(e.Name(), backupSuffix) && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names
}

// sweepTemps removes what a killed copying left.
func sweepTemps(dir string) error {
	ents, err := os.ReadDir(dir)
	for _, e := range ents {
		if strings.HasPrefix(e.Name(), backupTemp) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// sweepUpgrades erases copies made before upgrades once they have expired. The
// journal's own time must agree: a clock that is wrong for one day must not cost
// the only copy. The caller holds mu, or is opening.
func (n *Notebook) sweepUpgrades() {
	dir := filepath.Join(n.dir, upgradesDir)
	now := n.now()
	if last := n.st.meta.Clock.Time(); last.Before(now) {
		now = last
	}
	for _, name := range upgradeCopies(dir) {
		path := filepath.Join(dir, name)
		made, err := backupMade(path)
		if err == nil && now.After(made.Add(DefaultKeep+time.Hour)) {
			_ = eraseWhole(path) // tried again at the next opening
		}
	}
	_ = os.Remove(dir) // only if it is empty
}

// backupMade reads from the clear part of a backup when it was made.
func backupMade(path string) (time.Time, error) {
	f, err := os.Open(path)
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	h, err := archive.ReadHeader(f)
	if err != nil {
		return time.Time{}, err
	}
	return h.Created, nil
}
