package desktop

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// readersWords says who can read what is saved in each case: once for all of
// them where it is the same people, else child by child.
func (w *Window) readersWords(all []CaseReaders, name func(ref string) string) []fyne.CanvasObject {
	if len(all) == 0 {
		return []fyne.CanvasObject{widgets.NewText(w.t("Choose a child first."), widgets.Body)}
	}
	alone, recovery, same := true, false, true
	for _, c := range all {
		alone, recovery = alone && c.Alone, recovery || c.Recovery
		same = same && w.readersLine(c) == w.readersLine(all[0])
	}
	if alone {
		text := w.t("Only you, on this laptop.")
		if w.who.Council != "" {
			text = w.t("Only you, on this laptop: sample cases are never sent.")
		}
		return []fyne.CanvasObject{widgets.NewText(text, widgets.Body)}
	}
	var out []fyne.CanvasObject
	for _, c := range all {
		if same {
			out = append(out, widgets.NewText(upper(w.readersLine(c))+".", widgets.Body))
			break
		}
		out = append(out, widgets.NewText(name(c.Ref)+": "+w.readersLine(c)+".", widgets.Body))
	}
	rest := w.t("Nobody else: the council's server cannot read it.")
	if recovery {
		rest = w.t("The council's recovery key opens it too; it is kept offline. The council's server cannot read it.")
	}
	return append(out, widgets.NewText(rest, widgets.Muted))
}

// readersLine names the readers of one case: you, then the others with what
// they are, then those who get the key with the next sync.
func (w *Window) readersLine(c CaseReaders) string {
	if c.Alone {
		return w.t("only you, on this laptop")
	}
	line := []string{w.t("you")}
	var later []string
	for _, r := range c.People {
		switch {
		case r.Me:
		case r.Later:
			later = append(later, w.readerWords(r))
		default:
			line = append(line, w.readerWords(r))
		}
	}
	if len(line) == 1 && len(later) == 0 {
		return w.t("you alone")
	}
	out := w.together(line)
	if len(later) > 0 {
		out += "; " + w.t("with the next sync also %s", w.together(later))
	}
	return out
}

func (w *Window) readerWords(r CaseReader) string {
	role := strings.ToLower(w.t(roleWords(r.Role)))
	if role == "" {
		return r.Name
	}
	return r.Name + " (" + role + ")"
}

// together joins names as a sentence does.
func (w *Window) together(names []string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + w.t("and") + " " + names[len(names)-1]
}
