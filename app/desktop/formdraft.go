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
}

// formDraft keeps the boxes of one form while somebody types.
type formDraft struct {
	w     *Window
	from  route
	text  formText
	boxes []*widgets.Entry
	saver *saver
}

// keepForm begins to keep the boxes of a form, and puts into them what was
// typed there before and never used. ref is empty where the form is about no
// child yet.
func (w *Window) keepForm(from route, target, ref string, boxes ...*widgets.Entry) *formDraft {
	f := &formDraft{w: w, from: from, text: formText{Case: from.id, Target: target}, boxes: boxes}
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
	return t, d.Kind == kindForm && json.Unmarshal(d.Submission, &t) == nil
}

// restore puts back what was typed, where nothing is typed yet.
func (f *formDraft) restore(d *casework.Draft) {
	if d == nil || f.saver.ended {
		return
	}
	f.saver.known = d.ID
	t, _ := formOf(d)
	for i, e := range f.boxes {
		if i < len(t.Texts) && strings.TrimSpace(e.Text) == "" && t.Texts[i] != "" {
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
	w, nb, s := f.w, f.w.nb, f.saver
	s.end()
	s.dirty = false
	act(w, func(ctx context.Context) error {
		if s.id == "" {
			return nil
		}
		return nb.DiscardDraft(ctx, s.id)
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
	f.saver.keep(done)
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
