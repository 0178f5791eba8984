package model_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"wherry/app/casework"
	"wherry/app/notebook"
)

var total sync.Mutex // guards what the seeds add up

// model is the notebook as a plain value.
type model struct {
	children []*child
	entries  []*note // in the order of writing
	drafts   map[string]string
	sent     []sentLine
	words    int
}

type child struct {
	ref    string
	fields map[string]string
}

// note is an entry; text and word are those of narratives.
type note struct {
	id, child, kind, text, word string
	amendments, comments        []string
	struck                      int
}

type sentLine struct {
	kind string
	line []byte
	ack  *notebook.Ack
}

func newModel() *model { return &model{drafts: map[string]string{}} }

func (m *model) entry(a notebook.AckEntry, kind, text, word string) {
	m.entries = append(m.entries, &note{id: a.ID.String(), child: a.Ref, kind: kind, text: text, word: word})
}

func (m *model) saved(ack *notebook.Ack, kind, text, word string) {
	for _, e := range ack.Entries {
		m.entry(e, kind, text, word)
	}
}

// first is the first entry of a kind of narrative; a visit will do.
func (m *model) first(string) *note {
	for _, e := range m.entries {
		if e.text != "" {
			return e
		}
	}
	return &note{}
}

// picture is the model without ids, which are random.
func (m *model) picture() string {
	var b strings.Builder
	for _, c := range m.children {
		fmt.Fprintln(&b, c.ref, c.fields["name"])
	}
	for _, e := range m.entries {
		fmt.Fprintln(&b, e.child, e.kind, e.text, e.amendments, e.comments, e.struck)
	}
	var drafts []string
	for _, d := range m.drafts {
		drafts = append(drafts, d)
	}
	sort.Strings(drafts)
	fmt.Fprintln(&b, drafts)
	return b.String()
}

// look compares everything that a reader sees with the model.
func (r *run) look() error {
	byChild := map[string][]*note{}
	for _, e := range r.m.entries {
		byChild[e.child] = append(byChild[e.child], e)
	}
	rows, err := r.n.Entries(bg, "", "")
	if err != nil {
		return err
	}
	if len(rows) != len(r.m.entries) {
		return fmt.Errorf("%d entries are listed, %d were written", len(rows), len(r.m.entries))
	}
	got := map[string][]string{}
	for _, row := range rows {
		if row.Damaged || row.Unknown {
			return fmt.Errorf("an entry is listed as damaged or unknown")
		}
		got[row.Ref] = append(got[row.Ref], row.ID.String()+" "+row.Kind)
	}
	for ref, es := range byChild {
		var want []string
		for _, e := range es {
			want = append(want, e.id+" "+e.kind)
		}
		if !slices.Equal(got[ref], want) {
			return fmt.Errorf("%s: other entries, or in another order: %d, %d", ref, len(got[ref]), len(want))
		}
	}
	for _, c := range r.m.children {
		if err := r.lookAt(c, byChild[c.ref]); err != nil {
			return fmt.Errorf("%s: %w", c.ref, err)
		}
	}
	st, err := r.n.Status(bg)
	if err != nil {
		return err
	}
	if st.Entries != len(r.m.entries) || st.Drafts != len(r.m.drafts) || st.ReadOnly || st.Damaged != 0 {
		return fmt.Errorf("status: %d entries, %d drafts, read-only %v, %d damaged; written %d and %d", st.Entries, st.Drafts, st.ReadOnly, st.Damaged, len(r.m.entries), len(r.m.drafts))
	}
	return r.lookAtDrafts()
}

func (r *run) lookAt(c *child, want []*note) error {
	_, file, err := r.n.CaseFile(bg, c.ref)
	if err != nil {
		return err
	}
	if file.Name != c.fields["name"] {
		return fmt.Errorf("another name")
	}
	shown := map[string]*casework.Entry{}
	for i := range file.Entries {
		shown[file.Entries[i].ID] = &file.Entries[i]
	}
	for _, e := range want {
		if e.text == "" {
			continue
		}
		s := shown[e.id]
		if s == nil || s.Visit == nil || s.Visit.Shared != e.text {
			return fmt.Errorf("a %s is not shown as it was written", e.kind)
		}
		var amendments, comments []string
		for _, a := range s.Amendments {
			amendments = append(amendments, a.Text)
		}
		for _, a := range s.Comments {
			comments = append(comments, a.Text)
		}
		if !slices.Equal(amendments, e.amendments) || !slices.Equal(comments, e.comments) || len(s.Struck) != e.struck {
			return fmt.Errorf("a %s has %d amendments, %d comments, %d strikes, not %d, %d, %d", e.kind,
				len(amendments), len(comments), len(s.Struck), len(e.amendments), len(e.comments), e.struck)
		}
	}
	return nil
}

func (r *run) lookAtDrafts() error {
	drafts, damaged, err := r.n.Drafts(bg)
	if err != nil || damaged != 0 || len(drafts) != len(r.m.drafts) {
		return fmt.Errorf("%d drafts and %d damaged, not %d: %w", len(drafts), damaged, len(r.m.drafts), err)
	}
	for _, d := range drafts {
		if r.m.drafts[d.ID] != string(d.Submission) {
			return fmt.Errorf("a draft is another than was saved")
		}
	}
	return nil
}
