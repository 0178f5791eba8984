package story_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// object is a parsed shape.
type object struct {
	name   string
	fields []field
}

type field struct {
	name, kind string
	optional   bool
}

func shapeOf(ts *testscript.TestScript, name string) *object {
	o := parseShape(name)
	if o == nil {
		ts.Fatalf("no shape %q", name)
	}
	return o
}

func parseShape(name string) *object {
	text, ok := shapes[name]
	if !ok {
		return nil
	}
	o := &object{name: name}
	for _, f := range strings.Fields(text) {
		n, kind, _ := strings.Cut(f, ":")
		bare, optional := strings.CutSuffix(n, "?")
		o.fields = append(o.fields, field{bare, kind, optional})
	}
	return o
}

// shape FILE WHICH SHAPE: every picked line has the fields of SHAPE, in its
// order and of its types. Others may stand among them.
func shape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: shape FILE WHICH SHAPE")
	}
	o := shapeOf(ts, args[2])
	picked := pick(ts, args[0], args[1])
	if len(picked) == 0 {
		ts.Fatalf("%s has no line %s", args[0], args[1])
	}
	for l := range strings.Lines(ts.ReadFile(args[0])) {
		var v map[string]any
		ts.Check(json.Unmarshal([]byte(l), &v))
		if slices.ContainsFunc(picked, func(p map[string]any) bool { return fmt.Sprint(p) == fmt.Sprint(v) }) {
			o.check(ts, strings.TrimSuffix(l, "\n"))
		}
	}
}

func (o *object) check(ts *testscript.TestScript, line string) {
	var v map[string]any
	ts.Check(json.Unmarshal([]byte(line), &v))
	if why := o.fault(v, o.name); why != "" {
		ts.Fatalf("%s\n%s", why, line)
	}
	if why := o.disorder(line); why != "" {
		ts.Fatalf("%s\n%s", why, line)
	}
}

// disorder reports a field that stands before one that the contract has first.
func (o *object) disorder(line string) string {
	dec := json.NewDecoder(strings.NewReader(line))
	last, depth, key := -1, 0, false
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return ""
		}
		if err != nil {
			return err.Error()
		}
		switch t := tok.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
				key = depth == 1
				continue
			}
			depth--
		case string:
			if key && depth == 1 {
				i := slices.IndexFunc(o.fields, func(f field) bool { return f.name == t })
				if i >= 0 && i < last {
					return t + " is not where the contract has it"
				}
				last, key = max(last, i), false
				continue
			}
		}
		key = depth == 1
	}
}

func (o *object) fault(v map[string]any, path string) string {
	for _, f := range o.fields {
		x, there := v[f.name]
		if !there && f.optional {
			continue
		}
		if why := faultOf(x, there, f.kind, path+"."+f.name); why != "" {
			return why
		}
	}
	return ""
}

var (
	hexOf32 = regexp.MustCompile(`^[0-9a-f]{64}$`)
	stamp   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
)

func faultOf(x any, there bool, kind, path string) string {
	bad := fmt.Sprintf("%s is %v, not %s", path, x, kind)
	if !there || x == nil {
		return path + " is absent or null"
	}
	if of, ok := strings.CutPrefix(kind, "["); ok {
		list, ok := x.([]any)
		if !ok {
			return bad
		}
		for i, e := range list {
			if why := faultOf(e, true, strings.TrimSuffix(of, "]"), fmt.Sprintf("%s.%d", path, i)); why != "" {
				return why
			}
		}
		return ""
	}
	if o := parseShape(kind); o != nil && kind != "record" {
		m, ok := x.(map[string]any)
		if !ok {
			return bad
		}
		return o.fault(m, path)
	}
	if !fits(x, kind) {
		return bad
	}
	return ""
}

func fits(x any, kind string) bool {
	s, isText := x.(string)
	n, isNumber := x.(float64)
	switch kind {
	case "any":
		return true
	case "str":
		return isText
	case "text":
		return s != ""
	case "id", "hex":
		return hexOf32.MatchString(s)
	case "time":
		_, err := time.Parse(time.RFC3339, s)
		return err == nil && stamp.MatchString(s)
	case "num":
		return isNumber
	case "n":
		return isNumber && n >= 0 && n == math.Trunc(n)
	case "bool":
		_, ok := x.(bool)
		return ok
	case "obj":
		_, ok := x.(map[string]any)
		return ok
	case "hits":
		return areHits(x)
	}
	return slices.Contains(strings.Split(kind, "|"), fmt.Sprint(x))
}

func areHits(x any) bool {
	list, ok := x.([]any)
	for _, e := range list {
		pair, isPair := e.([]any)
		if !isPair || len(pair) != 2 || !fits(pair[0], "n") || !fits(pair[1], "n") || pair[0].(float64) >= pair[1].(float64) {
			return false
		}
	}
	return ok
}

// TestShapesCanFail shows that the checks see what they are for.
func TestShapesCanFail(t *testing.T) {
	id := strings.Repeat("0a", 32)
	good := `{"v":1,"ack":"` + id + `","more":[],"target":"` + id + `"}`
	for line, right := range map[string]bool{
		good: true,
		`{"v":1,"target":"` + id + `","ack":"` + id + `"}`:    false,
		`{"v":1,"ack":"` + strings.ToUpper(id) + `"}`:         false,
		strings.Replace(good, `"v":1`, `"v":"1x"`, 1):         false,
		strings.Replace(good, `"ack":"0a`, `"ack":"0A`, 1):    false,
		strings.Replace(good, `"ack":"`+id+`"`, `"a":1`, 1):   false,
		strings.Replace(good, `"target":"`, `"target":"0`, 1): false,
	} {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		o := parseShape("ack")
		if got := o.fault(v, "") == "" && o.disorder(line) == ""; got != right {
			t.Errorf("%s: %v", line, got)
		}
	}
	for x, kind := range map[any]string{nil: "any", "": "text", 1.5: "n", -1.0: "n", "2026-11-25T03:02:51Z": "time", "x": "bool"} {
		if faultOf(x, true, kind, "x") == "" {
			t.Errorf("%v passes as %s", x, kind)
		}
	}
}
