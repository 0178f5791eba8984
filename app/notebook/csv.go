package notebook

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// MaxImport bounds an import file: 64 MiB.
const MaxImport = 64 << 20

// Errors of import files.
var (
	ErrImportEncoding = errors.New("notebook: file is not text in a known encoding")
	ErrImportHeader   = errors.New("notebook: no readable header row")
	ErrImportTooLarge = errors.New("notebook: import file is too large")
)

// table is a parsed import file. Cut tells that the file ended inside a quoted
// field: the rows before it are whole.
type table struct {
	Encoding string // "UTF-8", "UTF-16" or "Windows-1252"
	Header   []string
	Rows     []tableRow
	Cut      bool
	CutAt    int // physical line on which the cut-off row starts
}

type tableRow struct {
	Line   int // physical line on which the row starts, from 1
	Fields []string
	Bad    bool // a stray quote: its fields cannot be told apart
}

// decodeText turns a spreadsheet's bytes into NFC UTF-8: by byte-order mark,
// else UTF-8 if valid, else Windows-1252, which older spreadsheets write.
func decodeText(data []byte) (text, encoding string, err error) {
	encoding = "UTF-8"
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
		if !utf8.Valid(data) {
			return "", "", ErrImportEncoding
		}
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		d, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", "", ErrImportEncoding
		}
		data, encoding = d, "UTF-16"
	case utf8.Valid(data):
	default:
		d, err := charmap.Windows1252.NewDecoder().Bytes(data)
		if err != nil {
			return "", "", ErrImportEncoding
		}
		data, encoding = d, "Windows-1252"
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", "", ErrImportEncoding
	}
	return norm.NFC.String(string(data)), encoding, nil
}

// delimiter is the most frequent of comma, semicolon and tab in the header
// line, outside quotes.
func delimiter(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	best, n := ',', 0
	for _, d := range []rune{',', ';', '\t'} {
		count, quoted := 0, false
		for _, r := range line {
			switch {
			case r == '"':
				quoted = !quoted
			case r == d && !quoted:
				count++
			}
		}
		if count > n {
			best, n = d, count
		}
	}
	return best
}

// readTable parses a caseload file (RFC 4180, with lone CR, other delimiters
// and ragged rows tolerated). Rows before a cut-off quoted field are kept.
func readTable(data []byte) (*table, error) {
	if len(data) > MaxImport {
		return nil, ErrImportTooLarge
	}
	text, encoding, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = delimiter(text), -1, false
	t := &table{Encoding: encoding}
	unclosed := false // the last row ended in a quote that nothing closed
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			if n := len(t.Rows); unclosed && n > 0 {
				t.Cut, t.CutAt, t.Rows = true, t.Rows[n-1].Line, t.Rows[:n-1]
			}
			break
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			if t.Header == nil {
				return nil, ErrImportHeader
			}
			t.Rows = append(t.Rows, tableRow{Line: pe.StartLine, Bad: true})
			unclosed = errors.Is(pe.Err, csv.ErrQuote)
			continue
		}
		unclosed = false
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		if t.Header == nil {
			t.Header = fields
			continue
		}
		if len(fields) == 1 && fields[0] == "" {
			continue
		}
		t.Rows = append(t.Rows, tableRow{Line: line, Fields: fields})
	}
	if len(t.Header) < 2 {
		return nil, ErrImportHeader
	}
	return t, nil
}
