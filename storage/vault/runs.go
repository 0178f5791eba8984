package vault

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// loadName is the folder, beside db, of rows that wait for the end of a load.
const loadName = "load"

// runs are sealed rows in sorted stretches, the later ones over the earlier
// ones: in files, and the last in memory. A file is one row after the other: 4
// bytes length of the key, 4 of the value (all ones for a deletion), key, value.
// It lives as long as the load and nobody else reads it. What is changed in it
// meanwhile does not open later.
type runs struct {
	v      *Vault
	dir    string
	files  []string
	last   []row
	busy   chan error // answers when the stretch that is being written is done
	volume uint64     // bytes of all rows
}

func newRuns(v *Vault, dir string) *runs { return &runs{v: v, dir: dir} }

const (
	runHead   = 8
	runGone   = 1<<32 - 1
	runBuffer = 64 << 10 // bytes, for each file that is read
	maxKey    = 1 << 16
)

// add sorts, seals and writes a stretch in a goroutine of its own, which the
// next call waits for.
func (r *runs) add(rows []row) error {
	if err := r.wait(); err != nil {
		return err
	}
	busy := make(chan error, 1)
	r.busy = busy
	go func() { busy <- r.write(rows) }()
	return nil
}

// keep sorts and seals the last stretch, and leaves it in memory.
func (r *runs) keep(rows []row) error {
	if err := r.wait(); err != nil {
		return err
	}
	r.last = rows
	r.count(rows)
	return r.v.sealRows(rows)
}

func (r *runs) wait() error {
	if r.busy == nil {
		return nil
	}
	err := <-r.busy
	r.busy = nil
	return err
}

func (r *runs) count(rows []row) {
	for _, p := range rows {
		r.volume += uint64(runHead + len(p.key) + len(p.value))
	}
}

func (r *runs) write(rows []row) error {
	if err := r.v.sealRows(rows); err != nil {
		return err
	}
	r.count(rows)
	name := filepath.Join(r.dir, fmt.Sprintf("%06d", len(r.files)))
	if err := writeRun(name, rows); err != nil {
		return errors.Join(ErrFull, err)
	}
	r.files = append(r.files, name)
	return nil
}

func writeRun(name string, rows []row) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, runBuffer)
	for _, p := range rows {
		var head [runHead]byte
		binary.BigEndian.PutUint32(head[:], uint32(len(p.key)))
		binary.BigEndian.PutUint32(head[4:], uint32(len(p.value)))
		if p.value == nil {
			binary.BigEndian.PutUint32(head[4:], runGone)
		}
		w.Write(head[:]) // the first error stays, and Flush returns it
		w.WriteString(p.key)
		w.Write(p.value)
	}
	return errors.Join(w.Flush(), f.Close())
}

// drop forgets all and removes the files. What cannot be removed goes with the
// next wiping.
func (r *runs) drop() {
	_ = r.wait()
	r.files, r.last = nil, nil
	_ = os.RemoveAll(r.dir)
}

// open begins reading all stretches, the earliest first.
func (r *runs) open() (out []*runReader, end func(), err error) {
	end = func() {
		for _, s := range out {
			if s.file != nil {
				s.file.Close()
			}
		}
	}
	for _, name := range r.files {
		f, err := openAgain(name, os.O_RDONLY)
		if err != nil {
			end()
			return nil, nil, err
		}
		out = append(out, &runReader{file: f, in: bufio.NewReaderSize(f, runBuffer)})
	}
	return append(out, &runReader{rows: r.last}), end, nil
}

// runReader reads one stretch.
type runReader struct {
	rows []row // of the stretch in memory
	file *os.File
	in   *bufio.Reader
}

// next returns io.EOF after the last row.
func (s *runReader) next() (row, error) {
	if s.file == nil {
		if len(s.rows) == 0 {
			return row{}, io.EOF
		}
		p := s.rows[0]
		s.rows = s.rows[1:]
		return p, nil
	}
	var head [runHead]byte
	if _, err := io.ReadFull(s.in, head[:]); err != nil {
		return row{}, err
	}
	keyLen, valueLen := binary.BigEndian.Uint32(head[:]), binary.BigEndian.Uint32(head[4:])
	gone := valueLen == runGone
	if gone {
		valueLen = 0
	}
	if keyLen > maxKey || valueLen > 2*MaxValue {
		return row{}, io.ErrUnexpectedEOF
	}
	b := make([]byte, keyLen+valueLen)
	if _, err := io.ReadFull(s.in, b); err != nil {
		return row{}, io.ErrUnexpectedEOF
	}
	p := row{key: string(b[:keyLen])}
	if !gone {
		p.value = b[keyLen:]
	}
	return p, nil
}
