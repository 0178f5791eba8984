package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"

	"golang.org/x/image/draw"
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
	return turn(reduce(img, side), orientation(kind, data)), nil
}

// reduce fits a picture into a square on white, by halves and then by what is
// left of less than a half. Unlike shrink it needs no more memory than the
// outcome of its first step.
func reduce(img image.Image, side int) *image.RGBA {
	for {
		b := img.Bounds()
		w, h := b.Dx(), b.Dy()
		switch m := max(w, h); {
		case m > 2*side:
			w, h = max(1, w/2), max(1, h/2)
		case m > side:
			w, h = max(1, w*side/m), max(1, h*side/m)
		}
		out := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
		if max(w, h) <= side {
			return out
		}
		img = out
	}
}
