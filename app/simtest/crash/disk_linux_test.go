package crash_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"wherry/app/simtest/crash/rig"
)

// The ioctl that makes a file system stop at once, as if the power had gone:
// nothing more reaches the disk, not even its own log.
// From the kernel's include/uapi: EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN and
// EXT4_GOING_FLAGS_NOLOGFLUSH, XFS_FSOP_GOING_FLAGS_NOLOGFLUSH.
const (
	iocShutdown = 0x8004587d
	noLogFlush  = 2
)

// volume is a small disk of its own: a file system in an image file.
type volume struct {
	image, at string
	mounted   bool
}

// newVolume makes and mounts a file system of 256 MiB (XFS: 320), or ends the
// test if this machine has no loop devices.
func newVolume(t testing.TB, kind string) *volume {
	t.Helper()
	rig.Need(t, true, "mkfs."+kind, "mount", "umount")
	dir := t.TempDir()
	v := &volume{image: filepath.Join(dir, "disk.img"), at: filepath.Join(dir, "mnt")}
	size := int64(256 << 20)
	argv := []string{"mkfs.ext4", "-q", "-F", v.image}
	if kind == "xfs" {
		size, argv = 320<<20, []string{"mkfs.xfs", "-q", "-f", v.image}
	}
	f, err := os.Create(v.image)
	if err == nil {
		err = f.Truncate(size)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := tool(t, argv...); r.Exit != 0 {
		t.Fatalf("%s", r.Err)
	}
	if err := os.Mkdir(v.at, 0o700); err != nil {
		t.Fatal(err)
	}
	if r := tool(t, "mount", "-o", "loop", v.image, v.at); r.Exit != 0 {
		rig.Lacking(t, "a loop device: "+strings.TrimSpace(string(r.Err)))
	}
	v.mounted = true
	t.Cleanup(func() {
		if v.mounted {
			tool(t, "umount", v.at)
		}
	})
	return v
}

// cut stops the file system as a power cut would.
func (v *volume) cut(t testing.TB) {
	t.Helper()
	f, err := os.Open(v.at)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.IoctlSetPointerInt(int(f.Fd()), iocShutdown, noLogFlush); err != nil {
		t.Fatalf("the file system cannot be stopped: %v", err)
	}
}

// restart mounts the file system anew, from what had reached the image.
func (v *volume) restart(t testing.TB) {
	t.Helper()
	if r := tool(t, "umount", v.at); r.Exit != 0 {
		t.Fatalf("umount: %s", r.Err)
	}
	v.mounted = false
	if r := tool(t, "mount", "-o", "loop", v.image, v.at); r.Exit != 0 {
		t.Fatalf("mount after the cut: %s", r.Err)
	}
	v.mounted = true
}

// flush makes everything on the volume durable.
func (v *volume) flush(t testing.TB) {
	t.Helper()
	f, err := os.Open(v.at)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		t.Fatal(err)
	}
}

// newTmpfs mounts a file system in memory of this size.
func newTmpfs(t testing.TB, size string) string {
	t.Helper()
	rig.Need(t, true, "mount", "umount")
	at := t.TempDir()
	if r := tool(t, "mount", "-t", "tmpfs", "-o", "mode=700,size="+size, "tmpfs", at); r.Exit != 0 {
		rig.Lacking(t, "tmpfs: "+strings.TrimSpace(string(r.Err)))
	}
	t.Cleanup(func() { tool(t, "umount", at) })
	return at
}

// free is how many bytes may still be written on the volume of dir.
func free(t testing.TB, dir string) uint64 {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	return st.Bavail * uint64(st.Bsize)
}
