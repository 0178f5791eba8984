package rig

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// Stream is a running `record --stream`.
type Stream struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	errs bytes.Buffer
	done chan struct{} // closed at the end of the output
	fed  chan struct{} // closed when nothing more is sent
	step bool          // a line is given when the one before was answered

	mu   sync.Mutex
	acks []Ack
	news *sync.Cond
	over bool
	gave int      // lines given
	raw  [][]byte // lines that are no acknowledgements
}

// Stream starts record --stream and sends it lines for as long as next gives
// some. The lines are in its pipe before it asks for them.
func (n *Notebook) Stream(t testing.TB, next func() (Line, bool)) *Stream {
	t.Helper()
	return n.stream(t, next, false)
}

// InStep is Stream, but each line is given only when the one before was
// answered: an answer to a line that was given after some moment was certainly
// printed after it.
func (n *Notebook) InStep(t testing.TB, next func() (Line, bool)) *Stream {
	t.Helper()
	return n.stream(t, next, true)
}

func (n *Notebook) stream(t testing.TB, next func() (Line, bool), step bool) *Stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	t.Cleanup(cancel)
	s := &Stream{cmd: n.Command(ctx, "record", "--stream"), done: make(chan struct{}), fed: make(chan struct{}), step: step}
	s.news = sync.NewCond(&s.mu)
	s.cmd.Stderr = &s.errs
	in, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.in = in
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go s.read(out)
	go s.feed(next)
	return s
}

func (s *Stream) feed(next func() (Line, bool)) {
	defer close(s.fed)
	defer s.in.Close()
	for {
		if s.step && !s.Await(s.Given()) {
			return // it ended
		}
		l, ok := next()
		if !ok {
			return
		}
		s.mu.Lock()
		s.gave++
		s.mu.Unlock()
		if _, err := s.in.Write(l.JSON); err != nil {
			return // it does not read any more: killed, or ended by itself
		}
	}
}

func (s *Stream) read(out io.Reader) {
	defer close(s.done)
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			break // half a line is no acknowledgement
		}
		var a Ack
		s.mu.Lock()
		if json.Unmarshal(line, &a) == nil && (a.Ack != "" || a.Refused != "") {
			s.acks = append(s.acks, a)
		} else {
			s.raw = append(s.raw, line)
		}
		s.mu.Unlock()
		s.news.Broadcast()
	}
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.news.Broadcast()
}

// Await waits until n lines were answered, and reports whether they were; it
// gives up when the program ends.
func (s *Stream) Await(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.acks) < n && !s.over {
		s.news.Wait()
	}
	return len(s.acks) >= n
}

// Given is how many lines it was given by now.
func (s *Stream) Given() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gave
}

// Acks is what has been answered by now.
func (s *Stream) Acks() []Ack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ack(nil), s.acks...)
}

// Errors are the lines on stdout that were no answers: the error line.
func (s *Stream) Errors() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([][]byte(nil), s.raw...)
}

// Kill ends the program with kill -9 and returns every answer that had left it.
func (s *Stream) Kill(t testing.TB) []Ack {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatalf("it had ended by itself: %v\n%s", err, s.errs.Bytes())
	}
	s.wait()
	return s.Acks()
}

// End waits until the program ends by itself.
func (s *Stream) End() *Result {
	begun := time.Now()
	s.wait()
	r := &Result{Args: s.cmd.Args, Err: s.errs.Bytes(), Took: time.Since(begun)}
	for _, l := range s.raw {
		r.Out = append(r.Out, l...)
	}
	r.ended(s.cmd.ProcessState)
	return r
}

// wait reads the output to its end before it waits for the process, because
// waiting closes the pipe. The pipe to the program breaks with its death.
func (s *Stream) wait() {
	<-s.done
	_ = s.cmd.Wait() // how it ended is in its state
	<-s.fed
}

// Abort sends a signal that the program does not handle, and waits for its end.
func (s *Stream) Abort(t testing.TB, sig os.Signal) *Result {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	return s.End()
}

// Signal sends a signal and does not wait.
func (s *Stream) Signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Errorf("it had ended by itself: %v\n%s", err, s.errs.Bytes())
	}
}

// EndWithin is End, but kills the program if it does not end in this time.
func (s *Stream) EndWithin(d time.Duration) *Result {
	timer := time.AfterFunc(d, func() { _ = s.cmd.Process.Kill() })
	defer timer.Stop()
	return s.End()
}
