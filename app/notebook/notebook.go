// Package notebook is the one door to storage and sync: everything that a
// screen or a command does to a person's notebook is a method here.
//
// The order of a save is fixed (docs/design.md): keys into the key box, the
// frame into the journal, then "saved", then memory, view and index. A
// Notebook may be used by several goroutines; its methods lock.
package notebook

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"time"

	"wherry/app/casework"
	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/vault"
	"wherry/sync/engine"
)

// Config carries what the outside world supplies. The zero value of a field
// means the ordinary choice.
type Config struct {
	Clock   func() time.Time
	Rand    io.Reader
	KDF     seal.KDF
	MinFree uint64 // bytes that must stay free on the disk; 0: the journal's default
	// Dial returns the way to a council's endpoint; the program that owns the
	// network supplies it.
	Dial func(Endpoint) (engine.Remote, error)
	// BlobBytes is how many bytes of attachments one exchange fetches; 0:
	// DefaultBlobBytes.
	BlobBytes int64
	// Probe lets a child process try the view first; nil: no such child.
	Probe Probe
	// Retention is the council's retention schedule; nil: the one built in.
	Retention casework.Schedule
	// Version is shown in exports and About.
	Version string
}

// Endpoint says where a council's endpoint is and who calls it.
type Endpoint struct {
	URL string
	CA  []byte             // PEM; the only certificates trusted
	Key ed25519.PrivateKey // of the calling device
}

func (c Config) filled() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	c.Clock = oneAtATime(c.Clock)
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.KDF == (seal.KDF{}) {
		c.KDF = seal.DefaultKDF
	}
	return c
}

// Notebook is an open notebook. mu guards everything below it.
type Notebook struct {
	dir   string
	cfg   Config
	vault seal.Key
	lock  io.Closer

	mu          sync.Mutex
	box         *seal.Box
	j           *journal.Journal
	view        *vault.Vault
	idx         *index.Index    // nil until somebody searches
	noted       []noted         // what its words are still to be taken from
	warming     sync.Mutex      // one loading at a time; taken before mu
	life        context.Context // ends when Close begins
	end         context.CancelFunc
	fresh       map[record.ID]*inner // what was just sealed and is being folded in
	readied     map[*byte]any        // items of it, decoded already
	briefsMoved bool                 // lines of cases were made since they were written
	thinned     int                  // bytes of second copies that this run took out of the view
	thinFirst   bool                 // in a rebuild: proofs are met after what they prove
	stored      map[record.ID]bool   // in a rebuild after damage: what was stored so far
	st          *state
	solo        device
	council     *device
	kem         *seal.KEMPrivate
	facts       map[record.ID][]factRow    // decoded cases, dropped when they change
	sending     map[record.ID]record.Class // shown to the council, not yet answered
	at          place                      // of the item being applied
	saved       time.Time
	asked       []asked // what the last heads request said
	alarms      int     // signs of two faces met in this exchange
	syncing     bool    // one exchange at a time
	wants       wants   // attachments that are missing here
	parts       claims  // unfinished blobs that are being written
	readOnly    bool
	readOnlyWhy error // what was wrong at the opening
	viewAhead   bool  // of a journal that lost its end
	salvaged    bool  // what only the view had is in the journal again
	viewWhole   bool  // the view was as an orderly stop left it
	damage      []journal.Damage
	quarantined []string
	healed      bool
	setAside    bool // the doctor's child died of the view
	resumed     int  // disposals that this opening ended
	closed      bool
}

// ErrClosed says that the notebook was locked or closed meanwhile.
var ErrClosed = errors.New("notebook: closed")

func (n *Notebook) now() time.Time { return n.cfg.Clock() }

func journalDir(dir string) string { return filepath.Join(dir, "journal") }
func viewDir(dir string) string    { return filepath.Join(dir, "view") }
func indexDir(dir string) string   { return filepath.Join(dir, "index") }

// openWith opens the parts under an unlocked key. The lock is taken first and
// released last.
func openWith(ctx context.Context, dir string, u *seal.Unlocked, lock io.Closer, cfg Config) (*Notebook, error) {
	n := blank(dir, u, cfg)
	n.lock = lock
	if err := n.open(ctx); err != nil {
		n.release()
		return nil, err
	}
	return n, nil
}

// blank is a notebook with nothing opened yet.
func blank(dir string, u *seal.Unlocked, cfg Config) *Notebook {
	life, end := context.WithCancel(context.Background())
	return &Notebook{dir: dir, cfg: cfg, vault: u.Key, st: newState(), life: life, end: end,
		fresh: map[record.ID]*inner{}, facts: map[record.ID][]factRow{}, sending: map[record.ID]record.Class{}, healed: u.Healed}
}

