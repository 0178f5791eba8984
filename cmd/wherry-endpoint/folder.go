package main

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
	"wherry/sync/endpoint"
)

// Names in the server's folder D.
const (
	fileCouncil  = "council"      // what this folder serves
	fileEndpoint = "endpoint.key" // signs heads and receipts
	fileCert     = "tls.crt"
	fileKey      = "tls.key"
	fileCA       = "ca.pem" // what notebooks pin
	folderStore  = "store"
)

// Names in the folder R, which is meant for another machine.
const (
	fileRoot     = "root.key"
	fileRecovery = "recovery.key"
	fileAdmin    = "admin.key"
	fileCAKey    = "ca.key" // of the council's own CA, to renew its certificate
)

// labelCAKey is the label under which ca.key is sealed.
const labelCAKey = "ca"

// sealedMagic begins every file that seal.SealFile makes.
const sealedMagic = "WHF1"

// councilFile is the content of fileCouncil: canonical CBOR and after it the
// hash of that.
type councilFile struct {
	_       struct{} `cbor:",toarray"`
	Version uint64
	URL     string
	Root    []byte // root statement
}

const (
	councilVersion = 1
	domainCouncil  = "wherry-council-file-1"
)

func (c councilFile) bytes() []byte {
	b := record.Encode(c)
	h := record.Hash(domainCouncil, b)
	return append(b, h[:]...)
}

func parseCouncil(data []byte) (*councilFile, error) {
	var c councilFile
	if len(data) < 32 || record.Hash(domainCouncil, data[:len(data)-32]) != record.ID(data[len(data)-32:]) ||
		record.Decode(data[:len(data)-32], &c) != nil {
		return nil, endpoint.ErrStoreDamaged
	}
	if c.Version > councilVersion {
		return nil, endpoint.ErrStoreNewer
	}
	return &c, nil
}

// folder is an opened server's folder.
type folder struct {
	dir   string
	url   string
	host  string
	root  []byte // root statement
	realm record.ID
	key   ed25519.PrivateKey
	certs certificates
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// openFolder reads what init made. Bytes that do not hold together are damage.
func openFolder(dir string) (*folder, error) {
	f := &folder{dir: dir}
	data, err := os.ReadFile(f.path(fileCouncil))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse("no_council", "There is no council in this folder.", "Run init first, or check --data.")
	}
	if err != nil {
		return nil, err
	}
	c, err := parseCouncil(data)
	if err != nil {
		return nil, err
	}
	stmt, err := trust.ParseStatement(c.Root)
	if err != nil {
		return nil, endpoint.ErrStoreDamaged
	}
	f.url, f.root, f.realm = c.URL, c.Root, stmt.Realm
	if f.host, err = hostOf(c.URL); err != nil {
		return nil, endpoint.ErrStoreDamaged
	}
	if err := f.readKeys(); err != nil {
		return nil, err
	}
	return f, nil
}

// readKeys reads the endpoint's key and the certificates.
func (f *folder) readKeys() error {
	data, err := os.ReadFile(f.path(fileEndpoint))
	if err != nil {
		return missing(err)
	}
	if f.key, err = trust.ParseEndpointKey(data); err != nil {
		return endpoint.ErrStoreDamaged
	}
	for name, to := range map[string]*[]byte{fileCA: &f.certs.CA, fileCert: &f.certs.Cert, fileKey: &f.certs.Key} {
		if *to, err = os.ReadFile(f.path(name)); err != nil {
			return missing(err)
		}
	}
	return nil
}

// keyNamed reports whether the endpoint's key is the one in the root statement.
func (f *folder) keyNamed() bool {
	stmt, err := trust.ParseStatement(f.root)
	if err != nil {
		return false
	}
	root, err := trust.VerifyRoot(stmt, f.realm)
	return err == nil && bytes.Equal(root.Endpoint, f.key.Public().(ed25519.PublicKey))
}

// missing: a file of a folder that init made whole is gone.
func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return endpoint.ErrStoreDamaged
	}
	return err
}

// strayKeys refuses a folder in which a key lies that must never be on the
// server's machine, by whatever name.
func (f *folder) strayKeys() error {
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		// A blob is what a laptop sent: it may begin like anything.
		sent := strings.HasPrefix(path, f.path(endpoint.BlobFolder)+string(filepath.Separator))
		if slices.Contains([]string{fileRoot, fileRecovery, fileAdmin, fileCAKey}, d.Name()) || !sent && sealedKey(path) {
			return refuse("key_in_data", "A root, recovery, administrator's or CA key lies in the server's folder.",
				"Move it to another machine, then start again. Consider who could have read it.")
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a file that went away while we looked
	}
	return err
}

// sealedKey reports whether a file begins like a key file.
func sealedKey(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	head := make([]byte, 128)
	n, _ := file.Read(head) // too short to be a key file, or unreadable: not one
	_, _, ok := trust.KeyFileKind(head[:n])
	return ok || strings.HasPrefix(string(head[:n]), sealedMagic)
}

// hostOf checks an endpoint's address and returns its host.
func hostOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", refuse("bad_url", "The address is not one of an endpoint.", "Write it like https://HOST:PORT.")
	}
	return u.Hostname(), nil
}

// vacant refuses a folder that is there and holds something.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return refuse("not_empty", "Both folders must be absent or empty, so nothing was changed.", "Choose other folders.")
	}
	return nil
}

// apart refuses two folders of which one is the other or lies in it.
func apart(a, b string) error {
	for _, p := range []*string{&a, &b} {
		abs, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			abs = real
		}
		*p = abs + string(filepath.Separator)
	}
	if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
		return refuse("same_folder", "The keys must not lie in the server's folder, nor it among them.", "Choose two separate folders.")
	}
	return nil
}

// writeAll writes files into a folder, making it if need be. If it fails the
// files that it wrote are taken away again.
func writeAll(dir string, files []namedFile) (undo func(), err error) {
	_, statErr := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return func() {}, err
	}
	undo = func() {
		for _, f := range files {
			_ = os.Remove(filepath.Join(dir, f.name)) // best effort: the folder was empty before
		}
		if errors.Is(statErr, fs.ErrNotExist) {
			_ = os.Remove(dir)
		}
	}
	for _, f := range files {
		if err := seal.WriteFileSync(filepath.Join(dir, f.name), f.data); err != nil {
			undo()
			return func() {}, err
		}
	}
	return undo, nil
}

type namedFile struct {
	name string
	data []byte
}
