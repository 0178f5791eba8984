//go:build !linux

package vault

// reserve does nothing: Windows gives a file its space when it grows, and
// elsewhere there is no call for it.
func reserve(string) error { return nil }
