package notebook

import (
	"crypto/hmac"
	"errors"
	"io"
	"os"
	"path/filepath"

	"wherry/storage/journal"
	"wherry/storage/seal"
)

// A restore and a drill build a notebook in a folder beside its place, or in a
// temporary one. A kill leaves it there: sealed, but a copy with its keys, which
// a disposal does not reach. So each such folder carries a mark that only the
// notebook's own key makes, and is held while it is used; what is marked and not
// held is erased at the next opening, restore or drill.

const (
	newPrefix   = ".wherry-new-"  // beside the place where a notebook is to be
	drillPrefix = "wherry-drill-" // in the system's folder for temporary files
	// markFile holds the MAC of the folder's name.
	markFile = "ours"
)

// scratch is such a folder, held.
type scratch struct {
	path string
	held io.Closer
}

func scratchMark(key seal.Key, path string) []byte {
	k := key.Derive("scratch")
	defer k.Wipe()
	sum := k.MAC([]byte(filepath.Base(path)))
	return sum[:]
}

// newScratch makes a folder that sweepScratch of the same key knows again.
func newScratch(parent, prefix string, key seal.Key) (*scratch, error) {
	path, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return nil, err
	}
	s := &scratch{path: path}
	if s.held, err = journal.Lock(path); err == nil {
		err = seal.WriteFileSync(filepath.Join(path, markFile), scratchMark(key, path))
	}
	if err == nil {
		err = os.Mkdir(s.notebook(), 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

// notebook is the folder for the notebook's files.
func (s *scratch) notebook() string { return filepath.Join(s.path, "notebook") }

// remove takes the folder away with all that is in it.
func (s *scratch) remove() error {
	if s.held != nil {
		_ = s.held.Close() // nothing was written to it
	}
	return dropScratch(s.path)
}

// dropScratch overwrites the keys in such a folder and removes it.
func dropScratch(path string) error {
	var errs []error
	for _, name := range []string{"box.A", "box.B", "key.A", "key.B"} {
		errs = append(errs, eraseWhole(filepath.Join(path, "notebook", name)))
	}
	return errors.Join(append(errs, os.RemoveAll(path))...)
}

// sweepScratch removes what a killed restore or drill of this key's notebook
// left in parent. What is not marked so, or is in use, is not touched.
func sweepScratch(parent, prefix string, key seal.Key) {
	names, _ := filepath.Glob(filepath.Join(escaped(parent), prefix+"*"))
	for _, path := range names {
		if st, err := os.Lstat(path); err != nil || !st.IsDir() {
			continue
		}
		mark := filepath.Join(path, markFile)
		if st, err := os.Lstat(mark); err != nil || !st.Mode().IsRegular() || st.Size() > 64 {
			continue
		}
		got, err := os.ReadFile(mark)
		if err != nil || !hmac.Equal(got, scratchMark(key, path)) {
			continue
		}
		held, err := journal.Lock(path)
		if err != nil {
			continue // somebody is at work in it
		}
		_ = held.Close()
		_ = dropScratch(path) // tried again at the next opening
	}
}

// drillParents are the folders in which a drill may work: never one that another
// program keeps in step, from which a copy would leave the laptop.
func drillParents() []string {
	dirs := []string{os.TempDir()}
	if cache, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, cache)
	}
	var out []string
	for _, dir := range dirs {
		if checkPlace(dir) == nil {
			out = append(out, dir)
		}
	}
	return out
}

// newDrill makes a folder for a drill in the first place that may be used.
func newDrill(key seal.Key) (*scratch, error) {
	err := error(ErrPlace)
	for _, dir := range drillParents() {
		sweepScratch(dir, drillPrefix, key)
		var s *scratch
		if s, err = newScratch(dir, drillPrefix, key); err == nil {
			return s, nil
		}
	}
	return nil, err
}

// sweepKilled removes what killed restores beside this notebook, and drills of
// it, have left.
func (n *Notebook) sweepKilled() {
	sweepScratch(filepath.Dir(filepath.Clean(n.dir)), newPrefix, n.vault)
	for _, dir := range drillParents() {
		sweepScratch(dir, drillPrefix, n.vault)
	}
}
