package desktop

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// doorFrame is what surrounds the screens of a shut notebook.
func (w *Window) doorFrame(body fyne.CanvasObject) fyne.CanvasObject {
	return w.kit.Scroll(widgets.Middle(620*widgets.Scale(), widgets.Inset(24, 12, 24, 12, widgets.NewPanel(widgets.Plain, 36, body))))
}

// simple is a page without behaviour of its own.
type simple struct {
	object fyne.CanvasObject
	focus  fyne.Focusable
}

func (p simple) content() fyne.CanvasObject { return p.object }
func (p simple) first() fyne.Focusable      { return p.focus }
func (p simple) scroller() *widgets.Scroll {
	s, _ := p.object.(*widgets.Scroll)
	return s
}

// newborn is a notebook that was just made and whose kit has not been put away.
type newborn struct {
	nb  Notebook
	kit RecoveryKit
}

// passphraseFields are the two boxes of a new passphrase with its hint.
type passphraseFields struct {
	w             *Window
	one, two      *widgets.Entry
	first, second *widgets.Field
}

func (w *Window) passphraseFields() *passphraseFields {
	p := &passphraseFields{w: w, one: w.kit.Secret(), two: w.kit.Secret()}
	hint := w.t("At least 12 characters. Five or more words that only you would put together are easy to remember and hard to guess.")
	p.first = widgets.NewField(w.t("Passphrase"), hint, p.one)
	p.second = widgets.NewField(w.t("The same passphrase again"), "", p.two)
	p.one.OnEdit = func(s string) {
		if s == "" {
			p.first.Hint(hint)
			return
		}
		p.first.Hint(w.deps.Door.Strength([]byte(s)).Sentence)
	}
	return p
}

// take gives the passphrase if both boxes agree, and empties them.
func (p *passphraseFields) take() ([]byte, bool) {
	p.first.Fail("")
	p.second.Fail("")
	switch {
	case p.one.Text == "":
		p.first.Fail(p.w.t("Type a passphrase."))
		p.w.win.Canvas().Focus(p.one)
		return nil, false
	case p.one.Text != p.two.Text:
		p.second.Fail(p.w.t("The two passphrases differ."))
		p.w.win.Canvas().Focus(p.two)
		return nil, false
	}
	pass := []byte(p.one.Text)
	return pass, true
}

func (p *passphraseFields) clear() {
	p.one.Put("")
	p.two.Put("")
}

func openWelcome(w *Window, _ route) page {
	name := w.kit.Line("")
	nameField := widgets.NewField(w.t("Your name"), w.t("As it should stand under what you record."), name)
	pass := w.passphraseFields()
	var create *widgets.Button
	run := func() {
		nameField.Fail("")
		if widgets.Words(name.Text) == 0 {
			nameField.Fail(w.t("Type your name."))
			w.win.Canvas().Focus(name)
			return
		}
		p, ok := pass.take()
		if !ok {
			return
		}
		create.Disable()
		create.SetText(w.t("Making the notebook"))
		w.create(name.Text, p, func() {
			create.Enable()
			create.SetText(w.t("Create the notebook"))
		})
		pass.clear()
	}
	create = w.kit.Button(w.t("Create the notebook"), widgets.Primary, run)
	restore := w.kit.Button(w.t("Restore from a backup"), widgets.Quiet, func() { w.show(route{screen: "restore"}) })
	name.OnEnter = func() { w.win.Canvas().Focus(pass.one) }
	pass.one.OnEnter = func() { w.win.Canvas().Focus(pass.two) }
	pass.two.OnEnter = run
	body := widgets.Stack(20,
		widgets.Stack(6,
			widgets.NewText(w.t("Wherry"), widgets.Heading),
			widgets.NewText(w.t("A case notebook that works without a connection and keeps everything encrypted on this laptop."), widgets.Body)),
		nameField, pass.first, pass.second,
		buttons(create, restore),
		widgets.NewText(w.t("You need no council to begin. You can join one later and keep everything."), widgets.Small))
	return simple{w.doorFrame(body), name}
}

// create makes the notebook and shows its kit; failed is called when it did not
// come about.
func (w *Window) create(name string, pass []byte, failed func()) {
	type made struct {
		nb  Notebook
		kit RecoveryKit
	}
	try(w, func(ctx context.Context) (made, error) {
		defer wipe(pass)
		nb, kit, err := w.deps.Door.Create(ctx, name, pass)
		return made{nb, kit}, err
	}, func(m made, err error) {
		if err != nil {
			failed()
			w.problem(err)
			return
		}
		w.newborn = &newborn{m.nb, m.kit}
		w.show(route{screen: "kit"})
	})
}

func wipe(b []byte) {
	for i := range b {
		b[i] = 0
	}
}

func openKit(w *Window, _ route) page {
	nb := w.newborn
	if nb == nil {
		return simple{w.waiting(), nil}
	}
	path := w.kit.Line("")
	path.Put(filepath.Join(w.deps.Documents, "wherry-recovery-kit.txt"))
	field := widgets.NewField(w.t("Write the kit to this file"), w.t("Best on a memory stick that you keep locked away from the laptop."), path)
	by := w.kit.Checks([]widgets.Option{{Value: "yes", Label: w.t("I have copied the code by hand and put it away")}}, nil)
	var write, on *widgets.Button
	on = w.kit.Button(w.t("Continue"), widgets.Secondary, func() {
		n := w.newborn
		w.newborn = nil
		w.opened(n.nb, route{})
	})
	on.Disable()
	by.OnChanged = func() {
		if by.Value() == "" {
			on.Disable()
		} else {
			on.Enable()
		}
	}
	save := func() {
		field.Fail("")
		to, kit := path.Text, nb.kit
		try(w, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, w.deps.Door.SaveKit(ctx, kit, to)
		}, func(_ struct{}, err error) {
			if err != nil {
				p := w.deps.Explain(err)
				field.Fail(p.Sentence + " " + p.Next)
				return
			}
			write.SetText(w.t("Written"))
			write.Disable()
			on.Enable()
			w.win.Canvas().Focus(on)
		})
	}
	write = w.kit.Button(w.t("Write the kit"), widgets.Primary, save)
	path.OnEnter = save
	choose := w.kit.Button(w.t("Choose a folder"), widgets.Secondary, func() {
		w.chooseFolder(func(dir string) { path.Put(filepath.Join(dir, filepath.Base(path.Text))) })
	})
	code := widgets.NewPanel(widgets.Quote, 16, widgets.NewText(nb.kit.Code, widgets.TextStyle{Mono: true, Bold: true}))
	body := widgets.Stack(18,
		widgets.NewText(w.t("Your recovery kit"), widgets.Heading),
		widgets.NewText(w.t("If you forget your passphrase, this code is the only way back in. Nobody can make another one for you. Whoever has it can read your notebook."), widgets.Body),
		code, field, buttons(write, choose), widgets.Inset(0, 0, 0, -5, by), buttons(on))
	return simple{w.doorFrame(body), write}
}
