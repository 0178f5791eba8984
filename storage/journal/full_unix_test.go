//go:build !windows

package journal

import "syscall"

const fullError = syscall.ENOSPC
