package harden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

func swap() string {
	return swapIn("/", func(path string) (string, error) {
		var st unix.Stat_t
		if err := unix.Stat(path, &st); err != nil {
			return "", err
		}
		dev := st.Dev // a file: what it lies on
		if st.Mode&unix.S_IFMT == unix.S_IFBLK {
			dev = st.Rdev
		}
		return fmt.Sprintf("%d:%d", unix.Major(dev), unix.Minor(dev)), nil
	})
}

// swapIn judges every line of proc/swaps under root; device names the block
// device, as MAJOR:MINOR, that a swap partition is or a swap file lies on.
func swapIn(root string, device func(path string) (string, error)) string {
	b, err := os.ReadFile(filepath.Join(root, "proc/swaps"))
	if err != nil {
		return SwapOpen
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	answer := SwapNone
	for _, line := range lines[1:] {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		// The kernel writes spaces and the like in names as octal.
		path := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(f[0])
		dev, err := device(path)
		if err != nil || !sealedDevice(filepath.Join(root, "sys/dev/block", dev), 8) {
			return SwapOpen
		}
		answer = SwapEncrypted
	}
	return answer
}

// sealedDevice reports whether all that reaches this block device is encrypted
// first: by dm-crypt, on the device or on everything below it, or because it
// is compressed memory that is never written out.
func sealedDevice(sys string, depth int) bool {
	if b, err := os.ReadFile(filepath.Join(sys, "backing_dev")); err == nil { // zram
		return strings.TrimSpace(string(b)) == "none"
	}
	if b, err := os.ReadFile(filepath.Join(sys, "dm/uuid")); err == nil && strings.HasPrefix(string(b), "CRYPT-") {
		return true
	}
	if _, err := os.Stat(filepath.Join(sys, "partition")); err == nil && depth > 0 {
		return sealedDevice(filepath.Join(sys, ".."), depth-1)
	}
	below, err := os.ReadDir(filepath.Join(sys, "slaves"))
	if err != nil || len(below) == 0 || depth == 0 {
		return false
	}
	for _, e := range below {
		if !sealedDevice(filepath.Join(sys, "slaves", e.Name()), depth-1) {
			return false
		}
	}
	return true
}
