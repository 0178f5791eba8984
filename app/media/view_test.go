package media

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"testing"
)

func drawn(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A picture is shown no larger than asked for, in its proportions, and a
// smaller one stays as it is.
func TestView(t *testing.T) {
	for _, c := range []struct{ w, h, side, wantW, wantH int }{{400, 200, 100, 100, 50}, {30, 60, 100, 30, 60}, {2000, 1, 50, 50, 1}, {901, 450, 100, 100, 50}} {
		img, err := View(drawn(t, c.w, c.h), c.side)
		if err != nil {
			t.Fatal(err)
		}
		if got := img.Bounds().Size(); got != image.Pt(c.wantW, c.wantH) {
			t.Errorf("%d by %d in %d became %v", c.w, c.h, c.side, got)
		}
	}
}

// What is no picture, is cut off or claims too many pixels is refused before
// it is decoded.
func TestViewRefuses(t *testing.T) {
	huge := drawn(t, 10, 10)
	copy(huge[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65,536 by 65,536, by its header
	whole := drawn(t, 10, 10)
	for name, data := range map[string][]byte{"empty": nil, "pdf": []byte("%PDF-1.7"), "cut": whole[:40], "huge": huge} {
		if _, err := View(data, 100); !errors.Is(err, ErrNoView) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if Viewable(PDF) || Viewable(HEIC) || !Viewable(JPEG) || !Viewable(WebP) {
		t.Error("Viewable names the wrong kinds")
	}
}

func FuzzView(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff"), 10)
	f.Add([]byte("GIF89a"), 1)
	f.Fuzz(func(t *testing.T, data []byte, side int) {
		if len(data) > 1<<16 {
			return
		}
		if img, err := View(data, side%64); err == nil && max(img.Bounds().Dx(), img.Bounds().Dy()) > 63 {
			t.Error("larger than asked for")
		}
	})
}
