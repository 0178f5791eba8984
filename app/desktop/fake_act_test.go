package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"wherry/app/casework"
)

func (b *fakeBook) ref(id string) string { return strings.TrimPrefix(id, "id-") }

func (b *fakeBook) Child(_ context.Context, id string) (*ChildPage, error) {
	ref := b.ref(id)
	if b.facts[ref] == nil {
		return nil, errors.New("not found")
	}
	p := &ChildPage{ID: "id-" + ref, File: *b.file(ref), New: map[string]bool{}, Due: b.due(ref)}
	group := p.File.Get("siblings")
	p.Siblings = b.rows(func(r CaseRow) bool { return r.Ref != ref && group != "" && r.Siblings == group })
	for i, f := range b.facts[ref] {
		if i >= b.looked[ref] && f.AuthorID != b.who.ID {
			p.New[f.ID] = true
		}
	}
	return p, b.call("Child")
}

func (b *fakeBook) Looked(_ context.Context, id string) error {
	b.looked[b.ref(id)] = len(b.facts[b.ref(id)])
	return b.call("Looked")
}

func (b *fakeBook) People(_ context.Context, ids []string) ([]casework.Person, error) {
	var out []casework.Person
	for _, id := range ids {
		for _, e := range b.file(b.ref(id)).Entries {
			for _, p := range e.Present {
				if !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
	}
	return out, b.call("People")
}

func (b *fakeBook) Search(_ context.Context, q string, _ int) ([]Hit, error) {
	b.finds.queries = append(b.finds.queries, q)
	if strings.Count(q, `"`)%2 == 1 {
		return nil, errQuery
	}
	return b.hits, b.call("Search")
}

func (b *fakeBook) AddChild(_ context.Context, c NewChild) (string, error) {
	ref := c.Ref
	if ref == "" {
		ref = fmt.Sprintf("W-%d", b.seq+1)
	}
	sets := []casework.FieldSet{{Key: "ref", Value: ref}, {Key: "name", Value: c.Name}}
	for k, v := range map[string]string{"known_as": c.KnownAs, "status": c.Status, "siblings": c.Siblings, "alerts": c.Alerts} {
		if v != "" {
			sets = append(sets, casework.FieldSet{Key: k, Value: v})
		}
	}
	b.body(ref, &casework.FieldEntry{Set: sets})
	return "id-" + ref, b.call("AddChild")
}

func (b *fakeBook) Record(_ context.Context, draft string, s *casework.Submission) ([]string, error) {
	if err := b.call("Record"); err != nil {
		return nil, err
	}
	if r := casework.Refusal(s.Validate(b.now())); r != nil {
		return nil, r
	}
	delete(b.drafts, draft)
	return b.publish(draft, s), nil
}

func (b *fakeBook) caseOf(entry string) string {
	for ref, fs := range b.facts {
		for _, f := range fs {
			if f.ID == entry {
				return ref
			}
		}
	}
	return ""
}

func (b *fakeBook) Amend(_ context.Context, entry, text string) error {
	b.body(b.caseOf(entry), &casework.Amend{Target: entry, Text: text})
	return b.call("Amend")
}

func (b *fakeBook) Strike(_ context.Context, entry, reason string) error {
	b.body(b.caseOf(entry), &casework.Strike{Target: entry, Reason: reason})
	return b.call("Strike")
}

func (b *fakeBook) Comment(_ context.Context, entry, text string) error {
	b.body(b.caseOf(entry), &casework.Comment{Target: entry, Text: text})
	return b.call("Comment")
}

func (b *fakeBook) Choose(_ context.Context, id, field, value string, replaces []string) error {
	b.body(b.ref(id), &casework.FieldEntry{Set: []casework.FieldSet{{Key: field, Value: value, Replaces: replaces}}})
	return b.call("Choose")
}

func (b *fakeBook) PreviewImport(_ context.Context, _ string, mapping []string) (ImportPreview, error) {
	p := b.preview
	if mapping != nil {
		p.Mapping = mapping
	}
	return p, b.call("PreviewImport")
}

func (b *fakeBook) Import(_ context.Context, _ string, _ []string) (ImportResult, error) {
	p := b.preview
	return ImportResult{Rows: p.Rows, Created: p.Created, Changed: p.Changed, Same: p.Same, Issues: p.Issues,
		Refused: issuesOf(p.Issues, "refused")}, b.call("Import")
}

func (b *fakeBook) Export(_ context.Context, r ExportRequest) (ExportResult, error) {
	b.exported = append(b.exported, r)
	return ExportResult{Path: r.Path, Pages: 4, SHA256: strings.Repeat("0a1b2c3d", 8), CompleteTo: b.now()}, b.call("Export")
}

func (b *fakeBook) SaveDraft(_ context.Context, d *casework.Draft) (string, error) {
	if err := b.call("SaveDraft"); err != nil {
		return "", err
	}
	if d.ID == "" {
		b.seq++
		d.ID = fmt.Sprintf("d%03d", b.seq)
	}
	d.Changed = b.now()
	copied := *d
	copied.Submission = slices.Clone(d.Submission)
	b.drafts[d.ID] = &copied
	b.wrote()
	return d.ID, nil
}

func (b *fakeBook) Drafts(context.Context) ([]*casework.Draft, int, error) {
	var out []*casework.Draft
	for _, d := range b.drafts {
		out = append(out, d)
	}
	slices.SortFunc(out, func(x, y *casework.Draft) int { return strings.Compare(y.ID, x.ID) })
	return out, 0, b.call("Drafts")
}

func (b *fakeBook) Draft(_ context.Context, id string) (*casework.Draft, error) {
	d := b.drafts[id]
	if d == nil {
		return nil, errors.New("not found")
	}
	copied := *d
	return &copied, b.call("Draft")
}

func (b *fakeBook) DiscardDraft(_ context.Context, id string) error {
	delete(b.drafts, id)
	delete(b.filed.staged, id)
	return b.call("DiscardDraft")
}

func (b *fakeBook) ReadInvitation(context.Context, string) (Invitation, error) {
	return Invitation{Council: "Norfolk County Council", Address: "https://wherry.norfolk.example:8443", Person: "Amina Yusuf", Role: "worker",
		Team: "Norwich Family Support 2", Expires: b.now().Add(70 * time.Hour)}, b.call("ReadInvitation")
}

func (b *fakeBook) Enrol(context.Context, string) error {
	b.who.Council, b.who.Role, b.who.Team, b.who.CanExport = "Norfolk County Council", "worker", "Norwich Family Support 2", false
	return b.call("Enrol")
}

func (b *fakeBook) Sync(context.Context) (SyncReport, error) {
	return SyncReport{Pushed: 3, Pulled: 2, CompleteTo: b.now()}, b.call("Sync")
}

// draftText is the submission of the one draft there is.
func (b *fakeBook) draftText() (casework.Submission, *casework.Draft) {
	for _, d := range b.drafts {
		var s casework.Submission
		if err := json.Unmarshal(d.Submission, &s); err != nil {
			panic(err)
		}
		return s, d
	}
	return casework.Submission{}, nil
}
