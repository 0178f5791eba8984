package notebook

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"wherry/app/casework"
	"wherry/storage/record"
)

// CaseRow is one case in a list.
type CaseRow struct {
	ID record.ID
	casework.Brief
	Entries int
	Last    time.Time
	News    int
	State   string
}

// Cases lists the caseload by child reference. Cases that are known here only
// by an id, because their history has not arrived, are left out.
func (n *Notebook) Cases(ctx context.Context) ([]CaseRow, casework.Completeness, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, casework.Completeness{}, ErrClosed
	}
	out := []CaseRow{}
	for _, c := range n.st.sorted() {
		if c.Count == 0 || c.Ref == "" && len(n.box.Epochs(c.ID)) == 0 {
			continue // known by id only until its key and history arrive
		}
		b, err := n.brief(ctx, c)
		if err != nil {
			return nil, casework.Completeness{}, err
		}
		row := CaseRow{ID: c.ID, Brief: b, Entries: int(c.Count), Last: milli(c.Last), News: int(c.News), State: casework.StateCouncil}
		if c.Waiting > 0 {
			row.State = casework.StateLocal
		}
		out = append(out, row)
	}
	return out, n.overall(), nil
}

// overall is how complete the whole caseload is.
func (n *Notebook) overall() casework.Completeness {
	if !n.st.enrolled() {
		return casework.Completeness{CompleteTo: n.now().UTC()}
	}
	out := casework.Completeness{CompleteTo: milli(n.synced())}
	for _, c := range n.st.cases {
		out.Arriving = out.Arriving || c.Behind
	}
	for _, w := range n.unsynced() {
		if p, ok := n.st.dir.Person(w.Person); ok {
			out.Unsynced = append(out.Unsynced, casework.WorkerLag{Person: p.Name, ID: p.ID.String(), Last: milli(w.Last)})
		}
	}
	return out
}

// brief is the list line of a case, computed when something changed and kept
// in the view.
func (n *Notebook) brief(ctx context.Context, c *caseRow) (casework.Brief, error) {
	var b casework.Brief
	rules := casework.DefaultRules()
	if len(c.Summary) > 0 && json.Unmarshal(c.Summary, &b) == nil && b.Holds(rules, n.now()) {
		return b, nil
	}
	cf, err := n.project(ctx, c)
	if err != nil {
		return b, err
	}
	b = cf.BriefAt(rules, n.now())
	if c.Summary, err = json.Marshal(b); err != nil {
		return b, err
	}
	n.st.touched[c.ID], n.briefsMoved = true, true
	n.noteName(b)
	return b, nil
}

// CaseFile is everything known of one case.
func (n *Notebook) CaseFile(ctx context.Context, operand string) (record.ID, *casework.CaseFile, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return record.ID{}, nil, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return record.ID{}, nil, err
	}
	cf, err := n.project(ctx, c)
	return c.ID, cf, err
}

// Fresh names the entries by others that came since the reader last looked at
// a case.
//
// upTo is what there is now: hand it to Looked once it has been shown.
func (n *Notebook) Fresh(ctx context.Context, operand string) (names map[string]bool, upTo uint64, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, 0, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return nil, 0, err
	}
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return nil, 0, err
	}
	fresh := map[string]bool{}
	for _, r := range rows {
		if !r.own && r.arrival > c.Looked && r.fact.Kind != casework.KindOpened {
			fresh[r.fact.ID] = true
		}
	}
	return fresh, c.Arrived, nil
}

// AllOfIt is an upTo for readers beside whom nothing arrives.
const AllOfIt = math.MaxUint64

// Looked notes that the reader has seen what there was in a case up to an
// arrival that Fresh gave. What came since was not on the screen.
func (n *Notebook) Looked(ctx context.Context, operand string, upTo uint64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil || c.News == 0 {
		return err
	}
	upTo = min(upTo, c.Arrived)
	if err := n.markOpened(ctx, c, nil, upTo); err != nil {
		return err
	}
	return n.append(ctx, item(itemLooked, lookedItem{Case: c.ID, Order: upTo}))
}

// Opened tells the council, in a sealed receipt, that this person has opened
// entries that others wrote.
func (n *Notebook) Opened(ctx context.Context, entry string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	c, err := n.target(ctx, entry)
	if err != nil {
		return err
	}
	id, _ := record.ParseID(entry)
	return n.markOpened(ctx, c, &id, c.Arrived)
}

// markOpened writes one receipt entry for what was not receipted before; only,
// if given, names a single entry. A notebook used alone has nobody to tell.
func (n *Notebook) markOpened(ctx context.Context, c *caseRow, only *record.ID, upTo uint64) error {
	if !n.st.enrolled() || c.Realm != n.council.realm {
		return nil
	}
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return err
	}
	me := n.person().String()
	done := map[string]bool{}
	for _, r := range rows {
		if r.fact.Kind == casework.KindOpened && r.fact.AuthorID == me {
			if b, err := casework.DecodeBody(r.fact.Kind, r.fact.Schema, r.fact.Payload); err == nil {
				for _, id := range b.(*casework.Opened).Entries {
					done[id] = true
				}
			}
		}
	}
	var fresh []string
	for _, r := range rows {
		if r.fact.AuthorID == me || r.fact.Kind == casework.KindOpened || r.fact.Kind == "" || done[r.fact.ID] || r.fact.Damaged || r.arrival > upTo {
			continue
		}
		if only == nil || *only == r.id {
			fresh = append(fresh, r.fact.ID)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	_, err = n.add(ctx, c, record.ReceiptClass, &casework.Opened{Entries: fresh})
	return err
}

// keepSummaries writes list lines computed since the last frame to the view.
func (n *Notebook) keepSummaries() {
	if len(n.st.touched) == 0 || n.view == nil {
		return
	}
	if err := n.inTx(func(s sink) error { return n.flush(s) }); err != nil {
		n.view.MarkDirty()
	}
}

// inCase answers a question about one case, under the notebook's lock.
func inCase[T any](n *Notebook, operand string, ask func(*caseRow) (T, error)) (none T, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return none, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return none, err
	}
	return ask(c)
}
