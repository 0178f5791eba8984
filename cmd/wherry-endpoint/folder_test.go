package main

import (
	"errors"
	"net"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

// TestCouncilFileFormat freezes the bytes of the file by which a folder knows
// its council.
func TestCouncilFileFormat(t *testing.T) {
	c := councilFile{Version: 1, URL: "https://council.example:8443", Root: []byte("root statement")}
	if got, want := record.Hash("test", c.bytes()).Short(), "cfca5462"; got != want {
		t.Errorf("a fixed file hashes to %s, want %s", got, want)
	}
	got, err := parseCouncil(c.bytes())
	if err != nil || got.URL != c.URL || string(got.Root) != string(c.Root) {
		t.Errorf("read back: %+v %v", got, err)
	}
	c.Version = 2
	if _, err := parseCouncil(c.bytes()); !errors.Is(err, endpoint.ErrStoreNewer) {
		t.Errorf("a newer file: %v", err)
	}
}

func FuzzCouncilFile(f *testing.F) {
	good := councilFile{Version: 1, URL: "https://council.example:8443", Root: []byte("root statement")}.bytes()
	f.Add(good)
	f.Add(good[:40])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := parseCouncil(b); err == nil && string(c.bytes()) != string(b) {
			t.Error("two forms of one file")
		}
	})
}

func TestCertificates(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		host  string
		valid []string
		not   string
	}{
		{"council.example", []string{"council.example"}, "localhost"},
		{"192.0.2.7", []string{"192.0.2.7"}, "127.0.0.1"},
		{"127.0.0.1", []string{"127.0.0.1", "::1", "localhost"}, "192.0.2.7"},
		{"localhost", []string{"127.0.0.1", "::1", "localhost"}, "council.example"},
		{"::1", []string{"127.0.0.1", "::1"}, "192.0.2.7"},
		{"127.0.0.2", []string{"127.0.0.2", "127.0.0.1"}, "192.0.2.7"},
	} {
		certs, err := makeCertificates("Testshire", c.host, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range c.valid {
			if net.ParseIP(name) != nil {
				name = "[" + name + "]" // the form in which x509 takes an address
			}
			if err := certs.check(name, now); err != nil {
				t.Errorf("%s under %s: %v", c.host, name, err)
			}
		}
		if certs.check(c.not, now) == nil {
			t.Errorf("the certificate of %s is good for %s", c.host, c.not)
		}
		if certs.check(c.host, now.Add(ownLife+time.Hour)) == nil {
			t.Errorf("the certificate of %s never expires", c.host)
		}
	}
}
