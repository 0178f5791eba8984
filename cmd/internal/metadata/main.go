// Command metadata writes cmd/wherry/metadata.go from FyneApp.toml, so that a
// plain `go build` has the window's name, id, version and icon.
package main

import (
	"fmt"
	"go/format"
	"os"

	"github.com/BurntSushi/toml"
)

type file struct {
	Details struct {
		Icon, Name, ID, Version string
		Build                   int
	}
	Migrations map[string]bool
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: metadata FyneApp.toml metadata.go")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(from, to string) error {
	var f file
	if _, err := toml.DecodeFile(from, &f); err != nil {
		return err
	}
	src := fmt.Sprintf(`// Code generated from FyneApp.toml by cmd/internal/metadata. DO NOT EDIT.

package main

import (
	_ "embed"

	"fyne.io/fyne/v2"
)

//go:embed Icon.png
var icon []byte

var metadata = fyne.AppMetadata{
	ID:         %q,
	Name:       %q,
	Version:    %q,
	Build:      %d,
	Icon:       fyne.NewStaticResource("Icon.png", icon),
	Release:    true,
	Migrations: %#v,
}
`, f.Details.ID, f.Details.Name, f.Details.Version, f.Details.Build, f.Migrations)
	out, err := format.Source([]byte(src))
	if err != nil {
		return err
	}
	return os.WriteFile(to, out, 0o644)
}
