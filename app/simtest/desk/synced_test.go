package desk_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// layout is a home folder in which a program keeps some folder in step.
type layout struct {
	name  string
	files []string // to be there; one that ends in / is a folder. PATH:TEXT gives the content
	env   []string // HOME/ at the beginning of a value is the home
	place string   // where the notebook is to be
	code  string   // of the refusal
}

var layouts = []layout{
	{name: "OneDrive by name", files: []string{"OneDrive/"}, place: "OneDrive/notes"},
	{name: "OneDrive of a council", files: []string{"OneDrive - Norfolk County Council/"}, place: "OneDrive - Norfolk County Council/wherry"},
	{name: "OneDrive by variable", files: []string{"Council files/"}, env: []string{"OneDriveCommercial=HOME/Council files"}, place: "Council files/wherry"},
	{name: "OneDrive by its mark", files: []string{"Work/.849C9593-D756-4E56-8D6E-42412F2A707B"}, place: "Work/a/b/wherry"},
	{name: "Dropbox by its settings", files: []string{`.dropbox/info.json:{"personal":{"path":"HOME/Kept","host":1},"business":{"path":"HOME/Shared"}}`, "Shared/"}, place: "Shared/wherry"},
	{name: "Dropbox by its mark", files: []string{"Box of things/.dropbox:{}"}, place: "Box of things/wherry"},
	{name: "Dropbox for teams", files: []string{"Dropbox (Norfolk)/"}, place: "Dropbox (Norfolk)/wherry"},
	{name: "Google Drive by name", files: []string{"Google Drive/My Drive/"}, place: "Google Drive/My Drive/wherry"},
	{name: "Google Drive by its mark", files: []string{"GD/.tmp.driveupload/"}, place: "GD/wherry"},
	{name: "cloud folders of macOS", files: []string{"Library/CloudStorage/Provider-one/"}, place: "Library/CloudStorage/Provider-one/wherry"},
	{name: "iCloud", files: []string{"Library/Mobile Documents/com~apple~CloudDocs/"}, place: "Library/Mobile Documents/com~apple~CloudDocs/wherry"},
	{name: "Nextcloud by its settings", files: []string{".config/Nextcloud/nextcloud.cfg:[Accounts]\n0\\Folders\\1\\localPath=HOME/Cloud/\n0\\Folders\\1\\paused=false\n", "Cloud/"}, place: "Cloud/deep/wherry"},
	{name: "Nextcloud by its database", files: []string{"N/.sync_4fe1a0bcdd90.db:x"}, place: "N/wherry"},
	{name: "ownCloud by its log", files: []string{"O/.owncloudsync.log:x"}, place: "O/wherry"},
	{name: "a roaming profile", files: []string{"AppData/Roaming/"}, place: "AppData/Roaming/Wherry", code: "roaming_folder"},
	{name: "a roaming profile by variable", files: []string{"profile.v6/"}, env: []string{"APPDATA=HOME/profile.v6"}, place: "profile.v6/Wherry", code: "roaming_folder"},
	{name: "through a link", files: []string{"OneDrive/"}, place: "link/wherry"},
	{name: "another machine's share", place: `\\server\home\wherry`, code: "network_folder"},
}

// good are places that must never be refused.
var good = []layout{
	{name: "the ordinary place", place: ".local/share/wherry"},
	{name: "beside Dropbox's settings", files: []string{`.dropbox/info.json:{"personal":{"path":"HOME/Kept"}}`}, place: "Documents/wherry"},
	{name: "beside a OneDrive", files: []string{"OneDrive/"}, env: []string{"OneDrive=HOME/OneDrive", "OneDriveCommercial="}, place: "wherry"},
	{name: "names that only look so", files: []string{"my onedrive notes/", "Dropboxes/"}, place: "my onedrive notes/Dropboxes/boxes"},
	{name: "a local profile", env: []string{"APPDATA=HOME/AppData/Roaming"}, place: "AppData/Local/Wherry"},
	{name: "a folder of that name in use elsewhere", files: []string{"Mobile Documents/", "CloudStorage/"}, place: "Mobile Documents/CloudStorage/x"},
}

// make builds the layout and returns the notebook there, not yet begun.
func (l layout) make(t testing.TB, program string) *rig.Notebook {
	home := t.TempDir()
	here := func(s string) string { return strings.ReplaceAll(s, "HOME/", home+"/") }
	for _, f := range l.files {
		name, text, _ := strings.Cut(f, ":")
		path := filepath.Join(home, name)
		dir := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			dir = path
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if dir != path {
			rig.Write(t, path, here(text))
		}
	}
	if strings.HasPrefix(l.place, "link/") {
		if err := os.Symlink(filepath.Join(home, "OneDrive"), filepath.Join(home, "link")); err != nil {
			t.Fatal(err)
		}
	}
	n := &rig.Notebook{Program: program, Dir: filepath.Join(home, l.place), Pass: filepath.Join(home, "pass"), Env: []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}}
	if strings.HasPrefix(l.place, `\\`) {
		n.Dir = l.place
	}
	for _, e := range l.env {
		n.Env = append(n.Env, here(e))
	}
	rig.Write(t, n.Pass, rig.Passphrase+"\n")
	return n
}

