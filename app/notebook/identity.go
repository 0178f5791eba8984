package notebook

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
)

// Names of the private keys in the key box.
const (
	secretRoot    = "solo/root"
	secretDevice  = "solo/device"
	secretPerson  = "person/sign"
	secretKEM     = "person/kem"
	secretCouncil = "council/device/" // and the device's id: never overwritten

	// What the journal's first frames say, kept twice: without it nothing
	// else of a damaged journal could be read.
	secretPin     = "pin"
	secretJoining = "joining"
)

// Errors of places and openings.
var (
	ErrNotEmpty   = errors.New("notebook: folder is not empty")
	ErrNoNotebook = errors.New("notebook: no notebook here")
	ErrPlace      = errors.New("notebook: folder is kept in step by another program")
	ErrBadName    = errors.New("notebook: a name is needed")
	errNoMeta     = errors.New("notebook: view holds no state")
)

// Create makes a notebook in dir, which must be absent or empty, and opens it.
// It is built beside dir and moved there whole, so that a stop half-way leaves
// nothing that looks like a notebook.
func Create(ctx context.Context, dir, name string, passphrase []byte, code seal.RecoveryCode, cfg Config) (*Notebook, error) {
	cfg = cfg.filled()
	if name == "" || len(name) > 200 {
		return nil, ErrBadName
	}
	if err := checkPlace(dir); err != nil {
		return nil, err
	}
	pass, err := seal.NormalisePassphrase(passphrase)
	if err != nil {
		return nil, err
	}
	if ents, err := os.ReadDir(dir); err == nil && len(ents) > 0 {
		return nil, ErrNotEmpty
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(parent, newPrefix)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	id, key, err := furnish(ctx, tmp, name, pass, code, cfg)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return nil, err
	}
	if err := seal.SyncDir(parent); err != nil {
		return nil, err
	}
	lock, err := journal.Lock(dir)
	if err != nil {
		return nil, err
	}
	return openWith(ctx, dir, &seal.Unlocked{Key: key, Notebook: id}, lock, cfg)
}

// furnish writes the key file, key box and first journal frame.
func furnish(ctx context.Context, dir, name string, pass []byte, code seal.RecoveryCode, cfg Config) (record.ID, seal.Key, error) {
	var id record.ID
	if _, err := io.ReadFull(cfg.Rand, id[:]); err != nil {
		return id, seal.Key{}, err
	}
	key, err := seal.CreateKeyFile(dir, id, pass, code, cfg.KDF)
	if err != nil {
		return id, key, err
	}
	pin := pinItem{Notebook: id, Name: name, Created: cfg.Clock().UnixMilli()}
	box, err := seal.OpenBox(dir, key)
	if err != nil {
		return id, key, err
	}
	items, err := newIdentity(&pin, cfg.Rand)
	if err != nil {
		return id, key, err
	}
	if err := box.Put(items...); err != nil {
		return id, key, err
	}
	j, _, err := journal.Open(journalDir(dir), key.Derive("journal"), journal.Options{MinFree: cfg.MinFree})
	if err != nil {
		return id, key, err
	}
	if _, err := j.Append(ctx, []journal.Item{item(itemPin, pin)}); err != nil {
		return id, key, errors.Join(err, j.Close())
	}
	return id, key, j.Close()
}

func newIdentity(pin *pinItem, rand io.Reader) ([]seal.BoxItem, error) {
	var items []seal.BoxItem
	edKey := func(name string) (ed25519.PublicKey, error) {
		pub, priv, err := ed25519.GenerateKey(rand)
		items = append(items, seal.Secret{Name: name, Value: priv.Seed()})
		return pub, err
	}
	var err error
	if pin.Root, err = edKey(secretRoot); err != nil {
		return nil, err
	}
	if pin.Device, err = edKey(secretDevice); err != nil {
		return nil, err
	}
	if pin.PersonSign, err = edKey(secretPerson); err != nil {
		return nil, err
	}
	kem, err := seal.NewKEM()
	if err != nil {
		return nil, err
	}
	pin.PersonKEM = kem.Public()
	pin.Person = record.Hash("wherry-person-1", pin.PersonSign)
	return append(items, seal.Secret{Name: secretKEM, Value: kem.Bytes()}, seal.Secret{Name: secretPin, Value: record.Encode(*pin)}), nil
}

