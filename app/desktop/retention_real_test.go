package desktop

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wherry/app/casework"
	"wherry/app/notebook"
	"wherry/storage/seal"
)

// A disposal over the real notebook on a real disk: set, held, released,
// proposed, approved by the kit and carried out, all in the window.
func TestADisposalOverARealNotebook(t *testing.T) {
	app := test.NewTempApp(t)
	c := &clock{at: start}
	home := t.TempDir()
	dir, ctx := filepath.Join(home, "notebook"), context.Background()
	pass := "five quite ordinary garden words"
	n, code, err := notebook.CreateWithCode(ctx, dir, "Amina Yusuf", []byte(pass), notebook.Config{Clock: c.now, KDF: seal.FloorKDF})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Import(ctx, []byte("Child ref,Full name,DOB,Status,Sibling group\nA-1,Ann Zanzibar,1940-02-03,closed,Z\nB-1,Ben Zanzibar,2015-02-03,child protection,Z\n"), nil, false); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Record(ctx, []byte(`{"kind":"note","children":["A-1","B-1"],"occurred":"2026-11-01T09:00:00Z","shared":"Both were quokka.","ref":"r1"}`), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Backup(ctx, filepath.Join(home, "b.wherry"), 60*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	w := newWindow(app, Deps{Door: NewDoor(dir, notebook.Config{Clock: c.now, KDF: seal.FloorKDF}), Explain: Explain, Now: c.now, Documents: home}, c)
	s := &stage{Window: w, t: t, clock: c}
	w.win.SetOnClosed(func() { s.closed = true })
	w.start()
	s.typed(pass)
	s.key(fyne.KeyReturn)
	s.command("Retention")
	p := s.page.(*retentionPage)
	if got := rowTitles(p.list); got != "Ann Zanzibar" || !s.shows("Closed. How long it is kept is not set.") {
		t.Fatalf("lists %q", got)
	}
	id := p.about()
	s.command("How long it is kept")
	set := casework.Retention{Class: "looked-after", Closed: "2026-10-01"}
	if err := s.nb.SetRetention(ctx, id, set); err != nil {
		t.Fatal(err)
	}
	s.key(fyne.KeyEscape)
	s.command("Place a hold")
	s.typed("Inquest")
	s.press("Place the hold")
	s.command("Disposal of this record")
	if slices.Contains(s.buttonWords(), "Propose it") || !s.shows("A hold stops any disposal of this record.") {
		t.Fatal("a held record may be proposed")
	}
	s.press("Back")
	s.press("Release the hold…")
	s.typed("Over")
	s.press("Release it")
	s.press("Propose disposal…")
	s.key(fyne.KeyTab)
	s.typed("Period ended")
	s.press("Propose it")
	s.press("Approve disposal…")
	if !s.shows("Ann Zanzibar, A-1: 6 entries.") || !s.shows("22 January 2027") {
		t.Error("what goes, and until when backups hold it, is not shown")
	}
	s.key(fyne.KeyTab)
	s.typed("nonsense")
	s.key(fyne.KeyReturn)
	s.typed("a-1")
	s.press("Destroy this record")
	if !s.shows("That is not a recovery code") {
		t.Fatal("a wrong code is not explained")
	}
	s.win.Canvas().Focused().(interface{ SetText(string) }).SetText(code.String())
	s.press("Destroy this record")
	if !s.shows("Disposed of on 23 November 2026 by Amina Yusuf and the recovery kit.") || !s.shows("until 22 January 2027") {
		t.Fatal("not carried out")
	}
	s.press("I have kept it")
	if got := s.traces("Ann", "A-1"); len(got) > 0 {
		t.Errorf("left on the screen: %v", got)
	}
	s.command("Caseload")
	if got := rowTitles(s.list()); got != "Ben Zanzibar" {
		t.Errorf("the caseload: %q", got)
	}
	s.command("Quit")
	if !s.closed || strings.Contains(w.win.Title(), "Ann") {
		t.Error("the window did not close")
	}
}