// TestSyncedFolders is DT-05: folders that some program copies are refused with
// exit 2 and a reason, untouched, for a new notebook and for one that was moved
// there; ordinary folders are not.
func TestSyncedFolders(t *testing.T) {
	program := binaries.Build(t).Wherryctl
	begin := []string{"init", "--name", "Amina Yusuf", "--kdf-memory", "64MiB", "--recovery-out"}
	old, _ := seed(t)
	refused := 0
	for _, l := range layouts {
		n := l.make(t, program)
		kit := filepath.Join(filepath.Dir(n.Pass), "kit")
		r := n.Run(t, append(begin, kit)...)
		for _, f := range refusal(l, r) {
			t.Errorf("%s: init: %s", l.name, f)
		}
		if _, err := os.Lstat(n.Dir); err == nil {
			t.Errorf("%s: a notebook was begun", l.name)
		}
		if _, err := os.Lstat(kit); err == nil {
			t.Errorf("%s: a recovery kit was written", l.name)
		}
		refused++
		if strings.HasPrefix(n.Dir, `\\`) {
			continue
		}
		rig.Copy(t, old.Dir, n.Dir)
		before := tree(t, n.Dir)
		for _, f := range refusal(l, n.Feed(t, rig.LineOf("moved", 0).JSON, "record")) {
			t.Errorf("%s: a notebook that was moved there: %s", l.name, f)
		}
		if after := tree(t, n.Dir); after != before {
			t.Errorf("%s: the refused notebook was touched:\n%s\nwas\n%s", l.name, after, before)
		}
	}
	for _, l := range good {
		n := l.make(t, program)
		r := n.Run(t, append(begin, filepath.Join(filepath.Dir(n.Pass), "kit"))...)
		if r.Exit != 0 {
			t.Errorf("%s: refused: exit %d %s", l.name, r.Exit, r.Out)
		}
	}
	f := rig.NewFigures("DT-05 folders that are copied behind our back")
	f.Add("layouts refused", "%d", refused)
	f.Add("ordinary places taken", "%d", len(good))
	f.Sum(refused+len(good), 0)
	f.Print(t)
	if refused < 12 {
		t.Errorf("only %d layouts", refused)
	}
}

// TestSyncedFoldersHarnessCatches plants a program that looks at names only.
func TestSyncedFoldersHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	bad := plant.Build(t, plant.AnyPlace)
	for _, l := range layouts {
		if l.name != "Dropbox by its settings" {
			continue
		}
		n := l.make(t, bad)
		r := n.Run(t, "init", "--name", "Amina Yusuf", "--kdf-memory", "64MiB", "--recovery-out", filepath.Join(filepath.Dir(n.Pass), "kit"))
		if len(refusal(l, r)) == 0 {
			t.Errorf("the planted bug %q went unseen", plant.AnyPlace.Name)
		}
	}
}

func refusal(l layout, r *rig.Result) []string {
	code := l.code
	if code == "" {
		code = "synced_folder"
	}
	if r.Fault() != "" || r.Exit != 2 || !bytes.Contains(r.Out, []byte(`"code":"`+code+`"`)) {
		return []string{fmt.Sprintf("exit %d, wanted 2 %s: %s%s", r.Exit, code, r.Out, r.Err)}
	}
	return nil
}

// tree is every file of a folder with its size and time.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if err == nil {
			fmt.Fprintln(&b, path, st.Size(), st.ModTime().UnixNano())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSwappedLive is DT-05's other half: while the notebook is open, a copying
// program puts an older file in the place of its journal. What is written from
// then on goes to the file that was taken away; so that must be said at the
// next look, and nothing shown that was not written.
func TestSwappedLive(t *testing.T) {
	n, book := copied(t, t.TempDir(), 0)
	segment := filepath.Join(n.Dir, "journal", "00000001.wj")
	old, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	next := sent(book, rig.Lines("live", 20))
	given := 0
	s := n.Stream(t, func() (rig.Line, bool) {
		if given++; given == 11 {
			<-over
		}
		return next()
	})
	if !s.Await(10) {
		r := s.End()
		t.Fatalf("it ended by itself: exit %d %s%s", r.Exit, r.Out, r.Err)
	}
	rig.Write(t, segment+".tmp", string(old))
	if err := os.Rename(segment+".tmp", segment); err != nil {
		t.Fatal(err)
	}
	close(over)
	r := s.End()
	if f := r.Fault(); f != "" {
		t.Error(f)
	}
	acked := len(s.Acks())
	if acked < 10 {
		t.Errorf("only %d saves around the swap", acked)
	}
	if r := n.Run(t, "verify"); r.Fault() != "" || r.Exit != 5 && r.Exit != 8 {
		t.Errorf("verify after the swap: exit %d %s%s", r.Exit, r.Out, r.Err)
	}
	if r := n.Run(t, "list"); r.Fault() != "" || r.Exit != 0 && r.Exit != 5 && r.Exit != 8 {
		t.Errorf("list after the swap: exit %d %s%s", r.Exit, r.Out, r.Err)
	}
	now, r := n.Entries(t)
	if r.Fault() != "" {
		t.Error(r.Fault())
	}
	_, before := seed(t)
	for id, e := range before {
		if a := now[id]; a.ID == "" || !a.Damaged && a.SHA256 != e.SHA256 {
			t.Errorf("an entry from before the swap is gone or another: %s", id)
		}
	}
}
