package desktop

import (
	"context"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// openRehearse lets the person try whether their recovery kit still opens this
// notebook, before they need it.
func openRehearse(w *Window, _ route) page {
	code := w.kit.Line("")
	field := widgets.NewField(w.t("Recovery code"), w.t("From your recovery kit. Spaces, dashes and small letters do not matter."), code)
	var try1, choose *widgets.Button
	body := widgets.Stack(18)
	answer := func(at time.Time, err error) {
		try1.Enable()
		choose.Enable()
		if err != nil {
			p := w.deps.Explain(err)
			field.Fail(p.Sentence + " " + p.Next)
			w.win.Canvas().Focus(code)
			return
		}
		code.Put("")
		back := w.kit.Button(w.t("Done"), widgets.Primary, w.goBack)
		body.Objects = []fyne.CanvasObject{card(w.t("This kit opens your notebook"),
			widgets.NewSign(widgets.Tick, w.t("Tried on %s.", casework.DateWords(at)), widgets.Strong),
			widgets.NewText(w.t("Nothing was changed, and your passphrase stays as it is. Put the kit back where you keep it, away from this laptop."), widgets.Body),
			buttons(back))}
		body.Refresh()
		w.win.Canvas().Focus(back)
	}
	prove := func(do func(context.Context, Notebook) (time.Time, error)) {
		field.Fail("")
		try1.Disable()
		choose.Disable()
		nb := w.nb
		try(w, func(ctx context.Context) (time.Time, error) { return do(ctx, nb) }, answer)
	}
	run := func() {
		text := code.Text
		if widgets.Words(text) == 0 {
			field.Fail(w.t("Type the recovery code."))
			w.win.Canvas().Focus(code)
			return
		}
		prove(func(ctx context.Context, nb Notebook) (time.Time, error) { return nb.Rehearse(ctx, text) })
	}
	code.OnEnter = run
	try1 = w.kit.Button(w.t("Try this kit"), widgets.Primary, run)
	choose = w.kit.Button(w.t("Choose the kit's file"), widgets.Secondary, func() {
		w.chooseFile(w.t("Choose the kit's file"), []string{".txt"}, func(path string) {
			prove(func(ctx context.Context, nb Notebook) (time.Time, error) { return nb.RehearseFile(ctx, path) })
		})
	})
	body.Objects = []fyne.CanvasObject{card(w.t("Does it still open this notebook?"),
		widgets.NewText(w.t("Fetch the kit from where you keep it and type its code, or choose its file. Nothing is changed by trying."), widgets.Body),
		field, buttons(try1, choose))}
	return simple{w.scrolled(w.header(w.t("Try your recovery kit"), w.t("If you forget your passphrase, the kit is the only way back in.")), body), code}
}

// kitCard is the recovery kit's part of the settings.
func (w *Window) kitCard() fyne.CanvasObject {
	last := widgets.NewText(" ", widgets.Body)
	months := w.kit.Radios([]widgets.Option{{Value: "3", Label: w.t("3 months")}, {Value: "6", Label: w.t("6 months")},
		{Value: "12", Label: w.t("12 months")}, {Value: "0", Label: w.t("Never")}}, nil)
	nb := w.nb
	try(w, nb.Rehearsal, func(r Rehearsal, err error) {
		if err != nil {
			return // the card stays without its date
		}
		last.Set(w.rehearsedWords(r))
		months.Set(strconv.Itoa(r.Months))
		months.Refresh()
	})
	months.OnChanged = func() {
		n, err := strconv.Atoi(months.Value())
		if err != nil {
			return
		}
		act(w, func(ctx context.Context) error { return nb.RemindRehearsal(ctx, n) }, func(err error) {
			if err != nil {
				w.problem(err)
			}
		})
	}
	return card(w.t("Recovery kit"), last, widgets.NewField(w.t("Remind me to try it after"), "", months),
		buttons(w.kit.Button(w.t("Try your recovery kit"), widgets.Secondary, func() { w.visit(route{screen: "rehearse"}) })))
}

func (w *Window) rehearsedWords(r Rehearsal) string {
	if r.Last.IsZero() {
		return w.t("You have never tried whether it opens this notebook.")
	}
	return w.t("Last tried on %s: it opens this notebook.", casework.DateWords(r.Last))
}

// swapWords warns where what was on the screen may be put on the disk as it
// is; "" where there is nothing to say.
func (w *Window) swapWords() string {
	if s := w.deps.Process.Swap; s == nil || s() != "open" {
		return ""
	}
	return w.t("This laptop may put parts of what is open on its disk, unencrypted, when memory is short. Ask your IT support to encrypt the disk or the swap space.")
}

// afterUnlock says, above the page, what its owner should know once: wrong
// passphrases that somebody tried, or that it is time to try the recovery kit.
func (w *Window) afterUnlock(wrong int, r Rehearsal) {
	if w.frame == nil {
		return
	}
	away := func() { w.frame.say(nil) }
	switch {
	case wrong > 0:
		w.notice(w.n("%d wrong passphrase was tried since your last visit. If that was not you, tell your team lead.",
			"%d wrong passphrases were tried since your last visit. If that was not you, tell your team lead.", wrong),
			w.kit.Button(w.t("Understood"), widgets.Secondary, away))
	case r.Due:
		w.notice(w.rehearsedWords(r)+" "+w.t("It is time to try your recovery kit."),
			w.kit.Button(w.t("Try it"), widgets.Secondary, func() { away(); w.visit(route{screen: "rehearse"}) }),
			w.kit.Button(w.t("Later"), widgets.Quiet, away))
	}
}

func (w *Window) notice(text string, choices ...fyne.CanvasObject) {
	line := append([]fyne.CanvasObject{widgets.Fill(widgets.NewText(text, widgets.Strong))}, choices...)
	w.frame.say(widgets.NewPanel(widgets.Caution, 6, widgets.Inset(0, 12, 0, 16, widgets.Row(widgets.Gap, line...))))
}
