package window

import (
	"os"
	"path/filepath"
)

// Passphrase is the one that the stories type.
const Passphrase = "five invented words go here"

// steps runs acts in order and stops at the first that fails.
func steps(acts ...func() error) error {
	for _, a := range acts {
		if err := a(); err != nil {
			return err
		}
	}
	return nil
}

// keys and its like make acts of the desk's methods.
func (d *Desk) keys(k ...string) func() error { return func() error { return d.Keys(k...) } }
func (d *Desk) text(s string) func() error    { return func() error { return d.Type(s) } }
func (d *Desk) then(k ...string) func() error {
	return func() error { return d.Changes(func() error { return d.Keys(k...) }) }
}

// Begin creates a notebook, writes its recovery kit and adds the sample cases.
func (d *Desk) Begin(binary, dir string) error {
	kit := filepath.Join(d.Home, "Documents", "wherry-recovery-kit.txt")
	return steps(
		func() error { return d.Start(binary, dir) }, d.at("Create a notebook"),
		d.text("Amina Yusuf"), d.keys("Tab"), d.text(Passphrase), d.keys("Tab"), d.text(Passphrase),
		d.keys("Return"), d.at("Recovery kit"),
		d.keys("Return"),
		func() error {
			return d.Wait("the recovery kit", func() bool { _, err := os.Stat(kit); return err == nil })
		},
		d.keys("Return"), d.at("Today"),
		d.keys("Tab", "Tab", "Return"), d.at("Caseload"),
	)
}

func (d *Desk) at(screen string) func() error { return func() error { return d.At(screen) } }

// Unlock opens a locked notebook.
func (d *Desk) Unlock() error {
	return steps(d.at("Locked"), d.text(Passphrase), d.keys("Return"), d.at("Today"))
}

// RecordVisit writes a visit to the three sample siblings, as far as the check
// before finalising: shared account, each child's part, the words of one.
func (d *Desk) RecordVisit() error {
	return steps(
		d.then("ctrl+n"), d.text("Ruby"), d.keys("Return"), d.at("Record"),
		// Up from the account to the children, and on to Alfie, then to Baby;
		// each choice brings the caret back to the account.
		d.keys("shift+Tab", "shift+Tab", "Right"), d.then("space"),
		d.keys("shift+Tab", "shift+Tab", "Right"), d.then("space"),
		d.text(Account),
		func() error { return d.Paste(AccountTail) },
		d.then("ctrl+Next"), // Ruby: seen, alone, where she sleeps, her words
		d.then("space"), d.keys("Tab"), d.then("space"), d.keys("Tab"), d.then("space"),
		d.keys("Tab"), d.text(Asked), d.keys("Tab", "Tab"), d.text(Said),
		d.then("ctrl+Next"), // Alfie: seen, not alone, a reason, where he sleeps
		d.then("space"), d.keys("Tab"), d.then("Right"), d.then("Right"),
		d.keys("Tab"), d.then("Right"), d.keys("Tab"), d.then("Right"),
		d.then("ctrl+Next"), // Baby: seen, not alone
		d.then("space"), d.keys("Tab"), d.then("Right"), d.then("Right"),
		d.keys("Tab"), d.then("Right"), d.keys("Tab"), d.then("Right"),
		d.then("ctrl+Return"), // the check
	)
}

// What the story types.
const (
	Account     = "Knocked three times before Kelly came to the door. Food in the fridge."
	AccountTail = " Neighbour: Nguyễn Thị Hà."
	Asked       = "Who has been at home this week?"
	Said        = "Daz sleeps on the sofa."
)
