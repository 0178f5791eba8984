package notebook

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"wherry/app/casework"
	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/vault"
)

// VerifyReport is what verify found. It names places, entries and cases, never
// content.
type VerifyReport struct {
	Entries   int
	OK        bool
	Tampered  bool // something contradicts a signature, a chain or a mark
	Damaged   []DamagedPart
	Missing   []MissingEntry
	Conflicts int
	Heads     []HeadLine
	View      string // ok, stale or rebuildable
	Disposed  []Disposal
}

// DamagedPart is one place that is not as it was written.
type DamagedPart struct {
	File    string
	Segment int
	Entry   ID
	Case    ID
	Reason  string
}

// MissingEntry is an entry that must exist, because a later one of its lane
// does, but that is not here.
type MissingEntry struct {
	Lane ID
	Seq  uint64
	Case ID
}

// HeadLine is how far a case log is held.
type HeadLine struct {
	Case ID
	Seq  uint64
	Hash ID
}

// tamper lists journal findings that accident does not explain.
var tamper = map[string]bool{
	journal.ReasonChain: true, journal.ReasonName: true, journal.ReasonCopy: true, journal.ReasonDiffers: true,
}

// Verify checks a notebook without changing anything under dir but the lock:
// every frame, every entry's signature and seal, every lane, every case log
// against the heads that the endpoint signed.
func Verify(ctx context.Context, dir string, passphrase []byte, cfg Config) (*VerifyReport, error) {
	if err := present(dir); err != nil {
		return nil, err
	}
	pass, err := seal.NormalisePassphrase(passphrase)
	if err != nil {
		return nil, err
	}
	lock, err := takeFolder(dir, time.Sleep)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	u, err := peek(dir, cfg, func() (*seal.Unlocked, error) { return seal.ReadKeyFile(dir, pass) })
	if err != nil {
		return nil, err
	}
	defer u.Key.Wipe()
	n := blank(dir, u, cfg.filled())
	rep := &VerifyReport{Damaged: []DamagedPart{}, Missing: []MissingEntry{}, Heads: []HeadLine{}}
	if u.TwinBad {
		rep.Damaged = append(rep.Damaged, DamagedPart{File: "key", Reason: "one of two copies damaged"})
	}
	if n.box, err = seal.ReadBox(dir, u.Key); errors.Is(err, fs.ErrNotExist) {
		return nil, seal.ErrDamaged
	} else if err != nil {
		return nil, err
	}
	if n.box.TwinBad() {
		rep.Damaged = append(rep.Damaged, DamagedPart{File: "box", Reason: "one of two copies damaged"})
	}
	j, jr, err := journal.Open(journalDir(dir), u.Key.Derive("journal"), journal.Options{ReadOnly: true, MustExist: true})
	if err != nil {
		return nil, err
	}
	n.j = j
	v := &verifier{ctx: ctx, n: n, rep: rep, fields: map[record.ID][]casework.Fact{}}
	v.journal(jr)
	n.recall()
	n.loadIdentity()
	if err := j.Replay(ctx, 0, v.frame); errors.Is(err, journal.ErrDamaged) {
		if len(jr.Damaged) == 0 {
			rep.Damaged = append(rep.Damaged, DamagedPart{File: "journal", Reason: journal.ReasonContent})
		}
	} else if err != nil {
		return nil, err
	}
	if err := n.identities(); err != nil {
		return nil, err
	}
	seq, mac, ok := vault.SealedTip(viewDir(dir), u.Key.Derive("view"))
	if tip := (journal.Tip{Seq: seq, MAC: mac}); ok && !j.HoldsTip(tip) && len(jr.Damaged) == 0 {
		rep.Damaged = append(rep.Damaged, DamagedPart{File: "journal", Reason: ReasonOlder})
		rep.Tampered = true
	} else if ok && tip != j.Tip() {
		rep.View = "stale"
	}
	v.finish()
	if rep.View == "" {
		rep.View = n.viewState()
	}
	return rep, j.Close()
}

type verifier struct {
	ctx    context.Context //nolint:containedctx // of one verification, which is one call
	n      *Notebook
	rep    *VerifyReport
	fields map[record.ID][]casework.Fact // by case, to count conflicts
	said   map[logPlace]record.Receipt   // what the endpoint said of a place, until it is said again
}

func (v *verifier) journal(r *journal.Report) {
	for _, d := range r.Damaged {
		v.rep.Damaged = append(v.rep.Damaged, DamagedPart{File: "journal/" + d.File, Segment: d.Segment, Reason: d.Reason})
		v.rep.Tampered = v.rep.Tampered || tamper[d.Reason]
	}
	if r.MarkHealed {
		v.rep.Damaged = append(v.rep.Damaged, DamagedPart{File: "journal/" + r.MarkTwin, Reason: "one of two copies damaged"})
	}
}

