package desktop

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
)

func searchStage(t *testing.T, hits ...Hit) (*stage, *searchPage) {
	t.Helper()
	s := openedStage(t)
	s.book.hits = hits
	s.command("Search all notes")
	return s, s.page.(*searchPage)
}

var searchScenes = []struct {
	name string
	make func(*testing.T) *stage
	act  func(*stage)
}{
	{"search-help", openedStage, func(s *stage) {
		s.command("Search all notes")
		s.help()
	}},
	{"search-narrowed", councilStage, func(s *stage) {
		s.book.finds.authors = []string{"Amina Yusuf", "Tom Garrod"}
		s.book.hits = variantHits()
		s.command("Search all notes")
		s.typed("mohammed child:" + ruby + " from:1/11/2026 author:\"Amina Yusuf\"")
		s.key(fyne.KeyReturn)
	}},
	{"search-nothing", openedStage, func(s *stage) {
		s.command("Search all notes")
		s.typed("zebra kind:visit child:" + ruby + " until:2026-11-20")
		s.key(fyne.KeyReturn)
	}},
	{"search-wrong", openedStage, func(s *stage) {
		s.command("Search all notes")
		s.typed("zebra from:2026-11-20 until:2026-11-01")
		s.key(fyne.KeyReturn)
	}},
	{"search-large", openedStage, func(s *stage) {
		s.settings.TextPercent = 200
		s.look()
		s.book.hits = variantHits()
		s.command("Search all notes")
		s.typed("mohammed")
		s.key(fyne.KeyReturn)
	}},
	{"record-readers", councilStage, func(s *stage) {
		s.book.finds.readers = councilReaders
		p := s.written()
		for _, ref := range p.sub.Children {
			p.part(ref, func(c *casework.ChildPart) { c.Seen, c.SeenAlone = casework.Yes, casework.Yes })
		}
		p.open("check")
	}},
}

func variantHits() []Hit {
	return append(foundHits(), Hit{Entry: "e006", Case: "id-" + baby, Child: "Baby Larter", Ref: baby, Kind: "call", Label: "Phone call", When: start,
		Snippet: "…the health visitor says that Muhammad from next door carried the pram up the stairs…", Marks: [][2]int{{30, 38}},
		SoundsLike: true, Variants: []string{"Muhammad"}})
}

func councilReaders(ref string) CaseReaders {
	r := CaseReaders{Ref: ref, Recovery: true, People: []CaseReader{{Name: "Grace Okafor", Role: "lead", Me: true}, {Name: "Amina Yusuf", Role: "worker"}}}
	if ref == alfie {
		r.People = append(r.People, CaseReader{Name: "Tom Garrod", Role: "lead", Later: true})
	}
	return r
}

func TestSearchScreens(t *testing.T) {
	for _, sc := range searchScenes {
		t.Run(sc.name, func(t *testing.T) {
			s := sc.make(t)
			sc.act(s)
			s.shoot(sc.name)
		})
	}
}

// TestQueryAndControlsAreOne types a filter and sees it in the controls, and
// changes the controls and sees it in the query.
func TestQueryAndControlsAreOne(t *testing.T) {
	s, p := searchStage(t, foundHits()...)
	s.typed("sofa kind:call from:1/11/2026")
	if p.narrow.kind.Value() != casework.KindCall || p.narrow.from.box.Text != "1 November 2026" {
		t.Errorf("the controls show %q and %q", p.narrow.kind.Value(), p.narrow.from.box.Text)
	}
	p.narrow.kind.SetSelected("Visit")
	if p.box.Text != "sofa kind:visit from:1/11/2026" {
		t.Errorf("the query is %q", p.box.Text)
	}
	p.narrow.kind.SetSelected("Any kind")
	s.win.Canvas().Focus(p.narrow.until.box)
	s.typed("20/11/2026")
	s.clock.pass(time.Second)
	if p.box.Text != "until:2026-11-20 sofa from:1/11/2026" {
		t.Errorf("the query is %q", p.box.Text)
	}
	s.win.Canvas().Focus(p.narrow.from.box)
	s.typed("x")
	s.key(fyne.KeyReturn)
	if !s.shows("Type a date like 23/11/2026.") || !strings.Contains(p.box.Text, "from:1/11/2026") {
		t.Errorf("no day: %q", p.box.Text)
	}
	s.press("Any child")
	s.typed("alf")
	s.key(fyne.KeyReturn)
	if !strings.HasPrefix(p.box.Text, "child:"+alfie+" ") || p.narrow.child.Text != "Alfie James Larter" {
		t.Errorf("the query is %q, the child %q", p.box.Text, p.narrow.child.Text)
	}
	s.press("Alfie James Larter")
	s.press("Any child")
	if strings.Contains(p.box.Text, "child:") {
		t.Errorf("the query is %q", p.box.Text)
	}
	if last := s.book.finds.queries; last[len(last)-1] != p.box.Text {
		t.Errorf("looked for %q", last[len(last)-1])
	}
}

