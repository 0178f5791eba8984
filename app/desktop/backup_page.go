package desktop

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"wherry/app/desktop/widgets"
)

// backupPage makes backups, checks them and tries whether they restore.
type backupPage struct {
	w        *Window
	object   fyne.CanvasObject
	last     *fyne.Container // what is known of the last backup
	made     *fyne.Container // how the making stands
	found    *fyne.Container // how the check stands
	progress *widgets.Text

	to       *widgets.Entry
	toField  *widgets.Field
	keep     *widgets.Options
	from     *widgets.Entry
	fromHead *widgets.Field
	secret   *secretFields
	acts     []*widgets.Button // dimmed while one runs
	make     *widgets.Button
	check    *widgets.Button
	size     int64
}

// stoppedByLock is the kind of route of a page whose work a lock ended.
const stoppedByLock = "stopped"

// keepDays are the lives of a backup that can be chosen.
var keepDays = []int{30, 90, 365}

func openBackup(w *Window, r route) page {
	p := &backupPage{w: w, last: widgets.Stack(4), made: container.NewStack(), found: container.NewStack(), progress: widgets.NewText("", widgets.Body)}
	p.object = w.scrolled(w.header(w.t("Backup"), w.t("Everything in this notebook in one encrypted file, for the day when this laptop is lost or breaks.")),
		widgets.Stack(18, card(w.t("Last backup"), p.last), p.makeCard(), p.checkCard(), p.remindCard()))
	p.facts()
	p.stand()
	if r.kind == stoppedByLock && w.backing == nil {
		p.place(p.made, p.panel(verdict{title: w.t("The lock stopped it."), text: w.t("If it was finished before that, it stands above. Otherwise nothing is left of it.")}, nil))
	}
	nb := w.nb
	try(w, nb.BackupSize, func(n int64, err error) {
		if err == nil {
			p.size = n
			p.toField.Hint(p.toHint())
		}
	})
	return p
}

func (p *backupPage) content() fyne.CanvasObject { return p.object }
func (p *backupPage) first() fyne.Focusable {
	if p.w.backing != nil {
		return nil
	}
	return p.to
}
func (p *backupPage) scroller() *widgets.Scroll {
	s, _ := p.object.(*widgets.Scroll)
	return s
}

// refresh shows anew what is known, and leaves what is typed.
func (p *backupPage) refresh() { p.facts() }

func (p *backupPage) leave() { p.secret.clear() }

// facts reads what is known of the last backup.
func (p *backupPage) facts() {
	w, nb := p.w, p.w.nb
	try(w, nb.Backups, func(f BackupFacts, err error) {
		if err != nil {
			return // the card stays empty; what can be done stays
		}
		shape, title, text := w.lastBackup(f)
		p.last.Objects = []fyne.CanvasObject{widgets.NewSign(shape, title, widgets.Strong), widgets.NewText(text, widgets.Body)}
		p.last.Refresh()
	})
}

func (p *backupPage) toHint() string {
	w := p.w
	hint := w.t("Best on another disk or a memory stick that you keep locked away from the laptop.")
	if p.size > 0 {
		hint += " " + w.t("It will be about %s.", sizeAbout(p.size))
	}
	return hint
}

func (p *backupPage) makeCard() fyne.CanvasObject {
	w := p.w
	p.to = w.kit.Line("")
	p.to.Put(filepath.Join(w.deps.Documents, backupName(w.now())))
	p.toField = widgets.NewField(w.t("Write it to this file"), p.toHint(), p.to)
	var lives []widgets.Option
	for _, d := range keepDays {
		label := w.n("%d day", "%d days", d)
		if d == 365 {
			label = w.t("A year")
		}
		lives = append(lives, widgets.Option{Value: strconv.Itoa(d), Label: label})
	}
	p.keep = w.kit.Radios(lives, nil)
	p.keep.Set("90")
	p.make = w.kit.Button(w.t("Make a backup"), widgets.Primary, p.makeIt)
	p.to.OnEnter = p.makeIt
	folder := w.kit.Button(w.t("Choose a folder"), widgets.Secondary, func() {
		w.chooseFolder(func(dir string) { p.to.Put(filepath.Join(dir, filepath.Base(p.to.Text))) })
	})
	p.acts = append(p.acts, p.make)
	return card(w.t("Make a backup"), p.toField,
		widgets.NewField(w.t("Destroy it after"), w.t("Until then it still holds what you dispose of here."), p.keep),
		buttons(p.make, folder), p.made)
}

func (p *backupPage) checkCard() fyne.CanvasObject {
	w := p.w
	p.from = w.kit.Line("")
	p.fromHead = widgets.NewField(w.t("Backup file"), "", p.from)
	p.secret = w.secretFields()
	p.check = w.kit.Button(w.t("Check it"), widgets.Secondary, func() { p.look(checkingBackup) })
	drill := w.kit.Button(w.t("Try a restore"), widgets.Secondary, func() { p.look(tryingRestore) })
	choose := w.kit.Button(w.t("Choose a file"), widgets.Quiet, func() {
		w.chooseFile(w.t("Choose a file"), backupEndings, p.from.Put)
	})
	p.secret.onEnter(func() { p.look(checkingBackup) })
	p.acts = append(p.acts, p.check, drill)
	parts := append([]fyne.CanvasObject{
		widgets.NewText(w.t("Checking reads every byte and changes nothing. Trying a restore also builds the notebook from it in a temporary folder, encrypted as ever, compares every entry and erases the folder."), widgets.Body),
		p.fromHead}, p.secret.parts()...)
	return card(w.t("Check a backup"), append(parts, buttons(p.check, drill, choose), p.found)...)
}

