//go:build !linux && !windows

package notebook

// checkVolume knows no marks of other machines' file systems here.
func checkVolume(string) error { return nil }
