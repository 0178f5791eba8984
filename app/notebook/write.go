package notebook

import (
	"context"
	"errors"
	"fmt"
	"io"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// Ack says what became durable.
type Ack struct {
	ID      record.ID
	Entries []AckEntry
	Ref     string
	// Attachments are the entries of what was attached to the draft.
	Attachments []AckEntry
}

// AckEntry is one entry of an acknowledged use-case.
type AckEntry struct {
	ID  record.ID
	Ref string // child reference
}

// Record saves one line of input (`wherryctl record`): a visit, call or note,
// with entries for all of its children or for none. Input errors are
// *casework.InputError.
func (n *Notebook) Record(ctx context.Context, line []byte, kind string) (*Ack, error) {
	s, err := casework.DecodeSubmission(line, kind)
	if err != nil {
		return nil, err
	}
	return n.Submit(ctx, s, "")
}

// Submit saves a final visit, call or note; draft, if given, is the draft that
// it publishes and is erased afterwards. What is attached to the draft is
// published in the same frame: all of it or nothing.
func (n *Notebook) Submit(ctx context.Context, s *casework.Submission, draft string) (*Ack, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	if n.readOnly {
		return nil, n.closedToWriting()
	}
	if ie := casework.Refusal(s.Validate(n.now())); ie != nil {
		return nil, ie
	}
	own := ownItem{Ref: s.Ref}
	if s.Ref != "" {
		own.RefHash = record.Hash("wherry-submission-1", []byte(s.Kind), s.Canonical())
		if ack, err := n.resubmitted(ctx, &own); ack != nil || err != nil {
			return ack, err
		}
	}
	if _, err := io.ReadFull(n.cfg.Rand, own.Ack[:]); err != nil {
		return nil, err
	}
	if draft != "" {
		id, err := record.ParseID(draft)
		if err != nil {
			return nil, ErrNotFound
		}
		own.Draft = id
	}
	p := n.newPen()
	ack, err := p.compose(s, own.Ack)
	if err != nil {
		return nil, err
	}
	var spare []casework.Staged
	if !own.Draft.IsZero() {
		if ack.Attachments, spare, err = p.staged(ctx, own.Draft, ack); err != nil {
			return nil, err
		}
	}
	if err := n.commit(ctx, p, own); errors.Is(err, journal.ErrTooLarge) {
		return nil, &casework.InputError{Code: casework.CodeTooLong}
	} else if err != nil {
		return nil, err
	}
	if !own.Draft.IsZero() {
		// Both are swept at the next start if they fail.
		_ = n.eraseDraft(own.Draft)
		_ = n.eraseStaged(spare)
	}
	return ack, nil
}

// compose writes the entries of one submission, one for each child.
func (p *pen) compose(s *casework.Submission, visit record.ID) (*Ack, error) {
	n := p.n
	ack := &Ack{ID: visit, Ref: s.Ref}
	kind, _ := casework.LookupKind(s.Kind)
	for _, part := range s.Split() {
		c, err := n.lookup(part.Ref)
		if err != nil {
			return nil, &casework.InputError{Code: "unknown_child", Field: "children"}
		}
		in := &inner{Kind: s.Kind, Schema: uint64(kind.Schema), Visit: visit, Ref: s.Ref, Payload: part.Payload}
		id, err := p.write(c.ID, record.ID{}, record.Content, in, nil)
		if errors.Is(err, errNoKey) {
			return nil, &casework.InputError{Code: "no_key", Field: "children"}
		}
		if errors.Is(err, record.ErrEntry) || errors.Is(err, seal.ErrTooLarge) {
			return nil, &casework.InputError{Code: casework.CodeTooLong}
		}
		if err != nil {
			return nil, err
		}
		ack.Entries = append(ack.Entries, AckEntry{ID: id, Ref: c.Ref})
	}
	return ack, nil
}

// resubmitted answers a retry: the same reference and content acknowledges the
// same entries; other content is refused.
func (n *Notebook) resubmitted(ctx context.Context, own *ownItem) (*Ack, error) {
	var r refRow
	ok, err := n.get(ctx, &r, tableRef, own.Ref)
	if err != nil || !ok {
		return nil, err
	}
	if r.Hash != own.RefHash {
		return nil, &casework.InputError{Code: "ref_reused", Field: "ref"}
	}
	ack := &Ack{ID: r.Ack, Ref: own.Ref}
	for _, id := range r.Entries {
		_, caseID, err := n.find(ctx, id)
		if err != nil {
			return nil, err
		}
		ack.Entries = append(ack.Entries, AckEntry{ID: id, Ref: n.st.cases[caseID].Ref})
	}
	return ack, nil
}

// add writes one body into a case and acknowledges it.
func (n *Notebook) add(ctx context.Context, c *caseRow, class record.Class, b casework.Body) (record.ID, error) {
	if ie := casework.Refusal(b.Validate()); ie != nil {
		return record.ID{}, ie
	}
	payload, schema, err := casework.EncodeBody(b)
	if err != nil {
		return record.ID{}, err
	}
	p := n.newPen()
	id, err := p.write(c.ID, record.ID{}, class, &inner{Kind: b.Kind(), Schema: uint64(schema), Payload: payload}, nil)
	if err != nil {
		return record.ID{}, err
	}
	return id, n.commit(ctx, p, ownItem{Ack: id})
}

// target finds the narrative entry that an amendment, comment or strike names.
func (n *Notebook) target(ctx context.Context, id string) (*caseRow, error) {
	rid, err := record.ParseID(id)
	if err != nil {
		return nil, ErrNotFound
	}
	row, caseID, err := n.find(ctx, rid)
	if err != nil {
		return nil, err
	}
	e, err := record.Parse(row.Entry)
	if err != nil || e.Header().Class != record.Content {
		return nil, ErrNotFound
	}
	return n.st.cases[caseID], nil
}

func (n *Notebook) about(ctx context.Context, target string, b casework.Body) (*Ack, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	c, err := n.target(ctx, target)
	if err != nil {
		return nil, err
	}
	id, err := n.add(ctx, c, record.Content, b)
	if err != nil {
		return nil, err
	}
	return &Ack{ID: id, Entries: []AckEntry{{ID: id, Ref: c.Ref}}}, nil
}

// Amend adds a correction to a final entry; the original stays visible.
func (n *Notebook) Amend(ctx context.Context, target, text, reason string) (*Ack, error) {
	return n.about(ctx, target, &casework.Amend{Target: target, Text: text, Reason: reason})
}

// Comment adds an oversight remark to an entry. In a council that is the team
// lead's; alone, one's own.
func (n *Notebook) Comment(ctx context.Context, target, text string) (*Ack, error) {
	if !n.MayComment() {
		return nil, ErrOversight
	}
	return n.about(ctx, target, &casework.Comment{Target: target, Text: text})
}

// Strike marks an entry as not to be relied on, with the reason.
func (n *Notebook) Strike(ctx context.Context, target, reason string) (*Ack, error) {
	return n.about(ctx, target, &casework.Strike{Target: target, Reason: reason})
}

// SetFields sets fields of a case; each set names the entries it replaces.
func (n *Notebook) SetFields(ctx context.Context, operand string, sets []casework.FieldSet) (*Ack, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	c, err := n.lookup(operand)
	if err != nil {
		return nil, err
	}
	id, err := n.add(ctx, c, record.Content, &casework.FieldEntry{Set: sets})
	if err != nil {
		return nil, err
	}
	return &Ack{ID: id, Entries: []AckEntry{{ID: id, Ref: c.Ref}}}, nil
}

// AddChild begins a case. values are field values by key; "ref" is needed and
// must be new here.
func (n *Notebook) AddChild(ctx context.Context, values map[string]string) (*Ack, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	if _, err := n.lookup(values["ref"]); err == nil {
		return nil, ErrExists
	}
	row, err := handRow(values)
	if err != nil {
		return nil, err
	}
	p := n.newPen()
	id, err := n.beginCase(p, casework.Reconcile(nil, row, true).Sets, "")
	if err != nil {
		return nil, err
	}
	if err := n.commit(ctx, p, ownItem{Ack: id}); err != nil {
		return nil, err
	}
	return &Ack{ID: id, Entries: []AckEntry{{ID: id, Ref: values["ref"]}}}, nil
}

// beginCase writes genesis, first epoch and first fields; it returns the id of
// the field entry.
func (n *Notebook) beginCase(p *pen, sets []casework.FieldSet, source string) (record.ID, error) {
	caseID, err := p.begin()
	if err != nil {
		return record.ID{}, err
	}
	return p.fields(caseID, sets, source)
}

func (p *pen) fields(caseID record.ID, sets []casework.FieldSet, source string) (record.ID, error) {
	payload, schema, err := casework.EncodeBody(&casework.FieldEntry{Set: sets, Source: source})
	if err != nil {
		return record.ID{}, err
	}
	in := &inner{Kind: casework.KindField, Schema: uint64(schema), Payload: payload}
	return p.write(caseID, record.ID{}, record.Content, in, nil)
}

// handRow reads values typed by hand as a row of a file would be read.
func handRow(values map[string]string) (casework.Row, error) {
	var m casework.Mapping
	var rec []string
	for _, d := range casework.FieldDefs() {
		if v := values[d.Key]; v != "" {
			m.Headers, m.Keys, rec = append(m.Headers, d.Key), append(m.Keys, d.Key), append(rec, v)
		}
	}
	row, problems := casework.ParseRow(m, rec)
	for _, p := range problems {
		if p.Refuse {
			return row, &casework.InputError{Code: p.Code, Field: p.Field}
		}
	}
	if row.Ref == "" {
		return row, &casework.InputError{Code: casework.RowMissingRef, Field: "ref"}
	}
	return row, nil
}

// FreeRef makes a child reference for a child whose council's reference is not
// known yet: NEW-001 and on.
func (n *Notebook) FreeRef() (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return "", ErrClosed
	}
	for i := 1; ; i++ {
		ref := fmt.Sprintf("NEW-%03d", i)
		if _, err := n.lookup(ref); err != nil {
			return ref, nil
		}
	}
}