// makeIt makes a backup.
func (p *backupPage) makeIt() {
	w, nb := p.w, p.w.nb
	p.toField.Fail("")
	path := strings.TrimSpace(p.to.Text)
	if path == "" {
		p.toField.Fail(w.t("Say where to write it."))
		w.win.Canvas().Focus(p.to)
		return
	}
	days, _ := strconv.Atoi(p.keep.Value()) // one of keepDays
	work := &backupWork{act: makingBackup, path: path, size: p.size}
	w.workOnBackup(work, func(ctx context.Context, s *backupSaid) (err error) {
		s.made, err = nb.MakeBackup(ctx, BackupRequest{Path: path, Keep: time.Duration(days) * 24 * time.Hour})
		return err
	})
}

// look checks a backup, or tries to restore it.
func (p *backupPage) look(act backupAct) {
	w, nb := p.w, p.w.nb
	p.fromHead.Fail("")
	path := strings.TrimSpace(p.from.Text)
	if path == "" {
		p.fromHead.Fail(w.t("Say which file it is."))
		w.win.Canvas().Focus(p.from)
		return
	}
	secret, ok := p.secret.take()
	if !ok {
		return
	}
	do := nb.CheckBackup
	if act == tryingRestore {
		do = nb.TryRestore
	}
	w.workOnBackup(&backupWork{act: act, path: path}, func(ctx context.Context, s *backupSaid) (err error) {
		defer wipe(secret.Passphrase)
		s.found, err = do(ctx, path, secret)
		return err
	})
}

// stand shows how the work stands: under way, or what it came to.
func (p *backupPage) stand() {
	w := p.w
	for _, b := range p.acts {
		if w.backing != nil {
			b.Disable()
		} else {
			b.Enable()
		}
	}
	p.place(p.made, nil)
	p.place(p.found, nil)
	if work := w.backing; work != nil {
		stop := w.kit.Button(w.t("Stop"), widgets.Secondary, w.stopBackup)
		p.progress = widgets.NewText(w.progressWords(work), widgets.Body)
		p.place(p.slot(work.act), widgets.NewPanel(widgets.Quote, 14, widgets.Stack(8,
			widgets.NewText(w.workWords(work.act), widgets.Strong), p.progress, buttons(stop))))
		p.focus(stop)
		return
	}
	if said := w.backed; said != nil {
		p.say(said)
	}
}

func (p *backupPage) slot(a backupAct) *fyne.Container {
	if a == makingBackup {
		return p.made
	}
	return p.found
}

// say shows what came of the work: beside the field that has to be mended, if
// it is one, and else below the buttons.
func (p *backupPage) say(s *backupSaid) {
	w := p.w
	if s.problem != nil {
		words := s.problem.Sentence + " " + s.problem.Next
		switch {
		case s.act == makingBackup:
			p.toField.Fail(words)
			p.focus(p.to)
		case slices.Contains(secretCodes, s.problem.Code):
			p.secret.fail(words)
		default:
			p.fromHead.Fail(words)
			p.focus(p.from)
		}
		p.from.Put(fromOf(s, p.from.Text))
		return
	}
	p.facts()
	verdict, at := w.backupVerdict(s), p.slot(s.act)
	if s.act == makingBackup && !s.stopped {
		p.from.Put(s.path)
		p.to.Put(filepath.Join(filepath.Dir(s.path), backupName(w.now().Add(time.Minute))))
		now := w.kit.Button(w.t("Check it now"), widgets.Secondary, func() { w.win.Canvas().Focus(p.secret.first()) })
		p.place(at, p.panel(verdict, buttons(now)))
		p.focus(now)
		return
	}
	p.secret.clear()
	p.from.Put(fromOf(s, p.from.Text))
	p.place(at, p.panel(verdict, nil))
	p.focus(map[bool]fyne.Focusable{true: p.make, false: p.check}[s.act == makingBackup])
}

// fromOf is the file that was looked at, so that it need not be typed again.
func fromOf(s *backupSaid, now string) string {
	if s.act == makingBackup {
		return now
	}
	return s.path
}

// panel is a verdict on the page.
func (p *backupPage) panel(v verdict, next fyne.CanvasObject) fyne.CanvasObject {
	tone, shape := widgets.Caution, widgets.Alert
	if v.good {
		tone, shape = widgets.Good, widgets.Tick
	}
	parts := []fyne.CanvasObject{widgets.NewSign(shape, v.title, widgets.Strong), widgets.NewText(v.text, widgets.Body)}
	if v.more != "" {
		parts = append(parts, widgets.NewText(v.more, widgets.Body))
	}
	if next != nil {
		parts = append(parts, next)
	}
	return widgets.NewPanel(tone, 14, widgets.Stack(6, parts...))
}

// place puts something into a place on the page and shows it; nil empties it.
func (p *backupPage) place(at *fyne.Container, o fyne.CanvasObject) {
	at.Objects = nil
	if o != nil {
		at.Objects = []fyne.CanvasObject{o}
		at.Show()
	} else {
		at.Hide()
	}
	at.Refresh()
	p.object.Refresh()
	if o == nil {
		return
	}
	p.w.run.After(laidOut, func() {
		if s := p.scroller(); s != nil && p.w.page == page(p) {
			s.Reveal(o)
		}
	})
}

// laidOut is how long the window takes, at most, to give something new its
// place on the page: two frames and some.
const laidOut = 80 * time.Millisecond

// focus gives the focus to something of this page, if it is the one shown and
// nothing asks a question above it.
func (p *backupPage) focus(f fyne.Focusable) {
	w := p.w
	if w.page == page(p) && widgets.TopDialog(w.win.Canvas()) == nil {
		w.win.Canvas().Focus(f)
	}
}
