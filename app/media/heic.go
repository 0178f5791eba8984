package media

import "bytes"

// cleanHEIC overwrites the items of metadata (Exif, XMP and whatever else is no
// picture) with zeros, in place: offsets stay true. The turning of the picture
// is a property of its own and stays. What cannot be followed is refused.
func cleanHEIC(data []byte, f *found) ([]byte, error) {
	b := bytes.Clone(data)
	top, ok := boxes(b)
	if !ok {
		return nil, ErrNotCleaned
	}
	metas := 0
	for _, x := range top {
		switch x.kind {
		case "meta":
			metas++
			if err := cleanItems(b, x, f); err != nil {
				return nil, err
			}
		case "moov":
			if err := cleanMovie(x.body, f); err != nil {
				return nil, err
			}
		}
	}
	if metas != 1 {
		return nil, ErrNotCleaned
	}
	for _, x := range top {
		switch x.kind {
		case "ftyp", "meta", "mdat", "moov", "free", "skip", "wide":
		default: // films of a "live" picture, data of programs
			if !zero(x.body) {
				f.add(OtherData)
			}
			free(b, x)
		}
	}
	return b, nil
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// cleanItems overwrites the items of one meta box.
func cleanItems(b []byte, meta box, f *found) error {
	if len(meta.body) < 4 {
		return ErrNotCleaned
	}
	inner, ok := boxes(meta.body[4:])
	if !ok {
		return ErrNotCleaned
	}
	var kinds map[uint64]string
	var places, idat []byte
	for _, x := range inner {
		switch x.kind {
		case "iinf":
			if kinds != nil {
				return ErrNotCleaned
			}
			if kinds, ok = itemKinds(x.body); !ok {
				return ErrNotCleaned
			}
		case "iloc":
			if places != nil {
				return ErrNotCleaned
			}
			places = x.body
		case "idat":
			idat = x.body
		case "udta", "uuid", "xml ", "bxml":
			if !zero(x.body) {
				f.add(OtherData)
			}
			free(meta.body[4:], x)
		}
	}
	if kinds == nil || places == nil {
		return ErrNotCleaned
	}
	left := len(b)
	return eachItem(places, b, idat, func(id uint64, parts [][]byte, here bool) error {
		kind := kinds[id]
		if kind != "Exif" && kind != "mime" && kind != "uri " {
			return nil
		}
		if !here {
			return ErrNotCleaned
		}
		for _, p := range parts {
			if left -= len(p); left < 0 { // the same bytes again and again
				return ErrNotCleaned
			}
		}
		overwrite(kind, parts, f)
		return nil
	})
}

func overwrite(kind string, parts [][]byte, f *found) {
	whole := bytes.Join(parts, nil)
	switch {
	case zero(whole):
		return
	case kind == "Exif" && len(whole) > 4:
		// The first four bytes say how far behind them the TIFF header is.
		skip := uint64(be32(whole)) + 4
		f.exif(whole[min(skip, uint64(len(whole))):])
	case kind == "mime":
		f.add(Notes)
	default:
		f.add(OtherData)
	}
	for _, p := range parts {
		clear(p)
	}
}

// itemKinds reads which items there are, by id.
func itemKinds(body []byte) (map[uint64]string, bool) {
	r := &reader{b: body}
	version := r.num(1)
	r.skip(3)
	if version == 0 {
		r.skip(2)
	} else {
		r.skip(4)
	}
	list, ok := boxes(r.b)
	if r.bad || !ok {
		return nil, false
	}
	kinds := map[uint64]string{}
	for _, x := range list {
		if x.kind != "infe" {
			continue
		}
		e := &reader{b: x.body}
		v := e.num(1)
		e.skip(3)
		var id uint64
		switch v {
		case 2:
			id = e.num(2)
		case 3:
			id = e.num(4)
		default:
			return nil, false
		}
		e.skip(2)
		kind := string(e.skip(4))
		if e.bad {
			return nil, false
		}
		kinds[id] = kind
	}
	return kinds, true
}

// eachItem reads where the bytes of every item lie. here is false if some are
// not in this file, or in no way that is known.
func eachItem(body, file, idat []byte, fn func(id uint64, parts [][]byte, here bool) error) error {
	r := &reader{b: body}
	version := r.num(1)
	r.skip(3)
	sizes := r.num(2)
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	wide := 2
	if version == 2 {
		wide = 4
	}
	if version == 0 {
		index = 0
	}
	for _, n := range []int{offset, length, base, index} {
		if n != 0 && n != 4 && n != 8 || version > 2 {
			return ErrNotCleaned
		}
	}
	for count := r.num(wide); count > 0; count-- {
		id, method := r.num(wide), uint64(0)
		if version > 0 {
			method = r.num(2) & 15
		}
		elsewhere := r.num(2)
		from, extents := r.num(base), r.num(2)
		if r.bad || extents > 1 && offset+length+index == 0 {
			return ErrNotCleaned
		}
		src := file
		if method == 1 {
			src = idat
		}
		here := method < 2 && elsewhere == 0
		var parts [][]byte
		for ; extents > 0; extents-- {
			r.skip(index)
			at, n := from+r.num(offset), r.num(length)
			if r.bad {
				return ErrNotCleaned
			}
			size := uint64(len(src))
			if length == 0 { // all of it
				n = size - min(at, size)
			}
			if at > size || n > size-at {
				here = false
				continue
			}
			parts = append(parts, src[at:at+n])
		}
		if err := fn(id, parts, here); err != nil {
			return err
		}
	}
	return nil
}
