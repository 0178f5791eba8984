package media

import "bytes"

const (
	exifHead = "Exif\x00\x00"
	iccHead  = "ICC_PROFILE\x00"
)

// cleanJPEG keeps the segments that a decoder needs: tables, frames, scans,
// JFIF, colour profile and Adobe's transform. Of Exif only the orientation
// stays. What lies behind the end of the picture goes: maker's previews, films,
// earlier versions.
func cleanJPEG(b []byte, f *found) ([]byte, error) {
	if len(b) < 4 || b[0] != 0xff || b[1] != 0xd8 {
		return nil, ErrNotCleaned
	}
	out := append(make([]byte, 0, len(b)+64), b[:2]...)
	var early []byte // JFIF, which comes before Exif
	orientation := uint16(1)
	rest := make([]byte, 0, len(b))
	i := 2
	ended := false
	for !ended && i < len(b) {
		if b[i] != 0xff {
			return nil, ErrNotCleaned
		}
		for i < len(b) && b[i] == 0xff { // fill bytes
			i++
		}
		if i == len(b) {
			break
		}
		m := b[i]
		i++
		switch {
		case m == 0xd9:
			rest, ended = append(rest, 0xff, m), true
			continue
		case m == 0x01 || m >= 0xd0 && m <= 0xd7:
			rest = append(rest, 0xff, m)
			continue
		case m == 0xd8 || m < 0xc0:
			return nil, ErrNotCleaned
		}
		if i+2 > len(b) {
			return nil, ErrNotCleaned
		}
		n := int(be16(b[i:]))
		if n < 2 || i+n > len(b) {
			return nil, ErrNotCleaned
		}
		seg, body := b[i:i+n], b[i+2:i+n]
		i += n
		switch {
		case m == 0xe0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
			early = append(append(early, 0xff, m, 0, 16), body[:12]...)
			early = append(early, 0, 0) // without the small picture
			if len(body) > 14 {
				f.add(OtherData)
			}
			continue
		case m == 0xe1 && bytes.HasPrefix(body, []byte(exifHead)):
			if tiff := body[len(exifHead):]; bare(tiff) {
				orientation = readExif(tiff).orientation
			} else if o := f.exif(tiff); o != 1 {
				orientation = o
			}
			continue
		case m == 0xe2 && bytes.HasPrefix(body, []byte(iccHead)),
			m == 0xee && bytes.HasPrefix(body, []byte("Adobe")):
		case m >= 0xe0 && m <= 0xef:
			f.add(appKind(m))
			continue
		case m == 0xfe:
			f.add(Comment)
			continue
		case m >= 0xf0:
			f.add(OtherData)
			continue
		}
		rest = append(append(rest, 0xff, m), seg...)
		if m == 0xda {
			end := scanEnd(b, i)
			rest = append(rest, b[i:end]...)
			i = end
		}
	}
	if i < len(b) {
		f.add(Appended)
	}
	out = append(out, early...)
	if orientation != 1 {
		t := onlyOrientation(orientation)
		out = append(out, 0xff, 0xe1, 0, byte(2+len(exifHead)+len(t)))
		out = append(append(out, exifHead...), t...)
	}
	return append(out, rest...), nil
}

func appKind(m byte) string {
	switch m {
	case 0xe1:
		return Notes
	case 0xed:
		return Press
	}
	return OtherData
}

// scanEnd finds the marker that ends a scan's data. A picture that was cut
// short ends there.
func scanEnd(b []byte, i int) int {
	for i < len(b) {
		k := bytes.IndexByte(b[i:], 0xff)
		if k < 0 {
			return len(b)
		}
		i += k
		j := i
		for j < len(b) && b[j] == 0xff {
			j++
		}
		if j == len(b) {
			return len(b)
		}
		if m := b[j]; m != 0 && (m < 0xd0 || m > 0xd7) {
			return i
		}
		i = j + 1
	}
	return len(b)
}
