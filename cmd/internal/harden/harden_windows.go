package harden

import (
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Flags of Windows Error Reporting (werapi.h): a report without the heap, and
// none in the queue.
const (
	werNoHeap       = 1
	werQueue        = 2
	werDisableSnaps = 8
)

// process keeps Windows Error Reporting from making a dump of this program, and
// the system from showing boxes about it.
func process() {
	windows.SetErrorMode(windows.SEM_FAILCRITICALERRORS | windows.SEM_NOGPFAULTERRORBOX)
	wer := windows.NewLazySystemDLL("wer.dll")
	if flags := wer.NewProc("WerSetFlags"); flags.Find() == nil {
		_, _, _ = flags.Call(werNoHeap | werQueue | werDisableSnaps)
	}
	self, err := os.Executable()
	if err != nil {
		return
	}
	name, err := windows.UTF16PtrFromString(filepath.Base(self))
	if exclude := wer.NewProc("WerAddExcludedApplication"); err == nil && exclude.Find() == nil {
		_, _, _ = exclude.Call(uintptr(unsafe.Pointer(name)), 0) // for this user
	}
}
