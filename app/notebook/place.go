package notebook

import (
	"os"
	"path/filepath"
	"strings"
)

// syncedFolders are folder names and marker files of programs that copy a
// folder behind our back. A notebook there would be torn and would leave the
// laptop, so it is refused.
var (
	syncedFolders = []string{"onedrive", "dropbox", "google drive", "googledrive", "icloud drive", "icloud", "box sync", "nextcloud", "owncloud"}
	syncedMarkers = []string{".dropbox", ".dropbox.cache", "desktop.ini.onedrive", ".849c9593-d756-4e56-8d6e-42412f2a707b", ".sync_ffs_db", ".owncloudsync.log"}
)

// checkPlace refuses a folder that another program keeps in step.
func checkPlace(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for p := abs; ; p = filepath.Dir(p) {
		base := strings.ToLower(filepath.Base(p))
		for _, s := range syncedFolders {
			if base == s || strings.HasPrefix(base, s+" - ") {
				return ErrPlace
			}
		}
		for _, m := range syncedMarkers {
			if _, err := os.Lstat(filepath.Join(p, m)); err == nil {
				return ErrPlace
			}
		}
		if p == filepath.Dir(p) {
			return nil
		}
	}
}
