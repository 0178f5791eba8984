package trust

import (
	"slices"
	"testing"

	"wherry/storage/record"
)

func TestHolders(t *testing.T) {
	w := newTown(t, "Ford")
	amina := w.enrol("Amina", RoleWorker, "North", nil)
	lee := w.enrol("Lee", RoleLead, "North", nil)
	w.enrol("Otto", RoleLead, "South", nil)
	l, p := amina.begun("North")
	want := Readers{RecoveryReader, amina.person, lee.person}
	slices.SortFunc(want, compare)
	if got := l.door.Holders(p.epoch); !slices.Equal(got, want) {
		t.Fatal("who was given the first key", got, want)
	}
	if got := l.door.Holders(record.Hash("no epoch")); got != nil {
		t.Fatal("an epoch that is not there", got)
	}
}
