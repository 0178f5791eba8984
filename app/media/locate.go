package media

import (
	"bytes"
	"encoding/binary"
)

// The functions here find the Exif block of a picture, cleaned or not; nil if
// there is none or the structure cannot be followed so far.

func jpegExif(b []byte) []byte {
	for i := 2; i+4 <= len(b) && b[i] == 0xff && b[i+1] != 0xda; {
		n := int(be16(b[i+2:]))
		if n < 2 || i+2+n > len(b) {
			return nil
		}
		body := b[i+4 : i+2+n]
		if b[i+1] == 0xe1 && bytes.HasPrefix(body, []byte(exifHead)) {
			return body[len(exifHead):]
		}
		i += 2 + n
	}
	return nil
}

func pngExif(b []byte) []byte {
	for i := len(pngSignature); len(b)-i >= 12; {
		n := be32(b[i:])
		if uint64(n) > uint64(len(b)-i-12) {
			return nil
		}
		if string(b[i+4:i+8]) == "eXIf" {
			return b[i+8 : i+8+int(n)]
		}
		i += 12 + int(n)
	}
	return nil
}

func webpExifBlock(b []byte) []byte {
	for i := 12; len(b)-i >= 8; {
		n := uint64(binary.LittleEndian.Uint32(b[i+4:]))
		if n+n&1 > uint64(len(b)-i-8) {
			return nil
		}
		if string(b[i:i+4]) == "EXIF" {
			return bytes.TrimPrefix(b[i+8:i+8+int(n)], []byte(exifHead))
		}
		i += 8 + int(n+n&1)
	}
	return nil
}
