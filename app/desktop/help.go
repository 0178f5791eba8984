package desktop

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// help shows the help without losing the place: it is a visit that can be gone
// back from.
func (w *Window) help() {
	if h, ok := w.page.(helper); ok && widgets.TopDialog(w.win.Canvas()) == nil && h.showHelp() {
		return
	}
	if w.nb != nil && widgets.TopDialog(w.win.Canvas()) == nil {
		w.visit(route{screen: "help"})
	}
}

func openHelp(w *Window, _ route) page {
	back := w.kit.Button(w.t("Back"), widgets.Secondary, w.goBack)
	body := widgets.Stack(18,
		card(w.t("What the four words mean"),
			w.meaning(widgets.Laptop, casework.StateWords(casework.StateLocal, nil), w.t("It is on the disk of this laptop, encrypted, and nowhere else.")),
			w.meaning(widgets.Arrow, casework.StateWords(casework.StateSending, nil), w.t("It is on its way. Until the council confirms it, count on this laptop only.")),
			w.meaning(widgets.Tick, casework.StateWords(casework.StateCouncil, nil), w.t("The council's endpoint signed a receipt and this laptop checked it.")),
			w.meaning(widgets.TwoTicks, w.t("Opened by …"), w.t("Somebody else who may read it has opened it."))),
		card(w.t("Nothing you type is lost"),
			widgets.NewText(w.t("Every text is written to the disk within a second of the keystroke. A lock, a flat battery or a crash in the middle of a sentence brings you back to that sentence. There is no Save button to remember."), widgets.Body)),
		card(w.t("Backups"),
			widgets.NewText(w.t("A backup is everything in this notebook in one encrypted file. Make one on a memory stick, check it, and keep the stick away from the laptop. It opens with the passphrase or the recovery kit of the day on which it was made."), widgets.Body)),
		card(w.t("Draft, final, amended"),
			widgets.NewText(w.t("A draft is yours alone. Finalising makes it part of the record: from then on it can be amended or struck, and the original always stays visible."), widgets.Body)),
		card(w.t("Searching"), w.searchHelp()),
		card(w.t("Keys"), w.keyTable()))
	return simple{w.scrolled(w.header(w.t("Help"), "", back), body), back}
}

func (w *Window) meaning(shape widgets.Shape, word, text string) fyne.CanvasObject {
	return widgets.Columns(16, 200, widgets.NewSign(shape, w.t(word), widgets.Strong), widgets.NewText(text, widgets.Body))
}

// keyTable lists the shortcuts of the command table.
func (w *Window) keyTable() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, c := range commands() {
		if s := c.shortcut(); s != nil {
			rows = append(rows, widgets.Row(12, widgets.Fill(widgets.NewText(w.t(c.label), widgets.Body)), widgets.NewLabel(keyWords(s), widgets.Strong)))
		}
	}
	rows = append(rows, widgets.Row(12, widgets.Fill(widgets.NewText(w.t("Help"), widgets.Body)), widgets.NewLabel("F1", widgets.Strong)))
	return widgets.Grid(40, 8, 290, rows...)
}

// keyWords names a shortcut as the menu does.
func keyWords(s fyne.Shortcut) string {
	c, ok := s.(*desktop.CustomShortcut)
	if !ok {
		return ""
	}
	var out []string
	for _, m := range []struct {
		mod  fyne.KeyModifier
		word string
	}{{fyne.KeyModifierControl, "Ctrl"}, {fyne.KeyModifierSuper, "Cmd"}, {fyne.KeyModifierAlt, "Alt"}, {fyne.KeyModifierShift, "Shift"}} {
		if c.Modifier&m.mod != 0 {
			out = append(out, m.word)
		}
	}
	name := string(c.KeyName)
	for key, word := range map[fyne.KeyName]string{fyne.KeyReturn: "Enter", fyne.KeyPageDown: "Page Down", fyne.KeyPageUp: "Page Up"} {
		if c.KeyName == key {
			name = word
		}
	}
	return strings.Join(append(out, name), "+")
}

func openAbout(w *Window, _ route) page {
	v := w.deps.Version
	text := "Wherry " + v.Version + "\n" + w.t("Commit %s", v.Commit) + "\n" + v.Go + "\n" + v.System + "\n" + w.t("Formats: %s", v.Formats)
	copyIt := w.kit.Button(w.t("Copy"), widgets.Primary, func() {
		w.app.Clipboard().SetContent(text)
		w.done(w.t("Copied. It names no person, place or folder."))
	})
	back := w.kit.Button(w.t("Back"), widgets.Secondary, w.goBack)
	body := widgets.Stack(18,
		card(w.t("For a fault report"), widgets.NewText(text, widgets.TextStyle{Mono: true}),
			widgets.NewText(w.t("This is safe to paste: it names no person, place or folder."), widgets.Muted), buttons(copyIt, back)),
		card(w.t("Screen readers"), widgets.NewText(w.t("The toolkit that draws this window hardly speaks to screen readers. Everything can be reached by keyboard, and text grows to 200 %. The command line tool wherryctl prints the same records as plain text."), widgets.Body)))
	return simple{w.scrolled(w.header(w.t("About Wherry"), w.t("An offline, encrypted case notebook for children's social workers.")), body), copyIt}
}
