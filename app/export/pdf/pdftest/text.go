package pdftest

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	mapping = regexp.MustCompile(`(?m)^<([0-9A-F]{4})> <([0-9A-F]*)>$`)
	named   = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	tokens  = regexp.MustCompile(`/Artifact[^\n]*? (?:BMC|BDC)|/Span <</ActualText <([0-9A-F]*)>>> BDC|` +
		`/(\w+) <</MCID (\d+)>> BDC|EMC\n|/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ|BT |ET\n`)
	strings16 = regexp.MustCompile(`<([0-9A-F]*)>`)
)

// fonts gives the ToUnicode map of each font by its resource name.
func (f *File) fonts() (map[string]map[string]string, error) {
	fonts := map[string]map[string]string{}
	for _, dict := range f.Objects {
		if !strings.HasPrefix(dict, "<</Font <<") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(dict, -1) {
			font := f.Objects[atoi(m[2])]
			cmap := map[string]string{}
			for _, row := range mapping.FindAllStringSubmatch(string(f.Streams[f.ref(font, "/ToUnicode")]), -1) {
				cmap[row[1]] = Text(row[2])
			}
			desc := f.Objects[Refs(between(font, "/DescendantFonts [", "]"))[0]]
			program := f.Streams[f.ref(f.Objects[f.ref(desc, "/FontDescriptor")], "/FontFile2")]
			if len(program) == 0 {
				return nil, fmt.Errorf("font %s is not embedded", m[1])
			}
			fonts[m[1]] = cmap
		}
	}
	return fonts, nil
}

// page reads the text of a page's content stream, checking that marked
// content is nested properly and that every glyph has a text.
func (f *File) page(n int, fonts map[string]map[string]string) (Page, error) {
	p := Page{Object: n, Marked: map[int]string{}}
	type open struct {
		mcid     int
		artifact bool
		actual   *string
	}
	stack := []open{{mcid: -1}}
	var font map[string]string
	body := string(f.Streams[f.ref(f.Objects[n], "/Contents")])
	for _, m := range tokens.FindAllStringSubmatch(body, -1) {
		top := stack[len(stack)-1]
		add := func(s string) {
			switch {
			case top.artifact:
				p.Artifacts += s
			case top.mcid >= 0:
				p.Marked[top.mcid] += s
			default:
				p.Loose += s
			}
		}
		switch {
		case strings.HasPrefix(m[0], "/Artifact"):
			if len(stack) > 1 {
				return p, fmt.Errorf("artifact within marked content")
			}
			stack = append(stack, open{mcid: -1, artifact: true})
		case strings.HasPrefix(m[0], "/Span"):
			text := Text(m[1])
			add(text)
			stack = append(stack, open{mcid: top.mcid, artifact: top.artifact, actual: &text})
		case m[3] != "":
			if len(stack) > 1 {
				return p, fmt.Errorf("marked content within marked content")
			}
			stack = append(stack, open{mcid: atoi(m[3])})
			p.Marked[atoi(m[3])] += ""
		case m[0] == "EMC\n":
			if len(stack) == 1 {
				return p, fmt.Errorf("EMC without a beginning")
			}
			stack = stack[:len(stack)-1]
			if top.artifact && p.Artifacts != "" {
				p.Artifacts += "\n"
			}
		case m[4] != "":
			font = fonts[m[4]]
		case strings.HasSuffix(m[0], "TJ"):
			for _, s := range strings16.FindAllStringSubmatch(m[5], -1) {
				for hex := s[1]; len(hex) >= 4; hex = hex[4:] {
					text, ok := font[hex[:4]]
					if !ok {
						return p, fmt.Errorf("glyph %s has no text", hex[:4])
					}
					if top.actual == nil {
						add(text)
					}
				}
			}
		}
	}
	if len(stack) != 1 {
		return p, fmt.Errorf("marked content is left open")
	}
	return p, nil
}

func atoi(s string) (n int) {
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

// All is every text of the file: pages, artifacts, structure, metadata.
func (f *File) All() string {
	var b strings.Builder
	for _, p := range f.Pages {
		for i := range len(p.Marked) {
			b.WriteString(p.Marked[i] + "\n")
		}
		b.WriteString(p.Artifacts + "\n" + p.Loose + "\n")
	}
	for n, dict := range f.Objects {
		b.WriteString(dict + "\n")
		for _, m := range strings16.FindAllStringSubmatch(dict, -1) {
			b.WriteString(Text(m[1]) + "\n")
		}
		if strings.Contains(dict, "/Subtype /XML") {
			b.Write(f.Streams[n])
		}
	}
	return b.String()
}
