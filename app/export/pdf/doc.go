// Package pdf lays out plain prose, tables and quotations on A4 pages and
// writes them as a tagged PDF 1.7 file.
//
// It knows nothing of cases or children. Text may be any UTF-8 string: Latin,
// Greek and Cyrillic, Arabic, Ethiopic and Han are drawn with fonts that are
// part of the program, so that a document looks the same on every machine. The
// same calls with the same options give the same bytes.
//
// The structure tags (headings, paragraphs, quotations, tables with header
// cells) follow ISO 32000-1 section 14.8. The file does not claim PDF/UA.
package pdf
