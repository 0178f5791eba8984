package desktop

import (
	"math"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// secretFields ask for what opens a backup: the passphrase of the day on which
// it was made, or the recovery code.
type secretFields struct {
	w          *Window
	with       *widgets.Options
	pass, code *widgets.Entry
	passField  *widgets.Field
	codeField  *widgets.Field
	onSwitch   func(byCode bool)
}

// secretCodes are the problems that are mended in these fields.
var secretCodes = []string{CodeWrongPassphrase, "bad_recovery_code", "bad_passphrase", "other_kit"}

func (w *Window) secretFields() *secretFields {
	s := &secretFields{w: w, pass: w.kit.Secret(), code: w.kit.Line("")}
	s.passField = widgets.NewField(w.t("Passphrase"), w.t("The one that the notebook had on the day the backup was made."), s.pass)
	s.codeField = widgets.NewField(w.t("Recovery code"), w.t("From your recovery kit. Spaces, dashes and small letters do not matter."), s.code)
	s.with = w.kit.Radios([]widgets.Option{{Value: "passphrase", Label: w.t("Passphrase")}, {Value: "code", Label: w.t("Recovery code")}}, nil)
	s.with.Set("passphrase")
	s.codeField.Hide()
	s.with.OnChanged = func() {
		s.clear()
		if s.byCode() {
			s.passField.Hide()
			s.codeField.Show()
		} else {
			s.codeField.Hide()
			s.passField.Show()
		}
		if s.onSwitch != nil {
			s.onSwitch(s.byCode())
		}
		w.page.content().Refresh()
	}
	return s
}

func (s *secretFields) parts() []fyne.CanvasObject {
	return []fyne.CanvasObject{widgets.NewField(s.w.t("Open it with"), "", s.with), s.passField, s.codeField}
}

func (s *secretFields) byCode() bool { return s.with.Value() == "code" }

func (s *secretFields) first() *widgets.Entry {
	if s.byCode() {
		return s.code
	}
	return s.pass
}

func (s *secretFields) onEnter(do func()) { s.pass.OnEnter, s.code.OnEnter = do, do }

// take gives what was typed, and empties the box of the passphrase.
func (s *secretFields) take() (BackupSecret, bool) {
	w := s.w
	s.passField.Fail("")
	s.codeField.Fail("")
	switch {
	case s.byCode() && widgets.Words(s.code.Text) == 0:
		s.fail(w.t("Type the recovery code."))
	case s.byCode():
		return BackupSecret{Code: s.code.Text}, true
	case s.pass.Text == "":
		s.fail(w.t("Type the passphrase."))
	default:
		pass := []byte(s.pass.Text)
		s.pass.Put("")
		return BackupSecret{Passphrase: pass}, true
	}
	return BackupSecret{}, false
}

// fail says what is wrong with it, and takes the focus there.
func (s *secretFields) fail(words string) {
	f := s.passField
	if s.byCode() {
		f = s.codeField
	} else {
		s.pass.Put("")
	}
	f.Fail(words)
	s.w.win.Canvas().Focus(s.first())
}

func (s *secretFields) clear() {
	s.pass.Put("")
	s.code.Put("")
	s.passField.Fail("")
	s.codeField.Fail("")
}

// backupEndings are the ends of the names of backups.
var backupEndings = []string{".whb"}

// backupName names a backup made now: by the time, and by nobody's name.
func backupName(now time.Time) string {
	return "wherry-backup-" + casework.UKTime(now).Format("2006-01-02-1504") + ".whb"
}

// sizeAbout is a size to two figures: what is added up beforehand is not exact.
func sizeAbout(n int64) string {
	if n < 100 {
		return casework.SizeWords(n)
	}
	unit := math.Pow(10, math.Floor(math.Log10(float64(n)))-1)
	words := casework.SizeWords(int64(math.Round(float64(n)/unit) * unit))
	return strings.Replace(words, ".0 ", " ", 1)
}
