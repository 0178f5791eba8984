package desktop

import (
	"context"
	"time"

	"wherry/app/notebook"
)

func (b *book) Rehearse(_ context.Context, code string) (time.Time, error) {
	c, err := notebook.ParseCode(code)
	if err != nil {
		return time.Time{}, err
	}
	defer c.Wipe()
	return b.n.Rehearse(c)
}

// maxKit bounds a recovery kit's file, in bytes.
const maxKit = 64 << 10

func (b *book) RehearseFile(_ context.Context, path string) (time.Time, error) {
	text, err := readFile(path, maxKit)
	if err != nil {
		return time.Time{}, err
	}
	defer wipe(text)
	c, err := notebook.CodeInKit(string(text))
	if err != nil {
		return time.Time{}, err
	}
	defer c.Wipe()
	return b.n.Rehearse(c)
}

func (b *book) Rehearsal(context.Context) (Rehearsal, error) {
	last, due := b.n.Rehearsed()
	return Rehearsal{Last: last, Due: due, Months: b.n.RehearsalMonths()}, nil
}

func (b *book) RemindRehearsal(_ context.Context, months int) error {
	return b.n.RemindRehearsal(months)
}

func (b *book) WrongBefore() int { return b.n.WrongBefore() }

func (b *book) KeepPlace(_ context.Context, place []byte) error { return b.n.KeepPlace(place) }
func (b *book) TakePlace(context.Context) []byte                { return b.n.TakePlace() }
