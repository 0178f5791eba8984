// Code generated from FyneApp.toml by cmd/internal/metadata. DO NOT EDIT.

package main

import (
	_ "embed"

	"fyne.io/fyne/v2"
)

//go:embed Icon.png
var icon []byte

var metadata = fyne.AppMetadata{
	ID:         "example.wherry.notebook",
	Name:       "Wherry",
	Version:    "0.1.0",
	Build:      1,
	Icon:       fyne.NewStaticResource("Icon.png", icon),
	Release:    true,
	Migrations: map[string]bool{"fyneDo": true},
}
