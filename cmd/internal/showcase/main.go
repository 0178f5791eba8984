// Command showcase drives the sample case through the real window on a display
// of its own and leaves a screenshot: what `make run` does without a display.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"wherry/app/simtest/window"
)

func main() {
	binary := flag.String("binary", "bin/wherry", "the desktop notebook")
	flag.Parse()
	shot, err := show(*binary)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("The notebook was opened, a visit to three siblings recorded, and a screenshot left in", shot)
}

func show(binary string) (shot string, err error) {
	dir, err := os.MkdirTemp("", "wherry-run-")
	if err != nil {
		return "", err
	}
	bin, err := filepath.Abs(binary)
	if err != nil {
		return "", err
	}
	d, err := window.NewDesk(dir)
	if err != nil {
		return "", err
	}
	defer func() {
		if cerr := d.Close(); err == nil {
			err = cerr
		}
		_ = os.RemoveAll(filepath.Join(dir, "home")) // the sample notebook; the picture stays
	}()
	d.Trace = func(act string) { fmt.Println("  ", act) }
	if err := d.Begin(bin, filepath.Join(d.Home, "notebook")); err != nil {
		return "", err
	}
	if err := d.RecordVisit(); err != nil {
		return "", err
	}
	final := func() bool {
		drafts, _ := filepath.Glob(filepath.Join(d.Home, "notebook", "drafts", "*.wd"))
		return len(drafts) == 0
	}
	if err := d.Wait("the ten seconds in which it can be undone", final); err != nil {
		return "", err
	}
	shot = filepath.Join(dir, "wherry.png")
	return shot, d.Shot(shot)
}
