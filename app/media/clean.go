// Package media reads just enough of photos, documents and recordings to know
// what they are, to take out what they say about their making, above all the
// place, and to make a small picture of a photo. It knows no case.
//
// Cleaning is lossless: the picture and the sound are not encoded anew. What is
// no picture and no MP4 recording is passed on as it is. Every parser is
// bounded: it never panics and holds no more than MaxImage bytes at a time.
package media

import (
	"bytes"
	"errors"
	"io"
)

// Media types that Detect tells apart.
const (
	JPEG  = "image/jpeg"
	PNG   = "image/png"
	GIF   = "image/gif"
	WebP  = "image/webp"
	HEIC  = "image/heic"
	PDF   = "application/pdf"
	MP3   = "audio/mpeg"
	M4A   = "audio/mp4"
	MP4   = "video/mp4"
	MOV   = "video/quicktime"
	WAV   = "audio/wav"
	OGG   = "audio/ogg"
	Other = "application/octet-stream"
)

// What Clean takes out, as Result.Removed names it.
const (
	Place     = "gps"      // where it was taken
	Camera    = "exif"     // when and with what
	Notes     = "xmp"      // descriptions, names, history
	Press     = "iptc"     // captions and places of the press
	Comment   = "comment"  // text in the file
	Appended  = "appended" // bytes behind the end: earlier versions, films
	OtherData = "other"    // anything else that is no part of the picture
)

// MaxImage bounds a picture in bytes: 64 MiB. It is cleaned in memory.
const MaxImage = 64 << 20

var (
	// ErrNotCleaned: a picture or recording whose structure cannot be followed,
	// so that nobody can say what else is in it.
	ErrNotCleaned = errors.New("media: structure cannot be followed, so it cannot be cleaned")
	// ErrTooLarge: more bytes than MaxImage.
	ErrTooLarge = errors.New("media: picture too large")
)

// Result is what Clean found.
type Result struct {
	Media   string
	Removed []string // sorted, each once; empty if there was nothing
	Taken   string   // RFC 3339, or without a zone if the camera gave none; "" if unknown
	Image   []byte   // of a picture: the cleaned bytes
}

// Clean copies r to w without what it says about its making. Pictures are read
// whole; everything else is passed through in constant memory, so that a
// failure may come after part of it was written.
func Clean(r io.Reader, w io.Writer) (*Result, error) {
	head := make([]byte, SniffLen)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	head = head[:n]
	res := &Result{Media: Detect(head)}
	all := io.MultiReader(bytes.NewReader(head), r)
	switch res.Media {
	case JPEG, PNG, GIF, WebP, HEIC:
		return res, res.picture(all, w)
	case MP4, M4A, MOV:
		f := &found{}
		err := cleanFilm(all, w, f)
		res.Removed = f.names()
		return res, err
	}
	_, err = io.Copy(w, all)
	return res, err
}

func (res *Result) picture(r io.Reader, w io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(r, MaxImage+1))
	if err != nil {
		return err
	}
	if len(data) > MaxImage {
		return ErrTooLarge
	}
	out, f, err := cleanPicture(res.Media, data)
	if err != nil {
		return err
	}
	res.Image, res.Removed, res.Taken = out, f.names(), f.taken
	_, err = w.Write(out)
	return err
}

// cleanPicture cleans, and then cleans the outcome: there must be nothing left
// to take out, whatever the structure was made to look like.
func cleanPicture(media string, data []byte) ([]byte, *found, error) {
	out, f, err := cleanOnce(media, data)
	if err != nil {
		return nil, f, err
	}
	again, left, err := cleanOnce(media, out)
	if err != nil || len(left.kinds) > 0 || !bytes.Equal(again, out) {
		return nil, f, ErrNotCleaned
	}
	return out, f, nil
}

func cleanOnce(media string, data []byte) ([]byte, *found, error) {
	f := &found{}
	var out []byte
	var err error
	switch media {
	case JPEG:
		out, err = cleanJPEG(data, f)
	case PNG:
		out, err = cleanPNG(data, f)
	case GIF:
		out, err = cleanGIF(data, f)
	case WebP:
		out, err = cleanWebP(data, f)
	default:
		out, err = cleanHEIC(data, f)
	}
	return out, f, err
}

// found collects what was taken out.
type found struct {
	kinds map[string]bool
	taken string
}

func (f *found) add(kind string) {
	if f.kinds == nil {
		f.kinds = map[string]bool{}
	}
	f.kinds[kind] = true
}

// exif notes what a block of Exif says, and returns the orientation, 1 if it
// gives none.
func (f *found) exif(tiff []byte) uint16 {
	x := readExif(tiff)
	f.add(Camera)
	if x.place {
		f.add(Place)
	}
	if f.taken == "" {
		f.taken = x.taken
	}
	return x.orientation
}

func (f *found) names() []string {
	out := []string{}
	for _, k := range []string{Appended, Comment, Camera, Place, Press, OtherData, Notes} {
		if f.kinds[k] {
			out = append(out, k)
		}
	}
	return out
}
