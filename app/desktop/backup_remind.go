package desktop

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// remindCard sets when Today reminds of a backup.
func (p *backupPage) remindCard() fyne.CanvasObject {
	w, nb := p.w, p.w.nb
	if w.status.Enrolled {
		return card(w.t("Reminder"), widgets.NewText(w.t("In a council you are not reminded: what you sent is with the council. A backup also holds your drafts and what is not sent yet."), widgets.Muted))
	}
	days := w.kit.Radios([]widgets.Option{{Value: "7", Label: w.t("A week")}, {Value: "14", Label: w.t("Two weeks")},
		{Value: "30", Label: w.t("A month")}, {Value: "0", Label: w.t("Never")}}, nil)
	try(w, nb.Backups, func(f BackupFacts, err error) {
		if err == nil {
			days.Set(strconv.Itoa(f.Days))
		}
	})
	days.OnChanged = func() {
		n, err := strconv.Atoi(days.Value())
		if err != nil {
			return
		}
		act(w, func(ctx context.Context) error { return nb.RemindBackup(ctx, n) }, func(err error) {
			if err != nil {
				w.problem(err)
			}
		})
	}
	return card(w.t("Reminder"), widgets.NewField(w.t("Say so on Today when the last backup is older than"), "", days))
}

// backupCard is the backup's part of the settings.
func (w *Window) backupCard() fyne.CanvasObject {
	last := widgets.NewText(" ", widgets.Body)
	try(w, w.nb.Backups, func(f BackupFacts, err error) {
		if err != nil {
			return // the card stays without its date
		}
		_, title, _ := w.lastBackup(f)
		last.Set(title)
	})
	return card(w.t("Backup"), last, buttons(w.kit.Button(w.t("Make or check a backup"), widgets.Secondary, func() { w.visit(route{screen: "backup"}) })))
}

// backupLine is what Today says when a notebook that stands alone was not
// backed up for long; nil otherwise.
func (w *Window) backupLine(f BackupFacts) fyne.CanvasObject {
	if !f.Due || w.status.Enrolled {
		return nil
	}
	to := w.kit.Button(w.t("Make a backup"), widgets.Secondary, func() { w.visit(route{screen: "backup"}) })
	return widgets.NewPanel(widgets.Caution, 8, widgets.Inset(0, 4, 0, 10, widgets.Row(gap,
		widgets.Fill(widgets.NewText(w.reminder(f), widgets.Body)), to)))
}
