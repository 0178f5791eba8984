package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"reflect"
	"slices"
	"testing"
)

func clean(t testing.TB, data []byte) ([]byte, *Result) {
	t.Helper()
	var out bytes.Buffer
	res, err := Clean(bytes.NewReader(data), &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), res
}

// TestPlacesAreGone: of every kind of picture and recording that holds one, the
// place is gone from the bytes and from what a reader of Exif finds; the picture
// is the same; the orientation stays; cleaning again changes nothing.
func TestPlacesAreGone(t *testing.T) {
	for _, c := range []struct {
		name    string
		data    []byte
		media   string
		removed []string
		turned  uint16 // the orientation that must stay; 0: the format has none
	}{
		{"jpeg", richJPEG(t, 64, 48, 6), JPEG, []string{Appended, Comment, Camera, Place, Press, OtherData, Notes}, 6},
		{"jpeg upright", richJPEG(t, 64, 48, 1), JPEG, []string{Appended, Comment, Camera, Place, Press, OtherData, Notes}, 1},
		{"png", richPNG(t, 64, 48, 3), PNG, []string{Appended, Comment, Camera, Place, OtherData}, 3},
		{"gif", richGIF(t), GIF, []string{Appended, Comment, OtherData, Notes}, 0},
		{"webp", richWebP(t, 8), WebP, []string{Appended, Camera, Place, OtherData, Notes}, 8},
		{"heic", richHEIC(), HEIC, []string{Camera, Place, OtherData, Notes}, 0},
		{"mp4", richMP4("isom"), MP4, []string{Place, OtherData}, 0},
		{"m4a", richMP4("M4A "), M4A, []string{Place, OtherData}, 0},
		{"mov", richMP4("qt  "), MOV, []string{Place, OtherData}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if bytes.Count(c.data, []byte(canary)) < 2 {
				t.Fatal("the example holds no canary")
			}
			out, res := clean(t, c.data)
			if res.Media != c.media || !slices.Equal(res.Removed, c.removed) {
				t.Errorf("%s, removed %v; want %v", res.Media, res.Removed, c.removed)
			}
			if bytes.Contains(out, []byte(canary)) {
				t.Error("the place is still there")
			}
			if c.turned > 0 {
				x := reparse(c.media, out)
				if x.place || x.taken != "" || x.orientation != c.turned {
					t.Errorf("read again: %+v", x)
				}
				if res.Taken != "2026-11-19T16:05:00Z" {
					t.Errorf("taken %q", res.Taken)
				}
			}
			if _, decode := decoders(c.media); decode != nil {
				a, err := decode(bytes.NewReader(c.data))
				b, err2 := decode(bytes.NewReader(out))
				if err != nil || err2 != nil || !reflect.DeepEqual(a, b) {
					t.Error("the picture changed:", err, err2)
				}
			}
			if res.Image != nil && !bytes.Equal(res.Image, out) {
				t.Error("the picture given back is not the one written")
			}
			again, res := clean(t, out)
			if !bytes.Equal(again, out) || len(res.Removed) != 0 && c.media != MP4 && c.media != M4A && c.media != MOV {
				t.Errorf("cleaning again took %v", res.Removed)
			}
		})
	}
}

func reparse(media string, b []byte) exif {
	switch media {
	case JPEG:
		return readExif(jpegExif(b))
	case PNG:
		return readExif(pngExif(b))
	}
	return readExif(webpExifBlock(b))
}

// TestFilmKeepsItsPlace: nothing in a recording moves, or its index would lie.
func TestFilmKeepsItsPlace(t *testing.T) {
	data := richMP4("M4A ")
	out, _ := clean(t, data)
	if len(out) != len(data) {
		t.Fatal("the length changed")
	}
	sound := bytes.Repeat([]byte("sound"), 5000)
	if bytes.Index(out, sound) != bytes.Index(data, sound) {
		t.Error("the sound moved")
	}
	if _, ok := boxes(out); !ok {
		t.Error("no whole boxes any more")
	}
	if len(clone(richHEIC())) != len(richHEIC()) {
		t.Error("a picture's length changed")
	}
}

func clone(b []byte) []byte { out, _, _ := cleanPicture(HEIC, b); return out }

func TestOthersPassThrough(t *testing.T) {
	for media, data := range map[string][]byte{
		PDF:   []byte("%PDF-1.7 whatever"),
		MP3:   append([]byte("ID3\x03"), make([]byte, 5000)...),
		WAV:   []byte("RIFF\x10\x00\x00\x00WAVEfmt "),
		OGG:   []byte("OggS...."),
		Other: []byte("plain words"),
	} {
		out, res := clean(t, data)
		if res.Media != media || !bytes.Equal(out, data) || len(res.Removed) != 0 {
			t.Errorf("%s came out as %s", media, res.Media)
		}
	}
	if out, res := clean(t, nil); len(out) != 0 || res.Media != Other {
		t.Error("nothing is not nothing")
	}
	if Detect([]byte{0xff, 0xfb, 0x90, 0x00}) != MP3 || Detect([]byte("\x00\x00\x00\x14ftypavif\x00\x00\x00\x00")) != HEIC {
		t.Error("not recognised")
	}
}

