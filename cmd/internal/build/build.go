// Package build says which Wherry this is. Nothing in it names a person, a
// folder or a machine: it is made to be pasted into a fault report.
package build

import "runtime/debug"

// Version is set by the linker from FyneApp.toml; a plain `go build` says so.
var Version = "development"

// commit is set by the linker; without it the toolchain's own stamp is used.
var commit string

// Commit is the source revision, or "unknown".
func Commit() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
