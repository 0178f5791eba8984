package desktop

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// openSettings is the person's own choices and the passphrase.
func openSettings(w *Window, _ route) page {
	minutes := w.kit.Radios(numbers(1, 3, 5, 10, 15), nil)
	minutes.Set(strconv.Itoa(w.settings.LockMinutes))
	minutes.OnChanged = func() {
		w.settings.LockMinutes, _ = strconv.Atoi(minutes.Value())
		w.keepSettings()
	}
	var sizes []widgets.Option
	for _, n := range []int{100, 125, 150, 175, 200} {
		sizes = append(sizes, widgets.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n) + " %"})
	}
	text := w.kit.Radios(sizes, nil)
	text.Set(strconv.Itoa(w.settings.TextPercent))
	text.OnChanged = func() {
		w.settings.TextPercent, _ = strconv.Atoi(text.Value())
		w.keepSettings()
		w.look()
	}
	look := w.kit.Radios([]widgets.Option{{Value: string(widgets.Light), Label: w.t("Light")}, {Value: string(widgets.Dark), Label: w.t("Dark")},
		{Value: string(widgets.Contrast), Label: w.t("High contrast")}}, nil)
	look.Set(w.settings.Theme)
	look.OnChanged = func() {
		w.settings.Theme = look.Value()
		w.keepSettings()
		w.look()
	}
	sample := w.kit.Button(w.t("Try with sample cases"), widgets.Secondary, w.addSample)
	if w.status.HasSample {
		sample = w.kit.Button(w.t("Remove the sample cases"), widgets.Secondary, w.removeSample)
	}
	locking := []fyne.CanvasObject{widgets.NewField(w.t("Lock after so many minutes without you"), w.t("What you are writing is saved first."), minutes)}
	if swap := w.swapWords(); swap != "" {
		locking = append(locking, widgets.NewText(swap, widgets.Muted))
	}
	body := widgets.Stack(18,
		card(w.t("How it looks"), widgets.NewField(w.t("Colours"), "", look), widgets.NewField(w.t("Size of text"), "", text)),
		card(w.t("Locking"), locking...),
		w.passphraseCard(),
		w.kitCard(),
		w.backupCard(),
		card(w.t("Sample cases"), widgets.NewText(w.t("Three invented siblings to try things with."), widgets.Body), buttons(sample)))
	return simple{w.scrolled(w.header(w.t("Settings and passphrase"), w.t("Kept inside the notebook, encrypted like everything else.")), body), look}
}

func numbers(list ...int) []widgets.Option {
	var out []widgets.Option
	for _, n := range list {
		out = append(out, widgets.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n)})
	}
	return out
}

func (w *Window) keepSettings() {
	nb, s := w.nb, w.settings
	act(w, func(ctx context.Context) error { return nb.SaveSettings(ctx, s) }, func(err error) {
		if err != nil {
			w.problem(err)
		}
	})
}

// resizeText makes all text larger or smaller.
func (w *Window) resizeText(by int) {
	w.settings.TextPercent = min(200, max(100, w.settings.TextPercent+by))
	w.keepSettings()
	w.look()
}

func (w *Window) passphraseCard() fyne.CanvasObject {
	old := w.kit.Secret()
	oldField := widgets.NewField(w.t("Present passphrase"), "", old)
	pass := w.passphraseFields()
	pass.first.Label(w.t("New passphrase"))
	var change *widgets.Button
	run := func() {
		oldField.Fail("")
		if old.Text == "" {
			oldField.Fail(w.t("Type your passphrase."))
			w.win.Canvas().Focus(old)
			return
		}
		next, ok := pass.take()
		if !ok {
			return
		}
		nb, current := w.nb, []byte(old.Text)
		change.Disable()
		act(w, func(ctx context.Context) error {
			defer wipe(current)
			defer wipe(next)
			return nb.ChangePassphrase(ctx, current, next)
		}, func(err error) {
			change.Enable()
			old.Put("")
			if err != nil {
				pr := w.deps.Explain(err)
				oldField.Fail(pr.Sentence + " " + pr.Next)
				w.win.Canvas().Focus(old)
				return
			}
			pass.clear()
			w.done(w.t("Your passphrase is changed."))
		})
	}
	change = w.kit.Button(w.t("Change the passphrase"), widgets.Secondary, run)
	pass.two.OnEnter = run
	return card(w.t("Passphrase"), oldField, pass.first, pass.second, buttons(change))
}
