package model_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"wherry/app/casework"
	"wherry/app/notebook"
)

func (r *run) pick() *child { return r.m.children[r.rng.IntN(len(r.m.children))] }

// word makes a word that nothing else holds, and that no stemmer touches.
func (r *run) word() string {
	r.m.words++
	const letters = "bcdfghjklm"
	w := "zq"
	for _, d := range fmt.Sprintf("%06d", r.m.words) {
		w += string(letters[d-'0'])
	}
	return w
}

func (r *run) record() error {
	kids := []string{r.pick().ref}
	kind := "note"
	if r.rng.IntN(3) == 0 {
		kind = "visit"
		if c := r.pick().ref; c != kids[0] {
			kids = append(kids, c)
		}
	}
	w := r.word()
	text := fmt.Sprintf("The kettle was on: %s. %s", w, strings.Repeat("More was said. ", r.rng.IntN(30)))
	ref := ""
	if r.rng.IntN(2) == 0 {
		ref = "ref-" + w
	}
	line := lineOf(kind, ref, kids, text)
	ack, err := r.n.Record(bg, line, kind)
	if err != nil {
		return err
	}
	r.m.saved(ack, kind, text, w)
	if ref != "" {
		r.m.sent = append(r.m.sent, sentLine{kind, line, ack})
	}
	return nil
}

func lineOf(kind, ref string, kids []string, text string) []byte {
	m := map[string]any{"kind": kind, "children": kids, "shared": text, "occurred": "2026-11-19T16:05:00Z"}
	if ref != "" {
		m["ref"] = ref
	}
	if kind == "visit" {
		parts := map[string]any{}
		for _, k := range kids {
			parts[k] = map[string]any{"seen": true, "seen_alone": true, "bedroom_seen": true, "observations": "Seen."}
		}
		m["type"], m["place"], m["mode"], m["children_parts"] = "CP statutory", "home", "face to face", parts
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // a map of strings always encodes
	}
	return b
}

// sendAgain sends a line that was acknowledged: the same answer, nothing new.
func (r *run) sendAgain() error {
	if len(r.m.sent) == 0 {
		return nil
	}
	s := r.m.sent[r.rng.IntN(len(r.m.sent))]
	ack, err := r.n.Record(bg, s.line, s.kind)
	if err != nil {
		return err
	}
	if ack.ID != s.ack.ID || !slices.Equal(ack.Entries, s.ack.Entries) {
		return fmt.Errorf("a line sent again was acknowledged otherwise")
	}
	return nil
}

