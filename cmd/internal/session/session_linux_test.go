package session

import (
	"os"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestHeard(t *testing.T) {
	const mine = dbus.ObjectPath("/org/freedesktop/login1/session/_32")
	for _, c := range []struct {
		s    dbus.Signal
		want Event
		ok   bool
	}{
		{dbus.Signal{Name: loginManager + ".PrepareForSleep", Body: []any{true}}, Sleep, true},
		{dbus.Signal{Name: loginManager + ".PrepareForSleep", Body: []any{false}}, Woke, true},
		{dbus.Signal{Name: loginManager + ".PrepareForSleep"}, 0, false},
		{dbus.Signal{Name: loginManager + ".PrepareForSleep", Body: []any{"true"}}, 0, false},
		{dbus.Signal{Name: loginSession + ".Lock", Path: mine}, Lock, true},
		{dbus.Signal{Name: loginSession + ".Lock", Path: "/org/freedesktop/login1/session/_33"}, 0, false},
		{dbus.Signal{Name: loginManager + ".PrepareForShutdown", Body: []any{true}}, 0, false},
	} {
		if e, ok := heard(&c.s, mine); ok != c.ok || ok && e != c.want {
			t.Errorf("%s %v: %v %v", c.s.Name, c.s.Body, e, ok)
		}
	}
	if _, ok := heard(&dbus.Signal{Name: loginSession + ".Lock"}, ""); ok {
		t.Error("somebody else's session locked ours")
	}
}

// The signals arrive as events, and none ends the process.
func TestWatchTakesSignals(t *testing.T) {
	events := Watch().Events
	for _, c := range []struct {
		s    syscall.Signal
		want Event
	}{{syscall.SIGHUP, End}, {syscall.SIGTERM, End}, {syscall.SIGINT, End}, {syscall.SIGCONT, Woke}, {syscall.SIGUSR1, Lock}} {
		if err := syscall.Kill(os.Getpid(), c.s); err != nil {
			t.Fatal(err)
		}
		if e := <-events; e != c.want {
			t.Errorf("%v: event %d", c.s, e)
		}
	}
}

// A receiver that is behind never blocks the watching.
func TestSendNeverWaits(t *testing.T) {
	out := make(chan Event, 1)
	send(out, Lock)
	send(out, Lock)
	if len(out) != 1 {
		t.Error("lost both")
	}
}

type closer struct{ closed int }

func (c *closer) Close() error { c.closed++; return nil }

// What makes the system wait is let go once it is no longer needed, and once.
func TestRested(t *testing.T) {
	w, a, b := &Watcher{}, &closer{}, &closer{}
	w.Rested()
	w.hold(a)
	w.hold(b)
	w.Rested()
	w.Rested()
	if a.closed != 1 || b.closed != 1 {
		t.Errorf("closed %d and %d times", a.closed, b.closed)
	}
}
