package media

// cleanGIF drops comments and the data of programs other than the looping of
// an animation.
func cleanGIF(b []byte, f *found) ([]byte, error) {
	if len(b) < 13 || string(b[:3]) != "GIF" {
		return nil, ErrNotCleaned
	}
	i := 13 + colours(b[10])
	if i > len(b) {
		return nil, ErrNotCleaned
	}
	out := append(make([]byte, 0, len(b)), b[:i]...)
	for i < len(b) {
		start := i
		switch b[i] {
		case 0x3b:
			if i+1 < len(b) {
				f.add(Appended)
			}
			return append(out, 0x3b), nil
		case 0x2c: // a picture: descriptor, palette, code size, data
			if i+10 > len(b) {
				return nil, ErrNotCleaned
			}
			i += 10 + colours(b[i+9]) + 1
		case 0x21: // an extension
			i += 2
		default:
			return nil, ErrNotCleaned
		}
		for { // blocks of data, ended by an empty one
			if i >= len(b) {
				return nil, ErrNotCleaned
			}
			n := int(b[i])
			i += 1 + n
			if n == 0 {
				break
			}
		}
		if kind := dropped(b[start:i]); kind != "" {
			f.add(kind)
			continue
		}
		out = append(out, b[start:i]...)
	}
	return nil, ErrNotCleaned
}

// dropped says what a block of a GIF is, if it is to go.
func dropped(block []byte) string {
	if block[0] != 0x21 {
		return ""
	}
	switch block[1] {
	case 0xf9, 0x01: // timing, text drawn over the picture
		return ""
	case 0xfe:
		return Comment
	case 0xff:
		if len(block) < 14 {
			return OtherData
		}
		switch string(block[3:14]) {
		case "NETSCAPE2.0", "ANIMEXTS1.0":
			return ""
		case "XMP DataXMP":
			return Notes
		}
	}
	return OtherData
}

func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