func TestNothingFoundOffersToLookFurther(t *testing.T) {
	s, p := searchStage(t)
	s.typed("zebra kind:visit until:2026-11-20")
	s.key(fyne.KeyReturn)
	for _, words := range []string{"Looked for: zebra.", "kind: Visit", "until 20 November 2026"} {
		if !s.shows(words) {
			t.Errorf("%q is not shown", words)
		}
	}
	s.press("Look at every kind")
	if p.box.Text != "zebra until:2026-11-20" {
		t.Errorf("the query is %q", p.box.Text)
	}
	s.press("Look at later days too")
	if p.box.Text != "zebra" || s.shows("Only in") {
		t.Errorf("the query is %q", p.box.Text)
	}
}

func TestOtherSpellingsAreSaid(t *testing.T) {
	s, _ := searchStage(t, variantHits()...)
	s.typed("mohammed")
	s.key(fyne.KeyReturn)
	rows := s.list().Rows()
	if rows[2].Badge != "Spelt differently: Muhammad" || rows[0].Badge != "" {
		t.Errorf("badges %q and %q", rows[0].Badge, rows[2].Badge)
	}
	h := variantHits()[2]
	if got := string([]rune(rows[2].Detail)[h.Marks[0][0]:h.Marks[0][1]]); got != "Muhammad" {
		t.Errorf("marked %q", got)
	}
}

func TestTheWayBackKeepsWhatWasFound(t *testing.T) {
	s, _ := searchStage(t, foundHits()...)
	s.typed("sofa")
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyDown)
	s.key(fyne.KeyReturn)
	s.command("Back")
	p, ok := s.page.(*searchPage)
	if !ok || p.box.Text != "sofa" || len(p.hits) != 2 {
		t.Fatalf("back at %T", s.page)
	}
	s.command("Lock")
	s.unlock()
	if p, ok := s.page.(*searchPage); !ok || p.box.Text != "" || len(s.traces("sofa")) > 0 {
		t.Error("the words outlived the lock")
	}
}

func TestSearchHelp(t *testing.T) {
	s, _ := searchStage(t)
	s.key(fyne.KeyF1)
	if !s.shows("exactly these words, side by side") {
		t.Fatal("F1 does not say how a search is written")
	}
	s.press("Hide the help")
	if s.shows("exactly these words, side by side") {
		t.Error("the help stays")
	}
	s.press("How to search")
	s.key(fyne.KeyF1)
	if s.here.screen != "help" {
		t.Error("F1 does not go on to the help")
	}
}

// slow is a clock whose Aside tasks wait until they are let go.
type slow struct {
	*clock
	waiting []func()
}

func (r *slow) Aside(task func()) { r.waiting = append(r.waiting, task) }

func (r *slow) finish() {
	tasks := r.waiting
	r.waiting = nil
	for _, task := range tasks {
		task()
	}
}

