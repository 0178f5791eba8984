package badgerstore

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

// sumsFile lists every file of a cleanly stopped store. Its presence says that
// the stop was clean.
const sumsFile = "store.sums"

// fileSum is the size and SHA-256 of one file.
type fileSum struct {
	_    struct{} `cbor:",toarray"`
	Name string
	Size int64
	Sum  record.ID
}

// sumsBody is the content of sumsFile, followed there by its own hash.
type sumsBody struct {
	_      struct{} `cbor:",toarray"`
	Schema uint64
	Files  []fileSum
}

// sumsState is what comparing a store with its sums gave.
type sumsState struct {
	clean  bool // the sums were there
	schema uint64
	files  map[string]fileSum
	differ []endpoint.Damage
}

// readSums compares the files in dir with the sums of the last clean stop.
func readSums(dir string) (sumsState, error) {
	st := sumsState{files: map[string]fileSum{}}
	data, err := os.ReadFile(filepath.Join(dir, sumsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	st.clean = true
	var body sumsBody
	if len(data) < 32 || record.Hash("wherry-sums-1", data[:len(data)-32]) != record.ID(data[len(data)-32:]) ||
		record.Decode(data[:len(data)-32], &body) != nil {
		st.differ = append(st.differ, endpoint.Damage{File: sumsFile, Reason: "the list of file sums is damaged"})
		return st, nil
	}
	st.schema = body.Schema
	if body.Schema > Schema {
		return st, nil
	}
	for _, want := range body.Files {
		got, err := sumFile(dir, want.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			st.differ = append(st.differ, endpoint.Damage{File: want.Name, Reason: "missing"})
		case err != nil:
			return st, err
		case got != want:
			st.differ = append(st.differ, endpoint.Damage{File: want.Name, Reason: "differs from its checksum"})
		default:
			st.files[want.Name] = want
		}
	}
	names, err := storeFiles(dir)
	if err != nil {
		return st, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(body.Files, func(f fileSum) bool { return f.Name == name }) {
			st.differ = append(st.differ, endpoint.Damage{File: name, Reason: "does not belong here"})
		}
	}
	return st, nil
}

// writeSums syncs every file and then writes their sums. Table files never
// change once written, so known ones are not read again.
func writeSums(dir string, known map[string]fileSum) error {
	names, err := storeFiles(dir)
	if err != nil {
		return err
	}
	body := sumsBody{Schema: Schema, Files: []fileSum{}}
	for _, name := range names {
		if f, ok := known[name]; ok && strings.HasSuffix(name, ".sst") {
			body.Files = append(body.Files, f)
			continue
		}
		if err := syncPath(filepath.Join(dir, name)); err != nil {
			return err
		}
		f, err := sumFile(dir, name)
		if err != nil {
			return err
		}
		body.Files = append(body.Files, f)
	}
	data := record.Encode(body)
	h := record.Hash("wherry-sums-1", data)
	return writeFileSync(filepath.Join(dir, sumsFile), append(data, h[:]...))
}

// storeFiles lists Badger's files, by name.
func storeFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		n := e.Name()
		switch {
		case strings.HasSuffix(n, ".sst"), strings.HasSuffix(n, ".mem"), strings.HasSuffix(n, ".vlog"),
			n == "MANIFEST", n == "KEYREGISTRY", n == "DISCARD":
			names = append(names, n)
		}
	}
	return names, nil
}

func sumFile(dir, name string) (fileSum, error) {
	f, err := os.Open(filepath.Join(dir, filepath.Base(name)))
	if err != nil {
		return fileSum{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return fileSum{}, err
	}
	s := fileSum{Name: name, Size: n}
	h.Sum(s.Sum[:0])
	return s, nil
}

func syncPath(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// writeFileSync writes a private file so that after a crash it is there whole
// or not at all.
func writeFileSync(path string, data []byte) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func lockPath(dir string) string { return filepath.Join(dir, "wherry.lock") }