func (v *verifier) frame(f journal.Frame) error {
	for _, it := range f.Items {
		switch it.Type {
		case itemOwn:
			entriesOf(it, func(b []byte) { v.entry(b, true) })
		case itemSalvaged:
			entriesOf(it, func(b []byte) { v.entry(b, false) })
		case itemPulled, itemPage:
			if p, err := readPage(it); err == nil {
				v.page(p)
			}
		case itemReceipts, itemProofs:
			if r, err := readReceipts(it); err == nil {
				v.receipts(r)
			}
		}
		if err := v.n.applyItem(it, nullSink{}); err != nil {
			v.rep.Damaged = append(v.rep.Damaged, DamagedPart{File: "journal", Reason: "content not understood"})
		}
		if it.Type == itemDirectory { // its first page brings the key that signs it
			var d directoryItem
			if record.Decode(it.Data, &d) == nil {
				v.directory(&d)
			}
		}
	}
	return nil
}

// entry checks one entry's signature and seal.
func (v *verifier) entry(b []byte, own bool) {
	e, err := record.Parse(b)
	if err != nil {
		v.rep.Damaged = append(v.rep.Damaged, DamagedPart{File: "journal", Reason: "entry unreadable"})
		return
	}
	h := e.Header()
	bad := func(reason string) {
		v.rep.Damaged = append(v.rep.Damaged, DamagedPart{File: "journal", Entry: e.ID(), Case: h.Case, Reason: reason})
	}
	if pub, ok := v.n.publicKey(h.Author); !ok || e.Verify(pub) != nil {
		bad("signature")
		v.rep.Tampered = true
		return
	}
	if h.Class != record.Content && h.Class != record.ReceiptClass {
		return
	}
	if h.Class == record.Content && e.HasBody() {
		v.rep.Entries++
	}
	in, err := v.n.openEntry(e)
	if err == nil && in.Kind == casework.KindField {
		v.fields[h.Case] = append(v.fields[h.Case], casework.Fact{ID: e.ID().String(), Case: h.Case.String(), Kind: in.Kind,
			Schema: int(in.Schema), Payload: in.Payload, HLC: uint64(h.Time), Lane: h.Lane.String(), Seq: h.LaneSeq})
	}
	if err == nil && in.Kind == casework.KindAttachment {
		if d := v.n.verifyBlob(v.ctx, e, in, own); d != nil {
			v.rep.Damaged = append(v.rep.Damaged, *d)
		}
	}
	switch {
	case err == errNoKey && own && !v.removed(h.Case):
		bad("its case key is lost")
	case err == record.ErrNoBody && own && !v.removed(h.Case):
		bad("its body was dropped without a disposal")
	case err != nil && err != errNoKey && err != record.ErrNoBody:
		bad("seal")
	}
}

// removed: the keys of sample cases that were taken away, and of cases that
// were disposed of, are gone on purpose.
func (v *verifier) removed(id record.ID) bool {
	_, ok := v.n.box.Secret(removedPrefix + id.String())
	if !ok {
		_, ok = v.n.box.Secret(disposedPrefix + id.String())
	}
	return ok
}

func (v *verifier) finish() {
	n := v.n
	for _, c := range n.st.sorted() {
		for _, h := range c.Holes {
			for seq := h.From; seq <= h.To && len(v.rep.Missing) < 10_000; seq++ {
				v.rep.Missing = append(v.rep.Missing, MissingEntry{Lane: h.Lane, Seq: seq, Case: c.ID})
			}
		}
		if c.Disposed != nil {
			v.rep.Disposed = append(v.rep.Disposed, c.Disposed.row(n.backupNotes(), n.now()))
		}
		v.rep.Conflicts += len(casework.Project(c.Ref, v.fields[c.ID], n.now()).Conflicts)
		if c.Seq > 0 {
			v.rep.Heads = append(v.rep.Heads, HeadLine{Case: c.ID, Seq: c.Seq, Hash: c.Chain})
		}
	}
	v.rep.OK = len(v.rep.Damaged) == 0 && len(v.rep.Missing) == 0 && !v.rep.Tampered
}

// publicKey is the verified key of a device: our own, or the directory's.
func (n *Notebook) publicKey(dev record.ID) ([]byte, bool) {
	m := n.st.meta
	switch {
	case len(m.Pin.Device) > 0 && record.DeviceID(m.Pin.Device) == dev:
		return m.Pin.Device, true
	case m.Joining != nil && record.DeviceID(m.Joining.Device) == dev:
		return m.Joining.Device, true
	case n.st.dir == nil:
		return nil, false
	}
	if d, ok := n.st.dir.Device(dev); ok {
		return d.Pub, true
	}
	if d, ok := n.st.linked(dev); ok {
		return d.Link.Device, true
	}
	return nil, false
}

// Repair opens a notebook, rebuilding view and index from the journal whether
// or not they look sound. Damaged parts are quarantined, never deleted.
func Repair(ctx context.Context, dir string, passphrase []byte, cfg Config) (*RepairReport, error) {
	n, err := Open(ctx, dir, passphrase, cfg)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.idx = index.New() // made anew too: a repair trusts the journal alone
	err = n.rebuild(ctx)
	if err == nil {
		_, err = n.catchUp(ctx, n.idx, 0)
	}
	rep := &RepairReport{Rebuilt: err == nil, Quarantined: n.quarantined, Damaged: len(n.damage)}
	for _, c := range n.st.cases {
		rep.Entries += int(c.Count)
	}
	n.mu.Unlock()
	if cerr := n.Close(); err == nil {
		err = cerr
	}
	return rep, err
}

// RepairReport is what repair did.
type RepairReport struct {
	Entries     int
	Rebuilt     bool
	Quarantined []string
	Damaged     int
}
