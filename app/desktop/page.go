package desktop

import "fyne.io/fyne/v2"

// page is one screen as it stands. It is made by a screen's open function,
// lives until another one takes its place, and then drops everything.
type page interface {
	// content is what is shown right of the navigation, or in the whole window
	// while the notebook is shut.
	content() fyne.CanvasObject
	// first takes the focus when the page is shown; nil for none.
	first() fyne.Focusable
}

// leaver is a page that has something to do before it goes.
type leaver interface{ leave() }

// keeper is a page with text that is not yet on the disk.
type keeper interface {
	// keep saves all that is typed and then calls done, on the window's
	// goroutine.
	keep(done func(error))
	// back says where to come back to after a lock.
	back() route
}

// refresher is a page that can show new data without losing its place.
type refresher interface{ refresh() }

// finalisable is a page with something to finalise.
type finalisable interface{ finalise() }

// route says which screen is shown, of what. It holds opaque ids only, never
// words of the record, so that it may outlive a lock.
type route struct {
	screen string
	id     string // a case or draft id
	entry  string // an entry id
	kind   string // kind of a new sheet
}

// screen is one entry of the literal list of screens.
type screen struct {
	id   string
	nav  string // its word in the navigation, in English; "" if not there
	only func(*Window) bool
	shut bool // shown while the notebook is shut
	open func(*Window, route) page
}

// screens is every screen. A new one is one file and one line here.
func screens() []screen {
	return []screen{
		{id: "welcome", shut: true, open: openWelcome},
		{id: "kit", shut: true, open: openKit},
		{id: "unlock", shut: true, open: openUnlock},
		{id: "recover", shut: true, open: openRecover},
		{id: "restore", shut: true, open: openRestore},
		{id: "today", nav: "Today", open: openToday},
		{id: "caseload", nav: "Caseload", open: openCaseload},
		{id: "team", nav: "Team", open: openTeam, only: func(w *Window) bool { return w.who.SeesTeam }},
		{id: "search", nav: "Search", open: openSearch},
		{id: "child", open: openChild},
		{id: "record", open: openRecord},
		{id: "remark", open: openRemark},
		{id: "addchild", open: openAddChild},
		{id: "import", open: openImport},
		{id: "conflict", open: openConflict},
		{id: "export", open: openExport},
		{id: "retention", only: (*Window).seesRetention, open: openRetention},
		{id: "schedule", open: openSchedule},
		{id: "keep", open: openKeep},
		{id: "disposal", open: openDisposal},
		{id: "council", open: openCouncil},
		{id: "settings", open: openSettings},
		{id: "rehearse", open: openRehearse},
		{id: "backup", open: openBackup},
		{id: "health", open: openHealth},
		{id: "help", open: openHelp},
		{id: "about", open: openAbout},
	}
}

func findScreen(id string) (screen, bool) {
	for _, s := range screens() {
		if s.id == id {
			return s, true
		}
	}
	return screen{}, false
}
