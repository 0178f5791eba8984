package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"time"
)

// objects is the body of the file: indirect objects, and where each begins.
type objects struct {
	buf     bytes.Buffer
	offsets []int // of object i+1; 0: not written
}

func (o *objects) next() int {
	o.offsets = append(o.offsets, 0)
	return len(o.offsets)
}

func (o *objects) put(n int, body []byte) {
	o.offsets[n-1] = o.buf.Len()
	fmt.Fprintf(&o.buf, "%d 0 obj\n%s\nendobj\n", n, body)
}

func (o *objects) add(format string, args ...any) int {
	n := o.next()
	o.put(n, fmt.Appendf(nil, format, args...))
	return n
}

// stream writes a compressed stream; dict holds its further entries.
func (o *objects) stream(dict string, data []byte) int {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(data) // a bytes.Buffer never fails
	w.Close()
	return o.add("<<%s /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream", dict, z.Len(), z.Bytes())
}

// WriteTo finishes the document and writes the file. The document cannot be
// added to or written again afterwards.
func (d *Doc) WriteTo(w io.Writer) (int64, error) {
	d.finish()
	o := &objects{}
	o.buf.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	catalog, tree, root := o.next(), o.next(), o.next()

	resources, err := d.writeFonts(o)
	if err != nil {
		return 0, err
	}
	pages := make([]int, len(d.pages))
	for i := range d.pages {
		pages[i] = o.next()
	}
	d.root.prune()
	d.root.number(o)
	kids, parents := &bytes.Buffer{}, &bytes.Buffer{}
	for i, p := range d.pages {
		data := o.stream("", slices.Concat(p.ground.Bytes(), []byte("0 g\n"), p.back.Bytes(), []byte("0 g\n"), p.body.Bytes(), p.front.Bytes()))
		o.put(pages[i], fmt.Appendf(nil, "<</Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources %d 0 R "+
			"/Contents %d 0 R /StructParents %d /Tabs /S>>", tree, point(pageWidth), point(pageHeight), resources, data, i))
		fmt.Fprintf(kids, "%d 0 R ", pages[i])
		fmt.Fprintf(parents, "%d [", i)
		for _, e := range p.owners {
			fmt.Fprintf(parents, "%d 0 R ", e.num)
		}
		parents.WriteString("] ")
	}
	o.put(tree, fmt.Appendf(nil, "<</Type /Pages /Kids [%s] /Count %d>>", kids, len(pages)))
	d.root.write(o, root, pages)
	parentTree := o.add("<</Nums [%s]>>", parents)
	o.put(root, fmt.Appendf(nil, "<</Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d>>",
		d.root.num, parentTree, len(pages)))

	outline := d.writeOutline(o, pages)
	xmp := d.xmp()
	meta := o.add("<</Type /Metadata /Subtype /XML /Length %d>>\nstream\n%s\nendstream", len(xmp), xmp)
	o.put(catalog, fmt.Appendf(nil, "<</Type /Catalog /Pages %d 0 R /Lang %s /MarkInfo <</Marked true>> /StructTreeRoot %d 0 R "+
		"/Metadata %d 0 R %s/ViewerPreferences <</DisplayDocTitle true>>>>", tree, textString(d.opt.Lang), root, meta, outline))
	info := o.add("<</Title %s /Producer %s /CreationDate (%s)>>",
		textString(d.opt.Title), textString(d.opt.Producer), d.opt.Created.UTC().Format("D:20060102150405Z"))

	at := o.buf.Len()
	id := sha256.Sum256(o.buf.Bytes())
	fmt.Fprintf(&o.buf, "xref\n0 %d\n0000000000 65535 f \n", len(o.offsets)+1)
	for _, off := range o.offsets {
		fmt.Fprintf(&o.buf, "%010d 00000 n \n", off)
	}
	fmt.Fprintf(&o.buf, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(o.offsets)+1, catalog, info, id[:16], id[:16], at)
	return o.buf.WriteTo(w)
}

// writeFonts embeds the fonts that were used and returns the resources that
// all pages share.
func (d *Doc) writeFonts(o *objects) (int, error) {
	var names bytes.Buffer
	for id, s := range d.fonts {
		if s == nil {
			continue
		}
		program, err := s.program()
		if err != nil {
			return 0, err
		}
		base := subsetName(s) + "+" + bundle[id].base
		ascent, descent := load(fontID(id)).box()
		file := o.stream(fmt.Sprintf("/Length1 %d", len(program)), program)
		desc := o.add("<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [-1000 %.0f 2000 %.0f] /ItalicAngle 0 "+
			"/Ascent %.0f /Descent %.0f /CapHeight 714 /StemV 80 /FontFile2 %d 0 R>>", base, descent, ascent, ascent, descent, file)
		cid := o.add("<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) "+
			"/Supplement 0>> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 1000 /W %s>>", base, desc, s.widths())
		cmap := o.stream("", s.toUnicode())
		font := o.add("<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>",
			base, cid, cmap)
		fmt.Fprintf(&names, "/F%d %d 0 R ", id, font)
	}
	return o.add("<</Font <<%s>>>>", names.Bytes()), nil
}

// subsetName is the six letters that mark a font as part of a whole (ISO
// 32000-1, 9.6.4), made from the glyphs so that equal parts have equal names.
func subsetName(s *subset) string {
	sum := sha256.Sum256(s.toUnicode())
	name := make([]byte, 6)
	for i := range name {
		name[i] = 'A' + sum[i]%26
	}
	return string(name)
}

// writeOutline writes the bookmarks, two levels deep, and returns their entry
// of the catalogue.
func (d *Doc) writeOutline(o *objects, pages []int) string {
	marks := d.marks
	if len(marks) == 0 {
		return ""
	}
	root := o.next()
	nums := make([]int, len(marks))
	for i := range marks {
		nums[i] = o.next()
	}
	for i, m := range marks {
		var b strings.Builder
		fmt.Fprintf(&b, "<</Title %s /Parent %d 0 R /Dest [%d 0 R /XYZ 0 %s null]", textString(m.title), root, pages[m.page], point(m.y))
		if i > 0 {
			fmt.Fprintf(&b, " /Prev %d 0 R", nums[i-1])
		}
		if i+1 < len(marks) {
			fmt.Fprintf(&b, " /Next %d 0 R", nums[i+1])
		}
		b.WriteString(">>")
		o.put(nums[i], []byte(b.String()))
	}
	o.put(root, fmt.Appendf(nil, "<</Type /Outlines /First %d 0 R /Last %d 0 R /Count %d>>", nums[0], nums[len(nums)-1], len(marks)))
	return fmt.Sprintf("/Outlines %d 0 R ", root)
}

func (d *Doc) xmp() string {
	esc := func(s string) string { return html.EscapeString(clean(s)) }
	return `<?xpacket begin="` + "\uFEFF" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + esc(d.opt.Title) + `</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>` + esc(d.opt.Lang) + `</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>` + d.opt.Created.UTC().Format(time.RFC3339) + `</xmp:CreateDate><pdf:Producer>` + esc(d.opt.Producer) + `</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`
}

// textString is a text string of the file outside the pages, in UTF-16.
func textString(s string) string { return "<FEFF" + hex16(clean(s)) + ">" }
