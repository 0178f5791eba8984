package desktop

import (
	"context"
	"encoding/json"
	"log"

	"wherry/app/notebook"
)

// Locking ends the process: what the toolkit, the runtime and the libraries
// hold of the record goes with it, which no amount of clearing could promise. A
// new process shows the lock window of the same notebook. Where that cannot be
// done the window locks itself, as well as one process can.

// Process is what the window knows of the program that it runs in. The zero
// value is a program that cannot begin anew.
type Process struct {
	// Again puts a new process of this program in the place of this one, with
	// the lock window in a window of that size. It returns only if that cannot
	// be done.
	Again func(Size) error
	// Relocked: this process took the place of one that locked.
	Relocked bool
	// Size of the window to begin with; the zero value is the ordinary size.
	Size Size
	// Around reports what happens around the window; nil for nothing.
	Around <-chan Around
	// Rested is called when the notebook is locked after Sleep; may be nil.
	Rested func()
	// Swap says whether memory that the system puts aside is encrypted:
	// "none", "encrypted" or "open"; may be nil.
	Swap func() string
}

// Size is a window's size in the toolkit's units.
type Size struct{ Width, Height int }

// Around is something that happens around the window.
type Around int

const (
	// LockNow asks for the lock: the person's session was locked.
	LockNow Around = iota
	// Sleep is LockNow before the laptop sleeps.
	Sleep
	// Woke says that time may have passed without the program.
	Woke
	// End asks the program to end in order, within two seconds.
	End
)

// around acts on what happens around the window.
func (w *Window) around(a Around) {
	switch a {
	case LockNow:
		w.lock()
	case Sleep:
		if w.nb == nil {
			w.rested()
			return
		}
		w.lock()
	case Woke:
		w.lockIfSlept()
	case End:
		w.app.Quit() // Run finishes what is open
	}
}

func (w *Window) rested() {
	if r := w.deps.Process.Rested; r != nil {
		r()
	}
}

// shutDown is the end of a lock, off the window's goroutine: the place is kept
// sealed, the notebook is closed and the process replaced. It returns if there
// is no other process to go on in.
func (p Process) shutDown(nb Notebook, back route, size Size) error {
	ctx := context.Background()
	if p.Again == nil {
		return nb.Lock(ctx)
	}
	_ = nb.KeepPlace(ctx, back.bytes()) // lost, it costs a click
	err := nb.Lock(ctx)
	_ = p.Again(size) // why not says nothing that a person could act on
	log.Print("wherry: locked without a new process")
	notebook.Forget()
	return err
}

// placeJSON is a route as it lies, sealed, in the notebook's folder.
type placeJSON struct {
	Screen string `json:"screen"`
	ID     string `json:"id,omitempty"`
	Entry  string `json:"entry,omitempty"`
	Kind   string `json:"kind,omitempty"`
}

func (r route) bytes() []byte {
	b, err := json.Marshal(placeJSON{r.screen, r.id, r.entry, r.kind})
	if err != nil {
		return nil // strings always marshal
	}
	return b
}

// placeOf reads a kept place; anything else leads nowhere in particular.
func placeOf(b []byte) route {
	var p placeJSON
	if json.Unmarshal(b, &p) != nil {
		return route{}
	}
	if s, ok := findScreen(p.Screen); !ok || s.shut {
		return route{}
	}
	return route{p.Screen, p.ID, p.Entry, p.Kind}
}
