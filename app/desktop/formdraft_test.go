package desktop

import (
	"testing"
	"time"

	"wherry/app/casework"
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
