package notebook

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
	"wherry/sync/engine"
	"wherry/sync/wire"
)

// Enrolment says what was joined.
type Enrolment struct {
	Council record.ID
	Name    string // of the council
	Person  record.ID
	Role    string
	Team    string
}

// EnrolOptions override what the invitation says about the address; the keys
// that it pins are never overridden.
type EnrolOptions struct {
	CA  []byte
	URL string
}

// Enrol joins a council by an invitation file's text. The keys for it are kept
// before anything is sent, so that a retry after a lost answer presents the
// same device and gets the same answer.
func (n *Notebook) Enrol(ctx context.Context, invitation []byte, o EnrolOptions) (*Enrolment, error) {
	inv, err := trust.ParseInvitation(invitation)
	if err != nil {
		return nil, err
	}
	if e, err := n.answerLost(ctx, inv, o); e != nil || err != nil {
		return e, err
	}
	j, err := n.joining(ctx, inv, o)
	if err != nil {
		return nil, err
	}
	return n.present(ctx, j)
}

// answerLost presents an earlier invitation of the same council once more
// before a new one is taken up: the endpoint may have accepted it, and the
// answer may have been lost. Only when it is finally refused is the new one
// the way in; nil and nil say so.
func (n *Notebook) answerLost(ctx context.Context, inv *trust.Invitation, o EnrolOptions) (*Enrolment, error) {
	n.mu.Lock()
	old := n.st.meta.Joining
	waiting := !n.closed && !n.st.enrolled() && old != nil && old.Root == inv.Root && string(old.Invitation) != string(inv.Statement)
	n.mu.Unlock()
	if !waiting {
		return nil, nil
	}
	j := *old
	j.URL, j.CA = inv.URL, inv.CA // the newer file knows the address better
	override(&j, o)
	e, err := n.present(ctx, &j)
	var c coder
	if errors.As(err, &c) && (c.ProblemCode() == "invitation" || c.ProblemCode() == "expired") {
		return nil, nil
	}
	return e, err
}

// present enrols with an accepted invitation and keeps the directory.
func (n *Notebook) present(ctx context.Context, j *joiningItem) (*Enrolment, error) {
	n.mu.Lock()
	if n.closed || n.council == nil {
		n.mu.Unlock()
		return nil, ErrClosed
	}
	ep := Endpoint{URL: j.URL, CA: j.CA, Key: n.council.priv}
	n.mu.Unlock()
	remote, err := n.dial(ep)
	if err != nil {
		return nil, err
	}
	resp, err := remote.Enrol(ctx, &wire.EnrolRequest{Invite: j.Invitation, Device: j.DeviceAdd})
	if err != nil {
		return nil, err
	}
	e, err := n.joined(ctx, resp)
	for errors.Is(err, errMoreDirectory) { // a large council's directory comes in pages
		n.mu.Lock()
		m := n.st.meta
		pos := wire.CasePos{Case: record.DirectoryLog(n.council.realm), Gen: m.DirGen, Seq: m.DirSeq}
		n.mu.Unlock()
		more, perr := remote.Pull(ctx, &wire.PullRequest{Cases: []wire.CasePos{pos}, MaxBytes: wire.TargetBatch})
		if perr != nil {
			return nil, perr
		}
		if len(more.Pages) != 1 || len(more.Pages[0].Records) == 0 || more.Pages[0].From != pos.Seq+1 {
			return nil, ErrTampered
		}
		e, err = n.joined(ctx, &wire.EnrolResponse{Directory: more.Pages[0], Time: more.Time})
	}
	return e, err
}

// errMoreDirectory says that the directory goes on after this page.
var errMoreDirectory = errors.New("notebook: more of the directory follows")

func (n *Notebook) dial(ep Endpoint) (engine.Remote, error) {
	if n.cfg.Dial == nil {
		return nil, ErrOffline
	}
	return n.cfg.Dial(ep)
}

