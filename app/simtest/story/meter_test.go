package story_test

import (
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// meter passes connections on to a server and counts the bytes, both ways.
type meter struct {
	l     net.Listener
	to    string
	limit int64         // bytes after which over is closed; 0: never
	over  chan struct{} //
	count atomic.Int64
	once  sync.Once
	wg    sync.WaitGroup
}

func newMeter(ts *testscript.TestScript, to string, limit int64) *meter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	m := &meter{l: l, to: to, limit: limit, over: make(chan struct{})}
	m.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			m.wg.Go(func() { m.carry(c) })
		}
	})
	return m
}

func (m *meter) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", m.to)
	if err != nil {
		return
	}
	defer far.Close()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(way[1], io.TeeReader(way[0], m)) // either end may hang up
			done <- struct{}{}
		}()
	}
	<-done
	near.Close()
	far.Close()
	<-done
}

// Write counts; once the limit is passed nothing more gets through.
func (m *meter) Write(p []byte) (int, error) {
	if n := m.count.Add(int64(len(p))); m.limit > 0 && n > m.limit {
		m.once.Do(func() { close(m.over) })
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func (m *meter) close() {
	m.l.Close()
	m.wg.Wait()
}

// cutsync client|server NAME DIR BYTES: the notebook DIR syncs with the endpoint
// NAME, and the one or the other is killed when BYTES have passed. If it is the
// server, the sync must end with 10.
func cutsync(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: cutsync client|server NAME DIR BYTES")
	}
	limit, err := strconv.ParseInt(args[3], 10, 64)
	ts.Check(err)
	m := newMeter(ts, ts.Getenv(args[1]), limit)
	defer m.close()
	p := begin(ts, "cutsync.err", "wherryctl", "--json", "--dir", args[2], "--passphrase-file", "pass", "sync", "--once", "--endpoint", "https://"+m.l.Addr().String())
	select {
	case <-m.over:
	case <-p.done:
		ts.Fatalf("the sync ended after %d bytes", m.count.Load())
	case <-time.After(runTime):
		p.kill()
		ts.Fatalf("%d bytes passed in %v", m.count.Load(), runTime)
	}
	if args[0] == "client" {
		p.kill()
		return
	}
	s := keptBy(ts).servers[args[1]]
	delete(keptBy(ts).servers, args[1])
	s.proc.kill()
	if code := p.wait(ts, runTime); code != 10 {
		ts.Fatalf("the sync ended with %d\n%s", code, ts.ReadFile("cutsync.err"))
	}
}

// metered MOST NAME DIR: the notebook DIR syncs with the endpoint NAME, must end
// with 0, and no more than MOST bytes pass.
func metered(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: metered MOST NAME DIR")
	}
	most, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	m := newMeter(ts, ts.Getenv(args[1]), 0)
	defer m.close()
	ctl(ts, false, []string{"0", args[2], "sync", "--once", "--endpoint", "https://" + m.l.Addr().String()})
	if n := m.count.Load(); n > most {
		ts.Fatalf("%d bytes passed, at most %d were to", n, most)
	}
}
