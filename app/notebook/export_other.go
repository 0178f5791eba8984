//go:build !linux

package notebook

import "io"

func writeExport(path string, fill func(io.Writer) error, replace bool) error {
	return writeExportHidden(path, fill, replace)
}
