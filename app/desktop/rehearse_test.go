package desktop

import (
	"context"
	"time"
)

// The keys of the fake notebook.
func (b *fakeBook) Rehearse(_ context.Context, code string) (time.Time, error) {
	if code != b.kit {
		return time.Time{}, errKit
	}
	b.rehearsal.Last, b.rehearsal.Due = b.now(), false
	return b.now(), b.call("Rehearse")
}

func (b *fakeBook) RehearseFile(ctx context.Context, _ string) (time.Time, error) {
	return b.Rehearse(ctx, b.kit)
}

func (b *fakeBook) Rehearsal(context.Context) (Rehearsal, error) { return b.rehearsal, nil }
func (b *fakeBook) RemindRehearsal(_ context.Context, months int) error {
	b.rehearsal.Months = months
	return b.call("RemindRehearsal")
}
func (b *fakeBook) WrongBefore() int { return b.wrong }
func (b *fakeBook) KeepPlace(_ context.Context, place []byte) error {
	b.place = place
	return b.call("KeepPlace")
}

func (b *fakeBook) TakePlace(context.Context) []byte {
	p := b.place
	b.place = nil
	return p
}
