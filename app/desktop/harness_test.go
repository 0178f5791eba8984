package desktop

import (
	"context"
	"errors"
	"slices"
	"time"
)

// clock is the time of a test and its Runner: everything runs at once, on one
// goroutine, and timers run when the test lets time pass.
type clock struct {
	at     time.Time
	timers []*timer
	held   []func() // tasks of Go that wait, while hold is set
	hold   bool
}

type timer struct {
	at   time.Time
	task func()
	off  bool
}

func (c *clock) now() time.Time { return c.at }

func (c *clock) Go(task func()) {
	if c.hold {
		c.held = append(c.held, task)
		return
	}
	task()
}

func (c *clock) release() {
	c.hold = false
	for len(c.held) > 0 {
		task := c.held[0]
		c.held = c.held[1:]
		task()
	}
}

func (c *clock) Aside(task func()) { task() }
func (c *clock) Do(task func())    { task() }
func (c *clock) settled() Runner   { c.release(); return c }

func (c *clock) After(d time.Duration, task func()) func() {
	t := &timer{at: c.at.Add(d), task: task}
	c.timers = append(c.timers, t)
	return func() { t.off = true }
}

// pass lets time go by, running what becomes due on the way.
func (c *clock) pass(d time.Duration) {
	end := c.at.Add(d)
	for {
		c.timers = slices.DeleteFunc(c.timers, func(t *timer) bool { return t.off })
		slices.SortStableFunc(c.timers, func(a, b *timer) int { return a.at.Compare(b.at) })
		if len(c.timers) == 0 || c.timers[0].at.After(end) {
			c.at = end
			return
		}
		t := c.timers[0]
		c.timers = c.timers[1:]
		c.at = t.at
		t.task()
	}
}

// fakeDoor is the door to a fakeBook.
type fakeDoor struct {
	book    *fakeBook
	exists  bool
	code    string
	kitFile string
	wait    time.Duration
	kitErr  error
}

func (d *fakeDoor) State(context.Context) (DoorState, error) {
	return DoorState{Exists: d.exists, Wait: d.wait}, nil
}

func (d *fakeDoor) Strength(p []byte) Strength {
	if len(p) < 12 {
		return Strength{0, "Too short to be safe."}
	}
	return Strength{3, "Good."}
}

func (d *fakeDoor) Create(_ context.Context, name string, pass []byte) (Notebook, RecoveryKit, error) {
	d.exists, d.book.passes, d.book.who.Name = true, string(pass), name
	return d.book, RecoveryKit{Code: d.code, Text: "kit " + d.code}, nil
}

func (d *fakeDoor) SaveKit(_ context.Context, _ RecoveryKit, path string) error {
	if d.kitErr == nil {
		d.kitFile = path
	}
	return d.kitErr
}

func (d *fakeDoor) Unlock(ctx context.Context, pass []byte) (Notebook, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if string(pass) != d.book.passes {
		return nil, errWrong
	}
	d.book.locked = false
	return d.book, nil
}

func (d *fakeDoor) UnlockWithCode(_ context.Context, code string, pass []byte) (Notebook, error) {
	if code != d.code {
		return nil, errors.New("bad code")
	}
	d.book.locked, d.book.passes = false, string(pass)
	return d.book, nil
}

func explain(err error) Problem {
	if p, ok := explainBackup(err); ok {
		return p
	}
	switch {
	case errors.Is(err, errWrong):
		return Problem{CodeWrongPassphrase, "The passphrase is wrong.", "Check Caps Lock.", 2 * time.Second}
	case errors.Is(err, errKit):
		return Problem{"other_kit", "This recovery kit belongs to another notebook.", "Look for the kit that was made for this one.", 0}
	case errors.Is(err, errDisk):
		return Problem{CodeReadOnly, "The disk is full.", "Free some space.", 0}
	case errors.Is(err, errQuery):
		return Problem{"query", "A quotation mark is missing.", "Close the words in quotation marks.", 0}
	}
	if p, ok := explainFile(err); ok {
		return p
	}
	return Problem{"other", "That did not work.", "Try again.", 0}
}
