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
