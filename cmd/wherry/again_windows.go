package main

import (
	"os"
	"os/exec"

	"wherry/app/desktop"
)

// again starts the lock window and ends this program.
func again(dir string, s desktop.Size) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := exec.Command(self, relock(dir, s)...).Start(); err != nil {
		return err
	}
	os.Exit(0)
	return nil
}