func (n *Notebook) open(ctx context.Context) (err error) {
	if !anyOf(n.dir, "box.A", "box.B") {
		return seal.ErrDamaged // opening would begin an empty box beside an old journal
	}
	if n.box, err = seal.OpenBox(n.dir, n.vault); err != nil {
		return err
	}
	n.healed = n.healed || n.box.Healed()
	// The journal is verified while the doctor looks at the view. Nothing is
	// touched before the journal has said that it is not of a newer format.
	well := true
	var looking sync.WaitGroup
	looking.Go(func() { well = n.viewIsWell(ctx) })
	var report *journal.Report
	held, _ := n.lock.(*journal.Held)
	still := held != nil && held.ReadOnly() // a place that can only be read
	n.j, report, err = journal.Open(journalDir(n.dir), n.vault.Derive("journal"), journal.Options{MinFree: n.cfg.MinFree, MustExist: true, ReadOnly: still, Before: n.beforeUpgrade})
	looking.Wait()
	if err != nil {
		return err
	}
	n.damage, n.quarantined, n.healed = report.Damaged, report.Quarantined, n.healed || report.MarkHealed
	n.readOnly, n.readOnlyWhy = report.ReadOnly != nil, report.ReadOnly
	if still {
		n.readOnly, n.readOnlyWhy = true, ErrReadOnlyPlace
	}
	unread := n.readOnly && len(report.Damaged) > 0 // not damage: the disk would not read
	if !well && !n.readOnly {
		n.setAside = n.quarantineView() == nil
	}
	n.saveFromView(ctx, report)
	if n.view, err = n.openView(ctx); err != nil {
		return err
	}
	if unread && !n.viewWhole {
		return errors.Join(ErrReadOnly, report.ReadOnly)
	}
	if err := n.identities(); err != nil {
		return err
	}
	n.startLanes(ctx, report)
	n.sweepDrafts()
	n.sweepUpgrades()
	n.sweepKilled()
	_ = n.sweepRemoved() // tried again at the next opening
	if err := n.resumeDisposals(ctx); err != nil {
		return err
	}
	if !n.readOnly {
		n.sweepBlobs()
		if anyOf(n.dir, oldIndex) {
			_ = eraseWhole(filepath.Join(n.dir, oldIndex)) // the index is made anew in its folder
		}
	}
	return nil
}

// startLanes opens new lanes after the journal lost something that others may
// have seen: going on in a lane whose head is lost would fork it. The mark in
// the journal keeps this from happening again for the same loss. If it cannot
// be written nothing else can, and it is tried at the next opening.
func (n *Notebook) startLanes(ctx context.Context, r *journal.Report) {
	loss := lossOf(r)
	if n.viewAhead && len(r.Damaged) == 0 {
		n.damage = append(n.damage, journal.Damage{File: "journal", Reason: ReasonOlder})
	}
	if n.readOnly || !r.Cut && !n.viewAhead && (len(r.Damaged) == 0 || loss == n.st.meta.Loss) {
		return
	}
	if n.viewWhole && (n.viewAhead || len(r.Damaged) > 0) {
		if !n.salvaged { // where a view cannot be read without opening it
			if err := n.salvage(ctx, n.view); err != nil {
				// The view may hold the only copy: it is kept as it is, it shows
				// everything, and the next opening tries again.
				n.readOnly, n.readOnlyWhy = true, err
				return
			}
		}
		// What the council has is not salvaged: a view made anew no longer
		// counts it, so that the next exchange brings it again.
		if err := errors.Join(n.rebuild(ctx), n.identities()); err != nil {
			n.view.MarkDirty()
		}
	}
	if err := n.append(ctx, item(itemCut, loss)); err != nil {
		n.readOnly = true
	}
}

// ReasonOlder names a journal that ends before what its own view has seen.
const ReasonOlder = "journal is older than its view: an old copy was put in its place"

// openView opens the view, or rebuilds it from the journal whenever it is not
// known to be the whole truth.
func (n *Notebook) openView(ctx context.Context) (*vault.Vault, error) {
	if n.readOnly && n.stillView(ctx) {
		return n.view, nil
	}
	v, state, err := vault.Open(viewDir(n.dir), n.vault.Derive("view"), viewSchema)
	if err != nil {
		return nil, err
	}
	n.view = v
	// A view that an orderly stop sealed holds all up to its tip. It is taken if
	// that is the journal's end, if the disk will not read the journal just
	// now, or if the journal has lost that end, by damage or because an older
	// one was put in its place: then the view has what the journal lacks.
	seq, mac := v.Tip()
	tip := journal.Tip{Seq: seq, MAC: mac}
	ahead := state == vault.Clean && !n.j.HoldsTip(tip)
	n.viewAhead = n.viewAhead || ahead && !n.readOnly
	if state == vault.Clean && (tip == n.j.Tip() || n.readOnly || ahead) && n.load(ctx) == nil {
		n.viewWhole = true
		return v, nil
	}
	return v, n.rebuild(ctx)
}

// Close saves the index, marks the journal and closes all. Keys are wiped.
func (n *Notebook) Close() error {
	n.end()
	n.warming.Lock() // a loading reads the journal and the key box
	defer n.warming.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil
	}
	n.closed = true
	n.stopParts()
	n.keepSummaries()
	n.saveBriefs()
	n.saveWords(context.Background())
	return n.release()
}

func (n *Notebook) release() error {
	var errs []error
	if n.view != nil {
		var tip journal.Tip
		if n.j != nil {
			tip = n.j.Tip()
		}
		// The view is disposable: if it cannot be closed in order, the next
		// opening rebuilds it.
		if n.j != nil && n.j.Failed() != nil {
			_ = n.view.Abandon() // the disk is failing: no more of it than must be
		} else {
			_ = n.view.Close(tip.Seq, tip.MAC)
		}
	}
	if n.j != nil {
		errs = append(errs, n.j.Close())
	}
	n.vault.Wipe()
	if n.box != nil {
		n.box.Wipe()
	}
	clear(n.solo.priv)
	if n.council != nil {
		clear(n.council.priv)
	}
	n.solo, n.council, n.kem = device{}, nil, nil
	n.facts, n.st, n.idx, n.noted = nil, newState(), nil, nil
	if n.lock != nil {
		errs = append(errs, n.lock.Close())
	}
	return errors.Join(errs...)
}

// SavedAt is when the last use-case became durable in this run.
func (n *Notebook) SavedAt() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.saved
}