// TestBrokenIsRefused: where the structure cannot be followed nobody can say
// that the place is gone.
func TestBrokenIsRefused(t *testing.T) {
	j := richJPEG(t, 16, 16, 1)
	h := richHEIC()
	badItem := bytes.Replace(h, be(4, uint64(len(canary)+11)), be(4, 9999), 1)
	for name, data := range map[string][]byte{
		"jpeg cut in a segment":       j[:60],
		"jpeg with noise":             append(bytes.Clone(j[:20]), "noise noise noise"...),
		"png cut":                     richPNG(t, 16, 16, 1)[:200],
		"gif cut":                     richGIF(t)[:100],
		"webp cut":                    richWebP(t, 1)[:60],
		"heic cut":                    h[:len(h)-5],
		"heic without items":          mkbox("ftyp", []byte("heic\x00\x00\x00\x00")),
		"heic, metadata out of reach": badItem,
		"mp4 cut in its index":        richMP4("isom")[:25200],
		"mp4 with noise":              append(richMP4("isom"), "noise noise"...),
	} {
		var out bytes.Buffer
		if res, err := Clean(bytes.NewReader(data), &out); err == nil {
			t.Errorf("%s was taken as %s", name, res.Media)
		}
	}
	// A photo that was cut in its data is a photo still.
	var whole []byte
	whole, _ = clean(t, j)
	if out, _ := clean(t, whole[:len(whole)-30]); !bytes.Equal(out, whole[:len(whole)-30]) {
		t.Error("a cut photo changed")
	}
}

func TestTooLarge(t *testing.T) {
	big := append(richJPEG(t, 16, 16, 1), make([]byte, MaxImage)...)
	if _, err := Clean(bytes.NewReader(big), &bytes.Buffer{}); err != ErrTooLarge {
		t.Error(err)
	}
}

// TestThumbnails: small, upright, and never decoded when too large.
func TestThumbnails(t *testing.T) {
	for o := uint16(1); o <= 8; o++ {
		cleaned, _ := clean(t, richJPEG(t, 640, 320, o))
		b, err := Thumbnail(cleaned)
		if err != nil || len(b) > MaxThumb {
			t.Fatal(len(b), err)
		}
		if bytes.Contains(b, []byte("Exif")) {
			t.Error("a small picture carries Exif")
		}
		img, kind, err := image.Decode(bytes.NewReader(b))
		if err != nil || kind != "jpeg" {
			t.Fatal(kind, err)
		}
		w, h := 320, 160
		if o >= 5 {
			w, h = 160, 320
		}
		if img.Bounds().Dx() != w || img.Bounds().Dy() != h {
			t.Errorf("orientation %d: %v", o, img.Bounds())
		}
		// The red corner, where each orientation puts it.
		corner := map[uint16][2]int{1: {5, 5}, 2: {w - 5, 5}, 3: {w - 5, h - 5}, 4: {5, h - 5}, 5: {5, 5}, 6: {w - 5, 5}, 7: {w - 5, h - 5}, 8: {5, h - 5}}[o]
		if r, g, _, _ := img.At(corner[0], corner[1]).RGBA(); r < 0xc000 || g > 0x4000 {
			t.Errorf("orientation %d: the corner is not where it belongs", o)
		}
	}
	for name, data := range map[string][]byte{"png": richPNG(t, 500, 400, 3), "gif": richGIF(t), "webp": richWebP(t, 8)} {
		if b, err := Thumbnail(data); err != nil || len(b) == 0 || len(b) > MaxThumb {
			t.Error(name, err)
		}
	}
	bomb := pngWith(t, 8, 8)
	binary.BigEndian.PutUint32(bomb[16:], 20000)
	binary.BigEndian.PutUint32(bomb[20:], 20000)
	for name, data := range map[string][]byte{"heic": richHEIC(), "bomb": pngFix(bomb), "words": []byte("words"), "nothing": nil} {
		if _, err := Thumbnail(data); err != ErrNoThumb {
			t.Error(name, err)
		}
	}
}

// pngFix makes the checksum of the header right again.
func pngFix(b []byte) []byte {
	fixed := pngChunk(bytes.Clone(b[:8]), "IHDR", b[16:29])
	return append(fixed, b[33:]...)
}

func fuzzClean(f *testing.F, media string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
		f.Add(s[:len(s)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, _, err := cleanPicture(media, data)
		if err != nil {
			return
		}
		again, g, err := cleanPicture(media, out)
		if err != nil || !bytes.Equal(again, out) || g.kinds[Place] || g.kinds[Camera] {
			t.Fatalf("what was cleaned is not clean: %v %v", err, g.kinds)
		}
	})
}

func FuzzJPEG(f *testing.F) { fuzzClean(f, JPEG, richJPEG(f, 16, 16, 6)) }
func FuzzPNG(f *testing.F)  { fuzzClean(f, PNG, richPNG(f, 8, 8, 6)) }
func FuzzGIF(f *testing.F)  { fuzzClean(f, GIF, richGIF(f)) }
func FuzzWebP(f *testing.F) { fuzzClean(f, WebP, richWebP(f, 6)) }
func FuzzHEIC(f *testing.F) { fuzzClean(f, HEIC, richHEIC()) }

func FuzzFilm(f *testing.F) {
	f.Add(richMP4("isom"))
	f.Add(richMP4("qt  "))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		if err := cleanFilm(bytes.NewReader(data), &out, &found{}); err == nil && out.Len() != len(data) {
			t.Fatal("the length changed")
		}
	})
}

func FuzzExif(f *testing.F) {
	f.Add(exifBlock(binary.LittleEndian, 6))
	f.Add(exifBlock(binary.BigEndian, 3))
	f.Add(onlyOrientation(8))
	f.Fuzz(func(t *testing.T, data []byte) {
		if x := readExif(data); x.orientation < 1 || x.orientation > 8 {
			t.Fatal(x)
		}
	})
}
