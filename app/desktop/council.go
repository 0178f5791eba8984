package desktop

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// councilPage joins a council from an invitation, and afterwards says what the
// council has and how old our view of the others is.
type councilPage struct {
	w      *Window
	object *fyne.Container
	focus  fyne.Focusable
	last   *SyncReport
	lastEr string
}

func openCouncil(w *Window, _ route) page {
	p := &councilPage{w: w, object: stackOf(w.waiting())}
	p.refresh()
	return p
}

func (p *councilPage) content() fyne.CanvasObject { return p.object }
func (p *councilPage) first() fyne.Focusable      { return p.focus }
func (p *councilPage) scroller() *widgets.Scroll {
	s, _ := p.object.Objects[0].(*widgets.Scroll)
	return s
}

func (p *councilPage) refresh() {
	w, nb := p.w, p.w.nb
	var who Who
	ask(w, func(ctx context.Context) (Status, error) {
		who = nb.Who()
		return nb.Status(ctx)
	}, func(s Status) {
		w.status, w.who = s, who
		if s.Enrolled {
			exchange(p.object, p.drawSync(s))
		} else {
			exchange(p.object, p.drawJoin())
		}
		if w.page == page(p) {
			w.focusFirst()
		}
	})
}

func (p *councilPage) drawJoin() fyne.CanvasObject {
	w := p.w
	path := w.kit.Line("")
	field := widgets.NewField(w.t("Invitation file"), w.t("Your council's administrator made it for you. It can be used once."), path)
	read := func() {
		field.Fail("")
		nb, file := w.nb, path.Text
		try(w, func(ctx context.Context) (Invitation, error) { return nb.ReadInvitation(ctx, file) }, func(i Invitation, err error) {
			if err != nil {
				pr := w.deps.Explain(err)
				field.Fail(pr.Sentence + " " + pr.Next)
				return
			}
			exchange(p.object, p.drawInvitation(i, file))
			w.focusFirst()
		})
	}
	path.OnEnter = read
	p.focus = path
	look := w.kit.Button(w.t("Read the invitation"), widgets.Primary, read)
	choose := w.kit.Button(w.t("Choose a file"), widgets.Secondary, func() {
		w.choose(w.t("Choose a file"), func(string) bool { return true }, func(f string) {
			path.Put(f)
			read()
		})
	})
	return w.scrolled(w.header(w.t("Council and sync"), w.t("This notebook is used alone. Nothing leaves this laptop.")),
		card(w.t("Join a council"), widgets.NewText(w.t("Everything that you have recorded is kept and is sent to the council, sealed: only you, your team's leads and the council's recovery holders can read it."), widgets.Body),
			field, buttons(look, choose)))
}

func (p *councilPage) drawInvitation(i Invitation, file string) fyne.CanvasObject {
	w := p.w
	lines := []casework.Labelled{{Label: w.t("Council"), Value: i.Council}, {Label: w.t("Address"), Value: i.Address},
		{Label: w.t("For"), Value: i.Person}, {Label: w.t("As"), Value: w.t(roleWords(i.Role))}, {Label: w.t("Team"), Value: i.Team},
		{Label: w.t("Valid until"), Value: casework.TimeWords(i.Expires)}}
	var join *widgets.Button
	join = w.kit.Button(w.t("Join"), widgets.Primary, func() {
		nb := w.nb
		join.Disable()
		var who Who
		act(w, func(ctx context.Context) error {
			err := nb.Enrol(ctx, file)
			who = nb.Who()
			return err
		}, func(err error) {
			join.Enable()
			if err != nil {
				w.problem(err)
				return
			}
			w.who = who
			w.frame = newFrame(w)
			w.setMenu()
			w.show(route{screen: "council"})
			w.done(w.t("You have joined. Your cases are on their way."))
			w.syncNow()
		})
	})
	no := w.kit.Button(w.t("Not now"), widgets.Secondary, p.refresh)
	p.focus = join
	return w.scrolled(w.header(w.t("Join a council"), w.t("Check that this is your council and your name.")),
		widgets.Stack(18, card("", pairs(lines)), buttons(join, no)))
}

