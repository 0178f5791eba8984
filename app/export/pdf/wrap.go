package pdf

import (
	"unicode"

	"github.com/go-text/typesetting/segmenter"
)

// wrap breaks the paragraph into lines of at most width (thousandths of the
// size): between words by UAX #14, and within a word between characters only
// where the word alone is too long.
func (p *paragraph) wrap(width float64) []line {
	if len(p.text) == 0 {
		return nil
	}
	advance, head := p.clusters()
	var lines []line
	start, used := 0, 0.0
	emit := func(end int) {
		lines = append(lines, p.line(start, end))
		start, used = end, 0
	}
	var seg segmenter.Segmenter
	seg.Init(p.text)
	for words := seg.LineIterator(); words.Next(); {
		word := words.Line()
		end := word.Offset + len(word.Text)
		ink, all := measure(p.text[word.Offset:end], advance[word.Offset:end])
		if used+ink > width && start < word.Offset {
			emit(word.Offset)
		}
		if ink <= width {
			used += all
			continue
		}
		var parts segmenter.Segmenter
		parts.Init(word.Text)
		for g := parts.GraphemeIterator(); g.Next(); {
			at := word.Offset + g.Grapheme().Offset
			w := 0.0
			for i := range g.Grapheme().Text {
				w += advance[at+i]
			}
			if used+w > width && at > start && head[at] {
				emit(at)
			}
			used += w
		}
	}
	if start < len(p.text) {
		emit(len(p.text))
	}
	return lines
}

// clusters gives the width of each cluster at its first rune, and says which
// runes start one: a line may be cut only there.
func (p *paragraph) clusters() (advance []float64, head []bool) {
	advance, head = make([]float64, len(p.text)), make([]bool, len(p.text))
	for i := range p.runs {
		for _, g := range p.runs[i].glyphs {
			advance[g.at] += g.adv * bundle[p.runs[i].font].scale
			head[g.at] = true
		}
	}
	return advance, head
}

// measure gives the width of a word without and with the space at its end.
func measure(text []rune, advance []float64) (ink, all float64) {
	last := len(text)
	for last > 0 && unicode.IsSpace(text[last-1]) {
		last--
	}
	for i, a := range advance {
		all += a
		if i < last {
			ink += a
		}
	}
	return ink, all
}

// line cuts the runes from start to end out of the paragraph. The space at the
// end of a line stands on the paragraph's own level (rule L1), and is kept so
// that words of two lines do not run together in extracted text.
func (p *paragraph) line(start, end int) line {
	ink := end
	for ink > start && unicode.IsSpace(p.text[ink-1]) {
		ink--
	}
	var l line
	for i := range p.runs {
		if r, w := p.runs[i].cut(start, ink); len(r.glyphs) > 0 {
			l.runs, l.width = append(l.runs, r), l.width+w
		}
	}
	for i := range p.runs {
		if r, w := p.runs[i].cut(ink, end); len(r.glyphs) > 0 {
			r.level = p.base
			l.runs, l.tail = append(l.runs, r), l.tail+w
		}
	}
	return l
}

// cut returns the part of the run between two runes of the paragraph, and its
// width.
func (r run) cut(start, end int) (run, float64) {
	if start >= r.end || end <= r.start {
		return run{}, 0
	}
	if start > r.start || end < r.end {
		var part []glyph
		for _, g := range r.glyphs {
			if g.at >= start && g.at < end {
				part = append(part, g)
			}
		}
		r.glyphs, r.start, r.end = part, max(start, r.start), min(end, r.end)
	}
	return r, r.width()
}

// width is in thousandths of the paragraph's size.
func (r *run) width() (w float64) {
	for _, g := range r.glyphs {
		w += g.adv
	}
	return w * bundle[r.font].scale
}

// order gives the line's runs from left to right.
func (l *line) order() []int {
	lv := make([]uint8, len(l.runs))
	for i := range l.runs {
		lv[i] = l.runs[i].level
	}
	return visual(lv)
}
