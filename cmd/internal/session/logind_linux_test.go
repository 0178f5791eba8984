package session

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

const mySession = dbus.ObjectPath("/org/freedesktop/login1/session/_32")

// logind is as much of systemd-logind as a window needs.
type logind struct{ asked chan *pipe }

// pipe is what holds the sleep back: its other end comes to its end when every
// copy of w is closed.
type pipe struct{ r, w *os.File }

func (l *logind) GetSessionByPID(uint32) (dbus.ObjectPath, *dbus.Error) { return mySession, nil }

// Inhibit gives one end of a pipe away and keeps the other: it ends when the
// holder lets go. The test closes our copy once the holder has its own.
func (l *logind) Inhibit(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
	r, w, err := os.Pipe()
	if err != nil || what != "sleep" || mode != "delay" {
		return 0, dbus.NewError("bad", nil)
	}
	l.asked <- &pipe{r, w}
	return dbus.UnixFD(w.Fd()), nil
}

// bus starts a message bus of its own and connects to it twice.
func bus(t *testing.T) (server, client *dbus.Conn) {
	t.Helper()
	path, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("there is no dbus-daemon here to be logind on") // no promise of storage rests on it
	}
	c := exec.Command(path, "--session", "--nofork", "--nopidfile", "--print-address=1", "--address=unix:dir="+t.TempDir())
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait() // killed on purpose
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	for _, conn := range []**dbus.Conn{&server, &client} {
		if *conn, err = dbus.Connect(strings.TrimSpace(address)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = server.Close() })
	return server, client
}

func TestLogind(t *testing.T) {
	server, client := bus(t)
	l := &logind{asked: make(chan *pipe, 4)}
	if err := server.Export(l, loginPath, loginManager); err != nil {
		t.Fatal(err)
	}
	if _, err := server.RequestName(loginName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	events, ended := make(chan Event, 8), make(chan struct{})
	w := &Watcher{Events: events}
	go func() {
		defer close(ended)
		w.follow(client, events)
	}()
	held := <-l.asked // the system is asked to wait before anything happens
	emit := func(path dbus.ObjectPath, name string, args ...any) {
		t.Helper()
		if err := server.Emit(path, name, args...); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(e Event) {
		t.Helper()
		if got := <-events; got != e {
			t.Errorf("event %d, want %d", got, e)
		}
	}
	emit(loginPath, loginManager+".PrepareForSleep", true)
	wants(Sleep) // which is followed only with the answer to Inhibit in hand
	_ = held.w.Close()
	w.Rested()
	if _, err := held.r.Read(make([]byte, 1)); err == nil {
		t.Error("the pipe goes on")
	}
	emit(loginPath, loginManager+".PrepareForSleep", false)
	wants(Woke)
	next := <-l.asked // again, for the next time
	emit("/org/freedesktop/login1/session/_99", loginSession+".Lock")
	emit(mySession, loginSession+".Lock")
	wants(Lock)
	if len(events) != 0 {
		t.Error("somebody else's session counted")
	}
	_ = client.Close()
	<-ended
	for _, f := range []*os.File{held.r, next.r, next.w} {
		_ = f.Close()
	}
}
