package badgerstore

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

// TestFormat freezes keys, stored values and the list of file sums: a store
// written by this release must be read by every later one.
func TestFormat(t *testing.T) {
	log, entry := record.ID{1}, record.ID{2}
	for _, c := range []struct{ name, got, want string }{
		{"item key", hex.EncodeToString(seqKey(tableItem, log, 258)[:3]) + hex.EncodeToString(seqKey(tableItem, log, 258)[31:]), "720100" + "0000" + "0000000000000102"},
		{"part key", hex.EncodeToString(partKey(seqKey(tableBytes, log, 1), 3)[39:]), "00010003"},
		{"wrap key length", hex.EncodeToString([]byte{byte(len(key(tableWrap, log, entry, log)))}), "61"},
		{"value", hex.EncodeToString(seal([]byte("k"), []byte("v"))), "efeb958f35d8b9a0cd4aab27a682940676"},
		{"sums", record.Hash("x", record.Encode(sumsBody{Schema: 1, Files: []fileSum{{Name: "MANIFEST", Size: 3, Sum: record.ID{9}}}})).Short(), "0ad9a150"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}

func TestValueIsBoundToItsKey(t *testing.T) {
	stored := seal([]byte("key one"), []byte("value"))
	if v, err := open([]byte("key one"), stored); err != nil || string(v) != "value" {
		t.Errorf("own key: %q %v", v, err)
	}
	if _, err := open([]byte("key two"), stored); !errors.Is(err, endpoint.ErrStoreDamaged) {
		t.Errorf("another key: %v", err)
	}
	for n := range stored {
		if _, err := open([]byte("key one"), stored[:n]); !errors.Is(err, endpoint.ErrStoreDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

// FuzzSums reads arbitrary lists of file sums: no crash, and none but the one
// that was written counts as sound.
func FuzzSums(f *testing.F) {
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "MANIFEST"), []byte("abc"), 0o600); err != nil {
		f.Fatal(err)
	}
	if err := writeSums(dir, nil); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, sumsFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{})
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, sumsFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
		st, err := readSums(dir)
		if err != nil || !st.clean {
			t.Fatalf("read: %+v %v", st, err)
		}
		if sound := len(st.differ) == 0 && st.schema == Schema; sound != (string(b) == string(good)) {
			t.Errorf("sound: %v", sound)
		}
	})
}
