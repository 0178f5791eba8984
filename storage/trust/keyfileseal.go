package trust

import (
	"wherry/storage/record"
	"wherry/storage/seal"
)

// maxKeyFile bounds a key file in bytes.
const maxKeyFile = 256 << 10

type keyFileBytes struct {
	_     struct{} `cbor:",toarray"`
	Realm record.ID
	Seed  []byte
	KEM   []byte
	Root  []byte
	URL   string
	CA    []byte
}

// Seal returns the file's bytes: a line that says in clear what the file is,
// so that a server can refuse to keep one, and then the sealed rest.
func (k *KeyFile) Seal(passphrase []byte, kdf seal.KDF) ([]byte, error) {
	plain := keyFileBytes{Realm: k.Realm, Seed: k.Sign.Seed(), KEM: []byte{}, Root: k.Root, URL: k.URL, CA: k.CA}
	if k.KEM != nil {
		plain.KEM = k.KEM.Bytes()
	}
	sealed, err := seal.SealFile(passphrase, kdf, k.Kind, record.Encode(plain))
	if err != nil {
		return nil, err
	}
	return append([]byte(keyFileLine(k.Kind, k.Realm)), sealed...), nil
}

// OpenKeyFile opens a key file. A wrong passphrase is seal.ErrWrongPassphrase;
// bytes that are no key file are ErrKeyFile.
func OpenKeyFile(passphrase, data []byte) (*KeyFile, error) {
	kind, realm, ok := KeyFileKind(data)
	if !ok || len(data) > maxKeyFile {
		return nil, ErrKeyFile
	}
	plain, err := seal.OpenFile(passphrase, kind, data[len(keyFileLine(kind, realm)):])
	if err != nil {
		return nil, err
	}
	var b keyFileBytes
	if record.Decode(plain, &b) != nil || b.Realm != realm {
		return nil, ErrMalformed
	}
	k := &KeyFile{Kind: kind, Realm: realm, Root: b.Root, URL: b.URL, CA: b.CA}
	if k.Sign, ok = signerOf(b.Seed); !ok {
		return nil, ErrMalformed
	}
	if kind == KeyRecovery {
		if k.KEM, err = seal.ParseKEMPrivate(b.KEM); err != nil {
			return nil, ErrMalformed
		}
	}
	if kind == KeyRoot && record.RealmID(publicOf(k.Sign)) != realm {
		return nil, ErrWrongRoot
	}
	return k, nil
}
