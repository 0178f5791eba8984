package endpoint

import (
	"io"
	"net/http"
	"time"
)

// pace gives a slow client time in proportion to what it has moved: a total
// timeout would cut off a worker on 256 kbit/s, no timeout would let an idle
// one hold the line for ever.
type pace struct {
	rc    *http.ResponseController
	begun time.Time
	grace time.Duration
	rate  int64 // bytes a second
	moved int64
}

func (p *pace) deadline() time.Time {
	return p.begun.Add(p.grace + time.Duration(p.moved)*time.Second/time.Duration(p.rate))
}

// pacedReader moves the read deadline on as bytes arrive.
type pacedReader struct {
	pace
	r io.Reader
}

func (p *pacedReader) Read(b []byte) (int, error) {
	_ = p.rc.SetReadDeadline(p.deadline()) // a test's recorder has none
	n, err := p.r.Read(b)
	p.moved += int64(n)
	return n, err
}

// writePaced writes body in pieces, moving the write deadline on with each.
func (s *Server) writePaced(w http.ResponseWriter, body []byte) error {
	p := s.pace(w)
	for len(body) > 0 {
		_ = p.rc.SetWriteDeadline(p.deadline())
		n, err := w.Write(body[:min(len(body), 32<<10)])
		if err != nil {
			return err
		}
		p.moved += int64(n)
		body = body[n:]
	}
	return nil
}
