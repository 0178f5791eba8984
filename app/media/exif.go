package media

import (
	"encoding/binary"
	"strings"
	"time"
)

// exif is what is wanted of an Exif block: how to turn the picture, whether it
// names a place, and when it was taken.
type exif struct {
	orientation uint16 // 1 to 8
	place       bool
	taken       string
}

// Tags of Exif (CIPA DC-008).
const (
	tagOrientation = 0x0112
	tagDateTime    = 0x0132
	tagExif        = 0x8769
	tagGPS         = 0x8825
	tagOriginal    = 0x9003
	tagOffset      = 0x9011
)

// readExif reads a TIFF structure as far as it can be followed. What cannot is
// not there.
func readExif(b []byte) exif {
	x := exif{orientation: 1}
	if len(b) < 8 {
		return x
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return x
	}
	var taken, changed, zone string
	ifd := func(at uint32, entry func(tag, typ uint16, count uint32, value []byte)) {
		if uint64(at)+2 > uint64(len(b)) {
			return
		}
		n := int(order.Uint16(b[at:]))
		for i := range n {
			p := uint64(at) + 2 + uint64(i)*12
			if p+12 > uint64(len(b)) {
				return
			}
			e := b[p : p+12]
			entry(order.Uint16(e), order.Uint16(e[2:]), order.Uint32(e[4:]), e[8:12])
		}
	}
	text := func(count uint32, value []byte) string {
		if count > 4 {
			at := uint64(order.Uint32(value))
			if count > 64 || at+uint64(count) > uint64(len(b)) {
				return ""
			}
			value = b[at : at+uint64(count)]
		}
		s, _, _ := strings.Cut(string(value), "\x00")
		return s
	}
	ifd(order.Uint32(b[4:]), func(tag, typ uint16, count uint32, value []byte) {
		switch tag {
		case tagOrientation:
			if o := order.Uint16(value); typ == 3 && count == 1 && o >= 1 && o <= 8 {
				x.orientation = o
			}
		case tagDateTime:
			changed = text(count, value)
		case tagGPS:
			x.place = true
		case tagExif:
			ifd(order.Uint32(value), func(tag, _ uint16, count uint32, value []byte) {
				switch tag {
				case tagOriginal:
					taken = text(count, value)
				case tagOffset:
					zone = text(count, value)
				}
			})
		}
	})
	if taken == "" {
		taken = changed
	}
	x.taken = stamp(taken, zone)
	return x
}

// stamp turns the camera's form of a time into the usual one.
func stamp(local, zone string) string {
	const form = "2006:01:02 15:04:05"
	if t, err := time.Parse(form+"-07:00", local+zone); err == nil {
		return t.Format(time.RFC3339)
	}
	if t, err := time.Parse(form, local); err == nil && t.Year() > 1900 {
		return t.Format("2006-01-02T15:04:05")
	}
	return ""
}

// onlyOrientation is the smallest Exif block: how to turn the picture, and
// nothing else.
func onlyOrientation(o uint16) []byte {
	return []byte{'M', 'M', 0, 42, 0, 0, 0, 8,
		0, 1, tagOrientation >> 8, tagOrientation & 0xff, 0, 3, 0, 0, 0, 1, byte(o >> 8), byte(o), 0, 0,
		0, 0, 0, 0}
}

// bare reports whether an Exif block is one that this package wrote.
func bare(tiff []byte) bool {
	for o := uint16(2); o <= 8; o++ {
		if string(tiff) == string(onlyOrientation(o)) {
			return true
		}
	}
	return false
}
