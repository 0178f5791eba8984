package desktop

import (
	"context"
	"errors"
	"time"

	"wherry/app/desktop/widgets"
)

// What can be done with a backup while everything else goes on.
type backupAct int

const (
	makingBackup backupAct = iota
	checkingBackup
	tryingRestore
)

// backupWork is what is being done with a backup now. There is one at most.
type backupWork struct {
	act     backupAct
	path    string
	began   time.Time
	size    int64 // about how many bytes it will be; 0: not known
	soFar   int64
	cancel  context.CancelFunc
	stopped bool // by the person
}

// backupSaid is what the last work came to. It lasts until the lock.
type backupSaid struct {
	act     backupAct
	path    string
	made    BackupMade
	found   BackupFound
	problem *Problem
	stopped bool
}

// lookEvery is how often a backup that is being made is looked at.
const lookEvery = time.Second

// workOnBackup does something with a backup beside all else: nothing that is
// typed meanwhile waits for it.
func (w *Window) workOnBackup(work *backupWork, do func(context.Context, *backupSaid) error) {
	if w.nb == nil || w.backing != nil {
		return
	}
	ctx, cancel := context.WithCancel(w.ctx)
	work.began, work.cancel = w.now(), cancel
	w.backing, w.backed = work, nil
	session := w.session
	said := &backupSaid{act: work.act, path: work.path}
	w.showBackup()
	w.watchBackup(work)
	w.run.Aside(func() {
		err := do(ctx, said)
		cancel()
		w.run.Do(func() {
			if session != w.session {
				return
			}
			w.backing, w.backed = nil, said
			switch {
			case err != nil && work.stopped && errors.Is(err, context.Canceled):
				said.stopped = true
			case err != nil:
				p := w.deps.Explain(err)
				said.problem = &p
			}
			w.readStatus()
			if w.covered {
				w.covered = false
				w.lock() // it was time before the backup was done
				return
			}
			if !w.showBackup() {
				w.tellBackup(said)
			}
		})
	})
}

// stopBackup ends what is being done; nothing of it stays.
func (w *Window) stopBackup() {
	if w.backing != nil {
		w.backing.stopped = true
		w.backing.cancel()
	}
}

// watchBackup looks now and then how far a backup that is being made has come.
// The disk that it is written to may be slow, so nothing else waits for it.
func (w *Window) watchBackup(work *backupWork) {
	if work.act != makingBackup {
		return
	}
	nb, session := w.nb, w.session
	w.run.After(lookEvery, func() {
		if session != w.session || w.backing != work {
			return
		}
		w.run.Aside(func() {
			n := nb.BackupSoFar(work.path)
			w.run.Do(func() {
				if session != w.session || w.backing != work {
					return
				}
				work.soFar = n
				if p, ok := w.page.(*backupPage); ok {
					p.progress.Set(w.progressWords(work))
				}
				w.watchBackup(work)
			})
		})
	})
}

// showBackup shows how the work stands on its page, if that is what is shown.
func (w *Window) showBackup() bool {
	p, ok := w.page.(*backupPage)
	if ok {
		p.stand()
	}
	return ok
}

// tellBackup says above another page what came of the work. It waits while
// something there can be undone.
func (w *Window) tellBackup(said *backupSaid) {
	if w.frame == nil || w.backed != said {
		return
	}
	if w.pending != nil {
		session := w.session
		w.run.After(lookEvery, func() {
			if session == w.session {
				w.tellBackup(said)
			}
		})
		return
	}
	v := w.backupVerdict(said)
	tone := widgets.Caution
	if v.good {
		tone = widgets.Good
	}
	away := func() { w.frame.say(nil) }
	w.frame.say(widgets.NewPanel(tone, 6, widgets.Inset(0, 12, 0, 16, widgets.Row(gap,
		widgets.Fill(widgets.NewText(v.title+" "+v.text, widgets.Strong)),
		w.kit.Button(w.t("Show"), widgets.Secondary, func() { away(); w.visit(route{screen: "backup"}) }),
		w.kit.Button(w.t("Close"), widgets.Quiet, away)))))
}

// hideForBackup covers the window when nobody was there for so long that it
// would lock, and a backup is being made: locking would break it off. It locks
// as soon as that is done. It reports false where the lock is not to wait.
func (w *Window) hideForBackup() bool {
	if w.covered && w.backing != nil {
		return w.now().Sub(w.backing.began) < coverFor
	}
	if w.backing == nil || w.backing.act != makingBackup || w.now().Sub(w.backing.began) >= coverFor {
		return false
	}
	if w.pending != nil {
		return false
	}
	w.covered = true
	k, typing := w.page.(keeper)
	if !typing {
		w.hide(w.here)
		return true
	}
	k.keep(func(err error) {
		switch {
		case !w.covered: // the backup was quicker
		case err != nil:
			w.covered = false
			w.lock() // which says what could not be saved
		default:
			w.hide(k.back())
		}
	})
	return true
}

// hide drops the page, which back leads to again, and shows none until the lock.
func (w *Window) hide(back route) {
	w.drop()
	w.here = back
	w.frame.say(nil)
	now := w.kit.Button(w.t("Lock now and stop the backup"), widgets.Secondary, w.lock)
	w.cover(w.t("Finishing the backup, then locking"), widgets.Stack(2*widgets.Gap,
		widgets.NewText(w.t("Nothing can be read or written here meanwhile. Afterwards your passphrase opens the notebook again."), widgets.Body),
		buttons(now)))
	w.win.Canvas().Focus(now)
}

// coverFor bounds how long a backup may hold off the lock.
const coverFor = time.Hour
