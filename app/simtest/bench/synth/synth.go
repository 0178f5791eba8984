// Package synth makes caseloads of invented children and notes about them, of
// any size and the same for the same seed: for measuring, and for filling.
package synth

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// The words of notes: the common ones of casework prose come first, so that
// the Zipf law below makes them common; made-up ones follow.
var common = strings.Fields(`the and to a of was in she he said that her his mother with for on at it had not
home school visit seen alone bedroom child they worker about told when who father were but from this week door
asked kitchen time after would again see care before could brother morning plan carer sister family evening food
phone called clean warm quiet upset smiling toys garden bus court police health visitor teacher review meeting
contact placement support money letter sleep breakfast doctor weight bruise arm safe worried agreed refused`)

var (
	firstNames = strings.Fields(`Ruby Alfie Maisie Callum Ella Hà Şükrü Ŵyn Amina Tomos Freya Ibrahim Lowri Jakub Niamh Yusuf Elif Binh Zofia Dewi`)
	lastNames  = strings.Fields(`Larter Reeve Thurlow Bunn Garrod Nguyễn Öztürk Kowalska Hassan Pryce Mace Utting Okafor Marsh Bird Catchpole`)
)

// Source makes one caseload.
type Source struct {
	rng   *rand.Rand
	zipf  *rand.Zipf
	words []string
}

// New begins a source. The same seed gives the same caseload.
func New(seed uint64) *Source {
	rng := rand.New(rand.NewPCG(seed, 0x73796e7468))
	words := append([]string{}, common...)
	for len(words) < 20_000 {
		words = append(words, invented(rng))
	}
	return &Source{rng: rng, zipf: rand.NewZipf(rng, 1.2, 4, uint64(len(words)-1)), words: words}
}

func invented(rng *rand.Rand) string {
	const consonants, vowels = "bcdfghklmnprstvw", "aeiou"
	var b strings.Builder
	for range 2 + rng.IntN(3) {
		b.WriteByte(consonants[rng.IntN(len(consonants))])
		b.WriteByte(vowels[rng.IntN(len(vowels))])
	}
	return b.String()
}

// Prose is a text of about size bytes.
func (s *Source) Prose(size int) string {
	var b strings.Builder
	b.Grow(size + 16)
	begin := true
	for b.Len() < size {
		w := s.words[s.zipf.Uint64()]
		if begin {
			w, begin = strings.ToUpper(w[:1])+w[1:], false
		}
		b.WriteString(w)
		switch s.rng.IntN(14) {
		case 0:
			b.WriteString(". ")
			begin = true
		case 1:
			b.WriteString(", ")
		default:
			b.WriteByte(' ')
		}
	}
	return strings.TrimRight(b.String(), " ,") + "."
}

// Refs are the references of n children.
func Refs(n int) []string {
	refs := make([]string, n)
	for i := range refs {
		refs[i] = fmt.Sprintf("SY-%05d", i+1)
	}
	return refs
}

// Caseload is a CSV file of n children.
func (s *Source) Caseload(n int) []byte {
	var b strings.Builder
	b.WriteString("Child ref,Full name,DOB,Sex,Status,Plan,Address,Alerts\n")
	for _, ref := range Refs(n) {
		fmt.Fprintf(&b, "%s,%s %s,%d-%02d-%02d,%s,child in need,CIN plan,\"%d %s Road, Norwich\",%s\n", ref,
			firstNames[s.rng.IntN(len(firstNames))], lastNames[s.rng.IntN(len(lastNames))],
			2008+s.rng.IntN(16), 1+s.rng.IntN(12), 1+s.rng.IntN(28), []string{"F", "M"}[s.rng.IntN(2)],
			1+s.rng.IntN(200), lastNames[s.rng.IntN(len(lastNames))], s.words[s.zipf.Uint64()])
	}
	return []byte(b.String())
}

// Note is a line of record: a note of about size bytes about one child.
func (s *Source) Note(child string, size int) []byte {
	b, err := json.Marshal(map[string]any{"kind": "note", "children": []string{child}, "type": "case summary",
		"occurred": fmt.Sprintf("2026-%02d-%02dT%02d:05:00Z", 1+s.rng.IntN(10), 1+s.rng.IntN(28), 8+s.rng.IntN(10)), "shared": s.Prose(size)})
	if err != nil {
		panic(err) // a map of strings always encodes
	}
	return b
}

// Size draws the length of a note: most are short, few are long, none empty.
func (s *Source) Size() int {
	return 120 + int(min(s.rng.ExpFloat64()*600, 12_000))
}

// Words lists the vocabulary, most common first.
func (s *Source) Words() []string { return s.words }
