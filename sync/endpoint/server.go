package endpoint

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// ErrKeys: the endpoint's key is not the one that the root statement names.
var ErrKeys = errors.New("endpoint: the key does not belong to this council")

// Config is what a Server is made of.
type Config struct {
	Store   Store
	Root    []byte             // the root statement: first record of the directory
	Key     ed25519.PrivateKey // signs heads and receipts
	Audit   *Audit
	Blobs   *Blobs // nil: attachments are not taken
	Log     *slog.Logger
	Limits  Limits
	Now     func() time.Time
	Version string // of the program, for /metrics and nothing else
}

// Server answers notebooks. It is safe for concurrent use.
type Server struct {
	Config
	realm   record.ID
	dirLog  record.ID
	metrics Metrics

	enrolling sync.Mutex                      // held while the directory is being extended
	dir       atomic.Pointer[trust.Directory] // replaced, never changed

	nonces    *wire.NonceCache
	devices   *throttle
	addresses *throttle
	quiet     *throttle // bounds log lines about strangers
	bodies    *budget
	pieces    *budget // the same for blobs, so that notes never wait for them
	seen      seenTimes
}

// New checks the keys, brings the directory into memory and, in a new store,
// writes its first record.
func New(ctx context.Context, c Config) (*Server, error) {
	stmt, err := trust.ParseStatement(c.Root)
	if err != nil {
		return nil, err
	}
	root, err := trust.VerifyRoot(stmt, stmt.Realm)
	if err != nil {
		return nil, err
	}
	if !c.Key.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(root.Endpoint)) {
		return nil, ErrKeys
	}
	c.Limits = c.Limits.withDefaults()
	s := &Server{
		Config: c, realm: stmt.Realm, dirLog: record.DirectoryLog(stmt.Realm),
		nonces:    wire.NewNonceCache(wire.DefaultNonces, wire.DefaultNoncesPerDevice),
		devices:   newThrottle(c.Limits.DeviceRate, c.Limits.DeviceBurst),
		addresses: newThrottle(c.Limits.EnrolRate, c.Limits.EnrolBurst),
		quiet:     newThrottle(1, 20),
		bodies:    newBudget(c.Limits.Bodies, c.Limits.BodiesEach),
		pieces:    newBudget(c.Limits.Bodies, c.Limits.BodiesEach),
	}
	if err := s.bootstrap(ctx, stmt); err != nil {
		return nil, err
	}
	if err := s.loadDirectory(ctx); err != nil {
		return nil, err
	}
	if s.Blobs != nil && s.Blobs.sweep(ctx, s.Store, s.Now()) != nil {
		s.Log.Warn("old uploads could not be swept")
	}
	return s, nil
}

// bootstrap writes the root statement into an empty directory log.
func (s *Server) bootstrap(ctx context.Context, root *trust.Statement) error {
	var begun bool
	err := s.Store.View(ctx, func(r Reader) (err error) {
		_, begun, err = r.End(s.dirLog)
		return err
	})
	if err != nil || begun {
		return err
	}
	return s.Store.Update(ctx, s.dirLog, func(w Writer) error {
		return s.appendStatement(w, root, s.Now())
	})
}

// appendStatement numbers a statement in the directory log.
func (s *Server) appendStatement(w Writer, stmt *trust.Statement, now time.Time) error {
	end, _, err := w.End(s.dirLog)
	if err != nil {
		return err
	}
	seq := end.Seq + 1
	item, end := s.number(s.dirLog, end, record.LogRecord{Seq: seq, Entry: stmt.ID(), DirSeq: seq}, stmt.Bytes(), now)
	return w.Append(item, nil, end)
}

