package desktop

import (
	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// maxHarmed bounds the cases that are named on the screen.
const maxHarmed = 30

// openHealth says calmly, once after unlocking, what was found damaged and what
// that means. There is one thing to do: go on.
func openHealth(w *Window, _ route) page {
	h := w.health
	on := w.kit.Button(w.t("Go on"), widgets.Primary, func() { w.show(w.next) })
	title, lead := w.t("Your notebook was mended"), w.t("Everything that was saved is here.")
	if h.Places > 0 {
		title, lead = w.t("Part of this notebook cannot be read"), w.t("The rest is here and can be read. You can go on working.")
	}
	var parts []fyne.CanvasObject
	if h.MadeAnew {
		parts = append(parts, card(w.t("What happened"),
			widgets.NewText(w.t("The working copy of your notes was damaged. It was made again from the record itself, which is kept apart."), widgets.Body)))
	}
	if h.Places > 0 {
		parts = append(parts, w.harmed(h))
	}
	kept := w.t("Nothing was deleted.")
	if h.Kept > 0 {
		kept = w.t("Nothing was deleted: what was damaged is kept, encrypted, in the notebook's folder.")
	}
	parts = append(parts, card(w.t("What to do"), widgets.NewText(w.advice(h), widgets.Body), widgets.NewText(kept, widgets.Muted), buttons(on)))
	return simple{w.scrolled(w.header(title, lead), widgets.Stack(18, parts...)), on}
}

// harmed names the cases of which something is missing.
func (w *Window) harmed(h Health) fyne.CanvasObject {
	if len(h.Cases) == 0 {
		return card(w.t("What is affected"), widgets.NewText(w.t("No entry that this notebook knows of is missing."), widgets.Body))
	}
	rows := []fyne.CanvasObject{}
	for i, c := range h.Cases {
		if i == maxHarmed {
			rows = append(rows, widgets.NewText(w.n("and %d more case", "and %d more cases", len(h.Cases)-i), widgets.Muted))
			break
		}
		words := w.n("%d entry cannot be read", "%d entries cannot be read", c.Count)
		if c.Council {
			words += ". " + w.t("The council has this: it comes back with the next sync.")
		}
		rows = append(rows, widgets.Columns(16, 260, widgets.NewText(c.Title, widgets.Strong), widgets.NewText(words, widgets.Body)))
	}
	return card(w.t("What is affected"), widgets.Stack(10, rows...))
}

func (w *Window) advice(h Health) string {
	switch {
	case h.Places == 0:
		return w.t("Nothing. If this comes again, ask your IT support to look at this laptop's disk, and take a backup.")
	case h.Enrolled:
		return w.t("Go on, and sync when you can: what the council has comes back by itself. Then ask your IT support to look at this laptop's disk.")
	}
	return w.t("Go on. If you have a backup, restore it into another folder and compare. Ask your IT support to look at this laptop's disk before you rely on it.")
}