// joining prepares the council identity, or takes up one that waits.
func (n *Notebook) joining(ctx context.Context, inv *trust.Invitation, o EnrolOptions) (*joiningItem, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed:
		return nil, ErrClosed
	case n.st.enrolled():
		return nil, ErrEnrolled
	}
	body := inv.Body()
	if old := n.st.meta.Joining; old != nil && record.ID(old.Root) == inv.Root && string(old.Invitation) == string(inv.Statement) {
		j := *old
		j.URL, j.CA = inv.URL, inv.CA
		override(&j, o)
		if j.URL == old.URL && string(j.CA) == string(old.CA) {
			return &j, nil
		}
		return &j, n.keepJoining(ctx, &j)
	}
	pub, priv, err := ed25519.GenerateKey(n.cfg.Rand)
	if err != nil {
		return nil, err
	}
	link, err := trust.NewLink(inv.Root, body.Invitation, pub, n.soloRoot(), n.solo.priv)
	if err != nil {
		return nil, err
	}
	add, err := trust.NewDeviceAdd(inv, priv, n.personSign(), n.st.meta.Pin.PersonKEM, link)
	if err != nil {
		return nil, err
	}
	j := joiningItem{URL: inv.URL, CA: inv.CA, Root: inv.Root, Invitation: inv.Statement, Device: pub,
		DeviceAdd: add.Bytes(), Person: body.Person, Team: body.Team, Role: body.Role}
	override(&j, o)
	if err := n.putKeys(seal.Secret{Name: secretCouncil + record.DeviceID(pub).String(), Value: priv.Seed()}); err != nil {
		return nil, err
	}
	if err := n.keepJoining(ctx, &j); err != nil {
		return nil, err
	}
	return &j, n.identities()
}

// keepJoining keeps what was accepted in both places that hold it.
func (n *Notebook) keepJoining(ctx context.Context, j *joiningItem) error {
	if err := n.putKeys(seal.Secret{Name: secretJoining, Value: record.Encode(*j)}); err != nil {
		return err
	}
	return n.append(ctx, item(itemJoining, *j))
}

func override(j *joiningItem, o EnrolOptions) {
	if o.URL != "" {
		j.URL = o.URL
	}
	if len(o.CA) > 0 {
		j.CA = o.CA
	}
}

func (n *Notebook) soloRoot() ed25519.PrivateKey   { return n.secretKey(secretRoot) }
func (n *Notebook) personSign() ed25519.PrivateKey { return n.secretKey(secretPerson) }

func (n *Notebook) secretKey(name string) ed25519.PrivateKey {
	seed, ok := n.box.Secret(name)
	if !ok || len(seed) != ed25519.SeedSize {
		return nil
	}
	return ed25519.NewKeyFromSeed(seed)
}

// joined verifies the directory from the pinned root and keeps it. The council
// is joined only if that directory shows this very device.
func (n *Notebook) joined(ctx context.Context, resp *wire.EnrolResponse) (*Enrolment, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	page := resp.Directory
	if page.Case != record.DirectoryLog(n.council.realm) {
		return nil, ErrTampered
	}
	if n.st.meta.DirSeq > 0 && page.From == 1 { // a retry: keep only what is new
		if uint64(len(page.Records)) < n.st.meta.DirSeq && !page.More {
			return nil, ErrTampered
		}
		page.Records, page.From = page.Records[min(n.st.meta.DirSeq, uint64(len(page.Records))):], n.st.meta.DirSeq+1
	}
	if len(page.Records) > 0 {
		if err := n.acceptDirectory(ctx, &page); err != nil {
			return nil, err
		}
	}
	if page.More {
		return nil, errMoreDirectory
	}
	d, ok := n.st.dir.Device(n.council.id)
	if !ok {
		return nil, ErrTampered
	}
	p, ok := n.st.dir.Person(d.Person)
	if !ok || d.Person != n.st.meta.Joining.Person {
		return nil, ErrTampered
	}
	if err := n.append(ctx, item(itemJoined, joinedItem{At: max(resp.Time, 1)})); err != nil {
		return nil, err
	}
	return &Enrolment{Council: n.council.realm, Name: n.st.dir.Name(), Person: p.ID, Role: p.Role, Team: p.Team}, nil
}

// Sync runs one exchange with the council's endpoint; url, if given, overrides
// the address only. The report is true even when an error ends the exchange.
func (n *Notebook) Sync(ctx context.Context, url string) (*SyncReport, error) {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil, ErrClosed
	}
	if !n.st.enrolled() {
		n.mu.Unlock()
		return nil, ErrNotEnrolled
	}
	j := n.st.meta.Joining
	ep := Endpoint{URL: j.URL, CA: j.CA, Key: n.council.priv}
	n.mu.Unlock()
	if url != "" {
		ep.URL = url
	}
	remote, err := n.dial(ep)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	if n.syncing {
		n.mu.Unlock()
		return nil, ErrSyncing
	}
	n.syncing, n.alarms = true, 0
	n.mu.Unlock()
	rep, err := engine.Exchange(ctx, replica{n}, remote)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.syncing = false
	if n.closed {
		return nil, ErrClosed
	}
	for id := range n.sending { // unanswered: it is on this laptop
		if row, c, ferr := n.find(ctx, id); ferr == nil && row.Own {
			n.forget(c)
		}
	}
	clear(n.sending)
	out := &SyncReport{Report: rep, Queued: n.queued(), Cases: len(n.st.cases), CompleteTo: milli(n.synced())}
	if n.alarms > 0 {
		out.Warnings = append(out.Warnings, WarnTwoFaces)
		if err == nil {
			err = ErrTampered
		}
	}
	if len(n.unsynced()) > 0 {
		out.Warnings = append(out.Warnings, WarnWorkersUnsynced)
	}
	return out, err
}

