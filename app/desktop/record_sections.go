package desktop

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// section is one part of a sheet.
type section struct {
	id    string
	label string
	draw  func(*recordPage) fyne.CanvasObject
	owns  func(field string) bool // of the items that Validate finds
}

const childSection = "child:"

// list is the sections of this sheet in their order.
func (p *recordPage) list() []section {
	w := p.w
	out := []section{{"what", w.t("What happened"), drawWhat, func(f string) bool {
		return f == "shared" || f == "children" || f == "unsuccessful_reason" || f == "children_parts"
	}}}
	if !p.sub.Unsuccessful() {
		for _, ref := range p.sub.Children {
			out = append(out, section{childSection + ref, p.name(ref),
				func(p *recordPage) fyne.CanvasObject { return drawChild(p, ref) }, nil})
		}
	}
	out = append(out, section{"when", w.t("When, where and who"), drawWhen, func(f string) bool {
		return f == "occurred" || f == "ended" || f == "type" || f == "place" || f == "mode" ||
			strings.HasPrefix(f, "present") || strings.HasPrefix(f, "interpreter")
	}})
	return append(out,
		section{"actions", w.t("Actions"), drawActions, func(f string) bool { return strings.HasPrefix(f, "actions") }},
		section{filesSection, w.t("Photos and files"), drawFiles, func(f string) bool { return f == "attachments" }},
		section{"check", w.t("Check and finalise"), drawCheck, func(string) bool { return false }})
}

func (p *recordPage) has(id string) bool {
	return slices.ContainsFunc(p.list(), func(s section) bool { return s.id == id })
}

// sectionOf is where something that is missing can be mended.
func (p *recordPage) sectionOf(it casework.Item) string {
	if it.Child != "" && p.has(childSection+it.Child) {
		return childSection + it.Child
	}
	for _, s := range p.list() {
		if s.owns != nil && s.owns(it.Field) {
			return s.id
		}
	}
	return "what"
}

// build makes the frame of the page: the sections at the left, one of them at
// the right.
func (p *recordPage) build() {
	w := p.w
	p.sections = w.kit.Nav(nil, true, p.open)
	p.saved = widgets.NewSign(widgets.NoShape, "", widgets.Small)
	p.place = container.NewStack()
	final := w.kit.Button(w.t("Finalise"), widgets.Primary, p.finalise)
	discard := w.kit.Button(w.t("Discard draft"), widgets.Quiet, p.discard)
	p.side = widgets.StackGrow(0, 2,
		widgets.Inset(26, 16, 14, 20, widgets.NewText(p.title(), widgets.SubHeading)),
		p.sections,
		widgets.Fill(),
		widgets.Inset(0, 12, 8, 20, p.saved),
		widgets.Inset(0, 12, 0, 15, final),
		widgets.Inset(0, 12, 14, 15, discard))
	p.beside = w.kit.Scroll(widgets.Narrow(p.side))
	exchange(p.object, widgets.Side(248, p.beside, p.place))
	p.outline()
}

func (p *recordPage) title() string {
	w := p.w
	switch {
	case p.sub.Kind == casework.KindCall:
		return w.t("Phone call")
	case p.sub.Kind == casework.KindNote:
		return w.t("Note")
	case p.sub.Unsuccessful():
		return w.t("Visit, no answer")
	}
	return w.t("Visit")
}

// outline says for each section what is still missing, and when it was saved.
func (p *recordPage) outline() {
	w := p.w
	missing := map[string]int{}
	for _, it := range casework.Blocking(p.clean().Validate(w.now())) {
		missing[p.sectionOf(it)]++
	}
	if n := p.strays(); n > 0 {
		missing[filesSection] += n
	}
	var items []widgets.NavItem
	for _, s := range p.list() {
		it := widgets.NavItem{ID: s.id, Label: s.label}
		switch n := missing[s.id]; {
		case n > 0:
			it.Note = w.t("%d to do", n)
		case s.id != "check" && p.filled(s.id):
			it.Done = true
		}
		items = append(items, it)
	}
	p.sections.Put(items)
	p.sections.Here(p.now)
	if p.saver.known != "" || w.saveBad != "" {
		p.saved.Set(w.savedWords())
	} else {
		p.saved.Set(widgets.NoShape, w.t("Saved as you type"))
	}
	p.side.Refresh() // not the text: that would cost a frame at every save
}

