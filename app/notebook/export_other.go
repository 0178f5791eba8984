//go:build !linux

package notebook

func writeExport(path string, data []byte, replace bool) error {
	return writeExportHidden(path, data, replace)
}
