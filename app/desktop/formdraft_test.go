package desktop

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// forms lists the kept forms of a stage's notebook.
func (s *stage) forms() (out []formText) {
	s.t.Helper()
	list, _, err := s.book.Drafts(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range list {
		if t, ok := formOf(d); ok {
			out = append(out, t)
		}
	}
	return out
}

func TestAReasonIsOnTheDiskWithinASecond(t *testing.T) {
	s := keptStage(t)
	s.visit(route{screen: "keep", id: "id-" + ruby, kind: keepHold})
	s.typed("Inquest at the coroner")
	s.clock.pass(time.Second)
	kept := s.forms()
	if len(kept) != 1 || kept[0].Texts[0] != "Inquest at the coroner" || kept[0].Case != "id-"+ruby || kept[0].Children[0] != ruby {
		t.Fatalf("kept: %+v", kept)
	}

	s.typed(", in May")
	s.command("Lock")
	if got := s.traces("Inquest", "coroner"); len(got) > 0 {
		t.Errorf("after the lock: %v", got)
	}
	s.unlock()
	if p, ok := s.page.(*keepPage); !ok || p.form.boxes[0].Text != "Inquest at the coroner, in May" {
		t.Fatalf("unlocking went to %T", s.page)
	}

	// Left, it is found again from Today.
	s.visit(route{screen: "today"})
	s.has("Hold: Ruby")
	list, _, _ := s.book.Drafts(s.ctx)
	s.openDraft(list[0])
	if p, ok := s.page.(*keepPage); !ok || p.form.boxes[0].Text != "Inquest at the coroner, in May" {
		t.Fatalf("Today leads to %T", s.page)
	}

	// Used, it is gone.
	s.press("Place the hold")
	if got := s.forms(); len(got) != 0 {
		t.Errorf("still kept: %+v", got)
	}
	if s.called("Hold") != 1 {
		t.Error("no hold was placed")
	}
}

func TestACancelledFormIsErased(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "addchild"})
	s.typed("Moses")
	s.clock.pass(time.Second)
	if got := s.forms(); len(got) != 1 || got[0].Texts[0] != "Moses" {
		t.Fatalf("kept: %+v", got)
	}
	s.press("Cancel")
	if got := s.forms(); len(got) != 0 {
		t.Errorf("still kept: %+v", got)
	}
}

func TestEveryFormIsKept(t *testing.T) {
	for _, r := range []route{
		{screen: "keep", id: "id-" + ruby, kind: keepHold}, {screen: "keep", id: "id-" + baby, kind: keepRelease},
		{screen: "disposal", id: "id-" + ruby}, {screen: "export", id: "id-" + ruby}, {screen: "addchild"},
	} {
		s := keptStage(t)
		s.visit(r)
		p, ok := s.page.(keeper)
		if !ok {
			t.Errorf("%+v is not kept", r)
			continue
		}
		if got := p.back(); got != r {
			t.Errorf("from %+v a lock leads back to %+v", r, got)
		}
	}
	for _, target := range []string{keepHold, keepRelease, keepRefuse, formPropose, formExport, formAddChild} {
		if _, ok := findScreen(formRoute(formText{Target: target}).screen); !ok {
			t.Errorf("a kept %s leads nowhere", target)
		}
	}
	if _, ok := formOf(&casework.Draft{Kind: casework.KindVisit}); ok {
		t.Error("a visit is taken for a form")
	}
}

// An address that comes back without its mark would be stored as open.
func TestWhatIsChosenComesBackToo(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "addchild"})
	p := s.page.(*addChildPage)
	s.typed("Moses")
	for _, c := range p.form.picks {
		if o, ok := c.(*widgets.Options); ok && len(o.Options()) == 1 && o.Options()[0].Label == "The address is confidential" {
			o.Set("yes")
		}
	}
	s.command("Lock")
	s.unlock()
	q, ok := s.page.(*addChildPage)
	if !ok || q == p || q.form.boxes[0].Text != "Moses" {
		t.Fatalf("unlocking went to %T", s.page)
	}
	secret := false
	for _, c := range q.form.picks {
		if o, ok := c.(*widgets.Options); ok && len(o.Options()) == 1 && o.Options()[0].Label == "The address is confidential" {
			secret = o.Value() == "yes"
		}
	}
	if !secret {
		t.Error("the mark of a confidential address is lost")
	}
}

func TestAnEmptiedFormLeavesNoDraft(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "export", id: "id-" + ruby})
	s.typed("A")
	s.clock.pass(time.Second)
	if len(s.forms()) != 1 {
		t.Fatal("nothing was kept")
	}
	s.key(fyne.KeyBackspace)
	s.visit(route{screen: "today"})
	if got := s.forms(); len(got) != 0 {
		t.Errorf("still kept: %+v", got)
	}
}

// A day that is typed just before a lock is read no more.
func TestADayTypedAtTheLockIsNotSearchedFor(t *testing.T) {
	s := openedStage(t)
	s.visit(route{screen: "search"})
	s.typed("kettle")
	p := s.page.(*searchPage)
	s.win.Canvas().Focus(p.narrow.from.box)
	s.typed("1/11/2026")
	s.command("Lock")
	s.clock.pass(5 * time.Second)
	if s.nb != nil {
		t.Error("not locked")
	}
}
