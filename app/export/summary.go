package export

import (
	"fmt"
	"io"
	"slices"

	"wherry/app/casework"
	"wherry/app/export/pdf"
)

// writePDF writes the documents of which the PDF format is capable.
func writePDF(w io.Writer, doc Document) (pages int, err error) {
	if doc.Kind != KindSummary {
		return 0, ErrKind
	}
	if err := doc.check(); err != nil {
		return 0, err
	}
	return render(w, doc, "Case summary", casework.Summary(doc.Case, doc.From, doc.Until))
}

// render lays out a document of sections, writes it and counts its pages.
func render(w io.Writer, doc Document, what string, sections []casework.Section) (int, error) {
	l := &layout{cf: doc.Case, doc: &doc, stamp: doc.Stamp}
	if l.stamp.CompleteTo.IsZero() {
		l.stamp.CompleteTo = doc.Case.CompleteTo
	}
	if l.stamp.Unsynced == nil {
		l.stamp.Unsynced = unsynced(doc.Case.Unsynced)
	}
	if doc.Case.Lost {
		l.stamp.Unsynced = append(slices.Clone(l.stamp.Unsynced), "Entries on a damaged part of the notebook that this was made from")
	}
	l.d = pdf.New(pdf.Options{
		// The title is seen outside the document, in lists of files and in the
		// window's frame: it names the reference, not the child.
		Title: l.text(what + " " + doc.Case.Ref), Lang: "en-GB", Producer: "Wherry " + doc.Stamp.App,
		Created: doc.Stamp.At, Furniture: l.furniture,
	})
	l.cover(what)
	l.glance()
	for _, s := range sections {
		l.section(s)
	}
	if n := l.d.Missing(); n > 0 {
		l.para(styleSmall, fmt.Sprintf("%d different characters cannot be drawn here and are shown as \uFFFD. Copied text holds them.", n))
	}
	if _, err := l.d.WriteTo(w); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	return l.d.Pages(), nil
}

// unsynced says of each worker since when their work may be missing.
func unsynced(lags []casework.WorkerLag) (out []string) {
	for _, w := range lags {
		if w.Last.IsZero() {
			out = append(out, w.Person+" not synced yet")
			continue
		}
		out = append(out, w.Person+" not synced since "+casework.TimeWords(w.Last))
	}
	return out
}
