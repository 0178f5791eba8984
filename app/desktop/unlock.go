package desktop

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// unlockPage asks for the passphrase. After a wrong one it waits as long as
// the door says before it lets another be tried.
type unlockPage struct {
	w      *Window
	object fyne.CanvasObject
	pass   *widgets.Entry
	field  *widgets.Field
	open   *widgets.Button
	stop   func()
	until  time.Time
	why    string
}

func openUnlock(w *Window, _ route) page {
	p := &unlockPage{w: w, pass: w.kit.Secret()}
	p.field = widgets.NewField(w.t("Passphrase"), "", p.pass)
	p.open = w.kit.Button(w.t("Unlock"), widgets.Primary, p.unlock)
	p.pass.OnEnter = p.unlock
	forgot := w.kit.Button(w.t("Forgotten it? Use recovery kit"), widgets.Quiet, func() { w.show(route{screen: "recover"}) })
	about := ""
	switch {
	case w.resume.screen == "record" || w.resume.screen == "remark":
		about = w.t("What you were writing is saved. You will be back in the same place.")
	case w.deps.Process.Relocked:
		about = w.t("Everything is saved. You will be back in the same place.")
	}
	parts := []fyne.CanvasObject{widgets.NewText(w.t("The notebook is locked"), widgets.Heading)}
	if about != "" {
		parts = append(parts, widgets.NewText(about, widgets.Body))
	}
	parts = append(parts, p.field, buttons(p.open, forgot))
	p.object = w.doorFrame(widgets.Stack(20, parts...))
	try(w, w.deps.Door.State, func(s DoorState, err error) {
		if err == nil && s.Wait > 0 {
			p.wait(w.t("The passphrase was wrong."), s.Wait)
		}
	})
	return p
}

func (p *unlockPage) content() fyne.CanvasObject { return p.object }
func (p *unlockPage) first() fyne.Focusable      { return p.pass }

func (p *unlockPage) unlock() {
	w := p.w
	if p.open.Disabled() {
		return
	}
	if p.pass.Text == "" {
		p.field.Fail(w.t("Type your passphrase."))
		return
	}
	pass := []byte(p.pass.Text)
	p.field.Fail("")
	p.field.Hint("")
	p.open.Disable()
	p.open.SetText(w.t("Unlocking"))
	try(w, func(ctx context.Context) (unlocked, error) {
		defer wipe(pass)
		return asItWas(ctx, func() (Notebook, error) { return w.deps.Door.Unlock(ctx, pass) })
	}, func(u unlocked, err error) {
		p.open.Enable()
		p.open.SetText(w.t("Unlock"))
		p.pass.Put("")
		if err != nil {
			p.failed(err)
			return
		}
		w.enter(u)
	})
}

// unlocked is a notebook that was just opened and what it remembers of the
// time before.
type unlocked struct {
	nb        Notebook
	place     route // where the lock came
	wrong     int   // passphrases that did not open it meanwhile
	rehearsal Rehearsal
	resumed   int // disposals that the opening ended
}

func asItWas(ctx context.Context, open func() (Notebook, error)) (unlocked, error) {
	nb, err := open()
	if err != nil {
		return unlocked{}, err
	}
	u := unlocked{nb: nb, place: placeOf(nb.TakePlace(ctx)), wrong: nb.WrongBefore(), resumed: nb.Resumed()}
	u.rehearsal, _ = nb.Rehearsal(ctx) // a reminder may fail to come
	return u, nil
}

// enter goes to where the person was.
func (w *Window) enter(u unlocked) {
	to := w.resume
	w.resume = route{}
	if to.screen == "" {
		to = u.place
	}
	w.opened(u.nb, to)
	w.run.Go(func() { w.run.Do(func() { w.afterUnlock(u.wrong, u.rehearsal); w.afterStop(u) }) }) // once it is shown
}

func (p *unlockPage) failed(err error) {
	pr := p.w.deps.Explain(err)
	if pr.Wait > 0 {
		p.wait(pr.Sentence, pr.Wait)
		return
	}
	p.field.Fail(pr.Sentence + " " + pr.Next)
	p.w.win.Canvas().Focus(p.pass)
}

// wait counts down until the next try.
func (p *unlockPage) wait(why string, d time.Duration) {
	p.why, p.until = why, p.w.now().Add(d)
	p.open.Disable()
	p.field.Fail("") // a calm countdown, not an alarm
	p.count()
}

func (p *unlockPage) count() {
	w := p.w
	left := p.until.Sub(w.now())
	if left <= 0 {
		p.stop = nil
		p.field.Hint(w.t("You can try again now."))
		p.open.Enable()
		return
	}
	p.field.Hint(strings.TrimSpace(p.why + " " + w.n("Try again in %d second.", "Try again in %d seconds.", int((left+time.Second-1)/time.Second))))
	p.stop = w.run.After(min(left, time.Second), p.count)
}

func (p *unlockPage) leave() {
	if p.stop != nil {
		p.stop()
	}
	p.pass.Put("")
}

func openRecover(w *Window, _ route) page {
	code := w.kit.Line("")
	codeField := widgets.NewField(w.t("Recovery code"), w.t("From your recovery kit. Spaces, dashes and small letters do not matter."), code)
	pass := w.passphraseFields()
	pass.first.Label(w.t("New passphrase"))
	var open *widgets.Button
	run := func() {
		codeField.Fail("")
		if widgets.Words(code.Text) == 0 {
			codeField.Fail(w.t("Type the recovery code."))
			w.win.Canvas().Focus(code)
			return
		}
		p, ok := pass.take()
		if !ok {
			return
		}
		text := code.Text
		open.Disable()
		try(w, func(ctx context.Context) (unlocked, error) {
			defer wipe(p)
			return asItWas(ctx, func() (Notebook, error) { return w.deps.Door.UnlockWithCode(ctx, text, p) })
		}, func(u unlocked, err error) {
			open.Enable()
			if err != nil {
				pr := w.deps.Explain(err)
				codeField.Fail(pr.Sentence + " " + pr.Next)
				w.win.Canvas().Focus(code)
				return
			}
			code.Put("")
			pass.clear()
			w.enter(u)
			w.done(w.t("Your passphrase is changed."))
		})
	}
	open = w.kit.Button(w.t("Unlock and set the passphrase"), widgets.Primary, run)
	pass.two.OnEnter = run
	back := w.kit.Button(w.t("Back"), widgets.Secondary, func() { w.show(route{screen: "unlock"}) })
	body := widgets.Stack(20,
		widgets.NewText(w.t("Get back in with your recovery kit"), widgets.Heading),
		codeField, pass.first, pass.second, buttons(open, back))
	return simple{w.doorFrame(body), code}
}
