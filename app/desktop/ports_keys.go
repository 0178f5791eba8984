package desktop

import (
	"context"
	"time"
)

// Keys is the notebook's dealings with what opens it.
type Keys interface {
	// Rehearse proves that a recovery code opens this notebook and keeps the
	// date. Nothing else is changed.
	Rehearse(ctx context.Context, code string) (time.Time, error)
	// RehearseFile is Rehearse with the kit in a file.
	RehearseFile(ctx context.Context, path string) (time.Time, error)
	// Rehearsal says when that was done last.
	Rehearsal(ctx context.Context) (Rehearsal, error)
	// RemindRehearsal sets the months between reminders; 0 for none.
	RemindRehearsal(ctx context.Context, months int) error
	// WrongBefore is how many wrong passphrases were tried between the last
	// visit and this one.
	WrongBefore() int
	// KeepPlace keeps, sealed, where the person is; TakePlace gives it back
	// once, nil if there is nothing.
	KeepPlace(ctx context.Context, place []byte) error
	TakePlace(ctx context.Context) []byte
}

// Rehearsal is what is known of the recovery kit.
type Rehearsal struct {
	Last   time.Time // zero: never
	Due    bool      // it is time to try the kit again
	Months int       // between reminders; 0: none
}
