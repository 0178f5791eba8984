package main

import (
	"os"

	"github.com/spf13/cobra"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
)

type initOptions struct {
	root, data, name, url string
	cert, key             string
	kdf                   string
}

type initLine struct {
	V           int       `json:"v"`
	Council     record.ID `json:"council"`
	Fingerprint record.ID `json:"root_fingerprint"`
	URL         string    `json:"url"`
	CA          string    `json:"ca"`
}

func initVerb(p *program) *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use: "init", Short: "Make a council: keys in R for another machine, the server's folder D", Args: noOperands,
		RunE: func(*cobra.Command, []string) error { return p.initCouncil(o) },
	}
	f := c.Flags()
	f.StringVar(&o.root, "root", "", "folder R for the root, recovery, administrator's and CA key; absent or empty")
	f.StringVar(&o.data, "data", "", "the server's folder D; absent or empty")
	f.StringVar(&o.name, "name", "", "name of the council")
	f.StringVar(&o.url, "url", "", "address of the endpoint, https://HOST:PORT")
	f.StringVar(&o.cert, "tls-cert", "", "certificate for HOST in PEM, with its issuers (default: an own CA is made)")
	f.StringVar(&o.key, "tls-key", "", "private key of the certificate in PEM")
	f.StringVar(&o.kdf, "kdf-memory", "256MiB", "memory that opening a key file takes; 64MiB is the floor")
	return c
}

// initCouncil makes everything in memory first and writes it last.
func (p *program) initCouncil(o initOptions) error {
	if err := needed([2]string{"root", o.root}, [2]string{"data", o.data}, [2]string{"name", o.name}, [2]string{"url", o.url}); err != nil {
		return err
	}
	host, err := hostOf(o.url)
	if err != nil {
		return err
	}
	kdf, err := kdfMemory(o.kdf)
	if err != nil {
		return err
	}
	for _, check := range []error{apart(o.root, o.data), vacant(o.root), vacant(o.data)} {
		if check != nil {
			return check
		}
	}
	certs, err := p.certificates(o, host)
	if err != nil {
		return err
	}
	council, err := trust.NewCouncil(o.name, p.now().UnixMilli(), p.random)
	if err != nil {
		return err
	}
	pass, err := p.passphrase(true)
	if err != nil {
		return err
	}
	keys, err := sealKeys(council, certs, o.url, pass, kdf)
	if err != nil {
		return err
	}
	if err := writeCouncil(o, council, certs, keys); err != nil {
		return err
	}
	p.warnInit(o)
	id := council.Realm()
	ca := (&folder{dir: o.data}).path(fileCA)
	return p.say(initLine{V: 1, Council: id, Fingerprint: id, URL: o.url, CA: ca},
		"The council is made. Its fingerprint is %s.", id)
}

func (p *program) certificates(o initOptions, host string) (*certificates, error) {
	if o.cert == "" && o.key == "" {
		return makeCertificates(o.name, host, p.now())
	}
	if o.cert == "" || o.key == "" {
		return nil, refuse("usage", "A certificate and its key are needed together.", "Give both --tls-cert and --tls-key, or neither.")
	}
	cert, err := os.ReadFile(o.cert)
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(o.key)
	if err != nil {
		return nil, err
	}
	return givenCertificates(cert, key, host, p.now())
}

// sealKeys makes the files of R.
func sealKeys(c *trust.Council, certs *certificates, url string, pass []byte, kdf seal.KDF) ([]namedFile, error) {
	var files []namedFile
	for _, k := range []struct {
		name string
		file *trust.KeyFile
	}{
		{fileRoot, c.RootFile()}, {fileRecovery, c.RecoveryFile()}, {fileAdmin, c.AdminFile(url, certs.CA)},
	} {
		b, err := k.file.Seal(pass, kdf)
		if err != nil {
			return nil, err
		}
		files = append(files, namedFile{k.name, b})
	}
	if certs.CAKey != nil {
		b, err := seal.SealFile(pass, kdf, labelCAKey, certs.CAKey)
		if err != nil {
			return nil, err
		}
		files = append(files, namedFile{fileCAKey, b})
	}
	return files, nil
}

// writeCouncil writes R, then D; the council file comes last and makes D whole.
func writeCouncil(o initOptions, c *trust.Council, certs *certificates, keys []namedFile) error {
	undo, err := writeAll(o.root, keys)
	if err != nil {
		return err
	}
	_, err = writeAll(o.data, []namedFile{
		{fileCA, certs.CA}, {fileCert, certs.Cert}, {fileKey, certs.Key},
		{fileEndpoint, trust.EncodeEndpointKey(c.Endpoint)},
		{fileCouncil, councilFile{Version: councilVersion, URL: o.url, Root: c.Statement.Bytes()}.bytes()},
	})
	if err != nil {
		undo()
	}
	return err
}

func (p *program) warnInit(o initOptions) {
	for _, line := range []string{
		"Move " + o.root + " to another machine now and keep a copy of it offline: without root.key and admin.key nobody can be invited.",
		"WARNING: the private half of the council recovery key is sealed once, in " + o.root + "/" + fileRecovery + ", under one passphrase.",
		"Whoever has that file and the passphrase can read every case. Shares for several holders come with a later release;",
		"until then do not use this council with real children's records.",
	} {
		_, _ = p.stderr.Write([]byte(line + "\n")) // advice; the result is on stdout
	}
}
