package notebook

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"wherry/app/casework"
	"wherry/storage/record"
	"wherry/storage/vault"
)

// factRow is an opened entry: the domain's fact and what lists show beside it.
type factRow struct {
	fact    casework.Fact
	id      record.ID
	sum     record.ID // SHA-256 of the payload
	ack     record.ID
	own     bool
	arrival uint64
}

func be64(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

// forget drops a case's opened entries from memory after it changed.
func (n *Notebook) forget(id record.ID) { delete(n.facts, id) }

// caseFacts opens every sealed entry of a case; the result is kept until the
// case changes or the notebook is locked.
func (n *Notebook) caseFacts(ctx context.Context, c *caseRow) ([]factRow, error) {
	if rows, ok := n.facts[c.ID]; ok {
		return rows, nil
	}
	rows, err := n.readFacts(ctx, c)
	if errors.Is(err, vault.ErrDamaged) && n.renew(ctx) == nil {
		rows, err = n.readFacts(ctx, c) // the view is not the record
	}
	if err != nil {
		return nil, err
	}
	markOpened(rows)
	if len(n.facts) > 64 {
		clear(n.facts) // bounds what an unlocked notebook keeps in memory
	}
	n.facts[c.ID] = rows
	return rows, nil
}

func (n *Notebook) readFacts(ctx context.Context, c *caseRow) ([]factRow, error) {
	rows := []factRow{}
	err := n.eachEntry(ctx, c.ID, func(arrival uint64, row *entryRow, proof *proofRow) error {
		if f, ok := n.fact(c, row, proof); ok {
			f.arrival = arrival
			rows = append(rows, f)
		}
		return nil
	})
	return rows, err
}

// fact opens one stored entry. Entries of the classes access and key are no
// facts of casework.
func (n *Notebook) fact(c *caseRow, row *entryRow, proof *proofRow) (factRow, bool) {
	e, err := record.Parse(row.Entry)
	if err != nil || row.Problem != "" {
		id := none(row.LogEntry)
		if err == nil {
			id = e.ID()
		}
		f := factRow{id: id, own: row.Own, fact: casework.Fact{ID: id.String(), Case: c.ID.String(), Damaged: true,
			Received: milli(row.Received), State: n.stateOf(row, proof, id)}}
		if proof != nil && proof.Received != 0 {
			f.fact.Received = milli(proof.Received)
		}
		return f, true
	}
	h := e.Header()
	if h.Class != record.Content && h.Class != record.ReceiptClass {
		return factRow{}, false
	}
	name, person := n.authorOf(h.Author)
	f := factRow{id: e.ID(), ack: none(row.Ack), own: row.Own, fact: casework.Fact{
		ID: e.ID().String(), Case: c.ID.String(), Author: name, AuthorID: person.String(), Device: h.Author.String(),
		Lane: h.Lane.String(), Seq: h.LaneSeq, HLC: uint64(h.Time), Written: h.Time.Time(),
		Received: milli(row.Received), State: n.stateOf(row, proof, e.ID()), Realm: h.Realm.String(),
	}}
	if proof != nil && proof.Received != 0 {
		f.fact.Received = milli(proof.Received)
	}
	if row.Draft != nil {
		f.fact.Draft = row.Draft.String()
	}
	in, err := n.openEntry(e)
	switch {
	case err == errNoKey || err == record.ErrNoBody:
		f.fact.Unknown = true
	case err != nil:
		f.fact.Damaged = true
	default:
		f.sum = in.sum()
		f.fact.Kind, f.fact.Schema, f.fact.Payload, f.fact.Ref = in.Kind, int(in.Schema), in.Payload, in.Ref
		if !in.Visit.IsZero() {
			f.fact.VisitID = in.Visit.String()
		}
	}
	return f, true
}

func milli(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// stateOf is the word that is proven: "council" only on a verified receipt.
func (n *Notebook) stateOf(row *entryRow, proof *proofRow, id record.ID) string {
	switch {
	case proof != nil && proof.Code == "held":
		return casework.StateHeld
	case proof != nil && proof.Code != "":
		return casework.StateRefused
	case !row.Own || (proof != nil && proof.Received != 0):
		return casework.StateCouncil
	case n.isSending(id):
		return casework.StateSending
	}
	return casework.StateLocal
}

func (n *Notebook) isSending(id record.ID) bool {
	_, ok := n.sending[id]
	return ok
}

// markOpened raises entries that somebody other than their author opened.
func markOpened(rows []factRow) {
	opened := map[string][]string{} // entry -> persons
	for _, r := range rows {
		if r.fact.Kind != casework.KindOpened {
			continue
		}
		if b, err := casework.DecodeBody(r.fact.Kind, r.fact.Schema, r.fact.Payload); err == nil {
			if o, ok := b.(*casework.Opened); ok {
				for _, id := range o.Entries {
					opened[id] = append(opened[id], r.fact.AuthorID)
				}
			}
		}
	}
	for i, r := range rows {
		if r.fact.State != casework.StateCouncil {
			continue
		}
		if slices.ContainsFunc(opened[r.fact.ID], func(p string) bool { return p != r.fact.AuthorID }) {
			rows[i].fact.State = casework.StateOpened
		}
	}
}

// authorOf names the person behind a device, as the verified directory says;
// a notebook's own first device belongs to its person.
func (n *Notebook) authorOf(dev record.ID) (string, record.ID) {
	if n.isOwnDevice(dev) {
		return n.myName(), n.person()
	}
	if n.st.dir != nil {
		d, ok := n.st.dir.Device(dev)
		if !ok {
			d, ok = n.st.linked(dev)
		}
		if ok {
			if p, ok := n.st.dir.Person(d.Person); ok {
				return p.Name, p.ID
			}
		}
	}
	return "Unknown device " + dev.Short(), record.ID{}
}

func (n *Notebook) myName() string {
	if n.st.enrolled() {
		if p, ok := n.st.dir.Person(n.person()); ok {
			return p.Name
		}
	}
	return n.st.meta.Pin.Name
}

// project is the case file of a case, with how complete it is.
func (n *Notebook) project(ctx context.Context, c *caseRow) (*casework.CaseFile, error) {
	rows, err := n.caseFacts(ctx, c)
	if err != nil {
		return nil, err
	}
	facts := make([]casework.Fact, len(rows))
	for i := range rows {
		facts[i] = rows[i].fact
	}
	cf := casework.Project(c.Ref, facts, n.now())
	cf.SetCompleteness(n.completeness(c))
	if len(n.damage) > 0 {
		cf.Attention = append(cf.Attention, casework.Attention{Code: casework.AttentionDamaged,
			Words: "Part of this notebook is damaged: entries may be missing here that the council or a backup still has."})
	}
	if c.Proposed {
		n.noticeDisposal(cf, facts)
	}
	return cf, nil
}

// completeness says how far the case is here and whose work may be missing.
func (n *Notebook) completeness(c *caseRow) casework.Completeness {
	lost := len(n.damage) > 0
	if !n.st.enrolled() {
		return casework.Completeness{CompleteTo: n.now().UTC(), Lost: lost}
	}
	out := casework.Completeness{Arriving: c.Behind, Lost: lost}
	if c.Realm == n.council.realm && !c.Behind && c.Seq > 0 {
		out.CompleteTo = milli(max(c.HeadTime, n.synced()))
	}
	for _, w := range n.unsynced() {
		if p, ok := n.st.dir.Person(w.Person); ok && p.Team == c.Team {
			out.Unsynced = append(out.Unsynced, casework.WorkerLag{Person: p.Name, ID: p.ID.String(), Last: milli(w.Last)})
		}
	}
	return out
}

// synced is when the last complete exchange ended by the endpoint's clock, and
// never later than our own clock allows: that number is not signed.
func (n *Notebook) synced() int64 {
	return min(n.st.meta.Synced, n.now().Add(5*time.Minute).UnixMilli())
}

// unsyncedAfter is how long a colleague may be silent before lists say so.
const unsyncedAfter = 24 * time.Hour

// unsynced lists colleagues whom the endpoint had not heard of for a day when
// this notebook last spoke to it.
func (n *Notebook) unsynced() []workerSeen {
	var out []workerSeen
	for _, w := range n.st.meta.Workers {
		if w.Person != n.person() && n.st.meta.Synced-w.Last > unsyncedAfter.Milliseconds() {
			out = append(out, w)
		}
	}
	return out
}

// lookup resolves a case operand: a child reference or a case id.
func (n *Notebook) lookup(operand string) (*caseRow, error) {
	if id, ok := n.st.byRef[refKey(operand)]; ok {
		return n.st.cases[id], nil
	}
	if id, err := record.ParseID(strings.ToLower(operand)); err == nil {
		if c := n.st.cases[id]; c != nil && c.Count > 0 {
			return c, nil
		}
	}
	return nil, ErrNotFound
}

// caseMarks reads what memory needs of a field entry: the child reference, if
// it gives one, whether that corrects an earlier one, and whether the entry
// marks a sample case.
func caseMarks(in *inner) (ref string, corrects, sample bool) {
	if in.Kind != casework.KindField {
		return "", false, false
	}
	b, err := casework.DecodeBody(in.Kind, int(in.Schema), in.Payload)
	if err != nil {
		return "", false, false
	}
	if f, ok := b.(*casework.FieldEntry); ok {
		for _, s := range f.Set {
			switch s.Key {
			case "ref":
				ref, corrects = s.Value, len(s.Replaces) > 0
			case casework.SampleKey:
				sample = s.Value != ""
			}
		}
	}
	return ref, corrects, sample
}

func searchText(in *inner) string {
	b, err := casework.DecodeBody(in.Kind, int(in.Schema), in.Payload)
	if err != nil {
		return ""
	}
	return b.SearchText()
}
