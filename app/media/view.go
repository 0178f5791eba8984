package media

import (
	"bytes"
	"errors"
	"image"
)

// ErrNoView: not a picture that can be shown.
var ErrNoView = errors.New("media: no picture that can be shown")

// Viewable reports whether View knows how to decode a media type.
func Viewable(media string) bool {
	config, _ := decoders(media)
	return config != nil
}

// View decodes a picture in memory, turned as it is meant to be seen and no
// longer than side pixels on its longer side. Its size is looked at before
// anything is decoded: more than MaxPixels are refused. Errors: ErrNoView.
func View(data []byte, side int) (image.Image, error) {
	kind := Detect(data[:min(len(data), SniffLen)])
	config, decode := decoders(kind)
	if decode == nil || side < 1 {
		return nil, ErrNoView
	}
	c, err := config(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 || int64(c.Width)*int64(c.Height) > MaxPixels {
		return nil, ErrNoView
	}
	img, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrNoView
	}
	return turn(shrink(img, side), orientation(kind, data)), nil
}
