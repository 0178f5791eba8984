package notebook

import (
	"errors"
	"testing"
)

// TestPlaceNames judges paths of every system by their words.
func TestPlaceNames(t *testing.T) {
	for path, want := range map[string]error{
		`C:\Users\amina\OneDrive - Norfolk County Council\wherry`:    ErrPlace,
		`C:\Users\amina\Dropbox (Norfolk)\wherry`:                    ErrPlace,
		`C:\Users\amina\iCloudDrive\wherry`:                          ErrPlace,
		`/Users/amina/Library/Mobile Documents/com~apple~CloudDocs`:  ErrPlace,
		`/Users/amina/Library/CloudStorage/OneDrive-Norfolk/wherry`:  ErrPlace,
		`C:\Users\amina\AppData\Roaming\Wherry`:                      ErrRoamingPlace,
		`C:\Users\amina\AppData\Local\Wherry`:                        nil,
		`\\server\redirected$\amina\wherry`:                          ErrNetworkPlace,
		`\\?\UNC\server\home\wherry`:                                 ErrNetworkPlace,
		`\\?\C:\Users\amina\wherry`:                                  nil,
		`/home/amina/.local/share/wherry`:                            nil,
		`/home/amina/onedrive-notes/wherry`:                          nil,
		`/home/roaming/wherry`:                                       nil,
		`/srv/mobile documents/wherry`:                               nil,
		`/Users/amina/Library/Application Support/Wherry`:            nil,
		`/home/amina/Nextcloud/wherry`:                               ErrPlace,
		`/home/amina/.var/app/some.editor/data/nextcloudy/cases/x/y`: nil,
	} {
		if err := checkNames(path); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}
