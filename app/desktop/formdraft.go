package desktop

import (
	"context"
	"encoding/json"
	"strings"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// kindForm is a draft of a form: a reason for a hold, the purpose of an export,
// a child not added yet. Like every text it is on the disk within a second, and
// a lock or a dead battery does not take it.
const kindForm = "form"

// Forms that are kept, by what they are for.
const (
	formPropose  = "propose"
	formExport   = "export"
	formAddChild = "addchild"
)

// formText is how a form is kept. Children and Case say whom it is about, so
// that a disposal erases it with everything else.
type formText struct {
	Children []string `json:"children,omitempty"`
	Case     string   `json:"case,omitempty"`
	Target   string   `json:"target"`
	Texts    []string `json:"texts"`
	Choices  []string `json:"choices,omitempty"`
}

// chooser is a control of a form in which something is chosen.
type chooser interface{ Value() string }

// choose puts a kept choice back.
func choose(c chooser, value string) {
	switch c := c.(type) {
	case *widgets.Options:
		if value == "" {
			c.Set()
		} else {
			c.Set(value)
		}
	case *widgets.Picker:
		c.Put(value)
	}
}

// formDraft keeps the boxes of one form while somebody types.
type formDraft struct {
	w     *Window
	text  formText
	boxes []*widgets.Entry
	picks []chooser // kept and put back with the boxes
	saver *saver
}

// keepForm begins to keep the boxes of a form, and puts into them what was
// typed there before and never used. What is chosen goes with it: a reason
// without its basis, or an address without the mark that it is confidential,
// would say something else. ref is empty where the form is about no child yet.
func (w *Window) keepForm(from route, target, ref string, picks []chooser, boxes ...*widgets.Entry) *formDraft {
	f := &formDraft{w: w, text: formText{Case: from.id, Target: target}, boxes: boxes, picks: picks}
	if ref != "" {
		f.text.Children = []string{ref}
	}
	f.saver = &saver{w: w, take: f.take}
	for _, e := range boxes {
		then := e.OnEdit
		e.OnEdit = func(s string) {
			f.saver.changed()
			if then != nil {
				then(s)
			}
		}
	}
	nb := w.nb
	ask(w, func(ctx context.Context) (*casework.Draft, error) {
		list, _, err := nb.Drafts(ctx)
		for _, d := range list {
			if t, ok := formOf(d); ok && t.Target == target && t.Case == from.id {
				f.saver.id = d.ID
				return d, nil
			}
		}
		return nil, err
	}, f.restore)
	return f
}

// formOf reads a form's draft.
func formOf(d *casework.Draft) (t formText, ok bool) {
	ok = d.Kind == kindForm && json.Unmarshal(d.Submission, &t) == nil
	return t, ok
}

// restore puts back what was typed, where nothing is typed yet.
func (f *formDraft) restore(d *casework.Draft) {
	if d == nil || f.saver.ended {
		return
	}
	f.saver.known = d.ID
	t, _ := formOf(d)
	if !f.blank() {
		return // somebody has begun anew
	}
	for i, c := range f.picks {
		if i < len(t.Choices) {
			choose(c, t.Choices[i])
		}
	}
	for i, e := range f.boxes {
		if i < len(t.Texts) && t.Texts[i] != "" {
			e.Put(t.Texts[i])
			if e.OnEdit != nil {
				e.OnEdit(e.Text)
			}
		}
	}
}

func (f *formDraft) take() *casework.Draft {
	f.text.Texts = make([]string, len(f.boxes))
	for i, e := range f.boxes {
		f.text.Texts[i] = e.Text
	}
	f.text.Choices = make([]string, len(f.picks))
	for i, c := range f.picks {
		f.text.Choices[i] = c.Value()
	}
	data, err := json.Marshal(f.text)
	if err != nil {
		panic("desktop: a form without a form: " + err.Error())
	}
	return &casework.Draft{Kind: kindForm, Submission: data}
}

// done erases what was kept: it is used, or the person gave it up.
func (f *formDraft) done() {
	if f == nil || f.saver.ended {
		return
	}
	f.saver.end()
	f.erase()
}

// erase takes off the disk what was kept; what is typed from now on is kept anew.
func (f *formDraft) erase() {
	w, nb, s := f.w, f.w.nb, f.saver
	s.halt()
	s.dirty, s.known = false, ""
	act(w, func(ctx context.Context) error {
		if s.id == "" {
			return nil
		}
		id := s.id
		s.id = ""
		return nb.DiscardDraft(ctx, id)
	}, func(err error) {
		if err != nil {
			w.problem(err)
		}
		w.showStatus()
	})
}

// The rest makes a page that holds a form a keeper; a page without one is nil.

func (f *formDraft) keep(done func(error)) {
	if f == nil || f.saver.ended {
		done(nil)
		return
	}
	if f.blank() { // nothing is typed, or all of it was taken back
		f.erase()
		done(nil)
		return
	}
	f.saver.dirty = true // what is chosen may have changed since
	f.saver.keep(done)
}

// blank reports that nothing is typed.
func (f *formDraft) blank() bool {
	for _, e := range f.boxes {
		if strings.TrimSpace(e.Text) != "" {
			return false
		}
	}
	return true
}

func (f *formDraft) leave() {
	if f != nil {
		f.saver.end()
	}
}

// formRoute is where a kept form is gone on with.
func formRoute(t formText) route {
	switch t.Target {
	case formPropose:
		return route{screen: "disposal", id: t.Case}
	case formExport, formAddChild:
		return route{screen: t.Target, id: t.Case}
	}
	return route{screen: "keep", id: t.Case, kind: t.Target}
}

// formKind is what a list calls a kept form.
func (w *Window) formKind(t formText) string {
	switch t.Target {
	case formPropose:
		return w.t("Proposal of disposal")
	case formExport:
		return w.t("Export")
	case formAddChild:
		return w.t("New child")
	case keepRelease:
		return w.t("Release of a hold")
	case keepRefuse:
		return w.t("Refusal of a disposal")
	}
	return w.t("Hold")
}