func TestTheSearchGetsReadyInAPause(t *testing.T) {
	s := openedStage(t)
	r := &slow{clock: s.clock}
	s.run = r
	s.clock.pass(time.Second)
	s.active()
	s.clock.pass(time.Second)
	if len(r.waiting) != 0 {
		t.Fatal("loaded while somebody types")
	}
	s.clock.pass(2 * time.Second)
	if len(r.waiting) != 1 {
		t.Fatalf("%d loadings in the first pause", len(r.waiting))
	}
	s.book.hits = foundHits()
	s.command("Search all notes")
	s.typed("sofa")
	s.key(fyne.KeyReturn)
	if !s.shows("Getting the search ready.") || slices.Contains(s.book.calls, "Search") {
		t.Error("a search before the index is there does not say that it waits")
	}
	r.finish()
	if s.shows("Getting the search ready.") || len(s.page.(*searchPage).hits) != 2 {
		t.Error("what was asked for is not found when the index is there")
	}
	s.clock.pass(time.Minute)
	if s.book.finds.warmed != 1 || len(r.waiting) != 0 {
		t.Errorf("loaded %d times", s.book.finds.warmed)
	}
}

func TestASearchThatCannotGetReadyIsSaid(t *testing.T) {
	s := openedStage(t)
	r := &slow{clock: s.clock}
	s.run, s.book.finds.warmErr = r, errDisk
	s.command("Search all notes")
	s.typed("sofa")
	s.key(fyne.KeyReturn)
	r.finish()
	if !s.shows("The disk is full.") {
		t.Error("the reason is not said")
	}
	s.book.finds.warmErr = nil
	s.key(fyne.KeyReturn)
	s.command("Lock")
	r.finish() // an answer that comes after the lock is dropped
	if s.find.ready {
		t.Error("an old session's answer was taken")
	}
}

func TestTheNotebookRestsInALongPause(t *testing.T) {
	s := openedStage(t)
	s.active()
	s.book.wrote()
	s.readStatus()
	s.clock.pass(20 * time.Second)
	if s.book.finds.rested != 0 {
		t.Fatal("rested too soon")
	}
	s.clock.pass(time.Minute)
	if s.book.finds.rested != 1 {
		t.Errorf("rested %d times after one save", s.book.finds.rested)
	}
}

func TestWhoCanReadIsSaid(t *testing.T) {
	s := councilStage(t)
	name := func(ref string) string { return map[string]string{ruby: "Ruby", alfie: "Alfie"}[ref] }
	say := func(all ...CaseReaders) string {
		var out []string
		for _, o := range s.readersWords(all, name) {
			out = append(out, o.(interface{ AccessibilityLabel() string }).AccessibilityLabel())
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct{ got, want string }{
		{say(councilReaders(ruby)), "You and Amina Yusuf (social worker). The council's recovery key opens it too; it is kept offline. The council's server cannot read it."},
		{say(councilReaders(ruby), councilReaders(alfie)), "Ruby: you and Amina Yusuf (social worker). Alfie: you and Amina Yusuf (social worker); with the next sync also Tom Garrod (team lead). " +
			"The council's recovery key opens it too; it is kept offline. The council's server cannot read it."},
		{say(CaseReaders{Ref: ruby, Alone: true}), "Only you, on this laptop: sample cases are never sent."},
		{say(CaseReaders{Ref: ruby, People: []CaseReader{{Name: "Grace Okafor", Me: true}}}), "You alone. Nobody else: the council's server cannot read it."},
	} {
		if c.got != c.want {
			t.Errorf("%s\nwant %s", c.got, c.want)
		}
	}
	s.who.Council = ""
	if got := say(CaseReaders{Ref: ruby, Alone: true}, CaseReaders{Ref: alfie, Alone: true}); got != "Only you, on this laptop." {
		t.Error(got)
	}
}

func TestTheSheetSaysWhoReads(t *testing.T) {
	s := openedStage(t)
	s.written().open("check")
	if !s.shows("Who can read this once it is saved") || !s.shows("Only you, on this laptop.") {
		t.Error("the sheet does not say who can read it")
	}
	s.book.finds.readers = councilReaders
	s.page.(*recordPage).open("check")
	if !s.shows("Tom Garrod (team lead)") {
		t.Error("a child with other readers is not named")
	}
}
