// Package doctor lets a program try a notebook's view in a child process of
// itself, which may panic or be killed without harm (app/notebook, Probe).
package doctor

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"wherry/app/notebook"
)

// argument, alone on the command line, makes a program the child.
const argument = "wherry-doctor-child"

// patience bounds a child that hangs instead of dying.
const patience = time.Minute

// Child is called first in main: in the child it answers and ends the process.
func Child() {
	if len(os.Args) != 2 || os.Args[1] != argument {
		return
	}
	if err := notebook.AnswerProbe(os.Stdin); err != nil {
		os.Exit(notebook.ExitDamaged)
	}
	os.Exit(0)
}

// Probe starts this program again as the child and reports how it ended. What a
// dying child prints is thrown away: it may hold pieces of memory.
func Probe(ctx context.Context, question io.Reader) error {
	self, err := os.Executable()
	if err != nil {
		return nil //nolint:nilerr // nobody to ask: the files were checked byte by byte all the same
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	c := exec.CommandContext(ctx, self, argument)
	c.Stdin = question
	c.Env = []string{"GOTRACEBACK=none"}
	err = c.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return nil // it could not be started
	}
	return err
}
