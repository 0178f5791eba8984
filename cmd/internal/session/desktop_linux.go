package session

import (
	"io"
	"os"
	"syscall"

	"github.com/godbus/dbus/v5"
)

// systemd-logind announces sleep and locked sessions on the system bus
// (org.freedesktop.login1). Where it is not there, the window's clocks notice
// sleep on waking.
const (
	loginName    = "org.freedesktop.login1"
	loginPath    = dbus.ObjectPath("/org/freedesktop/login1")
	loginManager = loginName + ".Manager"
	loginSession = loginName + ".Session"
)

func (w *Watcher) watchDesktop(out chan<- Event) {
	go func() {
		conn, err := dbus.ConnectSystemBus()
		if err != nil {
			return
		}
		w.follow(conn, out)
	}()
}

// follow reports what logind says until the bus goes away.
func (w *Watcher) follow(conn *dbus.Conn, out chan<- Event) {
	defer conn.Close()
	login := conn.Object(loginName, loginPath)
	var mine dbus.ObjectPath
	if login.Call(loginManager+".GetSessionByPID", 0, uint32(os.Getpid())).Store(&mine) != nil { //nolint:gosec // a pid is never negative
		mine = "" // no session of ours is known: only sleep counts
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	_ = conn.AddMatchSignal(dbus.WithMatchInterface(loginManager), dbus.WithMatchMember("PrepareForSleep"))
	if mine != "" {
		_ = conn.AddMatchSignal(dbus.WithMatchInterface(loginSession), dbus.WithMatchMember("Lock"), dbus.WithMatchObjectPath(mine))
	}
	w.hold(delay(login))
	for s := range signals {
		e, ok := heard(s, mine)
		if !ok {
			continue
		}
		send(out, e)
		if e == Woke {
			w.hold(delay(login))
		}
	}
}

// delay asks logind to wait, five seconds at most, before it lets the laptop
// sleep: until the descriptor closes, by Rested or with this process.
func delay(login dbus.BusObject) io.Closer {
	var fd dbus.UnixFD
	if login.Call(loginManager+".Inhibit", 0, "sleep", "Wherry", "Locks the notebook", "delay").Store(&fd) != nil {
		return nil
	}
	syscall.CloseOnExec(int(fd))
	return os.NewFile(uintptr(fd), "inhibitor")
}

// heard is what a signal of logind means.
func heard(s *dbus.Signal, mine dbus.ObjectPath) (Event, bool) {
	switch s.Name {
	case loginManager + ".PrepareForSleep":
		begins, ok := false, false
		if len(s.Body) == 1 {
			begins, ok = s.Body[0].(bool)
		}
		if begins {
			return Sleep, ok
		}
		return Woke, ok
	case loginSession + ".Lock":
		return Lock, s.Path == mine && mine != ""
	}
	return 0, false
}
