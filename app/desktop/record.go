package desktop

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// kindNoAnswer is a new visit that begins as unsuccessful.
const kindNoAnswer = "noanswer"

// recordPage is the heart: a visit, call or note in short sections, one on the
// screen at a time, saved as it is typed.
type recordPage struct {
	w      *Window
	object *fyne.Container
	from   route // as it was opened

	sub    *casework.Submission
	rows   []CaseRow         // every case, to choose children from
	people []casework.Person // known to the family
	saver  *saver

	sections *widgets.Nav
	side     *fyne.Container
	place    *fyne.Container
	scroll   *widgets.Scroll
	saved    *widgets.Sign
	now      string // the section shown
	boxes    map[string]*widgets.Entry
	last     string         // the box that had the focus last
	focus    fyne.Focusable // first of the section
	caret    casework.Caret
	blanks   map[string]int // empty rows for words, by child
}

// recordData is what the page needs before it can be drawn.
type recordData struct {
	rows   []CaseRow
	people []casework.Person
	draft  *casework.Draft
}

func openRecord(w *Window, r route) page {
	p := &recordPage{w: w, from: r, object: stackOf(w.waiting()), blanks: map[string]int{}}
	nb := w.nb
	ask(w, func(ctx context.Context) (recordData, error) {
		var d recordData
		load, err := nb.Caseload(ctx)
		if err != nil {
			return d, err
		}
		d.rows = load.Rows
		if r.kind == "" {
			if d.draft, err = nb.Draft(ctx, r.id); err != nil {
				return d, err
			}
		}
		d.people, err = nb.People(ctx, p.familyOf(d, r))
		return d, err
	}, p.begin)
	return p
}

// familyOf lists the cases whose people are offered.
func (p *recordPage) familyOf(d recordData, r route) []string {
	refs := []string{}
	if d.draft != nil {
		var s casework.Submission
		if json.Unmarshal(d.draft.Submission, &s) == nil {
			refs = s.Children
		}
	}
	var out []string
	group := map[string]bool{}
	for _, row := range d.rows {
		if row.ID == r.id || slices.Contains(refs, row.Ref) {
			out = append(out, row.ID)
			group[row.Siblings] = row.Siblings != ""
		}
	}
	for _, row := range d.rows {
		if group[row.Siblings] && !slices.Contains(out, row.ID) {
			out = append(out, row.ID)
		}
	}
	return out
}

// begin fills the sheet in and draws it.
func (p *recordPage) begin(d recordData) {
	w := p.w
	p.rows, p.people = d.rows, d.people
	p.saver = &saver{w: w, take: p.take, saved: p.outline}
	p.sub = &casework.Submission{}
	if d.draft != nil {
		if json.Unmarshal(d.draft.Submission, p.sub) != nil {
			w.say(w.t("This draft cannot be read."), "")
			return
		}
		p.saver.id, p.saver.known, p.caret = d.draft.ID, d.draft.ID, d.draft.Caret
	} else {
		p.fresh()
	}
	if p.sub.Parts == nil {
		p.sub.Parts = map[string]casework.ChildPart{}
	}
	p.build()
	section, _, _ := strings.Cut(p.caret.Section, "/")
	if !p.has(section) {
		section = "what"
	}
	p.open(section)
	p.restoreCaret()
}

// fresh is a new sheet with what can be known already.
func (p *recordPage) fresh() {
	s, row := p.sub, p.row(p.from.id)
	s.Kind, s.Occurred = p.from.kind, casework.UKTime(p.w.now()).Truncate(time.Minute).Format(time.RFC3339)
	if row.Ref != "" {
		s.Children = []string{row.Ref}
	}
	switch p.from.kind {
	case casework.KindCall:
		s.Type = "telephone"
		return
	case casework.KindNote:
		return
	case kindNoAnswer:
		s.Mode = casework.ModeUnsuccessful
	default:
		s.Mode = casework.ModeFaceToFace
	}
	s.Kind, s.Place = casework.KindVisit, "home"
	switch strings.ToLower(row.Status) {
	case "child protection":
		s.Type = "CP statutory"
	case "child in need":
		s.Type = "CIN"
	case "looked after":
		s.Type, s.Place = "CLA statutory", "placement"
	}
}

// row finds a case by id or reference.
func (p *recordPage) row(id string) CaseRow {
	for _, r := range p.rows {
		if r.ID == id || r.Ref == id {
			return r
		}
	}
	return CaseRow{}
}

// name is what a child is called on the screen.
func (p *recordPage) name(ref string) string {
	if r := p.row(ref); r.Ref != "" {
		return called(r.Brief)
	}
	return ref
}

// take is the draft as it stands.
func (p *recordPage) take() *casework.Draft {
	data, err := json.Marshal(p.sub)
	if err != nil { // a Submission always has a JSON form
		panic("desktop: a sheet without a form: " + err.Error())
	}
	p.noteCaret()
	return &casework.Draft{Kind: p.sub.Kind, Submission: data, Caret: p.caret}
}

func (p *recordPage) noteCaret() {
	if e := p.boxes[p.last]; e != nil {
		line, col := e.Caret()
		p.caret = casework.Caret{Section: p.last, Row: line, Col: col}
	} else if p.now != "" {
		p.caret = casework.Caret{Section: p.now + "/"}
	}
}

func (p *recordPage) restoreCaret() {
	if p.w.page == page(p) {
		p.w.focusFirst()
	}
	e := p.boxes[p.caret.Section]
	if e == nil {
		return
	}
	p.focus, p.last = e, p.caret.Section
	e.SetCaret(p.caret.Row, p.caret.Col)
	if p.w.page == page(p) {
		p.w.win.Canvas().Focus(e)
	}
}

// clean is the sheet without what was begun and left empty, and without the
// parts of children who are not in it.
func (p *recordPage) clean() *casework.Submission {
	s := new(casework.Submission)
	data, err := json.Marshal(p.sub)
	if err == nil {
		err = json.Unmarshal(data, s)
	}
	if err != nil { // a Submission always has a JSON form
		panic("desktop: a sheet without a form: " + err.Error())
	}
	s.Tidy()
	return s
}

// changed is called after every change by the person.
func (p *recordPage) changed() { p.saver.changed() }

// part changes one child's part.
func (p *recordPage) part(ref string, change func(*casework.ChildPart)) {
	part := p.sub.Parts[ref]
	change(&part)
	p.sub.Parts[ref] = part
	p.changed()
}

func (p *recordPage) content() fyne.CanvasObject { return p.object }
func (p *recordPage) first() fyne.Focusable      { return p.focus }
func (p *recordPage) scroller() *widgets.Scroll  { return p.scroll }

func (p *recordPage) leave() {
	if p.saver != nil {
		p.saver.end()
	}
	p.boxes, p.sub = nil, &casework.Submission{}
}

func (p *recordPage) keep(done func(error)) {
	if p.saver == nil {
		done(nil)
		return
	}
	p.saver.keep(done)
}

func (p *recordPage) back() route {
	if p.saver != nil && p.saver.known != "" {
		return route{screen: "record", id: p.saver.known}
	}
	return p.from
}

// tookFocus notes which box is written in.
func (p *recordPage) tookFocus(o fyne.CanvasObject) {
	for name, e := range p.boxes {
		if fyne.CanvasObject(e) == o {
			p.last = name
		}
	}
}
