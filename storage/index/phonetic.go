package index

import "strings"

// phoneticKey writes how a folded name of a to z sounds in English speech, so
// that names that sound alike have one key. It is a simplification of
// Lawrence Philips' Metaphone (Computer Language 7(12), 1990) with some of the
// rules of his Double Metaphone (C/C++ Users Journal, June 2000), with one key:
// vowels count only at the beginning, doubled sounds once, d is t, v is f and z
// is s, and silent letters are dropped.
// A name with other letters, or of fewer than two consonants, has no key: it
// would be like too much.
func phoneticKey(name string) string {
	if len(name) < 2 || strings.ContainsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return ""
	}
	p := phonetic{name: name}
	p.start()
	for p.at < len(name) {
		p.letter()
	}
	consonants := 0
	for _, c := range p.key {
		if c != 'A' {
			consonants++
		}
	}
	if consonants < 2 {
		return ""
	}
	return string(p.key)
}

type phonetic struct {
	name string
	at   int
	key  []byte
}

// has reports whether s stands at the given distance from the current letter.
func (p *phonetic) has(distance int, s string) bool {
	i := p.at + distance
	return i >= 0 && i <= len(p.name) && strings.HasPrefix(p.name[i:], s)
}

// one returns the letter at a distance, or a space outside the name.
func (p *phonetic) one(distance int) byte {
	if i := p.at + distance; i >= 0 && i < len(p.name) {
		return p.name[i]
	}
	return ' '
}

func isVowel(c byte) bool { return strings.IndexByte("aeiouy", c) >= 0 }

// add appends a sound, unless it would stand twice in a row, and passes over n
// letters.
func (p *phonetic) add(sound byte, n int) {
	if k := len(p.key); k == 0 || p.key[k-1] != sound {
		p.key = append(p.key, sound)
	}
	p.at += n
}

// start reads beginnings that sound otherwise than they are written.
func (p *phonetic) start() {
	switch {
	case p.has(0, "kn"), p.has(0, "gn"), p.has(0, "pn"), p.has(0, "wr"):
		p.at = 1
	case p.has(0, "ng"): // Nguyen, Ngozi
		p.add('N', 2)
	case p.has(0, "ll"): // Welsh
		p.add('L', 2)
	case p.has(0, "x"):
		p.add('S', 1)
	case p.has(0, "mc"):
		p.add('M', 1)
		p.add('K', 1)
	case p.has(0, "mac") && len(p.name) > 5:
		p.add('M', 2)
		p.add('K', 1)
	case p.has(0, "wh"):
		p.add('W', 2)
	case isVowel(p.one(0)):
		p.add('A', 1)
	}
}

// letter reads one sound.
func (p *phonetic) letter() {
	c := p.one(0)
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		p.at++
	case 'b':
		if p.at == len(p.name)-1 && p.one(-1) == 'm' { // lamb
			p.at++
			return
		}
		p.add('B', 1)
	case 'c':
		p.letterC()
	case 'd':
		switch {
		case p.has(0, "dge"), p.has(0, "dgi"), p.has(0, "dgy"):
			p.add('J', 2)
		case p.has(0, "dj"):
			p.add('J', 2)
		default:
			p.add('T', 1)
		}
	case 'f', 'v':
		p.add('F', 1)
	case 'g':
		p.letterG()
	case 'h':
		// Heard only before a vowel and not after one.
		if isVowel(p.one(1)) && (p.at == 0 || isVowel(p.one(-1))) {
			p.add('H', 1)
			return
		}
		p.at++
	case 'j':
		p.add('J', 1)
	case 'k', 'q':
		if p.one(1) == 'h' && c == 'k' { // Khalid
			p.add('K', 2)
			return
		}
		p.add('K', 1)
	case 'l', 'm', 'n', 'r':
		p.add(c-'a'+'A', 1)
	case 'p':
		if p.one(1) == 'h' {
			p.add('F', 2)
			return
		}
		p.add('P', 1)
	case 's':
		p.letterS()
	case 't':
		switch {
		case p.has(0, "th"):
			p.add('T', 2) // Thomas and Tomas, Fathima and Fatima
		case p.has(0, "tch"):
			p.add('X', 3)
		case p.has(0, "tia"), p.has(0, "tio"):
			p.add('X', 1)
		default:
			p.add('T', 1)
		}
	case 'w':
		if isVowel(p.one(1)) && (p.at == 0 || !isVowel(p.one(-1))) {
			p.add('W', 1)
			return
		}
		p.at++
	case 'x':
		p.add('K', 0)
		p.add('S', 1)
	case 'z':
		p.add('S', 1)
	default:
		p.at++
	}
}

func (p *phonetic) letterC() {
	switch {
	case p.has(0, "chr"), p.has(0, "ck"), p.has(0, "cq"):
		p.add('K', 2)
	case p.has(0, "ch"), p.has(0, "cz"):
		p.add('X', 2)
	case p.one(1) == 'i', p.one(1) == 'e', p.one(1) == 'y':
		p.add('S', 1)
	default:
		p.add('K', 1)
	}
}

func (p *phonetic) letterG() {
	switch {
	case p.has(0, "gh"):
		if p.at == 0 || !isVowel(p.one(-1)) {
			p.add('K', 2)
			return
		}
		p.at += 2 // Hugh, Vaughan
	case p.has(0, "gn"):
		p.at++
	case (p.one(1) == 'e' || p.one(1) == 'i' || p.one(1) == 'y') && p.one(-1) != 'g':
		p.add('J', 1)
	default:
		p.add('K', 1)
	}
}

func (p *phonetic) letterS() {
	switch {
	case p.has(0, "sch") && p.at == 0:
		p.add('X', 3)
	case p.has(0, "sh"), p.has(0, "sz"):
		p.add('X', 2)
	case p.has(0, "sio"), p.has(0, "sia"):
		p.add('X', 1)
	default:
		p.add('S', 1)
	}
}