func roleWords(role string) string {
	switch role {
	case "worker":
		return "Social worker"
	case "lead":
		return "Team lead"
	case "admin":
		return "Administrator"
	case "records":
		return "Records officer"
	}
	return upper(role)
}

func (p *councilPage) drawSync(s Status) fyne.CanvasObject {
	w := p.w
	now := w.kit.Button(w.t("Sync now"), widgets.Primary, w.syncNow)
	p.focus = now
	if w.syncing {
		now.Disable()
	}
	count := func(shape widgets.Shape, words string, n int) fyne.CanvasObject {
		return widgets.Row(16, widgets.Fill(widgets.NewSign(shape, words, widgets.Body)), widgets.NewLabel(strconv.Itoa(n), widgets.Strong))
	}
	states := []fyne.CanvasObject{
		count(widgets.Laptop, w.t("On this laptop"), s.Local),
		count(widgets.Arrow, w.t("Sending"), s.Sending),
		count(widgets.Tick, w.t("Council has it"), s.CouncilHas),
	}
	if s.Held > 0 {
		states = append(states, count(widgets.Pause, w.t("Council holds it for a decision"), s.Held))
	}
	if s.Refused > 0 {
		states = append(states, count(widgets.Alert, w.t("Not accepted; kept on this laptop"), s.Refused))
	}
	parts := []fyne.CanvasObject{}
	if words := p.warningWords(s); words != "" {
		parts = append(parts, widgets.NewPanel(widgets.Caution, 14, widgets.NewText(words, widgets.Body)))
	}
	parts = append(parts, card(w.t("What you wrote"), states...), p.viewCard(s))
	if len(s.Refusals) > 0 {
		var rows []widgets.RowData
		for _, r := range s.Refusals {
			rows = append(rows, widgets.RowData{Title: r.Child, Detail: r.Sentence, Mark: widgets.AlertMark})
		}
		parts = append(parts, card(w.t("Not accepted"), w.listOf(rows, 4, func(i int) {
			w.visit(route{screen: "child", id: s.Refusals[i].Case, entry: s.Refusals[i].Entry})
		}).object))
	}
	return w.scrolled(w.header(w.who.Council, w.who.Name+", "+w.t(roleWords(w.who.Role))+", "+w.who.Team, now), widgets.Stack(18, parts...))
}

// viewCard says how old our view of the others' work is.
func (p *councilPage) viewCard(s Status) fyne.CanvasObject {
	w := p.w
	lines := []fyne.CanvasObject{}
	if c := w.completeness(s.Sync); c != "" {
		lines = append(lines, widgets.NewText(c+".", widgets.Body))
	}
	switch {
	case s.LastTried.IsZero():
		lines = append(lines, widgets.NewText(w.t("Not tried yet in this session."), widgets.Muted))
	case s.Reachable:
		lines = append(lines, widgets.NewText(w.t("Last reached %s.", casework.TimeWords(s.LastTried)), widgets.Muted))
	default:
		lines = append(lines, widgets.NewText(w.t("Not reached at %s. Everything is safe on this laptop and is sent when there is a connection.", casework.TimeWords(s.LastTried)), widgets.Muted))
	}
	if p.last != nil {
		lines = append(lines, widgets.NewText(w.t("The last sync sent %d and received %d.", p.last.Pushed, p.last.Pulled), widgets.Muted))
	}
	return card(w.t("What others wrote"), lines...)
}

func (p *councilPage) warningWords(s Status) string {
	var out []string
	if p.lastEr != "" {
		out = append(out, p.lastEr)
	}
	out = append(out, s.Warnings...)
	if p.last != nil {
		out = append(out, p.last.Warnings...)
	}
	return strings.Join(out, "\n")
}
