package notebook

import (
	"errors"
	"strings"
	"testing"
)

// TestRemoteFuse reads tables of mounts as proc(5) shows them.
func TestRemoteFuse(t *testing.T) {
	const table = `21 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 21 0:44 / /home/amina/Cloud\040files rw,nosuid shared:1 - fuse.rclone remote: rw,user_id=1000
41 21 0:45 / /home/amina/sealed rw - fuse.gocryptfs /home/amina/.sealed rw
42 21 0:46 / /media/stick rw - fuseblk /dev/sdb1 rw
43 21 0:47 / /home/amina/host rw - fuse.sshfs amina@host:/home rw
44 21 0:48 / /home/amina/old rw - fuse amina@host:/home rw
45 41 0:49 / /home/amina/sealed/inner rw - fuse.davfs https://council.example rw
`
	for path, want := range map[string]bool{
		"/home/amina/Cloud files/wherry":  true,
		"/home/amina/Cloud":               false,
		"/home/amina/sealed/wherry":       false,
		"/home/amina/sealed/inner/wherry": true,
		"/media/stick/wherry":             false,
		"/home/amina/host":                true,
		"/home/amina/old/wherry":          true,
		"/home/amina/wherry":              false,
	} {
		if got := remoteFuse(strings.NewReader(table), path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if remoteFuse(strings.NewReader("nonsense\n1 2 3\n"), "/x") {
		t.Error("nonsense was understood")
	}
	if err := checkVolume(t.TempDir() + "/not/there"); err != nil && !errors.Is(err, ErrNetworkPlace) {
		t.Error(err)
	}
}
