package desktop

import (
	"context"
	"encoding/json"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// remarkPage is where an amendment, a strike's reason or an oversight comment
// is written. Like a visit it is a draft from the first word.
type remarkPage struct {
	w      *Window
	object *fyne.Container
	from   route
	text   remarkText
	saver  *saver
	area   *widgets.Entry
	field  *widgets.Field
	caret  casework.Caret
}

// remarkText is the form in which such a draft is kept. Children lets lists
// show whom it is about.
type remarkText struct {
	Children []string `json:"children,omitempty"`
	Case     string   `json:"case,omitempty"`
	Target   string   `json:"target,omitempty"`
	Text     string   `json:"text,omitempty"`
}

func isRemark(kind string) bool {
	return kind == casework.KindAmend || kind == casework.KindStrike || kind == casework.KindComment
}

type remarkData struct {
	draft *casework.Draft
	text  remarkText
	child *ChildPage
}

func openRemark(w *Window, r route) page {
	p := &remarkPage{w: w, from: r, object: stackOf(w.waiting())}
	nb := w.nb
	ask(w, func(ctx context.Context) (d remarkData, err error) {
		d.text = remarkText{Case: r.id, Target: r.entry}
		if r.kind == "" { // r.id is a draft
			if d.draft, err = nb.Draft(ctx, r.id); err != nil {
				return d, err
			}
			if err = json.Unmarshal(d.draft.Submission, &d.text); err != nil {
				return d, err
			}
		}
		d.child, err = nb.Child(ctx, d.text.Case)
		return d, err
	}, p.begin)
	return p
}

func (p *remarkPage) begin(d remarkData) {
	w := p.w
	p.text = d.text
	p.text.Children = []string{d.child.File.Ref}
	p.saver = &saver{w: w, take: p.take}
	kind := p.from.kind
	if d.draft != nil {
		kind = d.draft.Kind
		p.saver.id, p.saver.known, p.caret = d.draft.ID, d.draft.ID, d.draft.Caret
	}
	p.from.kind = kind
	p.draw(d.child)
}

// draw shows the original in short and the box below it.
func (p *remarkPage) draw(c *ChildPage) {
	w := p.w
	title, hint, yes, weight := w.t("Amend"), w.t("The original stays as it is. Your correction is shown below it, with your name and the time."), w.t("Add the amendment"), widgets.Primary
	switch p.from.kind {
	case casework.KindComment:
		title, hint, yes = w.t("Add oversight"), w.t("Your comment is shown below the entry to everyone who may read it."), w.t("Add the comment")
	case casework.KindStrike:
		title, hint, yes, weight = w.t("Strike"), w.t("For what should not be in this record, for example a visit put on the wrong child. It stays visible, struck through, with your reason."), w.t("Strike the entry"), widgets.Danger
	}
	p.area = w.kit.Area(8, "")
	p.area.Put(p.text.Text)
	p.area.OnEdit = func(s string) {
		p.text.Text = s
		p.saver.changed()
	}
	label := w.t("Text")
	if p.from.kind == casework.KindStrike {
		label = w.t("Reason")
	}
	p.field = widgets.NewField(label, "", p.area)
	body := []fyne.CanvasObject{}
	if e, ok := c.File.Entry(p.text.Target); ok {
		body = append(body, widgets.NewPanel(widgets.Plain, 16, widgets.Stack(4,
			widgets.NewText(e.Title, widgets.Strong),
			widgets.NewText(casework.TimeWords(e.When()), widgets.Small),
			widgets.NewText(casework.Shorten(beginning(e), 240), widgets.Body))))
	} else if f, ok := fileIn(&c.File, p.text.Target); ok {
		body = append(body, widgets.NewPanel(widgets.Plain, 12, widgets.Row(14, w.thumb(f, nil), widgets.Fill(widgets.Stack(3,
			widgets.NewText(f.Name, widgets.Strong), widgets.NewText(w.fileLine(f), widgets.Small), widgets.NewText(f.Caption, widgets.Body))))))
	}
	ok := w.kit.Button(yes, weight, p.finalise)
	cancel := w.kit.Button(w.t("Discard draft"), widgets.Quiet, p.discard)
	body = append(body, p.field, buttons(ok, cancel))
	exchange(p.object, w.scrolled(w.header(title+": "+c.File.Title(), hint), widgets.Stack(18, body...)))
	if w.page == page(p) {
		w.focusFirst()
	}
	p.area.SetCaret(p.caret.Row, p.caret.Col)
}

// beginning is the first words of an entry.
func beginning(e *casework.Entry) string {
	for _, p := range e.Passages {
		if p.Text != "" {
			return p.Text
		}
	}
	return e.Line
}

func (p *remarkPage) take() *casework.Draft {
	data, err := json.Marshal(p.text)
	if err != nil {
		panic("desktop: a remark without a form: " + err.Error())
	}
	line, col := p.area.Caret()
	return &casework.Draft{Kind: p.from.kind, Submission: data, Caret: casework.Caret{Section: "text", Row: line, Col: col}}
}

func (p *remarkPage) content() fyne.CanvasObject { return p.object }

func (p *remarkPage) first() fyne.Focusable {
	if p.area == nil {
		return nil
	}
	return p.area
}

func (p *remarkPage) leave() {
	if p.saver != nil {
		p.saver.end()
	}
}

func (p *remarkPage) keep(done func(error)) {
	if p.saver == nil {
		done(nil)
		return
	}
	p.saver.keep(done)
}

func (p *remarkPage) back() route {
	if p.saver != nil && p.saver.known != "" {
		return route{screen: "remark", id: p.saver.known}
	}
	return p.from
}

// finalise adds the remark and erases its draft.
func (p *remarkPage) finalise() {
	w := p.w
	if p.saver == nil {
		return
	}
	if widgets.Words(p.text.Text) == 0 {
		p.field.Fail(w.t("Write a few words."))
		w.win.Canvas().Focus(p.area)
		return
	}
	nb, t, kind, draft := w.nb, p.text, p.from.kind, &p.saver.id
	p.saver.keep(func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		act(w, func(ctx context.Context) error {
			do := map[string]func(context.Context, string, string) error{
				casework.KindAmend: nb.Amend, casework.KindStrike: nb.Strike, casework.KindComment: nb.Comment,
			}[kind]
			if err := do(ctx, t.Target, t.Text); err != nil || *draft == "" {
				return err
			}
			return nb.DiscardDraft(ctx, *draft)
		}, func(err error) {
			if err != nil {
				w.problem(err)
				return
			}
			w.show(route{screen: "child", id: t.Case, entry: t.Target})
			w.done(w.t("Added. Saved on this laptop."))
			w.syncSoon()
		})
	})
}

func (p *remarkPage) discard() {
	w, nb, draft, id := p.w, p.w.nb, p.take(), p.saver.known
	p.saver.end()
	act(w, func(ctx context.Context) error {
		if id == "" {
			return nil
		}
		return nb.DiscardDraft(ctx, id)
	}, func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		w.show(route{screen: "child", id: p.text.Case, entry: p.text.Target})
		w.offerUndo(w.t("The draft is discarded."), func(ctx context.Context, nb Notebook) (route, error) {
			draft.ID = ""
			id, err := nb.SaveDraft(ctx, draft)
			return route{screen: "remark", id: id}, err
		})
	})
}
