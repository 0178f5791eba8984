package main

import (
	"runtime"

	"github.com/spf13/cobra"

	"wherry/cmd/internal/build"
	"wherry/storage/record"
	"wherry/sync/endpoint/badgerstore"
	"wherry/sync/wire"
)

// formatKeyFile is the number of the sealed key file's format.
const formatKeyFile = 1

type versionLine struct {
	V       int            `json:"v"`
	Version string         `json:"version"`
	Commit  string         `json:"commit"`
	Go      string         `json:"go"`
	Formats versionFormats `json:"formats"`
}

type versionFormats struct {
	Entry   int `json:"entry"`
	KeyFile int `json:"keyfile"`
	Store   int `json:"store"`
	Wire    int `json:"wire"`
}

func versionVerb(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which Wherry this is; safe to paste into a fault report", Args: noOperands,
		RunE: func(*cobra.Command, []string) error {
			v := versionLine{V: 1, Version: build.Version, Commit: build.Commit(), Go: runtime.Version(),
				Formats: versionFormats{Entry: int(record.FormatEntry), KeyFile: formatKeyFile, Store: badgerstore.Schema, Wire: wire.Version}}
			return p.say(v, "wherry-endpoint %s (%s, %s)", v.Version, v.Commit, v.Go)
		},
	}
}
