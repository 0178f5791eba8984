package casework

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"
)

func FuzzDecodeSubmission(f *testing.F) {
	for _, line := range sampleLines(f) {
		f.Add(line)
	}
	for _, s := range []string{
		`{}`, `[]`, `{"children":[]}`, `{"v":1,"kind":"call","ref":"x"}`, `{"a":1,"a":2}`, `{"shared":"\ud83d\ude00"}`,
		`{"shared":"\ud83d"}`, `{"children_parts":{"":{"seen":"partly"}}}`, `{"children":["A"],"children_parts":{"A":{"voice":[{}]}}}`,
		"{\"shared\":\"\xff\"}", `{"v":99999999999999999999}`, `{"v":1e0}`, `{"interpreter":{"independent":null}}`, `null`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		s, err := DecodeSubmission(line, KindVisit)
		if err != nil {
			var ie *InputError
			if !errors.As(err, &ie) || ie.Code == "" {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		s.Validate(testNow)
		if !utf8.ValidString(s.title()) || !utf8.ValidString(s.line()) {
			t.Fatal("words are not UTF-8")
		}
		canon := s.Canonical()
		again, err := DecodeSubmission(canon, s.Kind)
		if err != nil {
			if code, _ := ErrorCode(err); code != CodeTooLong {
				t.Fatalf("the fixed form does not read: %v", err)
			}
			return
		}
		if !bytes.Equal(again.Canonical(), canon) {
			t.Fatalf("the fixed form is not fixed: %s", canon)
		}
		for _, p := range s.Split() {
			if !json.Valid(p.Payload) {
				t.Fatal("payload is not JSON")
			}
		}
	})
}

func FuzzDecodeBody(f *testing.F) {
	for _, k := range Kinds() {
		f.Add(k.Name, 1, []byte(`{}`))
	}
	for kind, payloads := range bodyExamples {
		for _, p := range payloads {
			f.Add(kind, 1, []byte(p))
		}
	}
	f.Add("sign-off", 1, []byte(`{}`))
	f.Add(KindAmend, 2, []byte(`{}`))
	f.Add(KindAmend, 0, []byte(`{}`))
	f.Add(KindAmend, -1, []byte(`{}`))
	f.Fuzz(func(t *testing.T, kind string, schema int, payload []byte) {
		body, err := DecodeBody(kind, schema, payload)
		if err != nil {
			return
		}
		if body.Kind() != kind {
			t.Fatalf("%s became %s", kind, body.Kind())
		}
		body.Validate()
		if !utf8.ValidString(body.Line()) || !utf8.ValidString(body.SearchText()) {
			t.Fatal("words are not UTF-8")
		}
		first := mustEncode(t, body)
		again, err := DecodeBody(kind, 1, first)
		if err != nil {
			if code, _ := ErrorCode(err); code != CodeTooLong {
				t.Fatalf("the fixed form does not read: %v", err)
			}
			return
		}
		if !bytes.Equal(mustEncode(t, again), first) {
			t.Fatal("the fixed form is not fixed")
		}
		cf := Project("A", []Fact{{ID: "1", Kind: kind, Schema: schema, Payload: payload, Written: testNow}}, testNow)
		Summary(cf, Date{}, Date{})
		Due(cf, DefaultRules(), testNow)
		_ = cf.SearchText()
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-11-23", "23/11/2026", "23 November 2026", "1.2.2020", "31/02/2014", "2014-05-02 00:00:00", "29 Feb 2024", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := ParseDate(s)
		if !ok {
			return
		}
		if again, ok := ParseDate(d.String()); !ok || again != d {
			t.Fatalf("%q is %v, %v", s, d, again)
		}
		if again, ok := ParseDate(d.Words()); !ok || again != d {
			t.Fatalf("%q is %v, in words %v", s, d, again)
		}
	})
}

func FuzzImportRow(f *testing.F) {
	f.Add("Child ref", "NCC-1", "DOB", "02/05/2014", "Full name", "Siân ?yn", "Siân Ŵyn")
	f.Add("NHS no", "999 003 4664", "Sex", "Female", "Alerts", "a;;b", "b; a")
	f.Add("\ufeffCase ID", "=1", "Case ID", "x", "", "y", "")
	f.Fuzz(func(t *testing.T, h1, v1, h2, v2, h3, v3, held string) {
		m := MatchHeaders([]string{h1, h2, h3}, map[string]string{h3: "name"})
		row, problems := ParseRow(m, []string{v1, v2, v3})
		if _, bad := Refused(problems); bad || row.Blank {
			return
		}
		fields := []Field{{Def: FieldDefinition("name"), Values: []FieldValue{{Value: held, Entries: []string{"1"}}}}}
		Reconcile(fields, row, false)
		for key, v := range row.Values {
			if !SameValue(key, v, v) {
				t.Fatalf("%s: %q differs from itself", key, v)
			}
			clean, _, _ := CleanValue(key, v)
			if clean != v {
				t.Fatalf("%s: %q is not canonical, %q is", key, v, clean)
			}
		}
	})
}
