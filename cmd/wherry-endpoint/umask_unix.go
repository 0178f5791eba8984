//go:build unix

package main

import "golang.org/x/sys/unix"

// privateFiles makes every file of this process readable to its user alone.
func privateFiles() { unix.Umask(0o077) }
