package media

import "encoding/binary"

// box is one box of the ISO base media file format, inside bytes in memory.
type box struct {
	kind string
	at   int    // of the box in its bytes
	body []byte // aliases them
}

// boxes cuts bytes into boxes; ok is false if they do not add up.
func boxes(b []byte) (list []box, ok bool) {
	for i := 0; i < len(b); {
		head, size := 8, uint64(0)
		if len(b)-i < 8 {
			return list, false
		}
		switch size = uint64(be32(b[i:])); size {
		case 0: // to the end
			size = uint64(len(b) - i)
		case 1:
			if head = 16; len(b)-i < 16 {
				return list, false
			}
			size = binary.BigEndian.Uint64(b[i+8:])
		}
		if size < uint64(head) || size > uint64(len(b)-i) || len(list) == maxBoxes {
			return list, false
		}
		list = append(list, box{kind: string(b[i+4 : i+8]), at: i, body: b[i+head : i+int(size)]})
		i += int(size)
	}
	return list, true
}

// maxBoxes bounds the boxes beside each other.
const maxBoxes = 1 << 16

// free turns a box into one without meaning, full of zeros, of the same size:
// nothing that points behind it has to move.
func free(b []byte, x box) {
	copy(b[x.at+4:], "free")
	clear(x.body)
}

// reader reads numbers of any width, and remembers if there were too few bytes.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) skip(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	s := r.b[:n]
	r.b = r.b[n:]
	return s
}

// num reads a number of 0 to 8 bytes.
func (r *reader) num(n int) (v uint64) {
	for _, c := range r.skip(n) {
		v = v<<8 | uint64(c)
	}
	return v
}
