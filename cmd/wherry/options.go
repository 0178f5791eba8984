package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"wherry/app/desktop"
	"wherry/app/headless"
)

// relockedArg is what a program that locked says to the one in its place:
// --relocked=1200x680. It tells nothing about the notebook.
const relockedArg = "--relocked="

// options is the command line.
type options struct {
	dir      string
	relocked bool
	size     desktop.Size
}

var errUsage = errors.New("usage: wherry [--dir FOLDER]")

// parse reads the command line: --dir D, else the user's data folder.
func parse(args []string) (o options, err error) {
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--dir" && i+1 < len(args):
			i++
			o.dir = args[i]
		case strings.HasPrefix(a, "--dir="):
			o.dir = strings.TrimPrefix(a, "--dir=")
		case strings.HasPrefix(a, relockedArg):
			o.relocked = true
			if n, _ := fmt.Sscanf(strings.TrimPrefix(a, relockedArg), "%dx%d", &o.size.Width, &o.size.Height); n != 2 {
				o.size = desktop.Size{}
			}
		default:
			return o, errUsage
		}
	}
	if o.dir == "" {
		o.dir, err = headless.DefaultDir()
		return o, err
	}
	o.dir, err = filepath.Abs(o.dir)
	return o, err
}

// relock is the command line of the program that shows the lock window.
func relock(dir string, s desktop.Size) []string {
	return []string{"--dir", dir, fmt.Sprintf("%s%dx%d", relockedArg, s.Width, s.Height)}
}
