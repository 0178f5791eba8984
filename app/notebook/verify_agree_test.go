package notebook

import (
	"testing"

	"wherry/storage/record"
)

// What the endpoint said of a place in a log, in the answer to a push or in a
// page, is the same whichever came first.
func TestReceiptsAgreeWithTheLog(t *testing.T) {
	r := record.Receipt{Realm: record.ID{1}, Case: record.ID{2}, Entry: record.ID{3}, Gen: 1, Seq: 4, Chain: record.ID{5}, Time: 6}
	for name, c := range map[string]struct {
		change func(*record.Receipt)
		same   bool
	}{
		"the same":              {func(*record.Receipt) {}, true},
		"at another hour":       {func(r *record.Receipt) { r.Time++ }, true},
		"another place":         {func(r *record.Receipt) { r.Seq++; r.Entry[0]++ }, true},
		"another generation":    {func(r *record.Receipt) { r.Gen++; r.Chain[0]++ }, true},
		"another entry there":   {func(r *record.Receipt) { r.Entry[0]++ }, false},
		"another chain there":   {func(r *record.Receipt) { r.Chain[0]++ }, false},
		"another council there": {func(r *record.Receipt) { r.Realm[0]++ }, false},
	} {
		v := &verifier{}
		other := r
		c.change(&other)
		if !v.agrees(r) || v.agrees(other) != c.same {
			t.Errorf("%s: agrees %v", name, !c.same)
		}
	}
}

// Whoever has been silent for longest is named, however many there are.
func TestLongestSilent(t *testing.T) {
	var all []workerSeen
	for i := range maxWorkers + 50 {
		all = append(all, workerSeen{Person: record.ID{byte(i), byte(i >> 8)}, Last: int64(maxWorkers + 50 - i)})
	}
	first := all[0]
	got := longestSilent(all)
	if len(got) != maxWorkers || got[0].Last != 1 || got[maxWorkers-1].Last != maxWorkers || all[0] != first {
		t.Errorf("%d, from %d to %d", len(got), got[0].Last, got[len(got)-1].Last)
	}
	if few := all[:3]; len(longestSilent(few)) != 3 {
		t.Error("few are cut")
	}
}
