// Command wherry is the desktop notebook. It is the only program that opens a
// window, and the only importer of fyne's app package.
package main

//go:generate go run ../internal/metadata ../../FyneApp.toml metadata.go

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
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
)

func main() {
	// A traceback may hold pieces of a case; the exit code is enough.
	debug.SetTraceback("none")
	doctor.Child()
	dir, err := folder(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(notebook.ExitRefused)
	}
	app.SetMetadata(metadata)
	a := app.NewWithID(metadata.ID)
	desktop.Run(a, desktop.Deps{
		Door:      desktop.NewDoor(dir, notebook.Config{Dial: dial.Remote, Probe: doctor.Probe, Version: build.Version}),
		Explain:   desktop.Explain,
		Now:       time.Now,
		Version:   version(),
		Language:  language(),
		Documents: documents(),
	})
}

// folder is the notebook's place: --dir D, or the user's data folder.
func folder(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return headless.DefaultDir()
	case len(args) == 2 && args[0] == "--dir":
		return filepath.Abs(args[1])
	case len(args) == 1 && strings.HasPrefix(args[0], "--dir="):
		return filepath.Abs(strings.TrimPrefix(args[0], "--dir="))
	}
	return "", fmt.Errorf("usage: wherry [--dir FOLDER]")
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
