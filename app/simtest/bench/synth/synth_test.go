package synth

import (
	"bytes"
	"encoding/csv"
	"testing"

	"wherry/app/casework"
)

// TestSameSeedSameCaseload also proves that what is made is accepted.
func TestSameSeedSameCaseload(t *testing.T) {
	a, b, c := New(7), New(7), New(8)
	if !bytes.Equal(a.Caseload(30), b.Caseload(30)) || !bytes.Equal(a.Note("SY-00001", 500), b.Note("SY-00001", 500)) {
		t.Error("the same seed gives another caseload")
	}
	if bytes.Equal(New(7).Note("SY-00001", 500), c.Note("SY-00001", 500)) {
		t.Error("another seed gives the same note")
	}
	rows, err := csv.NewReader(bytes.NewReader(c.Caseload(30))).ReadAll()
	if err != nil || len(rows) != 31 || !casework.MatchHeaders(rows[0], nil).Usable() {
		t.Errorf("caseload: %d rows, %v", len(rows), err)
	}
	for _, size := range []int{1, c.Size(), 4096, 100_000} {
		s, err := casework.DecodeSubmission(c.Note("SY-00001", size), casework.KindNote)
		if err != nil || len(s.Shared) < size || len(s.Shared) > size+64 {
			t.Errorf("a note of %d bytes: %v", size, err)
		}
	}
}
