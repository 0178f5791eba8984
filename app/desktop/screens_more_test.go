package desktop

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

func TestSearchOpensTheEntry(t *testing.T) {
	s := openedStage(t)
	s.book.hits = foundHits()
	s.command("Search all notes")
	s.typed(`"sofa`)
	s.key(fyne.KeyReturn)
	if !s.shows("A quotation mark is missing.") {
		t.Error("a query that cannot be read is not explained")
	}
	s.typed(`"`)
	s.clock.pass(time.Second) // it searches by itself after the last letter
	s.key(fyne.KeyDown)
	s.key(fyne.KeyDown)
	s.key(fyne.KeyReturn)
	if s.here != (route{screen: "child", id: "id-" + alfie, entry: "e005"}) {
		t.Errorf("went to %+v", s.here)
	}
	s.command("Search all notes")
	s.book.hits = nil
	s.typed("zebra")
	s.key(fyne.KeyReturn)
	if !s.shows("No note has these words") {
		t.Error("an empty result is not explained")
	}
}

func TestImportShowsBeforeItWrites(t *testing.T) {
	s := openedStage(t)
	s.book.preview = oldSpreadsheet()
	s.command("Import a caseload")
	s.typed("/home/amina/old.csv")
	s.key(fyne.KeyReturn)
	if slices.Contains(s.book.calls, "Import") {
		t.Fatal("written before anybody agreed")
	}
	if !s.shows("3 things to know") || !s.shows("Windows-1252") {
		t.Error("what will happen is not shown")
	}
	var pickers []*widgets.Picker
	s.walk(func(o fyne.CanvasObject) {
		if p, ok := o.(*widgets.Picker); ok {
			pickers = append(pickers, p)
		}
	})
	pickers[5].SetSelected("Allocated worker")
	if got := s.page.(*importPage).look.Mapping[5]; got != "worker" {
		t.Errorf("the last column fills %q", got)
	}
	s.press("Import")
	if !slices.Contains(s.book.calls, "Import") || !s.shows("Imported") {
		t.Error("not imported")
	}
}

func TestExportAsksForWhomAndWhy(t *testing.T) {
	s := councilStage(t)
	s.visit(route{screen: "export", id: "id-" + ruby})
	s.press("Write the PDF")
	s.key(fyne.KeyReturn) // sure
	if len(s.book.exported) != 0 || !s.shows("Say who it is for.") {
		t.Fatal("exported for nobody")
	}
	s.typed("HHJ Smith, Norwich Family Court")
	s.key(fyne.KeyTab)
	s.typed("Care proceedings")
	s.press("Write the PDF")
	s.key(fyne.KeyEscape) // not sure
	if len(s.book.exported) != 0 {
		t.Fatal("exported although it was cancelled")
	}
	s.press("Write the PDF")
	s.key(fyne.KeyReturn)
	if len(s.book.exported) != 1 {
		t.Fatal("not exported")
	}
	if r := s.book.exported[0]; r.Recipient != "HHJ Smith, Norwich Family Court" || r.Purpose != "Care proceedings" ||
		r.Path != "/home/amina/Documents/case-summary-NCC-5301-2026-11-23.pdf" || r.Replace {
		t.Errorf("%+v", r)
	}
}

func TestWorkersInACouncilDoNotExport(t *testing.T) {
	s := councilStage(t)
	s.who.CanExport = false
	s.visit(route{screen: "export", id: "id-" + ruby})
	if slices.Contains(s.buttonWords(), "Write the PDF") {
		t.Error("a worker is offered an export")
	}
}

func TestJoinACouncilAndSync(t *testing.T) {
	s := openedStage(t)
	s.command("Council and sync")
	s.typed("/media/stick/amina.invite")
	s.key(fyne.KeyReturn)
	if !s.shows("Norfolk County Council") || slices.Contains(s.book.calls, "Enrol") {
		t.Fatal("the invitation is not shown before it is accepted")
	}
	s.key(fyne.KeyReturn)
	if !slices.Contains(s.book.calls, "Enrol") || !slices.Contains(s.book.calls, "Sync") {
		t.Fatalf("not joined and synced: %v", s.book.calls)
	}
	if !s.shows("The last sync sent 3 and received 2.") {
		t.Error("what the sync did is not shown")
	}
	s.book.fail["Sync"] = errDisk
	s.press("Sync now")
	if !s.shows("The disk is full.") {
		t.Error("a failed sync is not explained")
	}
}

func TestTheStatusWords(t *testing.T) {
	s := openedStage(t)
	for _, c := range []struct {
		status Status
		shape  widgets.Shape
		words  string
	}{
		{Status{}, widgets.NoShape, "Used without a council"},
		{Status{Enrolled: true, Local: 3}, widgets.Laptop, "On this laptop: 3"},
		{Status{Enrolled: true, Local: 3, Sending: 2}, widgets.Arrow, "Sending"},
		{Status{Enrolled: true, CouncilHas: 9}, widgets.Tick, "Council has it"},
		{Status{Enrolled: true, Held: 1}, widgets.Pause, "Council holds 1 for a decision"},
		{Status{Enrolled: true, Refused: 2, Local: 1}, widgets.Alert, "2 not accepted by the council"},
	} {
		if shape, words := s.syncWords(c.status); shape != c.shape || words != c.words {
			t.Errorf("%+v: %d %q", c.status, shape, words)
		}
	}
}

func TestAddAChildByHand(t *testing.T) {
	s := openedStage(t)
	s.command("Add a child")
	s.press("Add the child")
	if slices.Contains(s.book.calls, "AddChild") {
		t.Fatal("a child without a name")
	}
	s.typed("Zachary O'Brien-Smythe")
	s.press("Add the child")
	if s.here.screen != "child" || !s.shows("Zachary O'Brien-Smythe") || !s.shows("Nothing to do") && !s.shows("Nothing open") {
		t.Errorf("at %+v", s.here)
	}
}

func TestSampleCasesComeAndGo(t *testing.T) {
	s := emptyStage(t)
	s.command("Try with sample cases")
	if got := rowTitles(s.list()); !strings.Contains(got, "Ruby") {
		t.Fatalf("caseload: %q", got)
	}
	s.command("Remove the sample cases")
	s.key(fyne.KeyReturn) // sure
	if !s.shows("No children yet") {
		t.Error("still there")
	}
}

func TestTheLookIsASetting(t *testing.T) {
	s := openedStage(t)
	s.command("Settings and passphrase")
	s.key(fyne.KeyRight)
	if s.book.settings.Theme != "dark" {
		t.Errorf("saved %q", s.book.settings.Theme)
	}
	s.command("Larger text")
	if s.book.settings.TextPercent != 125 {
		t.Errorf("saved %d %%", s.book.settings.TextPercent)
	}
	th := s.app.Settings().Theme().(*widgets.Theme)
	if th.Look() != widgets.Dark || widgets.Scale() != 1.25 {
		t.Errorf("look %s at %v", th.Look(), widgets.Scale())
	}
}

func TestAboutIsSafeToPaste(t *testing.T) {
	s := openedStage(t)
	s.command("About Wherry")
	s.press("Copy")
	text := s.app.Clipboard().Content()
	if !strings.Contains(text, "0.1.0") || strings.Contains(text, "amina") || strings.Contains(text, "/home") {
		t.Errorf("copied %q", text)
	}
}
