package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// canary is what must be gone: a place written as text in every corner of a
// file where programs put one.
const canary = "CANARY-PLACE"

// scene is a picture whose top left corner is red.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{byte(x), byte(y), 180, 255})
			if x < w/4 && y < h/4 {
				img.SetRGBA(x, y, color.RGBA{255, 0, 0, 255})
			}
		}
	}
	return img
}

// exifBlock is a TIFF structure with orientation, time, and a GPS directory
// whose latitude reference is the canary.
func exifBlock(order binary.AppendByteOrder, orientation uint16) []byte {
	var b []byte
	if order.String() == "LittleEndian" {
		b = append(b, "II"...)
	} else {
		b = append(b, "MM"...)
	}
	u16 := func(v uint16) { b = order.AppendUint16(b, v) }
	u32 := func(v uint32) { b = order.AppendUint32(b, v) }
	entry := func(tag, typ uint16, count, value uint32) { u16(tag); u16(typ); u32(count); u32(value) }
	u16(42)
	u32(8)
	u16(3) // first directory at 8, 42 bytes
	u16(tagOrientation)
	u16(3)
	u32(1)
	u16(orientation)
	u16(0)
	entry(tagExif, 4, 1, 50)
	entry(tagGPS, 4, 1, 110)
	u32(0)
	u16(2) // Exif directory at 50, 30 bytes
	entry(tagOriginal, 2, 20, 80)
	entry(tagOffset, 2, 7, 100)
	u32(0)
	b = append(b, "2026:11:19 16:05:00\x00"...) // at 80
	b = append(b, "+00:00\x00...."[:10]...)     // at 100
	u16(1)                                      // GPS directory at 110
	entry(1, 2, uint32(len(canary)), 128)
	u32(0)
	return append(b, canary...) // at 128
}

func jpegSegment(marker byte, body string) []byte {
	out := []byte{0xff, marker}
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(out, body...)
}

// richJPEG is a photo with everything that cameras, phones and the press add.
func richJPEG(t testing.TB, w, h int, orientation uint16) []byte {
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, scene(w, h), &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	out := bytes.Clone(plain.Bytes()[:2])
	out = append(out, jpegSegment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01"+"\x01\x02\x03")...)
	out = append(out, jpegSegment(0xe1, exifHead+string(exifBlock(binary.LittleEndian, orientation)))...)
	out = append(out, jpegSegment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+canary)...)
	out = append(out, jpegSegment(0xe2, iccHead+"\x01\x01profile")...)
	out = append(out, jpegSegment(0xe2, "MPF\x00"+canary)...)
	out = append(out, jpegSegment(0xed, "Photoshop 3.0\x008BIM"+canary)...)
	out = append(out, jpegSegment(0xfe, canary)...)
	out = append(out, plain.Bytes()[2:]...)
	return append(out, "a film behind the picture: "+canary...)
}

func pngWith(t testing.TB, w, h int, chunks ...[]byte) []byte {
	var plain bytes.Buffer
	if err := png.Encode(&plain, scene(w, h)); err != nil {
		t.Fatal(err)
	}
	b := plain.Bytes()
	at := len(pngSignature) + 25 // behind IHDR
	out := append([]byte(nil), b[:at]...)
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, b[at:]...)
}

