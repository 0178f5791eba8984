package harden

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// machine is a folder that looks like /proc and /sys.
func machine(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const swapsHead = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

func TestSwap(t *testing.T) {
	devices := map[string]string{"/dev/sda3": "8:3", "/dev/dm-1": "254:1", "/dev/zram0": "253:0", "/swap file": "254:1"}
	device := func(path string) (string, error) {
		if d, ok := devices[path]; ok {
			return d, nil
		}
		return "", errors.New("no such device")
	}
	line := func(names ...string) string {
		out := swapsHead
		for _, n := range names {
			out += n + " partition 1000 0 -2\n"
		}
		return out
	}
	luks := map[string]string{"sys/dev/block/254:1/dm/uuid": "CRYPT-LUKS2-abc\n"}
	for name, c := range map[string]struct {
		swaps string
		sys   map[string]string
		want  string
	}{
		"no swap":                 {swapsHead, nil, SwapNone},
		"plain partition":         {line("/dev/sda3"), map[string]string{"sys/dev/block/8:3/size": "9"}, SwapOpen},
		"dm-crypt":                {line("/dev/dm-1"), luks, SwapEncrypted},
		"file on dm-crypt":        {line(`/swap\040file`), luks, SwapEncrypted},
		"volume on dm-crypt":      {line("/dev/dm-1"), map[string]string{"sys/dev/block/254:1/dm/uuid": "LVM-x", "sys/dev/block/254:1/slaves/dm-0/dm/uuid": "CRYPT-LUKS1-x"}, SwapEncrypted},
		"volume half on dm-crypt": {line("/dev/dm-1"), map[string]string{"sys/dev/block/254:1/slaves/dm-0/dm/uuid": "CRYPT-x", "sys/dev/block/254:1/slaves/sdb/size": "9"}, SwapOpen},
		"compressed memory":       {line("/dev/zram0"), map[string]string{"sys/dev/block/253:0/backing_dev": "none\n"}, SwapEncrypted},
		"memory written out":      {line("/dev/zram0"), map[string]string{"sys/dev/block/253:0/backing_dev": "/dev/sda4\n"}, SwapOpen},
		"one of two":              {line("/dev/dm-1", "/dev/sda3"), luks, SwapOpen},
		"unknown device":          {line("/dev/gone"), luks, SwapOpen},
	} {
		files := map[string]string{"proc/swaps": c.swaps}
		for k, v := range c.sys {
			files[k] = v
		}
		if got := swapIn(machine(t, files), device); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := swapIn(t.TempDir(), device); got != SwapOpen {
		t.Errorf("a system that does not say: %s", got)
	}
}
