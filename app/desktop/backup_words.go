package desktop

import (
	"time"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// verdict is what came of a work on a backup, in words.
type verdict struct {
	good        bool
	title, text string
	more        string // what to do now; may be ""
}

// contents is how much is in a backup.
func (w *Window) contents(entries, drafts int) string {
	return w.t("%s and %s", w.n("%d entry", "%d entries", entries), w.n("%d draft", "%d drafts", drafts))
}

// backupVerdict says only what was proven: that a backup was made, when it is
// on its disk; that it is whole, when it was read.
func (w *Window) backupVerdict(s *backupSaid) verdict {
	switch {
	case s.stopped && s.act == makingBackup:
		return verdict{title: w.t("Stopped."), text: w.t("No backup was made, and nothing is left of it.")}
	case s.stopped:
		return verdict{title: w.t("Stopped."), text: w.t("Nothing was changed, and nothing is known of this backup.")}
	case s.problem != nil && s.act == makingBackup:
		return verdict{title: w.t("No backup was made."), text: s.problem.Sentence, more: s.problem.Next}
	case s.problem != nil:
		return verdict{title: w.t("The backup was not read to its end."), text: s.problem.Sentence, more: s.problem.Next}
	case s.act == makingBackup:
		return w.madeVerdict(s.made)
	}
	return w.foundVerdict(s.act, s.found)
}

func (w *Window) madeVerdict(m BackupMade) verdict {
	v := verdict{good: true, title: w.t("The backup is made."),
		text: w.t("%s, %s, %s. Destroy it by %s.", w.contents(m.Entries, m.Drafts), casework.SizeWords(m.Bytes), casework.TimeWords(m.Made), casework.DateWords(m.Expires)),
		more: w.t("It has not been read back yet. Check it before you rely on it.")}
	if !m.Noted {
		v.more = w.t("The notebook could not note that it exists: write down yourself when to destroy it.") + " " + v.more
	}
	return v
}

func (w *Window) foundVerdict(act backupAct, f BackupFound) verdict {
	switch {
	case !f.Whole:
		return verdict{title: w.t("This backup is damaged."), text: w.n("%d place in it is not as it was written.", "%d places in it are not as they were written.", max(1, f.Damaged)) +
			" " + w.t("A restore takes nothing from a damaged backup."), more: w.t("Use another copy of it, or make a new backup.")}
	case act == tryingRestore && !f.Restored:
		return verdict{title: w.t("The restore did not come out equal."), text: w.t("Every byte can be read, but the restored notebook was not what was backed up."),
			more: w.t("Make a new backup and try that. If it happens again, report it.")}
	}
	v := verdict{good: true, title: w.t("Every byte is as it was written."),
		text: w.t("%s, as they stood on %s. Nothing was changed by checking.", w.contents(f.Entries, f.Drafts), casework.TimeWords(f.Made))}
	if act == tryingRestore {
		v.title = w.t("The restore works.")
		v.text = w.t("%s came back as they stood on %s, every entry compared. The trial folder is erased.", w.contents(f.Entries, f.Drafts), casework.TimeWords(f.Made))
	}
	if !f.Own {
		v.more = w.t("It is a backup of another notebook than this one.")
	}
	if f.Expired {
		v.good = false
		v.more = w.t("It was to be destroyed by %s: what was disposed of since can still be read from it.", casework.DateWords(f.Expires))
	}
	return v
}

// progressWords says how far the work has come.
func (w *Window) progressWords(b *backupWork) string {
	on := w.t("You can go on working meanwhile.")
	switch {
	case b.act == makingBackup && b.soFar > 0 && b.size > b.soFar:
		return w.t("%s of about %s.", casework.SizeWords(b.soFar), casework.SizeWords(b.size)) + " " + on
	case b.act == makingBackup && b.soFar > 0:
		return w.t("%s are written.", casework.SizeWords(b.soFar)) + " " + on
	}
	return w.t("Begun at %s.", casework.ClockWords(b.began)) + " " + on
}

func (w *Window) workWords(a backupAct) string {
	switch a {
	case checkingBackup:
		return w.t("Checking the backup")
	case tryingRestore:
		return w.t("Trying a restore")
	}
	return w.t("Making the backup")
}

// lastBackup says when the last backup was made and whether it was looked at.
func (w *Window) lastBackup(f BackupFacts) (shape widgets.Shape, title, text string) {
	if f.Made.IsZero() {
		return widgets.OpenRing, w.t("No backup of this notebook is known."), w.t("If there is one, check it below: then the notebook knows of it.")
	}
	text = w.t("It has not been checked yet.")
	switch {
	case !f.Tried.IsZero():
		text = w.t("A restore of it was tried on %s, and worked.", casework.DateWords(f.Tried))
	case !f.Checked.IsZero():
		text = w.t("It was read on %s, and every byte is as it was written.", casework.DateWords(f.Checked))
	}
	if !f.Expires.IsZero() {
		text += " " + w.t("Destroy it by %s.", casework.DateWords(f.Expires))
	}
	return widgets.Tick, w.t("Made on %s.", casework.TimeWords(f.Made)), text
}

// reminder says why it is time for a backup.
func (w *Window) reminder(f BackupFacts) string {
	if f.Made.IsZero() {
		return w.t("No backup of this notebook is known. What you write is on this laptop and nowhere else.")
	}
	days := int(w.now().Sub(f.Made) / (24 * time.Hour))
	return w.n("The last backup is %d day old. What you wrote since is on this laptop and nowhere else.",
		"The last backup is %d days old. What you wrote since is on this laptop and nowhere else.", days)
}
