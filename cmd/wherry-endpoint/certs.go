package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"time"
)

// ownLife is how long the council's own CA and its leaf are valid. Notebooks
// pin the CA in their invitation, so nothing shorter would make them safer,
// and an expired leaf would stop a council that had forgotten the date.
const ownLife = 10 * 365 * 24 * time.Hour

// certificates is what the server and the invitations need of TLS.
type certificates struct {
	CA    []byte // PEM: what notebooks pin
	Cert  []byte // PEM: the leaf, and its issuers if there are any
	Key   []byte // PEM: the leaf's private key
	CAKey []byte // PKCS #8 of our own CA's key; nil if the certificate was given
}

var errCertificate = errors.New("the certificate cannot be used")

// makeCertificates makes a CA for this council alone and a leaf for host. A
// loopback host may be reached by any of its names.
func makeCertificates(council, host string, now time.Time) (*certificates, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Wherry CA", Organization: []string{council}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(ownLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: host},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(ownLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leaf.DNSNames, leaf.IPAddresses = hostNames(host)
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &leafKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	caPKCS8, err := x509.MarshalPKCS8PrivateKey(caKey)
	if err != nil {
		return nil, err
	}
	leafPKCS8, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		return nil, err
	}
	return &certificates{
		CA:    pemBlock("CERTIFICATE", caDER),
		Cert:  pemBlock("CERTIFICATE", leafDER),
		Key:   pemBlock("PRIVATE KEY", leafPKCS8),
		CAKey: caPKCS8,
	}, nil
}

func hostNames(host string) (names []string, ips []net.IP) {
	ip := net.ParseIP(host)
	if ip == nil {
		names = append(names, host)
	} else {
		ips = append(ips, ip)
	}
	if host == "localhost" || ip != nil && ip.IsLoopback() {
		names, ips = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		if ip != nil && !ip.Equal(ips[0]) && !ip.Equal(ips[1]) {
			ips = append(ips, ip)
		}
	}
	return names, ips
}

// serial returns a random positive serial number of 127 bits.
func serial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// givenCertificates takes a certificate that the council had made elsewhere.
// Notebooks pin the last certificate of the chain, or the leaf if it is alone.
func givenCertificates(cert, key []byte, host string, now time.Time) (*certificates, error) {
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, errCertificate
	}
	c := &certificates{CA: pemBlock("CERTIFICATE", pair.Certificate[len(pair.Certificate)-1]), Cert: cert, Key: key}
	return c, c.check(host, now)
}

// check verifies the leaf for host against the pinned CA, as a notebook will.
func (c *certificates) check(host string, now time.Time) error {
	pair, err := tls.X509KeyPair(c.Cert, c.Key)
	if err != nil {
		return errCertificate
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.CA) {
		return errCertificate
	}
	for _, der := range pair.Certificate[1:] {
		if x, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(x)
		}
	}
	_, err = pair.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between, CurrentTime: now})
	if err != nil {
		return errors.Join(errCertificate, err)
	}
	return nil
}
