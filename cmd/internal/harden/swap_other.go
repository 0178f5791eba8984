//go:build !linux && !windows

package harden

import "runtime"

// swap: macOS encrypts its swap always; of others nothing is known.
func swap() string {
	if runtime.GOOS == "darwin" {
		return SwapEncrypted
	}
	return SwapOpen
}
