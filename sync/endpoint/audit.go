package endpoint

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"wherry/storage/record"
)

// ErrAudit reports an audit log whose chain does not hold.
var ErrAudit = errors.New("endpoint: the audit log does not hold together")

// AuditEvent is one line of the audit log: who did what to which case with
// which result. It never holds content. Fields that do not apply are absent.
type AuditEvent struct {
	Person string `json:"person,omitempty"`
	Device string `json:"device,omitempty"`
	Case   string `json:"case,omitempty"`
	Action string `json:"action"`
	Result string `json:"result"`
	Count  int    `json:"count,omitempty"`  // entries
	Gen    uint64 `json:"gen,omitempty"`    // where the log stood afterwards
	Seq    uint64 `json:"seq,omitempty"`    //
	Remote string `json:"remote,omitempty"` // address, for requests without a known device
}

// auditLine is an event in its place: number, time, and the hash of the line
// before. Hash covers that and the event.
type auditLine struct {
	N    uint64 `json:"n"`
	Time string `json:"time"`
	AuditEvent
	Prev record.ID `json:"prev"`
	Hash record.ID `json:"hash"`
}

func (l auditLine) hash() record.ID {
	l.Hash = record.ID{}
	b, err := json.Marshal(l)
	if err != nil {
		return record.ID{} // plain strings and numbers always marshal
	}
	return record.Hash("wherry-audit-1", b)
}

// Audit appends to the audit log: one JSON object a line, each naming the hash
// of the line before, so that a line taken out or changed is noticed.
type Audit struct {
	now func() time.Time

	mu   sync.Mutex
	f    *os.File  // guarded by mu
	n    uint64    // number of the last line; guarded by mu
	last record.ID // hash of the last line; guarded by mu
}

// maxAuditLine is far above any line that we write.
const maxAuditLine = 4096

// OpenAudit opens the audit log at path, creating it if it is not there. A
// last line that a crash cut short is removed; that was never answered for.
func OpenAudit(path string, now func() time.Time) (*Audit, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	a := &Audit{f: f, now: now}
	if err := a.resume(); err != nil {
		f.Close()
		return nil, err
	}
	return a, nil
}

// resume finds the last whole line and continues after it.
func (a *Audit) resume() error {
	size, err := a.f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	from := max(0, size-2*maxAuditLine)
	tail := make([]byte, size-from)
	if _, err := a.f.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	end := bytes.LastIndexByte(tail, '\n') + 1
	if err := a.f.Truncate(from + int64(end)); err != nil {
		return err
	}
	if _, err := a.f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	if end == 0 {
		if from > 0 {
			return ErrAudit
		}
		return nil
	}
	start := bytes.LastIndexByte(tail[:end-1], '\n') + 1
	line, ok := parseAuditLine(tail[start:end])
	if !ok {
		return ErrAudit
	}
	a.n, a.last = line.N, line.Hash
	return nil
}

// parseAuditLine takes only the very bytes that Write writes.
func parseAuditLine(b []byte) (auditLine, bool) {
	var l auditLine
	if json.Unmarshal(b, &l) != nil || l.hash() != l.Hash {
		return l, false
	}
	again, err := json.Marshal(l)
	return l, err == nil && bytes.Equal(append(again, '\n'), b)
}

// Write appends one event. It returns before the line is on the disk; Sync and
// Close see to that.
func (a *Audit) Write(e AuditEvent) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := auditLine{N: a.n + 1, Time: stamp(a.now()), AuditEvent: e, Prev: a.last}
	l.Hash = l.hash()
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if _, err := a.f.Write(append(b, '\n')); err != nil {
		return err
	}
	a.n, a.last = l.N, l.Hash
	return nil
}

// Close syncs and closes the log.
func (a *Audit) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return errors.Join(a.f.Sync(), a.f.Close())
}

// stamp writes a time as RFC 3339 in UTC with milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Position is a generation and number in a log.
type Position struct{ Gen, Seq uint64 }

// CheckAudit reads a whole audit log and checks its chain. It returns how far
// each case log had got by what the audit log says, and the number of the
// first line that does not hold (0 if all do). A torn last line is not damage.
func CheckAudit(r io.Reader) (reached map[string]Position, bad uint64, err error) {
	reached = map[string]Position{}
	var n uint64
	var last record.ID
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		b, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return reached, 0, nil
		}
		if err != nil {
			return reached, 0, err
		}
		l, ok := parseAuditLine(b)
		if !ok || l.N != n+1 || l.Prev != last {
			return reached, n + 1, nil
		}
		n, last = l.N, l.Hash
		if p := (Position{l.Gen, l.Seq}); l.Case != "" && l.Seq > 0 && after(p, reached[l.Case]) {
			reached[l.Case] = p
		}
	}
}

func after(a, b Position) bool { return a.Gen > b.Gen || a.Gen == b.Gen && a.Seq > b.Seq }
