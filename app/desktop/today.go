package desktop

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// todayPage is what needs attention: unfinished texts, what is due, what is
// new, and what two people wrote differently.
type todayPage struct {
	w      *Window
	object *fyne.Container
	focus  fyne.Focusable
}

type todayData struct {
	today   Today
	drafts  []*casework.Draft
	damaged int
	load    Caseload
	backup  BackupFacts
}

func openToday(w *Window, _ route) page {
	p := &todayPage{w: w, object: stackOf(w.waiting())}
	p.refresh()
	return p
}

func (p *todayPage) content() fyne.CanvasObject { return p.object }
func (p *todayPage) first() fyne.Focusable      { return p.focus }
func (p *todayPage) scroller() *widgets.Scroll {
	s, _ := p.object.Objects[0].(*widgets.Scroll)
	return s
}

func (p *todayPage) refresh() {
	w, nb := p.w, p.w.nb
	ask(w, func(ctx context.Context) (d todayData, err error) {
		if d.today, err = nb.Today(ctx); err != nil {
			return d, err
		}
		if d.drafts, d.damaged, err = nb.Drafts(ctx); err != nil {
			return d, err
		}
		if d.backup, err = nb.Backups(ctx); err != nil {
			d.backup = BackupFacts{} // a reminder may fail to come
		}
		d.load, err = nb.Caseload(ctx)
		return d, err
	}, func(d todayData) {
		p.focus = nil
		exchange(p.object, p.draw(d))
		if w.page == page(p) {
			w.focusFirst()
		}
	})
}

func (p *todayPage) draw(d todayData) fyne.CanvasObject {
	w := p.w
	day := w.now()
	title := casework.UKTime(day).Weekday().String() + " " + casework.DateWords(day)
	if len(d.load.Rows) == 0 && len(d.drafts) == 0 {
		return w.scrolled(w.header(title, w.greeting()), p.newcomer())
	}
	var left, right []fyne.CanvasObject
	if len(d.drafts) > 0 || d.damaged > 0 {
		left = append(left, p.draftCard(d))
	}
	left = append(left, p.dueCard(d.today.Due))
	right = append(right, p.newCard(d.today.New))
	if len(d.today.Conflicts) > 0 {
		right = append(right, p.conflictCard(d.today.Conflicts))
	}
	body := widgets.Columns(20, 380, widgets.Stack(20, left...), widgets.Stack(20, right...))
	parts := []fyne.CanvasObject{w.header(title, w.completeness(d.today.Complete))}
	if line := w.backupLine(d.backup); line != nil {
		parts = append(parts, line)
	}
	parts = append(parts, body)
	return w.kit.Scroll(widgets.Inset(24, 36, 36, 36, widgets.Stack(20, parts...)))
}

func (w *Window) greeting() string {
	return w.t("Nothing here is sent anywhere until you join a council.")
}

// newcomer is the first page of an empty notebook.
func (p *todayPage) newcomer() fyne.CanvasObject {
	w := p.w
	add := w.kit.Button(w.t("Add a child"), widgets.Primary, func() { w.visit(route{screen: "addchild"}) })
	p.focus = add
	return widgets.Stack(20,
		card(w.t("Begin with a child"),
			widgets.NewText(w.t("Add one by hand, or import the list that your case system exports. Then record a visit: it is saved as you type."), widgets.Body),
			buttons(add, w.kit.Button(w.t("Import a caseload"), widgets.Secondary, func() { w.visit(route{screen: "import"}) }))),
		card(w.t("Or look around first"),
			widgets.NewText(w.t("Three invented siblings with a finished visit. You can remove them again at any time."), widgets.Body),
			buttons(w.kit.Button(w.t("Try with sample cases"), widgets.Secondary, w.addSample))),
		card(w.t("Your council runs Wherry?"),
			widgets.NewText(w.t("Join it with the invitation file that you were given."), widgets.Body),
			buttons(w.kit.Button(w.t("Join a council"), widgets.Secondary, func() { w.visit(route{screen: "council"}) }))))
}

