package casework

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
)

// decodeStrict reads one JSON object into v. It refuses what encoding/json
// lets pass: names twice or in another case, unknown names, bytes that are not
// UTF-8, half surrogates (which would silently become another character), NUL,
// and anything after the object.
func decodeStrict(data []byte, limit int, v any) error {
	if len(data) > limit {
		return &InputError{Code: CodeTooLong}
	}
	if !utf8.Valid(data) {
		return &InputError{Code: CodeNotUTF8}
	}
	if !json.Valid(data) {
		return &InputError{Code: CodeNotJSON}
	}
	if code := checkEscapes(data); code != "" {
		return &InputError{Code: code}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := checkValue(dec, reflect.TypeOf(v).Elem(), "", 0, false); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return &InputError{Code: CodeNotJSON}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return &InputError{Code: CodeMalformed}
	}
	return nil
}

// checkEscapes looks at the \u escapes of valid JSON, in which a backslash
// occurs only inside strings.
func checkEscapes(data []byte) string {
	hex := func(i int) int {
		if i+6 > len(data) || data[i] != '\\' || data[i+1] != 'u' {
			return -1
		}
		n := 0
		for _, c := range data[i+2 : i+6] {
			n = n<<4 | strings.IndexByte("0123456789abcdef", c|0x20)
		}
		return n
	}
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		switch n := hex(i); {
		case n < 0:
			i++
		case n == 0:
			return CodeBadValue
		case n >= 0xdc00 && n < 0xe000:
			return CodeNotUTF8
		case n >= 0xd800 && n < 0xdc00:
			if low := hex(i + 6); low < 0xdc00 || low >= 0xe000 {
				return CodeNotUTF8
			}
			i += 11
		default:
			i += 5
		}
	}
	return ""
}

const maxDepth = 8

var answerType = reflect.TypeFor[Answer]()

// checkValue walks one value beside the Go type that will receive it.
func checkValue(dec *json.Decoder, t reflect.Type, path string, depth int, inList bool) error {
	if depth > maxDepth {
		return &InputError{Code: CodeTooDeep, Field: path}
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	tok, err := dec.Token()
	if err != nil {
		return &InputError{Code: CodeNotJSON}
	}
	wrong := &InputError{Code: CodeMalformed, Field: path}
	switch tok := tok.(type) {
	case nil: // an absent value; nothing is absent from a list
		if depth == 0 || inList {
			return wrong
		}
		return nil
	case json.Delim:
		switch {
		case tok == '{' && (t.Kind() == reflect.Struct || t.Kind() == reflect.Map):
			return checkObject(dec, t, path, depth)
		case tok == '[' && t.Kind() == reflect.Slice:
			return checkList(dec, t, path, depth)
		}
		return wrong
	case string:
		if t.Kind() != reflect.String {
			return wrong
		}
	case bool:
		if t.Kind() != reflect.Bool && t != answerType {
			return wrong
		}
	case json.Number:
		if _, err := tok.Int64(); err != nil || t.Kind() < reflect.Int || t.Kind() > reflect.Uint64 {
			return wrong
		}
	}
	return nil
}

func checkList(dec *json.Decoder, t reflect.Type, path string, depth int) error {
	for dec.More() {
		if err := checkValue(dec, t.Elem(), path, depth+1, true); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`)

func checkObject(dec *json.Decoder, t reflect.Type, path string, depth int) error {
	fields := map[string]reflect.Type{}
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			fields[name] = t.Field(i).Type
		}
	}
	seen := map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return &InputError{Code: CodeNotJSON}
		}
		name := tok.(string)
		sub, elem := path, t
		if t.Kind() == reflect.Map {
			elem = t.Elem() // a child reference: never named in an error
		} else {
			elem = fields[name]
			if plainName.MatchString(name) {
				sub = strings.TrimPrefix(path+"."+name, ".")
			}
			if elem == nil {
				return &InputError{Code: CodeUnknownField, Field: sub}
			}
		}
		if seen[name] {
			return &InputError{Code: CodeDuplicateKey, Field: sub}
		}
		seen[name] = true
		if err := checkValue(dec, elem, sub, depth+1, false); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// marshal writes JSON in one fixed form: struct order, sorted map keys, no
// HTML escapes, no spaces, no final line feed.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
