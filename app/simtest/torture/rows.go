package main

// row is one promise of the catalogue and the tests that try it. Several rows
// may name the same test; it is then run once for each.
type row struct {
	ID      string
	Promise string
	Package string   // from the repository's root
	Tests   []string // exact names
}

const (
	crash    = "./app/simtest/crash"
	desk     = "./app/simtest/desk"
	tamper   = "./app/simtest/tamper"
	leak     = "./app/simtest/leak"
	memory   = "./app/simtest/memory"
	model    = "./app/simtest/model"
	forensic = "./app/simtest/forensic"
	window   = "./app/simtest/window"
)

// rows is the release column, shortest first within a group.
var rows = []row{
	{"ST-01", "what was said to be saved is there after a crash", crash, []string{"TestKill"}},
	{"ST-02", "and after the battery dies", crash, []string{"TestEveryPromiseFollowsASync", "TestPowerCuts"}},
	{"ST-03", "a failing disk is reported, never hidden", crash, []string{"TestFailingDisk"}},
	{"ST-04", "a full disk never crashes or traps notes", crash, []string{"TestFullDisk"}},
	{"ST-05", "damage is shown as damage, never as truth", tamper, []string{"TestFlipsJournalSegment", "TestFlipsJournalMark", "TestFlipsViewFile", "TestFlipsViewSeal",
		"TestFlipsIndex", "TestFlipsDraft", "TestFlipsSettings", "TestFlipsKeyFile", "TestFlipsKeyBox", "TestFlipsThroughBinaries", "TestHarmedFiles", "TestHarmedSegments", "TestTwoSegments"}},
	{"ST-06", "a save is all or nothing", crash, []string{"TestWholeOrNothing"}},
	{"ST-07", "deleted means gone", forensic, []string{"TestDisposedIsGone", "TestKilledDisposal"}},
	{"ST-08", "any order of operations gives the same notebook", model, []string{"TestModel"}},
	{"ST-10", "a backup restores everything", "./app/notebook", []string{"TestBackupRestores", "TestBackupWhileWriting"}},
	{"ST-11", "old handwriting in the format stays readable", "./storage/record", []string{"TestVectors"}},
	{"ST-11", "of the journal", "./storage/journal", []string{"TestFrozenVectors", "TestFrozenFolder", "TestVectorsAreComplete"}},
	{"ST-11", "of seals and key files", "./storage/seal", []string{"TestVectors"}},
	{"ST-11", "of whole notebooks of every release", "./app/notebook", []string{"TestReleasedNotebooks"}},
	{"DT-01", "two windows cannot damage one notebook", desk, []string{"TestTwoWindows"}},
	{"DT-02", "logging off in mid-save is safe", desk, []string{"TestLogOff"}},
	{"DT-02", "and in the window", window, []string{"TestLoggingOffKeepsTheLastWords"}},
	{"DT-03", "sleep loses nothing", desk, []string{"TestSleep"}},
	{"DT-03", "and locks by the clock on the wall", window, []string{"TestAStandstillLocks"}},
	{"DT-04", "pulling the stick out is an error, no disaster", desk, []string{"TestPulledOut"}},
	{"DT-05", "a folder that is copied elsewhere is refused", desk, []string{"TestSyncedFolders", "TestSwappedLive"}},
	{"DT-06", "files held by other programs do no harm", crash, []string{"TestAntivirus"}},
	{"DT-07", "a read-only place can be read", desk, []string{"TestReadOnlyPlaces"}},
	{"DT-08", "a wrong clock reorders and hides nothing", desk, []string{"TestWrongClocks", "TestWrongClockOfTheSystem"}},
	{"CR-03", "notes cannot be moved between children", tamper, []string{"TestMovedEntries"}},
	{"CR-07", "a stolen laptop is just metal", tamper, []string{"TestGuessesAreDear"}},
	{"CR-08", "nonces never repeat", "./storage/seal", []string{"TestSealNeverRepeats"}},
	{"LK-01", "no child's name leaks anywhere", leak, []string{"TestNothingLeaks"}},
	{"LK-02", "locking wipes it from memory", memory, []string{"TestAClosedNotebookLeavesNoKeys"}},
	{"LK-02", "and in the window", window, []string{"TestALockLeavesNothingInMemory"}},
	{"LK-03", "crash reports and swap tell nothing", leak, []string{"TestNothingLeaks"}},
}

// fuzzed are the parser groups of ST-09, with a pattern for scripts/fuzz.sh.
var fuzzed = []string{"FuzzSegment|FuzzFrame", "record.*FuzzParse|sync/wire.*FuzzDecode", "index.*FuzzLoad|index.*FuzzScan", "FuzzImportRow|FuzzReadTable"}
