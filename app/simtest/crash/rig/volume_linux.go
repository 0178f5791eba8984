package rig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The ioctl that makes a file system stop at once, as if the power had gone:
// nothing more reaches the disk, not even its own log.
// From the kernel's include/uapi: EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN and
// EXT4_GOING_FLAGS_NOLOGFLUSH, XFS_FSOP_GOING_FLAGS_NOLOGFLUSH.
const (
	iocShutdown = 0x8004587d
	noLogFlush  = 2
)

// Volume is a small disk of its own: a file system in an image file.
type Volume struct {
	image   string
	At      string // where it is mounted
	mounted bool
}

// NewVolume makes and mounts a file system of 256 MiB (XFS: 320), or ends the
// test if this machine has no loop devices.
func NewVolume(t testing.TB, kind string) *Volume {
	t.Helper()
	if kind == "xfs" {
		return newVolume(t, kind, 320<<20)
	}
	return newVolume(t, kind, 256<<20)
}

// NewSmallVolume is NewVolume with an ext4 of this many bytes.
func NewSmallVolume(t testing.TB, size int64) *Volume {
	t.Helper()
	return newVolume(t, "ext4", size)
}

func newVolume(t testing.TB, kind string, size int64) *Volume {
	t.Helper()
	Need(t, true, "mkfs."+kind, "mount", "umount")
	dir := Fast(t)
	v := &Volume{image: filepath.Join(dir, "disk.img"), At: filepath.Join(dir, "mnt")}
	argv := []string{"mkfs.ext4", "-q", "-F", v.image}
	if kind == "xfs" {
		argv = []string{"mkfs.xfs", "-q", "-f", v.image}
	}
	f, err := os.Create(v.image)
	if err == nil {
		err = f.Truncate(size)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := Tool(t, argv...); r.Exit != 0 {
		t.Fatalf("%s", r.Err)
	}
	if err := os.Mkdir(v.At, 0o700); err != nil {
		t.Fatal(err)
	}
	if r := Tool(t, "mount", "-o", "loop", v.image, v.At); r.Exit != 0 {
		Lacking(t, "a loop device: "+strings.TrimSpace(string(r.Err)))
	}
	v.mounted = true
	t.Cleanup(func() {
		if v.mounted {
			Tool(t, "umount", v.At)
		}
	})
	return v
}

// Fast is a folder in memory, where the machine has one with room enough, and
// otherwise a temporary one. An image in it loses no less in a cut: what the
// file system had not written to its device is gone.
func Fast(t testing.TB) string {
	t.Helper()
	const shm = "/dev/shm"
	var st unix.Statfs_t
	if unix.Statfs(shm, &st) != nil || st.Bavail*uint64(st.Bsize) < 2<<30 {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(shm, "wherry-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // after the volume in it was taken down
	return dir
}

// Cut stops the file system as a power cut would.
func (v *Volume) Cut(t testing.TB) {
	t.Helper()
	f, err := os.Open(v.At)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.IoctlSetPointerInt(int(f.Fd()), iocShutdown, noLogFlush); err != nil {
		t.Fatalf("the file system cannot be stopped: %v", err)
	}
}

// Restart mounts the file system anew, from what had reached the image.
func (v *Volume) Restart(t testing.TB) {
	t.Helper()
	if r := Tool(t, "umount", v.At); r.Exit != 0 {
		t.Fatalf("umount: %s", r.Err)
	}
	v.mounted = false
	if r := Tool(t, "mount", "-o", "loop", v.image, v.At); r.Exit != 0 {
		t.Fatalf("mount after the cut: %s", r.Err)
	}
	v.mounted = true
}

// Flush makes everything on the volume durable.
func (v *Volume) Flush(t testing.TB) {
	t.Helper()
	f, err := os.Open(v.At)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		t.Fatal(err)
	}
}

// NewTmpfs mounts a file system in memory of this size.
func NewTmpfs(t testing.TB, size string) string {
	t.Helper()
	Need(t, true, "mount", "umount")
	at := t.TempDir()
	if r := Tool(t, "mount", "-t", "tmpfs", "-o", "mode=700,size="+size, "tmpfs", at); r.Exit != 0 {
		Lacking(t, "tmpfs: "+strings.TrimSpace(string(r.Err)))
	}
	t.Cleanup(func() { Tool(t, "umount", at) })
	return at
}

// Free is how many bytes may still be written on the volume of dir.
func Free(t testing.TB, dir string) uint64 {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	return st.Bavail * uint64(st.Bsize)
}
