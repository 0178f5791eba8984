package casework

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testNow lies a little after the last visit of the samples.
var testNow = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// sampleLines are the record lines of testdata/visits.jsonl: three siblings, a
// visit with an interpreter, one where nobody answered.
func sampleLines(t testing.TB) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "visits.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, []byte(line))
		}
	}
	if len(out) != 3 {
		t.Fatalf("want 3 sample lines, got %d", len(out))
	}
	return out
}

func decode(t testing.TB, line string) *Submission {
	t.Helper()
	s, err := DecodeSubmission([]byte(line), "")
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	return s
}

func mustEncode(t testing.TB, b Body) []byte {
	t.Helper()
	payload, _, err := EncodeBody(b)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}
