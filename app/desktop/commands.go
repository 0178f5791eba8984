package desktop

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"wherry/app/casework"
)

// command is one line of the main menu. Every command of the window is here,
// because a text box that has the focus swallows every other kind of shortcut.
type command struct {
	menu  string // in English
	label string
	key   fyne.KeyName
	mod   fyne.KeyModifier
	when  func(*Window) bool // nil: whenever a notebook is open
	run   func(*Window)
}

const (
	ctrl      = fyne.KeyModifierShortcutDefault
	ctrlShift = fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift
)

func always(*Window) bool { return true }

// commands is the command table, in the order of the menus.
func commands() []command {
	return []command{
		{"Record", "New visit", fyne.KeyN, ctrl, nil, (*Window).newVisit},
		{"Record", "New phone call", fyne.KeyP, ctrlShift, nil, func(w *Window) { w.newSheet(casework.KindCall) }},
		{"Record", "Visit with no answer", fyne.KeyU, ctrlShift, nil, func(w *Window) { w.newSheet(kindNoAnswer) }},
		{"Record", "New note", fyne.KeyN, ctrlShift, nil, func(w *Window) { w.newSheet(casework.KindNote) }},
		{"Record", "", "", 0, nil, nil},
		{"Record", "Save now", fyne.KeyS, ctrl, nil, (*Window).saveNow},
		{"Record", "Next section", fyne.KeyPageDown, ctrl, onSheet, func(w *Window) { w.step(1) }},
		{"Record", "Section before", fyne.KeyPageUp, ctrl, onSheet, func(w *Window) { w.step(-1) }},
		{"Record", "Put the time into the text", fyne.KeyT, ctrlShift, nil, (*Window).stampTime},
		{"Record", "Add a photo or file", fyne.KeyO, ctrl, takesFiles, (*Window).addFile},
		{"Record", "Finalise", fyne.KeyReturn, ctrl, onFinal, (*Window).finalise},

		{"Go to", "Jump to a child", fyne.KeyK, ctrl, nil, (*Window).jump},
		{"Go to", "Search all notes", fyne.KeyF, ctrlShift, nil, func(w *Window) { w.visit(route{screen: "search"}) }},
		{"Go to", "", "", 0, nil, nil},
		{"Go to", "Today", fyne.Key1, ctrl, nil, func(w *Window) { w.visit(route{screen: "today"}) }},
		{"Go to", "Caseload", fyne.Key2, ctrl, nil, func(w *Window) { w.visit(route{screen: "caseload"}) }},
		{"Go to", "Team", fyne.Key3, ctrl, func(w *Window) bool { return w.nb != nil && w.who.SeesTeam }, func(w *Window) { w.visit(route{screen: "team"}) }},
		{"Go to", "Retention", fyne.Key4, ctrl, func(w *Window) bool { return w.nb != nil && w.seesRetention() }, (*Window).openRetention},
		{"Go to", "Back", fyne.KeyLeft, fyne.KeyModifierAlt, nil, (*Window).goBack},

		{"Cases", "Add a child", fyne.KeyA, ctrlShift, nil, func(w *Window) { w.visit(route{screen: "addchild"}) }},
		{"Cases", "Import a caseload", fyne.KeyI, ctrl, nil, func(w *Window) { w.visit(route{screen: "import"}) }},
		{"Cases", "Export a case summary", fyne.KeyE, ctrl, onChild, func(w *Window) { w.visit(route{screen: "export", id: w.here.id}) }},
		{"Cases", "", "", 0, nil, nil},
		{"Cases", "How long it is kept", "", 0, onCase, keeping(keepSet)},
		{"Cases", "Place a hold", "", 0, onCase, keeping(keepHold)},
		{"Cases", "Release the hold", "", 0, onCase, keeping(keepRelease)},
		{"Cases", "Disposal of this record", "", 0, onCase, (*Window).disposal},
		{"Cases", "", "", 0, nil, nil},
		{"Cases", "Try with sample cases", "", 0, func(w *Window) bool { return w.nb != nil && !w.status.HasSample }, (*Window).addSample},
		{"Cases", "Remove the sample cases", "", 0, func(w *Window) bool { return w.nb != nil && w.status.HasSample }, (*Window).removeSample},

		{"Notebook", "Sync now", fyne.KeyR, ctrl, func(w *Window) bool { return w.nb != nil && w.status.Enrolled }, (*Window).syncNow},
		{"Notebook", "Council and sync", fyne.KeyR, ctrlShift, nil, func(w *Window) { w.visit(route{screen: "council"}) }},
		{"Notebook", "Backup", fyne.KeyB, ctrlShift, nil, func(w *Window) { w.visit(route{screen: "backup"}) }},
		{"Notebook", "Settings and passphrase", fyne.KeyComma, ctrl, nil, func(w *Window) { w.visit(route{screen: "settings"}) }},
		{"Notebook", "Larger text", fyne.KeyEqual, ctrl, nil, func(w *Window) { w.resizeText(25) }},
		{"Notebook", "Smaller text", fyne.KeyMinus, ctrl, nil, func(w *Window) { w.resizeText(-25) }},
		{"Notebook", "", "", 0, always, nil},
		{"Notebook", "Lock", fyne.KeyL, ctrl, nil, (*Window).lock},
		{"Notebook", "Quit", fyne.KeyQ, ctrl, always, (*Window).quit},

		{"Help", "Help (F1)", "", 0, nil, (*Window).help},
		{"Help", "About Wherry", "", 0, nil, func(w *Window) { w.visit(route{screen: "about"}) }},
	}
}

