package notebook

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Where a notebook may not be: ErrPlace is a folder that another program keeps
// in step, and these two are folders that are not on this laptop at all, or not
// only.
var (
	// ErrNetworkPlace says that a folder lies on another machine.
	ErrNetworkPlace = errors.New("notebook: folder is on another machine")
	// ErrRoamingPlace says that a folder is copied to a server at log-off.
	ErrRoamingPlace = errors.New("notebook: folder belongs to a roaming profile")
	// ErrReadOnlyPlace says that a notebook lies where nothing can be written,
	// so that it can be read and not added to.
	ErrReadOnlyPlace = errors.New("notebook: folder can only be read")
)

// Names and marks of programs that copy a folder behind our back. A notebook
// there would be torn and would leave the laptop. The names are compared
// without regard to case; a mark is a file or folder that such a program leaves
// in the folder that it keeps.
var (
	syncedFolders = []string{"onedrive", "dropbox", "google drive", "googledrive", "icloud drive", "iclouddrive", "icloud",
		"com~apple~clouddocs", "mobile documents", "cloudstorage", "box sync", "nextcloud", "owncloud", "pclouddrive", "megasync", "seafile", "yandex.disk"}
	syncedFiles = []string{".dropbox", ".849C9593-D756-4E56-8D6E-42412F2A707B", ".849c9593-d756-4e56-8d6e-42412f2a707b",
		"desktop.ini.onedrive", ".sync_ffs_db", ".owncloudsync.log", ".nextcloudsync.log"}
	syncedDirs = []string{".dropbox.cache", ".tmp.drivedownload", ".tmp.driveupload", ".stfolder"}
	// Globs: the database that Nextcloud's and ownCloud's programs keep.
	syncedGlobs = []string{".sync_*.db", "._sync_*.db"}
	// Variables that name the folder itself.
	syncedEnv = []string{"OneDrive", "OneDriveCommercial", "OneDriveConsumer"}
)

// checkPlace refuses a folder that another program keeps in step, that roams
// with a profile, or that is another machine's. There is no override: a person
// who means it has every other folder to choose from.
func checkPlace(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	home, _ := os.UserHomeDir() // without one there is nothing to read there
	return errors.Join(checkNames(dir), checkNames(abs), checkNames(existing(abs)), checkMarks(existing(abs)), checkSettings(existing(abs), home, os.Getenv), checkVolume(existing(abs)))
}

// existing is the nearest folder that is there, with links resolved.
func existing(abs string) string {
	for p := abs; ; p = filepath.Dir(p) {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			rest, err := filepath.Rel(p, abs)
			if err != nil {
				return real
			}
			return filepath.Join(real, rest)
		}
		if p == filepath.Dir(p) {
			return abs
		}
	}
}

// checkNames judges a path by its words, of this system or of Windows.
func checkNames(path string) error {
	if strings.HasPrefix(path, `\\`) && !strings.HasPrefix(path, `\\?\`) && !strings.HasPrefix(path, `\\.\`) || strings.HasPrefix(strings.ToUpper(path), `\\?\UNC\`) {
		return ErrNetworkPlace
	}
	parts := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' || r == '\\' })
	for i, base := range parts {
		for _, s := range syncedFolders {
			if base == s || strings.HasPrefix(base, s+" - ") || strings.HasPrefix(base, s+" (") {
				if s != "mobile documents" && s != "cloudstorage" || i > 0 && parts[i-1] == "library" {
					return ErrPlace
				}
			}
		}
		if base == "roaming" && i > 0 && parts[i-1] == "appdata" {
			return ErrRoamingPlace
		}
	}
	return nil
}

// checkMarks looks for the marks of such programs in the folder and in all
// above it. A folder named .dropbox is Dropbox's settings in a home, and no
// mark; so only files count as files, and only folders as folders.
func checkMarks(path string) error {
	is := func(path string, folder bool) bool {
		st, err := os.Lstat(path)
		return err == nil && st.IsDir() == folder
	}
	for p := path; ; p = filepath.Dir(p) {
		for _, m := range syncedFiles {
			if is(filepath.Join(p, m), false) {
				return ErrPlace
			}
		}
		for _, m := range syncedDirs {
			if is(filepath.Join(p, m), true) {
				return ErrPlace
			}
		}
		for _, g := range syncedGlobs {
			if names, _ := filepath.Glob(filepath.Join(escaped(p), g)); len(names) > 0 {
				return ErrPlace
			}
		}
		if p == filepath.Dir(p) {
			return nil
		}
	}
}

// escaped makes a path mean itself in a glob.
func escaped(p string) string {
	if runtime.GOOS == "windows" {
		return p // there nothing can be escaped, and only [ would need it
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(p)
}

// checkSettings asks the environment and the settings files of such programs
// which folders they keep.
func checkSettings(path, home string, env func(string) string) error {
	var kept []string
	for _, name := range syncedEnv {
		kept = append(kept, env(name))
	}
	if a := env("APPDATA"); a != "" && within(path, a) {
		return ErrRoamingPlace
	}
	if home != "" {
		kept = append(kept, dropboxFolders(filepath.Join(home, ".dropbox", "info.json"))...)
		kept = append(kept, nextcloudFolders(filepath.Join(home, ".config", "Nextcloud", "nextcloud.cfg"))...)
		kept = append(kept, nextcloudFolders(filepath.Join(home, ".config", "ownCloud", "owncloud.cfg"))...)
	}
	for _, v := range []string{"APPDATA", "LOCALAPPDATA"} {
		if d := env(v); d != "" {
			kept = append(kept, dropboxFolders(filepath.Join(d, "Dropbox", "info.json"))...)
			kept = append(kept, nextcloudFolders(filepath.Join(d, "Nextcloud", "nextcloud.cfg"))...)
		}
	}
	for _, k := range kept {
		if k != "" && within(path, k) {
			return ErrPlace
		}
	}
	return nil
}

// within reports whether path is folder or lies in it. A root or a home as such
// a folder would refuse everything, so they do not count.
func within(path, folder string) bool {
	folder = filepath.Clean(folder)
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	if !filepath.IsAbs(folder) || folder == filepath.Dir(folder) {
		return false
	}
	if runtime.GOOS == "windows" {
		path, folder = strings.ToLower(path), strings.ToLower(folder)
	}
	rest, err := filepath.Rel(folder, path)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

// settingsLimit is how much of another program's settings is read.
const settingsLimit = 1 << 20

// dropboxFolders reads info.json, which Dropbox documents for this use.
func dropboxFolders(file string) []string {
	b := readSome(file)
	var info map[string]struct {
		Path string `json:"path"`
	}
	if b == nil || json.Unmarshal(b, &info) != nil {
		return nil
	}
	var out []string
	for _, i := range info {
		out = append(out, i.Path)
	}
	return out
}

// nextcloudFolders reads the lines 0\Folders\1\localPath=… of an ini file.
func nextcloudFolders(file string) []string {
	var out []string
	for line := range strings.Lines(string(readSome(file))) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && strings.HasSuffix(key, `localPath`) {
			out = append(out, filepath.FromSlash(value))
		}
	}
	return out
}

// readSome reads a small file; nil if it cannot be read or is not small.
func readSome(file string) []byte {
	if st, err := os.Stat(file); err != nil || !st.Mode().IsRegular() || st.Size() > settingsLimit {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return b
}
