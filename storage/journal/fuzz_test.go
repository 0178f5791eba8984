package journal

import (
	"bytes"
	"testing"
)

// segmentBytes is a sound segment of three frames, the second replaced.
func segmentBytes(t testing.TB) []byte {
	t.Helper()
	k := deriveKeys(testKey)
	raw := header{version: Version, segment: 1, notebook: testNotebook, first: 1}.bytes(k.header)
	f := frameRef{}
	for f.seq = 1; f.seq <= 3; f.seq++ {
		f.replaced, f.link = f.seq == 2, [macSize]byte{7}
		plain := encodeItems([]Item{{Type: uint8(f.seq), Data: []byte("frame")}})
		b, err := f.encode(k, newChecksum(k.frame(1)), 1, plain)
		if err != nil {
			t.Fatal(err)
		}
		if f.prev = f.link; !f.replaced {
			copy(f.prev[:], b[len(b)-macSize:])
		}
		raw = append(raw, b...)
	}
	return raw
}

// FuzzSegment gives any bytes as the only segment, and as a mark.
func FuzzSegment(f *testing.F) {
	good := segmentBytes(f)
	k := deriveKeys(testKey)
	m := mark{version: Version, generation: 3, notebook: testNotebook, segment: 1, offset: headerSize}.bytes(k.mark)
	f.Add(good, m)
	f.Add(good[:len(good)-5], m)
	f.Add(append(bytes.Clone(good), good[headerSize:]...), m[:50])
	f.Add(bytes.Replace(good, []byte("WHJ1\x00\x02"), []byte("WHJ1\x00\x01"), 1), m)
	f.Add([]byte{}, []byte{})
	f.Add(bytes.Repeat([]byte{0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 1}, 100), m)
	f.Fuzz(func(t *testing.T, segment, markBytes []byte) {
		fsys := newShadow()
		fsys.put(testDir+"/00000001.wj", bytes.Clone(segment))
		fsys.put(testDir+"/mark.A", bytes.Clone(markBytes))
		j, r, err := Open(testDir, testKey, testOptions(fsys))
		if err != nil {
			return
		}
		err = j.Replay(bg, 0, func(fr Frame) error {
			if len(fr.Items) != 1 || string(fr.Items[0].Data) != "frame" {
				t.Fatalf("frame %d was never written", fr.Seq)
			}
			return nil
		})
		if err != nil || r.ReadOnly != nil {
			t.Fatalf("%v %+v", err, r)
		}
	})
}

// FuzzFrame reads any bytes as a frame and as a frame's content: what is
// accepted must be the one encoding of what it says.
func FuzzFrame(f *testing.F) {
	good := segmentBytes(f)
	f.Add(good[headerSize:], uint64(1))
	f.Add(encodeItems([]Item{{Type: 3, Data: []byte("x")}, {}}), uint64(1))
	f.Add([]byte{0x80}, uint64(0))
	f.Add([]byte{0xf6}, uint64(0))
	f.Add([]byte{0x81, 0x82, 0x01, 0xf6}, uint64(0))
	k := deriveKeys(testKey)
	f.Fuzz(func(t *testing.T, data []byte, min uint64) {
		if ref, _, ok := k.verifier(1, 0).frameAt(data, 0, min); ok {
			if _, err := openFrame(k, 1, ref.seq, data); err != nil {
				t.Fatal("a frame with a true checksum does not open")
			}
		}
		if items, err := decodeItems(data, true); err == nil && !bytes.Equal(encodeItems(items), data) {
			t.Fatal("two encodings of one content")
		}
		parseHeader(k.header, data)
		parseMark(k.mark, data)
	})
}