// about picks a narrative entry.
func (r *run) about() *note {
	var all []*note
	for _, e := range r.m.entries {
		if e.kind == "note" || e.kind == "visit" {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[r.rng.IntN(len(all))]
}

func (r *run) amend() error {
	e := r.about()
	if e == nil {
		return nil
	}
	text := "It was otherwise: " + r.word()
	ack, err := r.n.Amend(bg, e.id, text, "")
	if err != nil {
		return err
	}
	e.amendments = append(e.amendments, text)
	r.m.entry(ack.Entries[0], "amend", "", "")
	return nil
}

func (r *run) comment() error {
	e := r.about()
	if e == nil {
		return nil
	}
	text := "Remarked: " + r.word()
	ack, err := r.n.Comment(bg, e.id, text)
	if err != nil {
		return err
	}
	e.comments = append(e.comments, text)
	r.m.entry(ack.Entries[0], "comment", "", "")
	return nil
}

func (r *run) strike() error {
	e := r.about()
	if e == nil {
		return nil
	}
	ack, err := r.n.Strike(bg, e.id, "another child was meant")
	if err != nil {
		return err
	}
	e.struck++
	r.m.entry(ack.Entries[0], "strike", "", "")
	return nil
}

func (r *run) setField() error {
	c := r.pick()
	_, file, err := r.n.CaseFile(bg, c.ref)
	if err != nil {
		return err
	}
	value := "Child " + r.word()
	set := casework.FieldSet{Key: "name", Value: value}
	for _, f := range file.Fields {
		if f.Def.Key == "name" {
			for _, v := range f.Values {
				set.Replaces = append(set.Replaces, v.Entries...)
			}
		}
	}
	ack, err := r.n.SetFields(bg, c.ref, []casework.FieldSet{set})
	if err != nil {
		return err
	}
	c.fields["name"] = value
	r.m.entry(ack.Entries[0], "field", "", "")
	return nil
}

func (r *run) addChild() error {
	ref := fmt.Sprintf("KB-%04d", len(r.m.children)+1)
	name := "Child " + r.word()
	ack, err := r.n.AddChild(bg, map[string]string{"ref": ref, "name": name, "dob": "2015-03-02"})
	if err != nil {
		return err
	}
	r.m.children = append(r.m.children, &child{ref: ref, fields: map[string]string{"name": name}})
	r.m.entry(ack.Entries[0], "field", "", "")
	return nil
}

// importChildren brings a table with a new child in it and one that is there.
func (r *run) importChildren() error {
	old, ref, name := r.pick(), fmt.Sprintf("KB-%04d", len(r.m.children)+1), "Child "+r.word()
	table := fmt.Sprintf("Child ref,Full name\n%s,%s\n%s,%s\n", old.ref, old.fields["name"], ref, name)
	for again := range 2 {
		rep, err := r.n.Import(bg, []byte(table), nil, false)
		if err != nil {
			return err
		}
		want := 1 - again
		if rep.Created != want || rep.Changed != 0 || rep.Conflicts != 0 || rep.Refused != 0 {
			return fmt.Errorf("import number %d: %+v", again+1, rep)
		}
	}
	r.m.children = append(r.m.children, &child{ref: ref, fields: map[string]string{"name": name}})
	rows, err := r.n.Entries(bg, ref, "")
	if err != nil || len(rows) != 1 {
		return fmt.Errorf("an imported child has %d entries: %w", len(rows), err)
	}
	r.m.entry(notebook.AckEntry{ID: rows[0].ID, Ref: ref}, "field", "", "")
	return nil
}

func (r *run) draftID() string {
	ids := make([]string, 0, len(r.m.drafts))
	for id := range r.m.drafts {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return ""
	}
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(r.m.drafts[a], r.m.drafts[b]) })
	return ids[r.rng.IntN(len(ids))]
}

func (r *run) saveDraft() error {
	id := ""
	if r.rng.IntN(2) == 0 {
		id = r.draftID()
	}
	line := lineOf("note", "", []string{r.pick().ref}, "A draft: "+r.word())
	got, err := r.n.SaveDraft(bg, &casework.Draft{ID: id, Kind: "note", Submission: line})
	if err != nil {
		return err
	}
	if id != "" && got != id {
		return fmt.Errorf("a draft changed its id")
	}
	r.m.drafts[got] = string(line)
	return nil
}

func (r *run) discardDraft() error {
	id := r.draftID()
	if id == "" {
		return nil
	}
	delete(r.m.drafts, id)
	return r.n.DiscardDraft(bg, id)
}

func (r *run) publishDraft() error {
	id := r.draftID()
	if id == "" {
		return nil
	}
	d, err := r.n.Draft(bg, id)
	if err != nil {
		return err
	}
	s, err := casework.DecodeSubmission(d.Submission, "note")
	if err != nil {
		return err
	}
	ack, err := r.n.Submit(bg, s, id)
	if err != nil {
		return err
	}
	delete(r.m.drafts, id)
	text := s.Shared
	r.m.saved(ack, "note", text, text[strings.LastIndex(text, " ")+1:])
	return nil
}

// search looks for a word that one save holds, and for one that none holds.
func (r *run) search() error {
	e := r.about()
	if e != nil {
		hits, err := r.n.Search(bg, e.word, "", 50, false)
		if err != nil {
			return err
		}
		var got []string
		for _, h := range hits {
			if !h.SoundsLike { // a variant of a name, labelled and last
				got = append(got, h.Entry.String())
			}
		}
		var want []string
		for _, x := range r.m.entries {
			if x.word == e.word {
				want = append(want, x.id)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			return fmt.Errorf("a word of one save was found %d times, not %d", len(got), len(want))
		}
	}
	hits, err := r.n.Search(bg, "zqneverwritten", "", 10, false)
	if err != nil || len(hits) != 0 {
		return fmt.Errorf("a word that nobody wrote: %d hits, %w", len(hits), err)
	}
	return nil
}
