package endpoint

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// seenEvery is how exactly it is kept when someone was last here: no store
// write more often than this for one person.
const seenEvery = time.Minute

// seenTimes remembers what was written lately.
type seenTimes struct {
	mu   sync.Mutex
	last map[record.ID]time.Time // guarded by mu
}

// due reports whether a visit must be written, and takes it as written.
func (t *seenTimes) due(person record.ID, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		t.last = map[record.ID]time.Time{}
	}
	if since := now.Sub(t.last[person]); since >= 0 && since < seenEvery {
		return false
	}
	t.last[person] = now
	return true
}

// noteSeen writes that the caller was here. Nothing depends on it but a line
// on a colleague's screen, so a full store lets it pass.
func (s *Server) noteSeen(ctx context.Context, c *call) {
	if !s.seen.due(c.Person, c.now) {
		return
	}
	err := s.Store.Update(ctx, c.Person, func(w Writer) error { return w.SetSeen(c.Person, c.now.UnixMilli()) })
	if err != nil && !errors.Is(err, ErrStoreFull) {
		s.Log.Warn("a visit could not be noted", "route", c.route)
	}
}

// workers lists when the others of the caller's team and cases were last here.
func (s *Server) workers(r Reader, c *call, cases []record.ID) ([]wire.WorkerSeen, error) {
	dir := s.dir.Load()
	people := map[record.ID]bool{}
	me, _ := dir.Person(c.Person)
	for _, p := range dir.Persons() {
		if p.Team == me.Team || me.Role == trust.RoleRecords {
			people[p.ID] = true
		}
	}
	for _, id := range cases {
		state, err := r.State(id)
		if err != nil {
			return nil, err
		}
		a, err := trust.ParseCaseAuthority(state)
		if err != nil {
			return nil, ErrStoreDamaged
		}
		for _, p := range a.Members() {
			people[p] = true
		}
	}
	delete(people, c.Person)
	out := []wire.WorkerSeen{}
	for p := range people {
		last, err := r.Seen(p)
		if err != nil {
			return nil, err
		}
		out = append(out, wire.WorkerSeen{Person: p, Last: last})
	}
	slices.SortFunc(out, func(a, b wire.WorkerSeen) int { return bytes.Compare(a.Person[:], b.Person[:]) })
	return out[:min(len(out), wire.MaxWorkers)], nil
}
