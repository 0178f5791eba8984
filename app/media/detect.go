package media

import "bytes"

// SniffLen is how many bytes of the beginning Detect looks at.
const SniffLen = 1024

// Detect tells what something is by its first bytes. Its name says nothing.
func Detect(head []byte) string {
	at := func(i int, s string) bool {
		return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s
	}
	switch {
	case at(0, "\xff\xd8\xff"):
		return JPEG
	case at(0, pngSignature):
		return PNG
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return GIF
	case at(0, "RIFF") && at(8, "WEBP"):
		return WebP
	case at(0, "RIFF") && at(8, "WAVE"):
		return WAV
	case at(0, "OggS"):
		return OGG
	case at(0, "ID3"), mp3Frame(head):
		return MP3
	case at(4, "ftyp"):
		return brand(head)
	case at(4, "moov"), at(4, "mdat"), at(4, "wide"):
		return MOV
	case bytes.Contains(head[:min(len(head), SniffLen)], []byte("%PDF-")):
		return PDF
	}
	return Other
}

// stillBrands are those of pictures in the file format of films.
var stillBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "msf1", "avif", "avis"}

// brand reads a file type box: the main brand, then those that it keeps to.
func brand(head []byte) string {
	if len(head) < 12 {
		return Other
	}
	size := min(uint64(be32(head)), uint64(len(head)))
	brands := []string{string(head[8:12])}
	for i := uint64(16); i+4 <= size; i += 4 {
		brands = append(brands, string(head[i:i+4]))
	}
	for _, s := range stillBrands {
		if brands[0] == s {
			return HEIC
		}
	}
	switch brands[0] {
	case "M4A ", "M4B ", "M4P ":
		return M4A
	case "qt  ":
		return MOV
	}
	return MP4
}

// mp3Frame recognises the beginning of an MPEG audio frame.
func mp3Frame(b []byte) bool {
	return len(b) >= 4 && b[0] == 0xff && b[1]&0xe0 == 0xe0 && // sync
		b[1]>>3&3 != 1 && b[1]>>1&3 != 0 && // version, layer
		b[2]>>4 != 15 && b[2]>>4 != 0 && b[2]>>2&3 != 3 // bit rate, sampling rate
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

func be32(b []byte) uint32 { return uint32(be16(b))<<16 | uint32(be16(b[2:])) }
