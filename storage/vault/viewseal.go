package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"wherry/storage/seal"
)

const (
	sealMagic   = "WHV1"
	sealVersion = 2
	sealHead    = 84 // bytes before the files
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
//	16  8  number of the journal's last frame that the view holds
//	24 32  MAC of that frame
//	56 16  salt of the key of the values
//	72  8  how many values that key has sealed
//	80  4  number of files, then for each, sorted by name:
//	       2 length of the name, name, 8 size, 32 SHA-256
//	 …  32 HMAC over all of the above
type viewSeal struct {
	schema uint64
	tipSeq uint64
	tip    [32]byte
	salt   [16]byte
	cells  uint64
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
	b = binary.BigEndian.AppendUint64(b, s.tipSeq)
	b = append(b, s.tip[:]...)
	b = append(b, s.salt[:]...)
	b = binary.BigEndian.AppendUint64(b, s.cells)
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
	if len(raw) < sealHead+32 || string(raw[:4]) != sealMagic || binary.BigEndian.Uint16(raw[4:]) != sealVersion {
		return s, false
	}
	s.level0 = binary.BigEndian.Uint16(raw[6:])
	s.schema = binary.BigEndian.Uint64(raw[8:])
	s.tipSeq = binary.BigEndian.Uint64(raw[16:])
	copy(s.tip[:], raw[24:56])
	copy(s.salt[:], raw[56:72])
	s.cells = binary.BigEndian.Uint64(raw[72:])
	n := binary.BigEndian.Uint32(raw[80:])
	b := raw[sealHead : len(raw)-32]
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

// sumFiles lists the files of the view, sorted, with their hashes. With durable
// set each is also made durable and its owner's alone. Tables never change, so
// those in known, which an earlier close hashed and synced, are taken from
// there; should one have changed all the same, the next Open finds it out.
func sumFiles(db string, durable bool, known []fileSum) ([]fileSum, error) {
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
	files := make([]fileSum, len(entries))
	var todo []int
	for i, e := range entries {
		if f, ok := tables[e.Name()]; ok {
			if info, err := e.Info(); err == nil && uint64(info.Size()) == f.size {
				files[i] = f
				continue
			}
		}
		todo = append(todo, i)
	}
	err = onAllCores(todo, func(i int) (err error) {
		files[i], err = sumFile(filepath.Join(db, entries[i].Name()), durable)
		return err
	})
	if err != nil {
		return nil, err
	}
	if durable {
		err = seal.SyncDir(db)
	}
	return files, err
}

// onAllCores calls fn with each number, on as many goroutines as there are
// cores, and returns when all are done.
func onAllCores(todo []int, fn func(int) error) error {
	var next atomic.Int64
	errs := make([]error, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for c := range min(len(errs), len(todo)) {
		all.Go(func() {
			for errs[c] == nil {
				k := int(next.Add(1)) - 1
				if k >= len(todo) {
					return
				}
				errs[c] = fn(todo[k])
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func sumFile(path string, durable bool) (fileSum, error) {
	flag := os.O_RDONLY
	if durable {
		flag = os.O_RDWR // Windows flushes only what is open for writing
		if err := again(func() error { return os.Chmod(path, 0o600) }); err != nil {
			return fileSum{}, err
		}
	}
	f, err := openAgain(path, flag)
	if err != nil {
		return fileSum{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err == nil && durable {
		err = f.Sync()
	}
	out := fileSum{name: filepath.Base(path), size: uint64(n)}
	h.Sum(out.sum[:0])
	return out, err
}

// sealed reads view.seal and holds it against the files. False means that the
// view must be rebuilt.
func sealed(dir string, k seal.Key) (viewSeal, bool) {
	s, ok := stated(dir, k)
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

// stated reads view.seal alone.
func stated(dir string, k seal.Key) (viewSeal, bool) {
	if !missing(filepath.Join(dir, dirtyName)) {
		return viewSeal{}, false
	}
	raw, err := readAgain(filepath.Join(dir, sealName))
	if err != nil {
		return viewSeal{}, false
	}
	return parseViewSeal(k, raw)
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
func SealedTip(dir string, key seal.Key) (uint64, [32]byte, bool) {
	s, ok := sealed(dir, deriveKeys(key).seal)
	return s.tipSeq, s.tip, ok
}
