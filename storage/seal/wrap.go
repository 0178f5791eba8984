package seal

import "crypto/hpke"

// Sizes of HPKE values for MLKEM768-X25519 (X-Wing), in bytes.
const (
	// PublicKeySize is a reader's public key.
	PublicKeySize = 1216
	// PrivateKeySize is the seed that a private key is made of.
	PrivateKeySize = 32
	// WrapSize is version ‖ encapsulated key ‖ sealed key.
	WrapSize    = 1 + encSize + len(Key{}) + 16
	encSize     = 1120
	wrapVersion = 1
	wrapInfo    = "wherry-wrap-1"
)

// The one suite: KEM 0x647a (draft-ietf-hpke-pq), HKDF-SHA256, AES-256-GCM
// (RFC 9180). There is no negotiation; another suite would be another version
// byte. Hybrid, because these records are kept for 75 years.
var (
	wrapKEM  = hpke.MLKEM768X25519()
	wrapKDF  = hpke.HKDFSHA256()
	wrapAEAD = hpke.AES256GCM()
)

// KEMPrivate is the private half of a reader's key pair.
type KEMPrivate struct{ priv hpke.PrivateKey }

// NewKEM makes a key pair from the system's random source.
func NewKEM() (*KEMPrivate, error) {
	p, err := wrapKEM.GenerateKey()
	if err != nil {
		return nil, err
	}
	return &KEMPrivate{p}, nil
}

// ParseKEMPrivate reads what Bytes wrote; any 32 bytes are a private key.
func ParseKEMPrivate(b []byte) (*KEMPrivate, error) {
	if len(b) != PrivateKeySize {
		return nil, ErrPrivateKey
	}
	p, err := wrapKEM.NewPrivateKey(b)
	if err != nil {
		return nil, ErrPrivateKey
	}
	return &KEMPrivate{p}, nil
}

// Bytes returns the 32 secret bytes.
func (p *KEMPrivate) Bytes() []byte {
	b, err := p.priv.Bytes()
	if err != nil {
		panic("seal: " + err.Error()) // only keys held by hardware cannot
	}
	return b
}

// Public returns the 1,216 public bytes.
func (p *KEMPrivate) Public() []byte { return p.priv.PublicKey().Bytes() }

// String keeps the secret out of logs.
func (p *KEMPrivate) String() string { return "[private key]" }

// GoString keeps the secret out of %#v.
func (p *KEMPrivate) GoString() string { return "[private key]" }

// WrapKey seals k to the holder of a public key, bound to aad.
func WrapKey(pub, aad []byte, k Key) ([]byte, error) {
	if k.isZero() {
		return nil, ErrNoKey
	}
	if len(pub) != PublicKeySize {
		return nil, ErrPublicKey
	}
	pk, err := wrapKEM.NewPublicKey(pub)
	if err != nil {
		return nil, ErrPublicKey
	}
	enc, sender, err := hpke.NewSender(pk, wrapKDF, wrapAEAD, []byte(wrapInfo))
	if err != nil {
		return nil, ErrPublicKey // a point of low order
	}
	ct, err := sender.Seal(aad, k[:])
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, WrapSize)
	out = append(out, wrapVersion)
	out = append(out, enc...)
	return append(out, ct...), nil
}

// UnwrapKey opens a wrap made to this key pair under the same aad, else
// ErrSealed; ErrNewerFormat for a suite that this version does not know.
func (p *KEMPrivate) UnwrapKey(aad, wrap []byte) (Key, error) {
	if len(wrap) == 0 {
		return Key{}, ErrSealed
	}
	if wrap[0] > wrapVersion {
		return Key{}, ErrNewerFormat
	}
	if wrap[0] != wrapVersion || len(wrap) != WrapSize {
		return Key{}, ErrSealed
	}
	r, err := hpke.NewRecipient(wrap[1:1+encSize], p.priv, wrapKDF, wrapAEAD, []byte(wrapInfo))
	if err != nil {
		return Key{}, ErrSealed
	}
	b, err := r.Open(aad, wrap[1+encSize:])
	if err != nil {
		return Key{}, ErrSealed
	}
	k := Key(b)
	clear(b)
	if k.isZero() {
		return Key{}, ErrSealed
	}
	return k, nil
}
