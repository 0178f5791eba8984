package journal

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The index answers as a list of numbers and offsets would.
func TestIndexIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x index
		var seqs []uint64
		off, seq := int64(headerSize), rapid.Uint64Range(1, 50).Draw(t, "first")
		for range rapid.IntRange(0, 60).Draw(t, "frames") {
			x.add(seq, off)
			seqs = append(seqs, seq)
			seq += rapid.SampledFrom([]uint64{1, 1, 1, 1, 2, 9}).Draw(t, "step")
			off += 200
		}
		for i, s := range seqs {
			if x.seq(i) != s {
				t.Fatalf("frame %d is %d, not %d", i, x.seq(i), s)
			}
			if at, most := x.span(i, off+7); at != headerSize+int64(i)*200 || most != 200 && (i != len(seqs)-1 || most != 207) {
				t.Fatalf("frame %d: %d bytes at %d", i, most, at)
			}
		}
		for s := range seq + 3 {
			want := 0
			for want < len(seqs) && seqs[want] < s {
				want++
			}
			if got := x.from(s); got != want {
				t.Fatalf("from %d: %d, not %d", s, got, want)
			}
		}
	})
}

// A million frames take up no more than eight bytes each.
func TestIndexIsSmall(t *testing.T) {
	const frames = 100_000 // as many as a segment holds
	var x index
	for i := range frames {
		x.add(uint64(i)+1, headerSize+int64(i)*161)
	}
	if size := cap(x.offs)*4 + cap(x.runs)*16; size > 8*frames || len(x.runs) != 1 {
		t.Fatalf("%d bytes, %d runs", size, len(x.runs))
	}
}

// What was read last is kept, up to a bound, and nothing outlives a rewriting.
func TestCache(t *testing.T) {
	c := newCache()
	frame := func(seq uint64) Frame { return Frame{Seq: seq, Items: []Item{{Data: make([]byte, 3<<20)}}} }
	for seq := uint64(1); seq <= 3; seq++ {
		c.put(frame(seq), 0)
		if _, _, ok := c.get(1); !ok {
			t.Fatal(seq)
		}
	}
	for seq, want := range []bool{false, true, false, true} {
		if _, _, ok := c.get(uint64(seq)); ok != want {
			t.Fatal(fmt.Sprint("frame ", seq))
		}
	}
	if c.bytes > cacheBytes || len(c.frames) != 2 || c.order.Len() != 2 {
		t.Fatalf("%d bytes in %d frames", c.bytes, len(c.frames))
	}
	c.put(Frame{Seq: 9, Items: []Item{{Data: make([]byte, cacheBytes)}}}, 0)
	if _, _, ok := c.get(9); ok {
		t.Fatal("larger than the whole")
	}
	_, round, _ := c.get(7)
	c.empty()
	c.put(frame(7), round)
	if _, _, ok := c.get(7); ok || c.bytes != 0 {
		t.Fatal("read before it was emptied, kept after")
	}
}

// Reading many entries of one large frame decodes it once.
func TestReadDecodesOnce(t *testing.T) {
	w := sample(t)
	j, _ := mustOpen(t, testDir, testOptions(w.fsys))
	a, err := j.Read(bg, 2)
	if err != nil {
		t.Fatal(err)
	}
	b, err := j.Read(bg, 2)
	if err != nil || &a.Items[0] != &b.Items[0] {
		t.Fatal("decoded twice", err)
	}
}