func richPNG(t testing.TB, w, h int, orientation uint16) []byte {
	return append(pngWith(t, w, h,
		pngChunk(nil, "tEXt", []byte("Location\x00"+canary)),
		pngChunk(nil, "iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+canary)),
		pngChunk(nil, "zTXt", []byte("Raw profile type exif\x00\x00"+canary)),
		pngChunk(nil, "eXIf", exifBlock(binary.BigEndian, orientation)),
		pngChunk(nil, "tIME", []byte{7, 234, 11, 19, 16, 5, 0}),
		pngChunk(nil, "caBX", []byte(canary)),
	), canary...)
}

func richGIF(t testing.TB) []byte {
	img := image.NewPaletted(image.Rect(0, 0, 40, 20), palette.Plan9)
	img.SetColorIndex(3, 3, 9)
	var plain bytes.Buffer
	g := &gif.GIF{Image: []*image.Paletted{img, img}, Delay: []int{1, 1}}
	if err := gif.EncodeAll(&plain, g); err != nil {
		t.Fatal(err)
	}
	b := plain.Bytes()
	at := 13 + palette0(b)
	out := append([]byte(nil), b[:at]...)
	out = append(out, "\x21\xfe\x0c"+canary+"\x00"...)
	out = append(out, "\x21\xff\x0bXMP DataXMP\x0c"+canary+"\x00"...)
	out = append(out, "\x21\xff\x0bPROGRAM1.0!\x0c"+canary+"\x00"...)
	out = append(out, b[at:]...)
	return append(out, canary...)
}

func palette0(b []byte) int {
	if b[10]&0x80 == 0 {
		return 0
	}
	return 3 << (b[10]&7 + 1)
}

func riff(kind string, body []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// richWebP is one pixel with Exif and XMP.
func richWebP(t testing.TB, orientation uint16) []byte {
	plain, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("WEBP")
	body = append(body, riff("VP8X", []byte{webpExif | webpXMP, 0, 0, 0, 0, 0, 0, 0, 0, 0})...)
	body = append(body, plain[12:]...)
	body = append(body, riff("EXIF", exifBlock(binary.LittleEndian, orientation))...)
	body = append(body, riff("XMP ", []byte(canary+"!"))...)
	body = append(body, riff("junk", []byte(canary))...)
	return append(riff("RIFF", body), canary...)
}

func mkbox(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), kind...), body...)
}

func be(n int, v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v)[8-n:] }

// richHEIC holds one picture item, an Exif item in the file and XMP in idat.
func richHEIC() []byte {
	exifItem := append([]byte{0, 0, 0, 6}, exifHead+string(exifBlock(binary.BigEndian, 6))...)
	picture := []byte("picture data, coded")
	xmp := []byte("<x:xmpmeta>" + canary)
	infe := func(id uint64, kind, rest string) []byte {
		return mkbox("infe", []byte{2, 0, 0, 0}, be(2, id), be(2, 0), []byte(kind+rest))
	}
	build := func(base uint64) []byte {
		item := func(id, method, at uint64, n int) []byte {
			return bytes.Join([][]byte{be(2, id), be(2, method), be(2, 0), be(2, 1), be(4, at), be(4, uint64(n))}, nil)
		}
		iloc := mkbox("iloc", []byte{1, 0, 0, 0, 0x44, 0x00}, be(2, 3),
			item(1, 0, base, len(picture)), item(2, 0, base+uint64(len(picture)), len(exifItem)), item(3, 1, 0, len(xmp)))
		iinf := mkbox("iinf", []byte{0, 0, 0, 0}, be(2, 3),
			infe(1, "hvc1", "\x00"), infe(2, "Exif", "\x00"), infe(3, "mime", "\x00application/rdf+xml\x00"))
		meta := mkbox("meta", []byte{0, 0, 0, 0}, mkbox("hdlr", make([]byte, 4), []byte("\x00\x00\x00\x00pict"), make([]byte, 13)),
			iinf, iloc, mkbox("idat", xmp))
		return append(mkbox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), meta...)
	}
	head := build(0)
	out := build(uint64(len(head) + 8))
	out = append(out, mkbox("mdat", picture, exifItem)...)
	return append(out, mkbox("mpvd", []byte(canary))...)
}

// richMP4 is a recording with a place in three forms and a track of positions.
func richMP4(brand string) []byte {
	track := func(handler string) []byte {
		return mkbox("trak", mkbox("tkhd", make([]byte, 84)), mkbox("mdia",
			mkbox("hdlr", make([]byte, 8), []byte(handler), make([]byte, 13)), mkbox("minf", []byte{})),
			mkbox("udta", mkbox("name", []byte(canary))))
	}
	moov := mkbox("moov", mkbox("mvhd", make([]byte, 100)), track("soun"), track("meta"),
		mkbox("udta", mkbox("\xa9xyz", []byte("\x00\x12\x15\xc7"+canary))),
		mkbox("meta", []byte("com.apple.quicktime.location.ISO6709"+canary)))
	out := mkbox("ftyp", []byte(brand+"\x00\x00\x00\x00isom"))
	out = append(out, mkbox("mdat", bytes.Repeat([]byte("sound"), 5000))...)
	out = append(out, moov...)
	return append(out, mkbox("uuid", []byte(canary))...)
}
