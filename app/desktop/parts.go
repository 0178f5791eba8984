package desktop

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

const (
	gap      = widgets.Gap
	readable = 760 // the widest a form or a text is
)

// header is the top of a screen: its name, a line about it, and its actions at
// the right.
func (w *Window) header(title, lead string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	words := []fyne.CanvasObject{widgets.NewText(title, widgets.Heading)}
	if lead != "" {
		words = append(words, widgets.NewText(lead, widgets.Muted))
	}
	row := []fyne.CanvasObject{widgets.Fill(widgets.Stack(2, words...))}
	return widgets.Row(gap, append(row, actions...)...)
}

// scrolled is a screen that scrolls as a whole.
func (w *Window) scrolled(head, body fyne.CanvasObject) *widgets.Scroll {
	return w.kit.Scroll(widgets.Inset(24, 36, 36, 36, widgets.Stack(20, head, widgets.Measure(readable, body))))
}

// fixed is a screen whose body fills what is left of the window.
func (w *Window) fixed(head, body fyne.CanvasObject) fyne.CanvasObject {
	return widgets.Inset(24, 36, 16, 36, widgets.StackGrow(16, 1, head, body))
}

// card is a titled part of a screen.
func card(title string, body ...fyne.CanvasObject) fyne.CanvasObject {
	parts := body
	if title != "" {
		parts = append([]fyne.CanvasObject{widgets.NewText(title, widgets.SubHeading)}, body...)
	}
	return widgets.NewPanel(widgets.Plain, 20, widgets.Stack(12, parts...))
}

// buttons is a line of buttons under a form.
func buttons(b ...fyne.CanvasObject) fyne.CanvasObject {
	return widgets.Inset(4, 0, 0, -5, widgets.Wrap(gap, b...))
}

// empty is what a list shows when there is nothing in it: what belongs here,
// and one thing to do.
func (w *Window) empty(title, text string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	parts := []fyne.CanvasObject{widgets.NewText(title, widgets.SubHeading), widgets.NewText(text, widgets.Muted)}
	if len(actions) > 0 {
		parts = append(parts, buttons(actions...))
	}
	return widgets.Stack(0, widgets.NewPanel(widgets.Plain, 24, widgets.Measure(readable-80, widgets.Stack(10, parts...))))
}

// waiting is shown until an answer is there.
func (w *Window) waiting() fyne.CanvasObject {
	return widgets.Inset(36, 36, 36, 36, widgets.NewText(w.t("One moment."), widgets.Muted))
}

// options makes a choice out of the words of a code set.
func options(values ...string) []widgets.Option {
	out := make([]widgets.Option, len(values))
	for i, v := range values {
		out[i] = widgets.Option{Value: v, Label: upper(v)}
	}
	return out
}

// upper gives a phrase its capital.
func upper(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[0])) + string(r[1:])
}

// yesNo is the pair of answers.
func (w *Window) yesNo() []widgets.Option {
	return []widgets.Option{{Value: string(casework.Yes), Label: w.t("Yes")}, {Value: string(casework.No), Label: w.t("No")}}
}

// completeness is the line that says how far a list can be trusted; "" when
// the notebook is used alone.
func (w *Window) completeness(c casework.Completeness) string {
	if !w.status.Enrolled {
		return ""
	}
	return upper(c.Words(w.now()))
}

// dayWords is a day as a list shows it: today, yesterday, or the date.
func (w *Window) dayWords(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	switch casework.DateOf(t).DaysUntil(casework.DateOf(w.now())) {
	case 0:
		return w.t("Today")
	case 1:
		return w.t("Yesterday")
	}
	return casework.DateWords(t)
}

// dueWords says when something is due, seen from today.
func (w *Window) dueWords(d casework.Date) (words string, late bool) {
	days := casework.DateOf(w.now()).DaysUntil(d)
	switch {
	case d.IsZero():
		return w.t("No date"), false
	case days < 0:
		return w.n("%d day overdue", "%d days overdue", -days), true
	case days == 0:
		return w.t("Due today"), false
	case days == 1:
		return w.t("Due tomorrow"), false
	}
	return w.t("Due %s", d.Words()), false
}

// called is the short name of a child.
func called(b casework.Brief) string {
	switch {
	case b.KnownAs != "":
		return b.KnownAs
	case b.Name != "":
		return b.Name
	}
	return b.Ref
}

// stackOf is a container whose content can be exchanged.
func stackOf(o fyne.CanvasObject) *fyne.Container { return container.NewStack(o) }

func exchange(c *fyne.Container, o fyne.CanvasObject) {
	c.Objects = []fyne.CanvasObject{o}
	c.Refresh()
}
