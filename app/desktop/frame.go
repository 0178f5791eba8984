package desktop

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// frame is what surrounds every screen of an open notebook: the navigation at
// the left, a notice above, the status bar below.
type frame struct {
	w      *Window
	object fyne.CanvasObject
	nav    *widgets.Nav
	notice *fyne.Container
	place  *fyne.Container
	bar    *widgets.StatusBar
	record *widgets.Button
}

const navWidth = 208

func newFrame(w *Window) *frame {
	f := &frame{w: w, notice: container.NewStack(), place: container.NewStack()}
	f.nav = w.kit.Nav(f.items(), false, func(id string) { w.visit(route{screen: id}) })
	f.record = w.kit.Button(w.t("Record a visit"), widgets.Primary, w.newVisit)
	top := []fyne.CanvasObject{
		widgets.Inset(20, 12, 2, 22, widgets.NewText("Wherry", widgets.SubHeading)),
		widgets.Inset(0, 12, 14, 22, widgets.NewText(w.whoLine(), widgets.Small)),
		widgets.Inset(0, 12, 12, 17, f.record),
		f.nav,
	}
	side := widgets.NewPanel(widgets.Column, 0, widgets.Stack(0, top...))
	f.bar = w.kit.StatusBar(w.t("Council and sync"), func() { w.visit(route{screen: "council"}) })
	middle := widgets.StackGrow(0, 1, f.notice, f.place)
	f.object = widgets.StackGrow(0, 0, widgets.Side(navWidth, side, middle), f.bar.Object)
	f.notice.Hide()
	return f
}

func (w *Window) whoLine() string {
	if w.who.Team == "" {
		return w.who.Name
	}
	return w.who.Name + "\n" + w.who.Team
}

func (f *frame) items() []widgets.NavItem {
	var out []widgets.NavItem
	for _, s := range screens() {
		if s.nav == "" || s.only != nil && !s.only(f.w) {
			continue
		}
		it := widgets.NavItem{ID: s.id, Label: f.w.t(s.nav)}
		if s.id == "today" && f.w.status.Drafts > 0 {
			it.Note = f.w.n("%d draft", "%d drafts", f.w.status.Drafts)
		}
		out = append(out, it)
	}
	return out
}

// show puts a screen into the frame.
func (f *frame) show(id string, content fyne.CanvasObject) {
	f.place.Objects = []fyne.CanvasObject{content}
	f.place.Refresh()
	f.nav.Here(id)
	f.record.Weight = widgets.Primary
	if id == "record" || id == "remark" {
		f.record.Weight = widgets.Secondary // that page has a main button of its own
	}
	f.record.Refresh()
}

// say shows a notice above the page; nil takes it away.
func (f *frame) say(o fyne.CanvasObject) {
	f.notice.Objects = nil
	if o == nil {
		f.notice.Hide()
	} else {
		f.notice.Objects = []fyne.CanvasObject{o}
		f.notice.Show()
	}
	f.notice.Refresh()
	f.object.Refresh()
}

// showStatus writes the status bar.
func (w *Window) showStatus() {
	if w.frame == nil {
		return
	}
	b, s := w.frame.bar, w.status
	shape, text := w.savedWords()
	b.Saved.Set(shape, text)
	b.Sync.Set(w.syncWords(s))
	b.Lock.Set(widgets.Key, w.lockWords())
	w.frame.nav.Put(w.frame.items())
	w.setMenu()
	b.Object.Refresh()
}

// savedWords says what is proven about the last save.
func (w *Window) savedWords() (widgets.Shape, string) {
	switch {
	case w.saveBad != "":
		return widgets.Alert, w.t("Not saved: %s", w.saveBad)
	case w.status.ReadOnly:
		return widgets.Alert, w.t("Nothing more can be saved: read only")
	}
	if w.savedAt.IsZero() {
		return widgets.Laptop, w.t("All saved on this laptop")
	}
	return widgets.Laptop, w.t("Saved on this laptop %s", casework.UKTime(w.savedAt).Format("15:04"))
}

// syncWords is the state of the notebook in the four words, with a count.
func (w *Window) syncWords(s Status) (widgets.Shape, string) {
	switch {
	case !s.Enrolled:
		return widgets.NoShape, w.t("Used without a council")
	case s.Refused > 0:
		return widgets.Alert, w.n("%d not accepted by the council", "%d not accepted by the council", s.Refused)
	case w.syncing || s.Sending > 0:
		return widgets.Arrow, w.t("Sending")
	case s.Held > 0:
		return widgets.Pause, w.n("Council holds %d for a decision", "Council holds %d for a decision", s.Held)
	case s.Local > 0:
		return widgets.Laptop, w.t("On this laptop: %s", strconv.Itoa(s.Local))
	}
	return widgets.Tick, w.t("Council has it")
}

// shapeOf is the sign of an entry's state.
func shapeOf(state string) widgets.Shape {
	switch state {
	case casework.StateLocal:
		return widgets.Laptop
	case casework.StateSending:
		return widgets.Arrow
	case casework.StateCouncil:
		return widgets.Tick
	case casework.StateOpened:
		return widgets.TwoTicks
	case casework.StateHeld:
		return widgets.Pause
	case casework.StateRefused:
		return widgets.Alert
	}
	return widgets.NoShape
}
