package desktop

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// restorePage makes the notebook of this laptop out of a backup. It stands at
// the door, where there is no notebook yet.
type restorePage struct {
	w      *Window
	object fyne.CanvasObject
	from   *widgets.Entry
	field  *widgets.Field
	secret *secretFields
	next   *passphraseFields // the new passphrase, with a recovery code
	run    *widgets.Button
	choose *widgets.Button
	back   *widgets.Button
	how    *widgets.Text // what is going on
	cancel context.CancelFunc
	gone   bool
}

func openRestore(w *Window, _ route) page {
	p := &restorePage{w: w, from: w.kit.Line(""), secret: w.secretFields(), next: w.passphraseFields(), how: widgets.NewText("", widgets.Body)}
	p.field = widgets.NewField(w.t("Backup file"), w.t("Its name ends in .whb."), p.from)
	p.next.first.Label(w.t("New passphrase"))
	p.next.first.Hide()
	p.next.second.Hide()
	p.how.Hide()
	p.run = w.kit.Button(w.t("Restore"), widgets.Primary, p.restore)
	p.choose = w.kit.Button(w.t("Choose a file"), widgets.Secondary, func() {
		w.chooseFile(w.t("Choose a file"), backupEndings, p.from.Put)
	})
	p.back = w.kit.Button(w.t("Back"), widgets.Quiet, p.leaveOrStop)
	p.from.OnEnter = func() { w.win.Canvas().Focus(p.secret.first()) }
	p.secret.pass.OnEnter = p.restore
	p.secret.code.OnEnter = func() { w.win.Canvas().Focus(p.next.one) }
	p.next.one.OnEnter = func() { w.win.Canvas().Focus(p.next.two) }
	p.next.two.OnEnter = p.restore
	p.secret.onSwitch = func(byCode bool) {
		p.next.clear()
		for _, f := range []*widgets.Field{p.next.first, p.next.second} {
			if byCode {
				f.Show()
			} else {
				f.Hide()
			}
		}
	}
	parts := []fyne.CanvasObject{
		widgets.Stack(6, widgets.NewText(w.t("Restore from a backup"), widgets.Heading),
			widgets.NewText(w.t("The notebook comes back as it was when the backup was made. The whole file is checked first, and it stays as it is."), widgets.Body)),
		p.field}
	parts = append(parts, p.secret.parts()...)
	parts = append(parts, p.next.first, p.next.second, buttons(p.run, p.choose, p.back), p.how)
	p.object = w.doorFrame(widgets.Stack(20, parts...))
	return p
}

func (p *restorePage) content() fyne.CanvasObject { return p.object }
func (p *restorePage) first() fyne.Focusable      { return p.from }
func (p *restorePage) scroller() *widgets.Scroll {
	s, _ := p.object.(*widgets.Scroll)
	return s
}

// leave stops what runs: nothing that looks like a notebook stays of it.
func (p *restorePage) leave() {
	p.gone = true
	if p.cancel != nil {
		p.cancel()
	}
	p.secret.clear()
	p.next.clear()
}

// leaveOrStop goes back to the door, or stops what runs and stays.
func (p *restorePage) leaveOrStop() {
	if p.cancel != nil {
		p.cancel()
		return
	}
	p.w.show(route{screen: "welcome"})
}

func (p *restorePage) restore() {
	w := p.w
	if p.cancel != nil {
		return
	}
	p.field.Fail("")
	r := RestoreRequest{Path: strings.TrimSpace(p.from.Text)}
	if r.Path == "" {
		p.field.Fail(w.t("Say which file it is."))
		w.win.Canvas().Focus(p.from)
		return
	}
	secret, ok := p.secret.take()
	if !ok {
		return
	}
	r.Code, r.Passphrase = secret.Code, secret.Passphrase
	if r.Code != "" {
		if r.Passphrase, ok = p.next.take(); !ok {
			return
		}
	}
	type result struct {
		u   unlocked
		out Restored
	}
	ctx, cancel := context.WithCancel(w.ctx)
	p.cancel = cancel
	p.working(true)
	try(w, func(context.Context) (res result, err error) {
		defer wipe(r.Passphrase)
		res.u, err = asItWas(ctx, func() (nb Notebook, err error) {
			nb, res.out, err = w.deps.Door.Restore(ctx, r)
			return nb, err
		})
		return res, err
	}, func(res result, err error) {
		cancel()
		p.cancel = nil
		p.working(false)
		if p.gone { // the window is closing
			if err == nil {
				w.newborn = &newborn{nb: res.u.nb}
			}
			return
		}
		if err != nil {
			p.failed(err)
			return
		}
		w.opened(res.u.nb, route{})
		w.run.Go(func() { w.run.Do(func() { w.restored(res.out) }) }) // once it is shown
	})
}

// working dims what cannot be changed while the restore runs.
func (p *restorePage) working(on bool) {
	w := p.w
	for _, b := range []*widgets.Button{p.run, p.choose} {
		if on {
			b.Disable()
		} else {
			b.Enable()
		}
	}
	if on {
		p.how.Set(w.t("Checking the backup and building the notebook. A large one takes some minutes."))
		p.how.Show()
		p.back.SetText(w.t("Stop"))
		w.win.Canvas().Focus(p.back)
	} else {
		p.how.Hide()
		p.back.SetText(w.t("Back"))
	}
	p.object.Refresh()
}

// failed says why there is no notebook, beside what has to be mended. Where one
// came about and only did not open, its own door is shown.
func (p *restorePage) failed(err error) {
	w := p.w
	if errors.Is(err, context.Canceled) {
		p.field.Fail(w.t("Stopped. No notebook was made, and the backup is as it was."))
		w.win.Canvas().Focus(p.from)
		return
	}
	pr := w.deps.Explain(err)
	words := strings.TrimSpace(pr.Sentence + " " + pr.Next)
	for _, code := range secretCodes {
		if pr.Code == code {
			p.secret.fail(words)
			return
		}
	}
	p.field.Fail(words)
	w.win.Canvas().Focus(p.from)
	try(w, w.deps.Door.State, func(s DoorState, err error) {
		if err == nil && s.Exists && w.page == page(p) {
			w.show(route{screen: "unlock"})
			w.say(pr.Sentence, pr.Next)
		}
	})
}

// restored says above the first page what came back, and what did not.
func (w *Window) restored(r Restored) {
	if w.frame == nil {
		return
	}
	text := w.t("Restored: %s, as they stood on %s.", w.contents(r.Entries, r.Drafts), casework.TimeWords(r.Made)) + " "
	if r.Enrolled {
		text += w.t("Sync now: what you sent since comes back from the council.")
	} else {
		text += w.t("What was written after that is not in it.")
	}
	tone := widgets.Good
	if r.Damaged > 0 {
		tone = widgets.Caution
		text += " " + w.n("%d place was damaged already when the backup was made.", "%d places were damaged already when the backup was made.", r.Damaged)
	}
	if r.Expired {
		tone = widgets.Caution
		text += " " + w.t("The backup was to be destroyed by now, and what was disposed of since may be back.")
	}
	w.frame.say(widgets.NewPanel(tone, 6, widgets.Inset(0, 12, 0, 16, widgets.Row(gap,
		widgets.Fill(widgets.NewText(text, widgets.Strong)),
		w.kit.Button(w.t("Understood"), widgets.Secondary, func() { w.frame.say(nil) })))))
}
