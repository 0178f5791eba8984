package trust

import (
	"testing"

	"wherry/storage/record"
)

// A record that cannot be read hides nothing of what its author wrote after it;
// a gap that no such record explains still does.
func TestLaneGoesOnAfterAnUnreadableRecord(t *testing.T) {
	s := newScene(t)
	lost, later, last := s.pen.note("unreadable"), s.pen.note("later"), s.pen.note("last")
	seq, dir := s.log.follower.Seq(), s.w.dir.Seq()
	at := func(n uint64, e *record.Entry) record.LogRecord {
		return record.LogRecord{Seq: seq + n, Entry: e.ID(), DirSeq: dir}
	}
	follow := func(c *CaseAuthority, n uint64, e *record.Entry) Code {
		t.Helper()
		v, err := c.Follow(s.w.dir, at(n, e), e, nil)
		check(t, err)
		return v.Code
	}
	c := s.log.follower.Clone()
	check(t, c.Skip(s.w.dir, at(1, lost)))
	if a, b := follow(c, 2, later), follow(c, 3, last); a != OK || b != OK {
		t.Errorf("after it: %s, %s", a, b)
	}
	c = s.log.follower.Clone()
	if got := follow(c, 1, later); got != Gap {
		t.Errorf("nothing explains the gap: %s", got)
	}
	// The record that was not taken explains a gap of one, and not of two.
	if got := follow(c, 2, last); got != Gap {
		t.Errorf("one record explains a gap of two: %s", got)
	}
	c = s.log.follower.Clone()
	check(t, c.Skip(s.w.dir, at(1, lost)))
	if v := c.Offer(s.w.dir, later, nil, false); v.Code != Gap {
		t.Errorf("the door takes a lane with a gap: %s", v.Code)
	}
}
