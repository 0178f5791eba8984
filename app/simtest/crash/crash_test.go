// Package crash_test breaks the real programs while they save: it kills them,
// cuts their power, fills their disk and makes their system calls fail. What
// was acknowledged must be there afterwards.
package crash_test

import (
	"os"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

// The words of every story here are the rig's.
var (
	siblings     = rig.Siblings
	others       = rig.Others
	seedNotebook = rig.Seeded
	caseloadOf   = rig.CaseloadOf
	lineOf       = rig.LineOf
	each         = rig.Each
	survey       = rig.Survey
)
