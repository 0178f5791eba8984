package endpoint

import (
	"errors"

	"wherry/storage/record"
)

// What an entry's header says its author had seen is the author's own claim,
// and every reader of the case holds it against the log that they were served:
// a difference is how two faces of one log come to light. A claim that the door
// let through unchecked would be blamed on the endpoint, so the door checks it.

// position is a place in a log.
type position struct {
	log record.ID
	seq uint64
}

// positions remembers where logs stood, for one push: a writer's entries
// mostly name the same few places. A log only grows, so what was found stays
// true; what was not found is not remembered.
type positions map[position]record.Seen

// honestSeen reports whether an entry's author can have seen what they say: of
// the case and of the directory, nothing yet or a place where that log stood.
// Entries of an adopted realm speak of logs that are not ours.
func (d *doorman) honestSeen(h record.Header) (bool, error) {
	if h.Realm != d.s.realm {
		return true, nil
	}
	if ok, err := d.stood(d.log, h.CaseSeen); !ok || err != nil {
		return false, err
	}
	ok, err := d.stood(d.s.dirLog, h.DirSeen)
	if ok && h.DirSeen.Seq > d.dir.Seq() {
		d.catchUp()
	}
	return ok, err
}

// catchUp waits for the enrolment that the author has seen already, so that
// the entry is not numbered at an older directory than its own.
func (d *doorman) catchUp() {
	d.s.enrolling.Lock()
	defer d.s.enrolling.Unlock()
	d.dir = d.s.dir.Load()
}

// stood reports whether a log's chain had the value seen at that number, in
// that generation. The directory is read from the store and not from memory:
// someone may have pulled a record that the store holds already and the
// directory in memory does not yet. The place itself is read, never the end,
// so that an enrolment at this moment does not conflict with an honest push.
func (d *doorman) stood(log record.ID, seen record.Seen) (bool, error) {
	if seen.Seq == 0 {
		return seen.Prefix == [16]byte{}, nil
	}
	if log == d.log {
		switch {
		case seen.Seq > d.end.Seq:
			return false, nil
		case seen.Seq == d.end.Seq:
			return seen == seenAt(d.end.Gen, d.end.Seq, d.end.Chain), nil
		}
	}
	at := position{log, seen.Seq}
	if was, ok := d.met[at]; ok {
		return seen == was, nil
	}
	it, err := d.w.Item(log, seen.Seq)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r := it.Receipt.Receipt
	was := seenAt(r.Gen, r.Seq, r.Chain)
	d.met[at] = was
	return seen == was, nil
}

// seenAt is what an honest author says who has seen a log up to seq.
func seenAt(gen, seq uint64, chain record.ID) record.Seen {
	return record.Seen{Gen: gen, Seq: seq, Prefix: [16]byte(chain[:16])}
}
