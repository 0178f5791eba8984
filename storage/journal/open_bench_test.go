package journal

import "testing"

// BenchmarkOpen verifies 64 MiB of small frames, of about 1.6 KB each, in
// several segments; MB/s is the figure that opening a large notebook scales by.
func BenchmarkOpen(b *testing.B) {
	const frames = 40_000
	fsys := newShadow()
	j, _ := mustOpen(b, testDir, Options{FS: fsys})
	note := noise(1500)
	for range frames {
		if _, err := j.Append(bg, []Item{{Type: 1, Data: note}}); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	total := int64(0)
	for _, name := range fsys.names(".wj") {
		total += int64(len(fsys.now[name].seen))
	}
	b.SetBytes(total)
	b.ReportAllocs()
	for b.Loop() {
		if _, r := mustOpen(b, testDir, Options{FS: fsys}); r.Frames != frames || !r.OK() {
			b.Fatal(r.Frames)
		}
	}
}
