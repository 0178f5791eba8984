// Command wherry is the desktop notebook. It is the only program that opens a
// window, and the only importer of fyne's app package.
package main

//go:generate go run ../internal/metadata ../../FyneApp.toml metadata.go

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/app"

	"wherry/app/desktop"
	"wherry/app/headless"
	"wherry/app/notebook"
	"wherry/cmd/internal/build"
	"wherry/cmd/internal/dial"
	"wherry/cmd/internal/doctor"
	"wherry/cmd/internal/harden"
	"wherry/cmd/internal/session"
)

func main() {
	harden.Process()
	defer harden.Fault()
	doctor.Child()
	o, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(notebook.ExitRefused)
	}
	around := session.Watch()
	app.SetMetadata(metadata)
	a := app.NewWithID(metadata.ID)
	desktop.Run(a, desktop.Deps{
		Door:      desktop.NewDoor(o.dir, notebook.Config{Dial: dial.Remote, Probe: doctor.Probe, Version: build.Version}),
		Explain:   desktop.Explain,
		Now:       time.Now,
		Version:   version(),
		Language:  language(),
		Documents: documents(),
		Process: desktop.Process{
			Again:    func(s desktop.Size) error { return again(o.dir, s) },
			Relocked: o.relocked,
			Size:     o.size,
			Around:   happenings(around.Events),
			Rested:   around.Rested,
			Swap:     harden.Swap,
		},
	})
}

// happenings hands on what happens around the program, in the window's words.
func happenings(in <-chan session.Event) <-chan desktop.Around {
	words := map[session.Event]desktop.Around{session.Lock: desktop.LockNow, session.Sleep: desktop.Sleep,
		session.Woke: desktop.Woke, session.End: desktop.End}
	out := make(chan desktop.Around)
	go func() {
		for e := range in {
			out <- words[e]
		}
	}()
	return out
}

func version() desktop.Version {
	var formats []string
	for _, name := range []string{"entry", "keyfile", "journal", "wire"} {
		formats = append(formats, name+" "+strconv.Itoa(headless.Formats[name]))
	}
	return desktop.Version{Version: build.Version, Commit: build.Commit(), Go: runtime.Version(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Formats: strings.Join(formats, ", ")}
}

// language is "cy" where the desktop speaks Welsh, else "en".
func language() string {
	for _, k := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(k); v != "" {
			if strings.HasPrefix(v, "cy") {
				return "cy"
			}
			return "en"
		}
	}
	return "en"
}

func documents() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if d := filepath.Join(home, "Documents"); isDir(d) {
		return d
	}
	return home
}

func isDir(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}
