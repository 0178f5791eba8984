package media

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks that change how a picture looks (PNG third edition,
// APNG). Critical chunks are kept as well.
var pngKept = map[string]bool{
	"tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "bKGD": true, "hIST": true, "pHYs": true,
	"sPLT": true, "cICP": true, "mDCV": true, "cLLI": true, "mDCv": true, "cLLi": true, "acTL": true, "fcTL": true, "fdAT": true,
}

// cleanPNG drops text, times, Exif but for the orientation, and everything
// that it does not know to be part of the picture.
func cleanPNG(b []byte, f *found) ([]byte, error) {
	if len(b) < len(pngSignature) || string(b[:len(pngSignature)]) != pngSignature {
		return nil, ErrNotCleaned
	}
	out := append(make([]byte, 0, len(b)), pngSignature...)
	for i := len(pngSignature); ; {
		if len(b)-i < 12 {
			return nil, ErrNotCleaned
		}
		n := be32(b[i:])
		if uint64(n) > uint64(len(b)-i-12) {
			return nil, ErrNotCleaned
		}
		chunk := b[i : i+12+int(n)]
		body := chunk[8 : 8+n]
		i += len(chunk)
		switch kind := string(chunk[4:8]); {
		case kind == "IEND":
			if n != 0 {
				return nil, ErrNotCleaned
			}
			if i < len(b) {
				f.add(Appended)
			}
			return append(out, chunk...), nil
		case pngKept[kind], kind[0]&0x20 == 0:
			out = append(out, chunk...)
		case kind == "eXIf" && bare(body):
			out = append(out, chunk...)
		case kind == "eXIf":
			if o := f.exif(body); o != 1 {
				out = pngChunk(out, kind, onlyOrientation(o))
			}
		case kind == "tEXt", kind == "zTXt", kind == "iTXt":
			f.add(Comment)
		case kind == "tIME":
			f.add(Camera)
		default:
			f.add(OtherData)
		}
	}
}

func pngChunk(out []byte, kind string, body []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	from := len(out)
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}
