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
	beside   *widgets.Scroll // scrolls the side when large text makes it long
	place    *fyne.Container
	scroll   *widgets.Scroll
	saved    *widgets.Sign
	now      string // the section shown
	boxes    map[string]*widgets.Entry
	last     string         // the box that had the focus last
	focus    fyne.Focusable // first of the section
	caret    casework.Caret
	blanks   map[string]int // empty rows for words, by child
	files    sheetFiles
}

// recordData is what the page needs before it can be drawn.
type recordData struct {
	rows   []CaseRow
	people []casework.Person
	draft  *casework.Draft
	files  []File // of the draft
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
			if d.files, err = nb.Staged(ctx, r.id); err != nil {
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
	p.rows, p.people, p.files.list = d.rows, d.people, d.files
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
