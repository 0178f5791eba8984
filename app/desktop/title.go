package desktop

// titles name the screen in the window's title, for people who switch between
// windows by name. They are constants: a title is seen on a shared screen and
// in the system's lists, so it never names a child.
var titles = map[string]string{
	"welcome": "Create a notebook", "kit": "Recovery kit", "unlock": "Locked", "recover": "Recovery",
	"today": "Today", "health": "Mended", "caseload": "Caseload", "team": "Team", "search": "Search", "child": "Child", "record": "Record",
	"remark": "Remark", "addchild": "Add a child", "import": "Import", "conflict": "Two values", "export": "Export",
	"retention": "Retention", "schedule": "Retention schedule", "keep": "Retention", "disposal": "Disposal",
	"backup": "Backup", "restore": "Restore",
	"council": "Council and sync", "settings": "Settings", "rehearse": "Try the recovery kit", "help": "Help", "about": "About",
}

func (w *Window) nameWindow(screen string) { w.win.SetTitle("Wherry: " + titles[screen]) }
