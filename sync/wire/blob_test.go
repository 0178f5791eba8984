package wire

import (
	"net/http"
	"strings"
	"testing"
)

func TestBlobPaths(t *testing.T) {
	path := BlobPath(id("blob"))
	if got, ok := BlobID(path); !ok || got != id("blob") {
		t.Errorf("%s: %v %v", path, got, ok)
	}
	for _, bad := range []string{"", PathBlobs, path + "/", path + "0", strings.ToUpper(path), path[:len(path)-1], PathBlobs + strings.Repeat("0", 64), PathBlobs + "../" + path} {
		if _, ok := BlobID(bad); ok {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestBlobQueries(t *testing.T) {
	for _, c := range []struct{ offset, size int64 }{{0, -1}, {0, 0}, {1, 2}, {MaxBlob, MaxBlob}, {1 << 62, 1 << 62}} {
		o, s, ok := ParseBlobQuery(BlobQuery(c.offset, c.size))
		if !ok || o != c.offset || s != c.size {
			t.Errorf("%+v: %d %d %v", c, o, s, ok)
		}
	}
	for _, bad := range []string{"", "size=1", "offset=", "offset=-1", "offset=+1", "offset=01", "offset=1&size=", "offset=1&size=1&size=2", "size=1&offset=1",
		"offset=9223372036854775807", "offset=99999999999999999999", "offset=1;size=2", "offset=%31", "offset=1&x=2", strings.Repeat("offset=1&", 20)} {
		if _, _, ok := ParseBlobQuery(bad); ok {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestBlobHeaders(t *testing.T) {
	for _, s := range []BlobState{{}, {Offset: 5}, {Offset: MaxBlob, Whole: true}} {
		h := http.Header{}
		SetBlob(h, s)
		if got, ok := BlobOf(h); !ok || got != s {
			t.Errorf("%+v: %+v %v", s, got, ok)
		}
	}
	for _, bad := range []string{"", "x", "-1", "99999999999"} {
		if _, ok := BlobOf(http.Header{BlobOffset: {bad}}); ok {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := Encode(&BlobState{Offset: MaxBlob + 1}); err == nil {
		t.Error("a state beyond every blob was encoded")
	}
}

func FuzzParseBlobQuery(f *testing.F) {
	f.Add("offset=0")
	f.Add("offset=4194304&size=268435456")
	f.Add("offset=1&size=-1")
	f.Fuzz(func(t *testing.T, raw string) {
		o, s, ok := ParseBlobQuery(raw)
		if ok && (BlobQuery(o, s) != raw || o < 0 || s < -1) {
			t.Errorf("%q: %d %d", raw, o, s)
		}
	})
}