// queued counts own entries that have no receipt yet.
func (n *Notebook) queued() int {
	queued := 0
	for _, o := range n.st.waiting() {
		if c := n.st.cases[o.Case]; c != nil && !c.Sample {
			queued++
		}
	}
	return queued
}

// Prepare adopts the cases of the notebook's first realm into the council, and
// seals case keys to people who became entitled since.
func (r replica) Prepare(ctx context.Context) (int, error) {
	n := r.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return 0, ErrClosed
	}
	done := 0
	p := n.newPen()
	for _, c := range n.st.sorted() {
		touched, err := n.prepareCase(ctx, p, c)
		if err != nil {
			return done, err
		}
		if touched {
			done++
		}
		if len(p.out) >= 100 {
			if err := n.commit(ctx, p, ownItem{Ack: p.ids[0]}); err != nil {
				return done, err
			}
			p = n.newPen()
		}
	}
	if len(p.out) == 0 {
		return done, nil
	}
	return done, n.commit(ctx, p, ownItem{Ack: p.ids[0]})
}

func (n *Notebook) prepareCase(ctx context.Context, p *pen, c *caseRow) (bool, error) {
	if c.Genesis.IsZero() || c.Epoch.IsZero() || c.Sample {
		return false, nil
	}
	if _, ok := n.box.Case(c.ID, c.Epoch); !ok {
		return false, nil
	}
	if c.Realm == n.solo.realm {
		if c.Creator != n.solo.id {
			return false, nil
		}
		body := trust.AdoptBody(n.person(), n.team(), n.solo.realm, c.Genesis, [16]byte(c.Nonce), c.Lanes)
		if _, err := p.write(c.ID, n.council.realm, record.Access, nil, body.Bytes()); err != nil {
			return false, err
		}
		return true, p.epoch(c.ID, n.council.realm, n.readers(n.team()))
	}
	return n.grantMissing(ctx, p, c)
}

// grantMissing adds the grants that the rules say are due. A key entry that
// waits to be sent may be just that grant, so the case waits for its answer.
func (n *Notebook) grantMissing(ctx context.Context, p *pen, c *caseRow) (bool, error) {
	if c.Seq == 0 || c.Behind {
		return false, nil
	}
	for _, o := range n.st.waiting() {
		if o.Case == c.ID && o.Class == record.Key {
			return false, nil
		}
	}
	auth, err := n.authority(ctx, c.ID, c.Gen)
	if err != nil || !auth.MayRead(n.person()) {
		return false, nil //nolint:nilerr // a state that does not parse grants nothing
	}
	touched := false
	for _, m := range auth.MissingGrants(n.st.dir) {
		if _, ok := n.box.Case(c.ID, m.Epoch); !ok {
			continue
		}
		if err := p.grant(c.ID, c.Realm, m.Epoch, n.withKeys(m.Readers)); err != nil {
			return touched, err
		}
		touched = true
	}
	return touched, nil
}

// SyncReport says what an exchange did and how the notebook stands after it.
type SyncReport struct {
	engine.Report
	Queued     int
	Cases      int
	CompleteTo time.Time
	Warnings   []string
}

// WarnWorkersUnsynced is the warning that colleagues have not synced for a day.
const WarnWorkersUnsynced = "workers_unsynced"

// WarnTwoFaces is the warning that an entry's author had been shown another
// case log or directory than this notebook.
const WarnTwoFaces = "two_faces"

// Invitation is what an invitation file offers.
type Invitation struct {
	Council    string
	URL        string
	Name       string
	Role, Team string
	Expires    time.Time
}

// ReadInvitation reads and checks an invitation's text, with no network.
func ReadInvitation(text []byte) (*Invitation, error) {
	inv, err := trust.ParseInvitation(text)
	if err != nil {
		return nil, err
	}
	rs, err := trust.ParseStatement(inv.RootStatement)
	if err != nil {
		return nil, err
	}
	root, err := trust.VerifyRoot(rs, inv.Root)
	if err != nil {
		return nil, err
	}
	b := inv.Body()
	return &Invitation{Council: root.Name, URL: inv.URL, Name: b.Name, Role: b.Role, Team: b.Team, Expires: milli(b.Expires)}, nil
}
