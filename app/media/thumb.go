package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	// ThumbSide is the longer side of a small picture, in pixels.
	ThumbSide = 320
	// MaxThumb bounds a small picture in bytes.
	MaxThumb = 40 << 10
	// MaxPixels bounds what is decoded: 100 megapixels.
	MaxPixels = 100_000_000
)

// ErrNoThumb: no small picture can be made of this.
var ErrNoThumb = errors.New("media: no small picture can be made")

// Thumbnail makes a small JPEG of a picture, turned as it is meant to be seen.
// The size is looked at before anything is decoded. Errors: ErrNoThumb.
func Thumbnail(data []byte) ([]byte, error) {
	kind := Detect(data[:min(len(data), SniffLen)])
	config, decode := decoders(kind)
	if decode == nil {
		return nil, ErrNoThumb
	}
	c, err := config(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 || int64(c.Width)*int64(c.Height) > MaxPixels {
		return nil, ErrNoThumb
	}
	img, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrNoThumb
	}
	for side := ThumbSide; side >= 40; side /= 2 {
		small := turn(shrink(img, side), orientation(kind, data))
		for _, q := range []int{80, 65, 50, 35} {
			var out bytes.Buffer
			if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: q}); err != nil {
				return nil, ErrNoThumb
			}
			if out.Len() <= MaxThumb {
				return out.Bytes(), nil
			}
		}
	}
	return nil, ErrNoThumb
}

type (
	configure = func(*bytes.Reader) (image.Config, error)
	decode    = func(*bytes.Reader) (image.Image, error)
)

func decoders(kind string) (configure, decode) {
	switch kind {
	case JPEG:
		return func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }
	case PNG:
		return func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }
	case GIF:
		return func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }
	case WebP:
		return func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }
	}
	return nil, nil
}

// shrink fits a picture into a square, on white; a smaller one stays its size.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if m := max(w, h); m > side {
		w, h = max(1, w*side/m), max(1, h*side/m)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// orientation reads how a cleaned or uncleaned picture is to be turned, 1 to 8.
func orientation(kind string, data []byte) uint16 {
	var tiff []byte
	switch kind {
	case JPEG:
		tiff = jpegExif(data)
	case PNG:
		tiff = pngExif(data)
	case WebP:
		tiff = webpExifBlock(data)
	}
	return readExif(tiff).orientation
}

// turn applies an Exif orientation.
func turn(img *image.RGBA, o uint16) *image.RGBA {
	if o < 2 || o > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	ow, oh := w, h
	if o >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range h {
		for x := range w {
			nx, ny := x, y
			switch o {
			case 2:
				nx = w - 1 - x
			case 3:
				nx, ny = w-1-x, h-1-y
			case 4:
				ny = h - 1 - y
			case 5:
				nx, ny = y, x
			case 6:
				nx, ny = h-1-y, x
			case 7:
				nx, ny = h-1-y, w-1-x
			case 8:
				nx, ny = y, w-1-x
			}
			out.SetRGBA(nx, ny, img.RGBAAt(x, y))
		}
	}
	return out
}
