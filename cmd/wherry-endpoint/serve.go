package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"wherry/cmd/internal/build"
	"wherry/storage/record"
	"wherry/sync/endpoint"
	"wherry/sync/endpoint/badgerstore"
)

type serveOptions struct{ data, store, listen, admin string }

type readyLine struct {
	V       int       `json:"v"`
	Ready   bool      `json:"ready"`
	Listen  string    `json:"listen"`
	Admin   string    `json:"admin"`
	PID     int       `json:"pid"`
	Council record.ID `json:"council"`
}

func serveVerb(p *program) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use: "serve", Short: "Answer notebooks until SIGTERM", Args: noOperands,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.json, p.logs = true, true // the readiness line, or the error, is for a program
			return p.serve(cmd.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.data, "data", "", "the server's folder D")
	f.StringVar(&o.store, "store", "", "where entries are kept (default: embedded, in D)")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8443", "address for notebooks, TLS 1.3")
	f.StringVar(&o.admin, "admin-listen", "127.0.0.1:0", "private address for /healthz, /readyz and /metrics, plain HTTP")
	return c
}

// stopTime is how long requests in hand may take after SIGTERM; the rest of
// the ten seconds of the contract is for closing the store.
const stopTime = 6 * time.Second

func (p *program) serve(ctx context.Context, o serveOptions) error {
	if err := needed([2]string{"data", o.data}); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		// Badger syncs nothing there, so a receipt could be a lie.
		return refuse("unsupported_system", "On Windows the store cannot promise that what it acknowledges survives a power cut.", "Run the endpoint on Linux.")
	}
	if o.store != "" {
		return refuse("not_in_release", "Only the embedded store is in this release.", "Leave --store out.")
	}
	f, err := openFolder(o.data)
	if err != nil {
		return err
	}
	if err := f.strayKeys(); err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(f.certs.Cert, f.certs.Key)
	if err != nil {
		return endpoint.ErrStoreDamaged
	}
	log := endpoint.NewLogger(p.stderr)
	if err := f.certs.check(f.host, p.now()); err != nil {
		log.Error("notebooks will refuse the certificate", "reason", "expired, not for this host, or not of the pinned CA")
	}
	if err := ready(ctx, f); err != nil {
		return err
	}
	s, err := p.openServer(ctx, f, endpoint.Limits{})
	if err != nil {
		return err
	}
	public, private, err := listen(o)
	if err != nil {
		return errors.Join(err, s.close())
	}
	return p.run(ctx, f, s, tls.NewListener(public, endpoint.TLS(pair)), private)
}

// ready makes sure that the store may be opened here: a store that was not
// stopped cleanly is recovered and checked by the doctor first.
func ready(ctx context.Context, f *folder) error {
	dir := f.path(folderStore)
	lost, err := storeLost(f)
	if err != nil {
		return err
	}
	if lost {
		return endpoint.ErrStoreDamaged
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) == 0 {
		return nil // the first serve
	}
	clean, differ, err := badgerstore.Inspect(dir)
	switch {
	case err != nil:
		return err
	case len(differ) > 0:
		return endpoint.ErrStoreDamaged
	case clean:
		return nil
	}
	r, err := consult(ctx, f, false)
	if errors.Is(err, errDied) || err == nil && !r.OK {
		return endpoint.ErrStoreDamaged
	}
	return err
}

// running is an opened server and what must be closed after it.
type running struct {
	*endpoint.Server
	store *badgerstore.Store
	audit *endpoint.Audit
}

func (r *running) close() error { return errors.Join(r.store.Close(), r.audit.Close()) }

func (p *program) openServer(ctx context.Context, f *folder, limits endpoint.Limits) (*running, error) {
	store, err := badgerstore.Open(f.path(folderStore), badgerstore.Options{})
	if err != nil {
		return nil, err
	}
	audit, err := endpoint.OpenAudit(f.path(endpoint.AuditFile), p.now)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	r := &running{store: store, audit: audit}
	blobs := endpoint.NewBlobs(f.path(endpoint.BlobFolder), endpoint.BlobOptions{Free: badgerstore.FreeSpace})
	r.Server, err = endpoint.New(ctx, endpoint.Config{Store: store, Root: f.root, Key: f.key, Audit: audit, Blobs: blobs,
		Log: endpoint.NewLogger(p.stderr), Limits: limits, Now: p.now})
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func listen(o serveOptions) (public, private net.Listener, err error) {
	if public, err = net.Listen("tcp", o.listen); err != nil {
		return nil, nil, refuse("cannot_listen", "The address for notebooks cannot be listened on.", "Check --listen, and whether another program has the port.")
	}
	if private, err = net.Listen("tcp", o.admin); err != nil {
		public.Close()
		return nil, nil, refuse("cannot_listen", "The private address cannot be listened on.", "Check --admin-listen, and whether another program has the port.")
	}
	return public, private, nil
}

// run serves until ctx ends, then stops in order: no new requests, those in
// hand finished, the store made durable.
func (p *program) run(ctx context.Context, f *folder, s *running, public, private net.Listener) error {
	log := endpoint.NewLogger(p.stderr)
	servers := []*http.Server{endpoint.HTTPServer(s.Handler(), log), endpoint.HTTPServer(s.Admin(), log)}
	failed := make(chan error, len(servers))
	for i, l := range []net.Listener{public, private} {
		go func() { failed <- servers[i].Serve(l) }()
	}
	line := readyLine{V: 1, Ready: true, Listen: public.Addr().String(), Admin: private.Addr().String(), PID: os.Getpid(), Council: f.realm}
	log.Info("ready", "listen", line.Listen, "admin", line.Admin, "pid", line.PID, "council", f.realm.String(), "version", build.Version)
	err := p.line(line)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	if !stop(servers) {
		// Requests are still at work in the store: it is left as a crash would
		// leave it, which loses nothing, and the next start looks it over.
		log.Warn("stopped with requests in hand")
		return err
	}
	err = errors.Join(err, s.close())
	log.Info("stopped")
	return err
}

// stop ends the servers within stopTime and reports whether all requests ended.
func stop(servers []*http.Server) bool {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	all := true
	for _, s := range servers {
		if s.Shutdown(ctx) != nil {
			all = false
			_ = s.Close() // its connections are cut; what they asked is retried
		}
	}
	return all
}
