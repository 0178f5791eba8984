package leak_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wherry/app/simtest/crash/rig"
	"wherry/storage/seal"
)

// tap is a proxy between notebooks and the endpoint that keeps all it sees:
// the bytes on the wire, and, since it holds a certificate that the council's
// own CA signed, the bytes inside TLS as well. It stands for a network that
// records and for a terminating proxy in front of the server.
type tap struct {
	listener net.Listener
	server   *tls.Config // towards notebooks
	client   *tls.Config // towards the endpoint
	to       string

	wg    sync.WaitGroup
	mu    sync.Mutex
	wire  bytes.Buffer    // as captured
	sides []*bytes.Buffer // inside TLS: one for each direction of a connection
}

// newTap starts a tap in front of a council's endpoint.
func newTap(t testing.TB, c *rig.Council) *tap {
	t.Helper()
	ca, err := os.ReadFile(filepath.Join(c.Data, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{listener: l, to: c.Address, client: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13},
		server: &tls.Config{Certificates: []tls.Certificate{forge(t, c, ca)}, MinVersion: tls.VersionTLS13}}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.wg.Wait()
	})
	return p
}

func (p *tap) address() string { return p.listener.Addr().String() }

// forge makes a certificate for this proxy with the council's CA key, which
// the test owns.
func forge(t testing.TB, c *rig.Council, caPEM []byte) tls.Certificate {
	t.Helper()
	sealed, err := os.ReadFile(filepath.Join(c.Keys, "ca.key"))
	if err != nil {
		t.Fatal(err)
	}
	der, err := seal.OpenFile([]byte(rig.Passphrase), "ca", sealed)
	if err != nil {
		t.Fatal(err)
	}
	caKey, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(caPEM)
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "127.0.0.1"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{cert}, PrivateKey: key}
}

func (p *tap) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return // closed at the end
		}
		p.wg.Go(func() { p.carry(c) })
	}
}

// carry passes one connection through, until either side ends it.
func (p *tap) carry(raw net.Conn) {
	defer raw.Close()
	near := tls.Server(&watched{Conn: raw, p: p}, p.server)
	out, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer out.Close()
	far := tls.Client(&watched{Conn: out, p: p}, clientFor(p))
	up, down := p.side(), p.side()
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(io.MultiWriter(far, up), near) // either end may hang up
		_ = far.CloseWrite()
	})
	_, _ = io.Copy(io.MultiWriter(near, down), far)
	_ = near.Close()
	wg.Wait()
}

func clientFor(p *tap) *tls.Config {
	c := p.client.Clone()
	c.ServerName = "127.0.0.1"
	return c
}

func (p *tap) side() *locked {
	b := new(bytes.Buffer)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sides = append(p.sides, b)
	return &locked{&p.mu, b}
}

type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// watched keeps what passes over a connection in either direction.
type watched struct {
	net.Conn
	p *tap
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	w.keep(b[:n])
	return n, err
}

func (w *watched) Write(b []byte) (int, error) {
	w.keep(b)
	return w.Conn.Write(b)
}

func (w *watched) keep(b []byte) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	w.p.wire.Write(b)
}

// scan looks through the wire, the streams inside TLS, and the bodies of the
// messages in them, put together again from their chunks.
func (p *tap) scan(s *scanner) (messages int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.scan("the wire", p.wire.Bytes())
	for i, b := range p.sides {
		s.scan("inside TLS", b.Bytes())
		r := bufio.NewReader(bytes.NewReader(b.Bytes()))
		for {
			var body io.ReadCloser
			if i%2 == 0 {
				req, err := http.ReadRequest(r)
				if err != nil {
					break
				}
				body = req.Body
			} else {
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					break
				}
				body = resp.Body
			}
			data, err := io.ReadAll(body)
			s.scan("the body of a message", data)
			messages++
			if err != nil {
				break
			}
		}
	}
	return messages
}
