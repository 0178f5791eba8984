package media

import "encoding/binary"

var webpKept = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true, "ANIM": true, "ANMF": true, "ICCP": true}

// Flags of the chunk VP8X.
const (
	webpExif = 0x08
	webpXMP  = 0x04
)

// cleanWebP drops Exif but for the orientation, XMP and unknown chunks.
func cleanWebP(b []byte, f *found) ([]byte, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return nil, ErrNotCleaned
	}
	end := uint64(binary.LittleEndian.Uint32(b[4:])) + 8
	if end > uint64(len(b)) || end < 12 {
		return nil, ErrNotCleaned
	}
	if end < uint64(len(b)) {
		f.add(Appended)
	}
	b = b[:end]
	out := append(make([]byte, 0, len(b)), b[:12]...)
	flags := -1
	for i := 12; i < len(b); {
		if len(b)-i < 8 {
			return nil, ErrNotCleaned
		}
		n := uint64(binary.LittleEndian.Uint32(b[i+4:]))
		if n+n&1 > uint64(len(b)-i-8) {
			return nil, ErrNotCleaned
		}
		chunk := b[i : i+8+int(n+n&1)]
		body := chunk[8 : 8+n]
		i += len(chunk)
		switch kind := string(chunk[:4]); {
		case kind == "VP8X" && n >= 10:
			flags = len(out) + 8
			out = append(out, chunk...)
			out[flags] &^= webpExif | webpXMP
		case webpKept[kind]:
			out = append(out, chunk...)
		case kind == "EXIF":
			tiff := body
			if len(tiff) >= 6 && string(tiff[:6]) == exifHead {
				tiff = tiff[6:]
			}
			o := uint16(1)
			if bare(tiff) {
				o = readExif(tiff).orientation
			} else {
				o = f.exif(tiff)
			}
			if o != 1 && flags >= 0 {
				t := onlyOrientation(o)
				out = append(out, "EXIF"...)
				out = append(binary.LittleEndian.AppendUint32(out, uint32(len(t))), t...)
				out[flags] |= webpExif
			}
		case kind == "XMP ":
			f.add(Notes)
		default:
			f.add(OtherData)
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}