// filled reports whether something of a section has been written.
func (p *recordPage) filled(id string) bool {
	s := p.sub
	switch {
	case id == "what":
		return strings.TrimSpace(s.Shared) != ""
	case id == "when":
		return s.Occurred != "" && (s.Kind != casework.KindVisit || s.Type != "")
	case id == "actions":
		return len(s.Actions) > 0
	case id == filesSection:
		return len(p.files.list) > 0
	case strings.HasPrefix(id, childSection):
		part := s.Parts[strings.TrimPrefix(id, childSection)]
		return part.Seen != casework.Unanswered || part.Observations != "" || len(part.Voice) > 0
	}
	return false
}

// open shows a section. The one before is dropped; what it held is in the sheet.
func (p *recordPage) open(id string) {
	for _, s := range p.list() {
		if s.id != id {
			continue
		}
		p.now, p.boxes, p.last, p.focus = id, map[string]*widgets.Entry{}, "", nil
		body := s.draw(p)
		p.scroll = p.w.kit.Scroll(widgets.Inset(24, 36, 30, 28, body))
		exchange(p.place, p.scroll)
		p.outline()
		if p.w.page == page(p) {
			p.w.focusFirst()
		}
		return
	}
}

// step goes to another section, for Ctrl+PageDown and the Next button.
func (p *recordPage) step(by int) {
	l := p.list()
	i := slices.IndexFunc(l, func(s section) bool { return s.id == p.now })
	if i+by >= 0 && i+by < len(l) {
		p.open(l[i+by].id)
	}
}

// next is the button at the end of a section.
func (p *recordPage) next() fyne.CanvasObject {
	l := p.list()
	i := slices.IndexFunc(l, func(s section) bool { return s.id == p.now })
	if i < 0 || i+1 >= len(l) {
		return buttons()
	}
	return buttons(p.w.kit.Button(p.w.t("Next: %s", l[i+1].label), widgets.Secondary, func() { p.step(1) }))
}

// box is a text box of the sheet under a name by which the caret finds it.
func (p *recordPage) box(name string, e *widgets.Entry, text string, set func(string)) *widgets.Entry {
	e.Put(text)
	e.OnEdit = func(s string) {
		set(s)
		p.changed()
	}
	e.OnFull = func() {
		p.w.done(p.w.t("This section is full: 2,000 words. Go on in another one."))
	}
	p.boxes[p.now+"/"+name] = e
	if p.focus == nil {
		p.focus = e
	}
	return e
}

// discard drops the draft. Its files are erased with it, so then it asks first.
func (p *recordPage) discard() {
	if len(p.files.list) == 0 {
		p.drop()
		return
	}
	w := p.w
	w.sure(w.t("Discard the draft and its files?"), w.t("The photos and files of this draft are erased at once and cannot be brought back. The words can, for ten seconds."),
		w.t("Discard them"), widgets.Danger, p.drop)
}

// drop drops the draft and offers to take that back.
func (p *recordPage) drop() {
	w, nb, draft := p.w, p.w.nb, p.take()
	p.saver.end()
	id := p.saver.known
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
		w.page = nil
		w.goBack()
		w.offerUndo(w.t("The draft is discarded."), func(ctx context.Context, nb Notebook) (route, error) {
			draft.ID = ""
			id, err := nb.SaveDraft(ctx, draft)
			return route{screen: "record", id: id}, err
		})
	})
}
