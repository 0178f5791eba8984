package desktop

import (
	"cmp"
	"encoding/json"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

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
	p.leaveFiles()
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
	p.keepCaptions(func(failed error) {
		p.saver.keep(func(err error) { done(cmp.Or(err, failed)) })
	})
}

func (p *recordPage) back() route {
	if p.saver != nil && p.saver.known != "" {
		return route{screen: "record", id: p.saver.known}
	}
	return p.from
}

// tookFocus notes which box is written in.
func (p *recordPage) tookFocus(o fyne.CanvasObject) {
	if p.beside != nil {
		p.beside.Reveal(o)
	}
	for name, e := range p.boxes {
		if fyne.CanvasObject(e) == o {
			p.last = name
		}
	}
}
