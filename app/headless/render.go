package headless

import (
	"io"

	"wherry/app/casework"
	"wherry/app/export"
	"wherry/app/notebook"
)

// Render adapts an export format to the notebook's door.
func Render(f export.Format, kind string) notebook.Render {
	return func(w io.Writer, cf *casework.CaseFile, s notebook.ExportStamp) (int, error) {
		return f.Write(w, export.Document{Kind: kind, Case: cf, From: s.From, Until: s.Until, Stamp: export.Stamp{
			ExportedBy: s.By, Role: s.Role, Recipient: s.Recipient, Purpose: s.Purpose, Basis: s.Basis,
			At: s.At, CompleteTo: s.CompleteTo, App: s.Version,
		}})
	}
}
