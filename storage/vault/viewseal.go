package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"

	"wherry/storage/seal"
)

const (
	sealMagic   = "WHV1"
	sealVersion = 1
	sealName    = "view.seal"
	dirtyName   = "DIRTY"
	dbName      = "db"
	maxFiles    = 1 << 20
)

// viewSeal is what an orderly close states about the view.
//
//	 0  4  "WHV1"
//	 4  2  version
//	 6  2  tables in Badger's level 0 (advice only)
//	 8  8  schema of the view
//	16 32  tip of the journal that the view reached
//	48  4  number of files, then for each, sorted by name:
//	       2 length of the name, name, 8 size, 32 SHA-256
//	 …  32 HMAC over all of the above
type viewSeal struct {
	schema uint64
	tip    [32]byte
	level0 uint16
	files  []fileSum
}

// fileSum is one file of the view.
type fileSum struct {
	name string
	size uint64
	sum  [32]byte
}

func (s viewSeal) bytes(k seal.Key) []byte {
	b := []byte(sealMagic)
	b = binary.BigEndian.AppendUint16(b, sealVersion)
	b = binary.BigEndian.AppendUint16(b, s.level0)
	b = binary.BigEndian.AppendUint64(b, s.schema)
	b = append(b, s.tip[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(s.files)))
	for _, f := range s.files {
		b = binary.BigEndian.AppendUint16(b, uint16(len(f.name)))
		b = append(b, f.name...)
		b = binary.BigEndian.AppendUint64(b, f.size)
		b = append(b, f.sum[:]...)
	}
	sum := k.MAC(b)
	return append(b, sum[:]...)
}

// parseViewSeal reads a whole view.seal; false means that it does not hold.
// Only the one encoding of its content is accepted.
func parseViewSeal(k seal.Key, raw []byte) (viewSeal, bool) {
	var s viewSeal
	if len(raw) < 52+32 || string(raw[:4]) != sealMagic || binary.BigEndian.Uint16(raw[4:]) != sealVersion {
		return s, false
	}
	s.level0 = binary.BigEndian.Uint16(raw[6:])
	s.schema = binary.BigEndian.Uint64(raw[8:])
	copy(s.tip[:], raw[16:48])
	n := binary.BigEndian.Uint32(raw[48:])
	b := raw[52 : len(raw)-32]
	for ; n > 0; n-- {
		if len(b) < 2 {
			return viewSeal{}, false
		}
		name := int(binary.BigEndian.Uint16(b))
		if len(b) < 2+name+8+32 || len(s.files) == maxFiles {
			return viewSeal{}, false
		}
		f := fileSum{name: string(b[2 : 2+name]), size: binary.BigEndian.Uint64(b[2+name:])}
		copy(f.sum[:], b[2+name+8:])
		s.files = append(s.files, f)
		b = b[2+name+8+32:]
	}
	return s, bytes.Equal(s.bytes(k), raw)
}

// sumFiles lists the files of the view, sorted, with their hashes. With sync
// set each is also made durable and its owner's alone. Tables never change, so
// those in known, which an earlier close hashed and synced, are taken from
// there; should one have changed all the same, the next Open finds it out.
func sumFiles(db string, sync bool, known []fileSum) ([]fileSum, error) {
	entries, err := os.ReadDir(db) // sorted by name
	if err != nil {
		return nil, err
	}
	tables := map[string]fileSum{}
	for _, f := range known {
		if filepath.Ext(f.name) == ".sst" {
			tables[f.name] = f
		}
	}
	var files []fileSum
	for _, e := range entries {
		if f, ok := tables[e.Name()]; ok {
			if info, err := e.Info(); err == nil && uint64(info.Size()) == f.size {
				files = append(files, f)
				continue
			}
		}
		f, err := sumFile(filepath.Join(db, e.Name()), sync)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if sync {
		err = seal.SyncDir(db)
	}
	return files, err
}

func sumFile(path string, sync bool) (fileSum, error) {
	flag := os.O_RDONLY
	if sync {
		flag = os.O_RDWR // Windows flushes only what is open for writing
		if err := os.Chmod(path, 0o600); err != nil {
			return fileSum{}, err
		}
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return fileSum{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err == nil && sync {
		err = f.Sync()
	}
	out := fileSum{name: filepath.Base(path), size: uint64(n)}
	h.Sum(out.sum[:0])
	return out, err
}

// sealed reads view.seal and holds it against the files. False means that the
// view must be rebuilt.
func sealed(dir string, k seal.Key) (viewSeal, bool) {
	if _, err := os.Lstat(filepath.Join(dir, dirtyName)); !os.IsNotExist(err) {
		return viewSeal{}, false
	}
	raw, err := os.ReadFile(filepath.Join(dir, sealName))
	if err != nil {
		return viewSeal{}, false
	}
	s, ok := parseViewSeal(k, raw)
	if !ok {
		return viewSeal{}, false
	}
	db := filepath.Join(dir, dbName)
	if !sameNames(db, s.files) { // cheaper than hashing, so first
		return viewSeal{}, false
	}
	files, err := sumFiles(db, false, nil)
	if err != nil || len(files) != len(s.files) {
		return viewSeal{}, false
	}
	for i, f := range files {
		if f != s.files[i] {
			return viewSeal{}, false
		}
	}
	return s, true
}

// sameNames compares names, kinds and sizes.
func sameNames(db string, files []fileSum) bool {
	entries, err := os.ReadDir(db)
	if err != nil || len(entries) != len(files) {
		return false
	}
	for i, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || e.Name() != files[i].name || uint64(info.Size()) != files[i].size {
			return false
		}
	}
	return true
}

// Inspect tells, changing nothing, whether Open would find the view "ok" or
// "rebuildable". Neither is damage: the view is not the record.
func Inspect(dir string, key seal.Key) string {
	if _, ok := sealed(dir, deriveKeys(key).seal); ok {
		return "ok"
	}
	return "rebuildable"
}

// SealedTip is the journal's end that a whole view states, read without
// changing anything; false if the view is not whole.
func SealedTip(dir string, key seal.Key) ([32]byte, bool) {
	s, ok := sealed(dir, deriveKeys(key).seal)
	return s.tip, ok
}
