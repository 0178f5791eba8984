//go:build !unix

package main

// privateFiles has nothing to do: access is by the folder's own list.
func privateFiles() {}