// draftCard is the texts that are not final yet.
func (p *todayPage) draftCard(d todayData) fyne.CanvasObject {
	w := p.w
	names := map[string]string{}
	for _, r := range d.load.Rows {
		names[r.Ref] = called(r.Brief)
	}
	var rows []widgets.RowData
	for _, dr := range d.drafts {
		kind, children, words := w.draftFacts(dr)
		for i, ref := range children {
			if n := names[ref]; n != "" {
				children[i] = n
			}
		}
		rows = append(rows, widgets.RowData{
			Title:  strings.TrimSuffix(kind+": "+strings.Join(children, ", "), ": "),
			Detail: w.n("%d word", "%d words", words) + ", " + w.t("not final"),
			Meta:   w.dayWords(dr.Changed) + " " + casework.UKTime(dr.Changed).Format("15:04"),
			Mark:   widgets.RingMark,
		})
	}
	list := w.listOf(rows, 5, func(i int) { w.openDraft(d.drafts[i]) })
	if p.focus == nil && len(rows) > 0 {
		p.focus = list.list
	}
	parts := []fyne.CanvasObject{list.object}
	if d.damaged > 0 {
		parts = append(parts, widgets.NewText(w.n("%d draft is damaged and cannot be read.", "%d drafts are damaged and cannot be read.", d.damaged), widgets.Body))
	}
	return card(w.t("Go on writing"), parts...)
}

func (w *Window) openDraft(d *casework.Draft) {
	to := route{screen: "record", id: d.ID}
	if isRemark(d.Kind) {
		to.screen = "remark"
	} else if t, ok := formOf(d); ok {
		to = formRoute(t)
	}
	w.visit(to)
}

// draftFacts is what a list says of a draft: what it is, whom it is about, and
// how long it is.
func (w *Window) draftFacts(d *casework.Draft) (kind string, children []string, words int) {
	if isRemark(d.Kind) {
		var t remarkText
		_ = json.Unmarshal(d.Submission, &t) // an unreadable draft is listed as empty
		kind = map[string]string{casework.KindAmend: w.t("Amendment"), casework.KindStrike: w.t("Strike"), casework.KindComment: w.t("Oversight")}[d.Kind]
		return kind, t.Children, widgets.Words(t.Text)
	}
	if t, ok := formOf(d); ok {
		return w.formKind(t), t.Children, widgets.Words(strings.Join(t.Texts, " "))
	}
	var s casework.Submission
	_ = json.Unmarshal(d.Submission, &s)
	words = widgets.Words(s.Shared)
	for _, p := range s.Parts {
		words += widgets.Words(p.Observations) + widgets.Words(p.Analysis)
		for _, v := range p.Voice {
			words += widgets.Words(v.Asked) + widgets.Words(v.Said)
		}
	}
	kind = map[string]string{casework.KindCall: w.t("Phone call"), casework.KindNote: w.t("Note")}[s.Kind]
	if kind == "" {
		kind = w.t("Visit")
	}
	return kind, s.Children, words
}

func (p *todayPage) dueCard(list []Due) fyne.CanvasObject {
	w := p.w
	if len(list) == 0 {
		return card(w.t("Due"), widgets.NewText(w.t("Nothing is due. Actions with a date appear here."), widgets.Muted))
	}
	list = together(list)
	var rows []widgets.RowData
	for _, d := range list {
		when, late := w.dueWords(d.On)
		r := widgets.RowData{Title: d.What, Detail: d.Child, Meta: when}
		if d.Owner != "" {
			r.Detail += "  ·  " + d.Owner
		}
		if late {
			r.Mark = widgets.AlertMark
		}
		rows = append(rows, r)
	}
	l := w.listOf(rows, 6, func(i int) { w.visit(route{screen: "child", id: list[i].Case}) })
	if p.focus == nil {
		p.focus = l.list
	}
	return card(w.t("Due"), l.object)
}

// together joins what several siblings have in common into one line.
func together(list []Due) []Due {
	var out []Due
	for _, d := range list {
		same := func(o Due) bool { return o.What == d.What && o.Owner == d.Owner && o.On == d.On }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].Child += ", " + d.Child
			continue
		}
		out = append(out, d)
	}
	return out
}

func (p *todayPage) newCard(list []CaseRow) fyne.CanvasObject {
	w := p.w
	if len(list) == 0 {
		return card(w.t("New since you looked"), widgets.NewText(w.t("Nothing new. What others write in your cases appears here."), widgets.Muted))
	}
	return card(w.t("New since you looked"), w.caseList(list, 5, func(r CaseRow) (string, string) {
		return w.n("%d new entry", "%d new entries", r.New), w.dayWords(r.Last)
	}))
}

func (p *todayPage) conflictCard(list []CaseRow) fyne.CanvasObject {
	w := p.w
	return card(w.t("Two values, choose one"), w.caseList(list, 4, func(r CaseRow) (string, string) {
		return w.n("%d field to settle", "%d fields to settle", r.Conflicts), ""
	}))
}
