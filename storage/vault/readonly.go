package vault

import (
	"errors"
	"runtime"

	"wherry/storage/seal"
)

// ErrNotSealed reports a view that is not as an orderly Close left it, so that
// nothing can be read from it without changing it.
var ErrNotSealed = errors.New("vault: the view is not as it was closed")

// OpenSealed opens a view for reading and changes nothing under dir: a stop at
// any moment leaves it as it was. It is for a view that may hold what the
// journal has lost. What is put into it stays in memory, and Close gives that
// up. ErrNotSealed if the view is not whole or of another schema; on Windows,
// where Badger cannot open for reading only, errors.ErrUnsupported.
func OpenSealed(dir string, key seal.Key, schema uint64) (*Vault, error) {
	if runtime.GOOS == "windows" {
		return nil, errors.ErrUnsupported
	}
	k := deriveKeys(key)
	s, ok := sealed(dir, k.seal)
	if !ok || s.schema != schema {
		return nil, ErrNotSealed
	}
	v := &Vault{dir: dir, opt: Options{Schema: schema, MinFree: DefaultMinFree, FreeBytes: freeBytes}, still: true, onDisk: s}
	v.keys.Store(&k)
	if err := v.begin(s); err != nil {
		return nil, err
	}
	if err := v.openBadger(); err != nil {
		return nil, err
	}
	v.tip, v.tipSeq = s.tip, s.tipSeq
	return v, nil
}

// StatedTip is the journal's end that a view states, whether or not its files
// are as they were; false if it states none.
func StatedTip(dir string, key seal.Key) (uint64, [32]byte, bool) {
	s, ok := stated(dir, deriveKeys(key).seal)
	return s.tipSeq, s.tip, ok
}
