package notebook

import (
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/windows"
)

// cloudAttributes mark files and folders that a cloud program provides: recall
// on open, recall on data access, pinned, unpinned (winnt.h).
const cloudAttributes = 0x00040000 | 0x00400000 | 0x00080000 | 0x00100000

// checkVolume refuses a folder on a network drive, and one that Windows itself
// says a cloud program keeps. What cannot be found out is not refused.
func checkVolume(path string) error {
	root := filepath.VolumeName(path) + `\`
	if p, err := windows.UTF16PtrFromString(root); err == nil && windows.GetDriveType(p) == windows.DRIVE_REMOTE {
		return ErrNetworkPlace
	}
	for p := path; ; p = filepath.Dir(p) {
		if st, err := os.Lstat(p); err == nil {
			if d, ok := st.Sys().(*syscall.Win32FileAttributeData); ok && d.FileAttributes&cloudAttributes != 0 {
				return ErrPlace
			}
		}
		if p == filepath.Dir(p) {
			return nil
		}
	}
}