func onSheet(w *Window) bool { _, ok := w.page.(stepper); return ok }
func onFinal(w *Window) bool { _, ok := w.page.(finalisable); return ok }
func onChild(w *Window) bool { return w.nb != nil && w.here.screen == "child" && w.who.CanExport }

func (c command) enabled(w *Window) bool {
	if c.when != nil {
		return c.when(w)
	}
	return w.nb != nil
}

// shortcut is nil for a command without one.
func (c command) shortcut() fyne.Shortcut {
	if c.key == "" {
		return nil
	}
	return &desktop.CustomShortcut{KeyName: c.key, Modifier: c.mod}
}

// setMenu makes the main menu as it is now. Commands that do not apply are
// shown dimmed, so that the menu never moves.
func (w *Window) setMenu() {
	state := ""
	for _, c := range commands() {
		state += map[bool]string{true: "1", false: "0"}[c.enabled(w)]
	}
	if state == w.menuState {
		return
	}
	w.menuState = state
	var menus []*fyne.Menu
	for _, c := range commands() {
		if len(menus) == 0 || menus[len(menus)-1].Label != w.t(c.menu) {
			menus = append(menus, fyne.NewMenu(w.t(c.menu)))
		}
		m := menus[len(menus)-1]
		if c.run == nil {
			m.Items = append(m.Items, fyne.NewMenuItemSeparator())
			continue
		}
		item := fyne.NewMenuItem(w.t(c.label), func() {
			w.active()
			if c.enabled(w) && w.undisturbed(c) {
				c.run(w)
			}
		})
		item.Shortcut = c.shortcut()
		item.Disabled = !c.enabled(w)
		item.IsQuit = c.label == "Quit"
		m.Items = append(m.Items, item)
	}
	w.win.SetMainMenu(fyne.NewMainMenu(menus...))
}

// undisturbed reports whether a command may run now: while a dialog asks
// something, or the window is hidden until a backup is done, only locking and
// leaving may.
func (w *Window) undisturbed(c command) bool {
	return w.win.Canvas().Overlays().Top() == nil && !w.covered || c.label == "Lock" || c.label == "Quit"
}

// stepper is a page in sections.
type stepper interface{ step(by int) }

func (w *Window) step(by int) {
	if s, ok := w.page.(stepper); ok {
		s.step(by)
	}
}

func (w *Window) finalise() {
	if f, ok := w.page.(finalisable); ok {
		f.finalise()
	}
}

// saveNow writes what is typed at once and says that it is safe.
func (w *Window) saveNow() {
	k, ok := w.page.(keeper)
	if !ok {
		w.done(w.t("Everything is saved on this laptop already."))
		return
	}
	k.keep(func(err error) {
		if err != nil {
			w.problem(err)
			return
		}
		w.done(w.t("Saved on this laptop."))
	})
}