// Open unlocks the notebook in dir with its passphrase.
func Open(ctx context.Context, dir string, passphrase []byte, cfg Config) (*Notebook, error) {
	return unlock(ctx, dir, cfg, func() (*seal.Unlocked, error) {
		pass, err := seal.NormalisePassphrase(passphrase)
		if err != nil {
			return nil, err
		}
		defer clear(pass)
		return guess(dir, cfg, func() (*seal.Unlocked, error) { return seal.UnlockKeyFile(dir, pass) })
	})
}

// OpenWithCode unlocks the notebook with the recovery kit's code.
func OpenWithCode(ctx context.Context, dir string, code seal.RecoveryCode, cfg Config) (*Notebook, error) {
	return unlock(ctx, dir, cfg, func() (*seal.Unlocked, error) { return seal.UnlockWithCode(dir, code) })
}

func unlock(ctx context.Context, dir string, cfg Config, key func() (*seal.Unlocked, error)) (*Notebook, error) {
	if err := present(dir); err != nil {
		return nil, err
	}
	if err := checkPlace(dir); err != nil {
		return nil, err
	}
	lock, err := takeFolder(dir, time.Sleep)
	if err != nil {
		return nil, err
	}
	u, err := key()
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	defer u.Key.Wipe() // the notebook holds its own copy
	return openWith(ctx, dir, u, lock, cfg.filled())
}

// present reports ErrNoNotebook unless dir holds a key file.
func present(dir string) error {
	if !anyOf(dir, "key.A", "key.B") {
		return ErrNoNotebook
	}
	return nil
}

// anyOf reports whether one of these files is in dir.
func anyOf(dir string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	})
}

// loadIdentity reads the device keys that the key box holds.
func (n *Notebook) loadIdentity() {
	if seed, ok := n.box.Secret(secretDevice); ok && len(seed) == ed25519.SeedSize {
		n.solo = newDevice(seed)
	}
	n.kem, n.council = nil, nil
	if b, ok := n.box.Secret(secretKEM); ok {
		n.kem, _ = seal.ParseKEMPrivate(b)
	}
	if j := n.st.meta.Joining; j != nil {
		if seed, ok := n.box.Secret(secretCouncil + record.DeviceID(j.Device).String()); ok && len(seed) == ed25519.SeedSize {
			d := newDevice(seed)
			d.realm = j.Root
			n.council = &d
		}
	}
}

// recall takes who we are from the key box before the journal is replayed, so
// that a notebook whose first frame is damaged still opens.
func (n *Notebook) recall() {
	if b, ok := n.box.Secret(secretPin); ok {
		_ = record.Decode(b, &n.st.meta.Pin)
	}
	if b, ok := n.box.Secret(secretJoining); ok {
		j := new(joiningItem)
		if record.Decode(b, j) == nil {
			n.st.meta.Joining, n.st.dir = j, trust.NewDirectory(j.Root)
		}
	}
}

func newDevice(seed []byte) device {
	priv := ed25519.NewKeyFromSeed(seed)
	return device{priv: priv, id: record.DeviceID(priv.Public().(ed25519.PublicKey))}
}

// identities checks that the keys in the box are those that the journal names.
func (n *Notebook) identities() error {
	n.loadIdentity()
	pin := n.st.meta.Pin
	if len(pin.Root) == 0 || n.solo.priv == nil || n.kem == nil || n.solo.id != record.DeviceID(pin.Device) {
		return seal.ErrDamaged
	}
	n.solo.realm = record.RealmID(pin.Root)
	if j := n.st.meta.Joining; j != nil {
		if n.council == nil || n.council.id != record.DeviceID(j.Device) {
			return seal.ErrDamaged
		}
	}
	return nil
}

// Present reports whether dir holds a notebook. Nothing is written or opened.
func Present(dir string) bool { return present(dir) == nil }

// ErrWrongPassphrase says that a passphrase or recovery code does not open the
// notebook.
var ErrWrongPassphrase = seal.ErrWrongPassphrase
