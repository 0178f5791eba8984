package media

import (
	"bytes"
	"encoding/binary"
	"io"
)

// maxMovie bounds the index of a film or recording, which is held in memory.
const maxMovie = 32 << 20

// cleanFilm copies an MP4, M4A or QuickTime file. What it says about its making
// (user data with the place, metadata, tracks of positions) becomes free space
// of the same size, so that nothing has to move. The sound and the picture
// pass through.
func cleanFilm(r io.Reader, w io.Writer, f *found) error {
	var head [16]byte
	for first := true; ; first = false {
		n, err := io.ReadFull(r, head[:8])
		if err == io.EOF && !first {
			return nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			if zero(head[:n]) && !first { // some recorders fill up the end
				_, err := w.Write(head[:n])
				return err
			}
			return ErrNotCleaned
		}
		if err != nil {
			return err
		}
		h := head[:8]
		size, kind := int64(be32(h)), string(h[4:8])
		switch size {
		case 0:
			size = -1 // to the end
		case 1:
			if _, err := io.ReadFull(r, head[8:]); err != nil {
				return short(err)
			}
			h = head[:]
			size = int64(binary.BigEndian.Uint64(head[8:])) - 8
			fallthrough
		default:
			if size -= 8; size < 0 {
				return ErrNotCleaned
			}
		}
		switch kind {
		case "moov", "meta", "moof":
			err = cleanIndex(r, w, h, kind, size, f)
		case "udta", "uuid", "XMP_":
			f.add(OtherData)
			copy(h[4:8], "free")
			err = blank(r, w, h, size)
		default:
			err = pass(r, w, h, size)
		}
		if err != nil {
			return err
		}
	}
}

func short(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrNotCleaned
	}
	return err
}

// body is the next size bytes, or all of them if size is negative.
func body(r io.Reader, size int64) io.Reader {
	if size < 0 {
		return r
	}
	return io.LimitReader(r, size)
}

func pass(r io.Reader, w io.Writer, h []byte, size int64) error {
	if _, err := w.Write(h); err != nil {
		return err
	}
	n, err := io.Copy(w, body(r, size))
	if err == nil && size >= 0 && n < size {
		err = ErrNotCleaned // cut short
	}
	return err
}

// blank writes zeros in the place of what a box holds.
func blank(r io.Reader, w io.Writer, h []byte, size int64) error {
	return pass(zeros{r}, w, h, size)
}

type zeros struct{ r io.Reader }

func (z zeros) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	clear(p[:n])
	return n, err
}

func cleanIndex(r io.Reader, w io.Writer, h []byte, kind string, size int64, f *found) error {
	if size > maxMovie {
		return ErrNotCleaned
	}
	data, err := io.ReadAll(io.LimitReader(body(r, size), maxMovie+1))
	if err != nil {
		return err
	}
	if len(data) > maxMovie || size >= 0 && int64(len(data)) < size {
		return ErrNotCleaned
	}
	if kind == "meta" {
		f.add(OtherData)
		copy(h[4:8], "free")
		clear(data)
	} else if err := cleanMovie(data, f); err != nil {
		return err
	}
	if _, err := w.Write(h); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// cleanMovie frees user data, metadata and tracks of metadata in the index of
// a film.
func cleanMovie(b []byte, f *found) error { return cleanLevel(b, 0, f) }

// nested are the boxes in which user data can lie.
var nested = map[string]bool{"trak": true, "mdia": true, "minf": true, "stbl": true, "edts": true, "dinf": true, "mvex": true, "traf": true}

func cleanLevel(b []byte, depth int, f *found) error {
	list, ok := boxes(b)
	if !ok {
		// QuickTime ends some lists with four zero bytes.
		if n := len(b) - 4; n >= 0 && zero(b[n:]) {
			list, ok = boxes(b[:n])
		}
	}
	if !ok || depth > 8 {
		return ErrNotCleaned
	}
	for _, x := range list {
		switch {
		case x.kind == "udta", x.kind == "meta", x.kind == "uuid":
			noteFilm(x, f)
			free(b, x)
		case x.kind == "trak" && metadataTrack(x.body):
			f.add(Place) // positions, in all that are known
			free(b, x)
		case nested[x.kind]:
			if err := cleanLevel(x.body, depth+1, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// noteFilm says what a freed box held.
func noteFilm(x box, f *found) {
	if zero(x.body) {
		return
	}
	for _, mark := range []string{"\xa9xyz", "loci", "location", "ISO6709", "GPS", "gps"} {
		if bytes.Contains(x.body, []byte(mark)) {
			f.add(Place)
		}
	}
	f.add(OtherData)
}

// metadataTrack recognises a track that holds neither picture, sound nor text.
func metadataTrack(trak []byte) bool {
	list, _ := boxes(trak)
	for _, x := range list {
		if x.kind != "mdia" {
			continue
		}
		inner, _ := boxes(x.body)
		for _, h := range inner {
			if h.kind == "hdlr" && len(h.body) >= 12 {
				return string(h.body[8:12]) == "meta"
			}
		}
	}
	return false
}