func (s *Server) loadDirectory(ctx context.Context) error {
	dir := trust.NewDirectory(s.realm)
	err := s.Store.View(ctx, func(r Reader) error {
		end, _, err := r.End(s.dirLog)
		if err != nil {
			return err
		}
		for seq := uint64(1); seq <= end.Seq; seq++ {
			it, err := r.Item(s.dirLog, seq)
			if err != nil {
				return err
			}
			if err := dir.Apply(seq, it.Bytes, it.Receipt.Receipt.Time); err != nil {
				return fmt.Errorf("%w: directory record %d: %v", ErrStoreDamaged, seq, err)
			}
		}
		return nil
	})
	if err == nil {
		s.dir.Store(dir)
	}
	return err
}

// number makes the next item of a log, with its receipt, and says where the
// log then stands.
func (s *Server) number(log record.ID, end LogEnd, rec record.LogRecord, data []byte, now time.Time) (Item, LogEnd) {
	if end.Gen == 0 {
		end.Gen, end.Chain = firstGen, record.ChainStart(s.realm, log, firstGen)
	}
	end.Seq, end.DirSeq, end.Chain = rec.Seq, rec.DirSeq, record.Chain(end.Chain, rec)
	receipt := record.Receipt{
		Realm: s.realm, Case: log, Entry: rec.Entry, Gen: end.Gen, Seq: rec.Seq, Chain: end.Chain, Time: now.UnixMilli(),
	}
	return Item{Log: rec, Bytes: data, Receipt: receipt.Sign(s.Key)}, end
}

// firstGen is the generation of a log that was never restored.
const firstGen = 1

// head signs where a log stands now.
func (s *Server) head(log record.ID, end LogEnd, now time.Time) record.SignedHead {
	return record.Head{
		Realm: s.realm, Case: log, Gen: end.Gen, Seq: end.Seq, Chain: end.Chain, DirSeq: end.DirSeq, Time: now.UnixMilli(),
	}.Sign(s.Key)
}

// Council is the council's id: the fingerprint of its root.
func (s *Server) Council() record.ID { return s.realm }

// Handler serves the notebooks.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(wire.PathEnrol, s.door("enrol", s.enrol))
	mux.Handle(wire.PathHeads, s.door("heads", s.heads))
	mux.Handle(wire.PathPull, s.door("pull", s.pull))
	mux.Handle(wire.PathPush, s.door("push", s.push))
	mux.Handle(wire.PathBlobs, s.guard("blobs", s.blobs, http.MethodHead, http.MethodGet, http.MethodPut))
	mux.HandleFunc("GET "+wire.PathHealth, healthy)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, "other", refusal{code: wire.ErrCodeNotFound})
	})
	return fresh(mux, s.Limits)
}

// fresh gives each request its own time to arrive and to be answered: a
// connection keeps the deadlines of the request before, and after a refusal
// the rest of a body is still read for a while.
func fresh(h http.Handler, l Limits) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc, until := http.NewResponseController(w), time.Now().Add(l.SlowGrace)
		_, _ = rc.SetReadDeadline(until), rc.SetWriteDeadline(until) // a test's recorder has none
		h.ServeHTTP(w, r)
	})
}

// Admin serves the private listener: health, readiness and figures.
func (s *Server) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if s.Store.Writable() != nil {
			http.Error(w, "the store takes no writes", http.StatusServiceUnavailable)
			return
		}
		healthy(w, r)
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		writable := 0.0
		if s.Store.Writable() == nil {
			writable = 1
		}
		_ = s.metrics.WriteText(w, map[string]float64{ // a scraper that has gone away needs no answer
			"wherry_store_writable": writable,
			"wherry_directory_seq":  float64(s.dir.Load().Seq()),
		})
	})
	return mux
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("ok\n"))
}

// audit writes one audit line. Reading must not stop because the audit log
// cannot be written; that is counted and logged loudly instead.
func (s *Server) audit(c *call, e AuditEvent) {
	if !c.Person.IsZero() {
		e.Person = c.Person.String()
	}
	if !c.Device.IsZero() {
		e.Device = c.Device.String()
	}
	if err := s.Audit.Write(e); err != nil {
		s.metrics.Add("wherry_audit_errors_total", "", 1)
		s.Log.Error("audit line could not be written", "route", c.route)
	}
}
