//go:build !linux

package bench_test

import "os"

func dataSync(f *os.File) error { return f.Sync() }
