package endpoint_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// stood is what an honest author says who has pulled a log up to seq.
func stood(w *town, p *wire.Page, seq int) record.Seen {
	chain := record.ChainStart(w.realm, p.Case, p.Gen)
	for _, r := range p.Records[:seq] {
		chain = record.Chain(chain, r.Log)
	}
	return record.Seen{Gen: p.Gen, Seq: uint64(seq), Prefix: [16]byte(chain[:16])}
}

func (a *actor) directory() *wire.Page { return a.pullAll(record.DirectoryLog(a.w.realm)) }

// TestSeenIsHeldAgainstTheLog offers entries whose headers claim to have read
// this and that, of the case log and of the directory.
func TestSeenIsHeldAgainstTheLog(t *testing.T) {
	w := newTown(t)
	amina, lead := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Leah", trust.RoleLead, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 3, lead.person).Items...)
	l := c.join(lead)
	logs := map[string]struct {
		page  func() *wire.Page
		claim func(*lane) *record.Seen
	}{
		"case":      {func() *wire.Page { return lead.pullAll(c.log) }, func(l *lane) *record.Seen { return &l.caseSeen }},
		"directory": {lead.directory, func(l *lane) *record.Seen { return &l.dirSeen }},
	}
	for name, log := range logs {
		end := len(log.page().Records)
		for _, k := range []struct {
			name string
			good bool
			at   int
			bend func(*record.Seen)
		}{
			{"nothing yet", true, 0, func(s *record.Seen) { *s = record.Seen{} }},
			{"nothing yet, a generation named", true, 0, func(s *record.Seen) { *s = record.Seen{Gen: 9} }},
			{"the first record", true, 1, nil},
			{"an older place", true, end - 1, nil},
			{"the end", true, end, nil},
			{"nothing yet, with a prefix", false, 0, nil}, // where the chain starts is not zero
			{"far beyond", false, end, func(s *record.Seen) { s.Seq = 1 << 40 }},
			{"as far as numbers go", false, end, func(s *record.Seen) { s.Seq = 1<<64 - 1 }},
			{"another prefix at the end", false, end, func(s *record.Seen) { s.Prefix[15] ^= 1 }},
			{"another prefix at an older place", false, end - 1, func(s *record.Seen) { s.Prefix[0] ^= 1 }},
			{"no prefix", false, end - 1, func(s *record.Seen) { s.Prefix = [16]byte{} }},
			{"the prefix of the place before", false, end - 1, func(s *record.Seen) { s.Seq++ }},
			{"a later generation", false, end, func(s *record.Seen) { s.Gen++ }},
			{"a later generation at an older place", false, end - 1, func(s *record.Seen) { s.Gen++ }},
			{"no generation", false, end, func(s *record.Seen) { s.Gen = 0 }},
		} {
			page := log.page()
			grown := len(page.Records) - end // by the rows before this one
			if k.at > 1 {
				k.at += grown
			}
			try := *l
			claim := log.claim(&try)
			*claim = stood(w, page, k.at)
			if k.bend != nil {
				k.bend(claim)
			}
			it, want, reason := try.note(name+": "+k.name), wire.CodeOK, ""
			if !k.good {
				want, reason = wire.CodeRefused, trust.ReasonSeen
			}
			resp, err := lead.Push(ctx, &wire.PushRequest{Items: []wire.PushItem{it}})
			if err != nil {
				t.Fatal(err)
			}
			r := resp.Results[0]
			if r.Code != want || r.Reason != reason || (r.Receipt != nil) != k.good {
				t.Errorf("%s, %s: %s %s, want %s %s", name, k.name, r.Code, r.Reason, want, reason)
			}
			if k.good {
				*claim = record.Seen{}
				*l = try // an accepted entry is part of the lane; a refused one is not
				lead.push(wire.CodeDup, it)
			}
		}
	}
	// One past the end, with the very prefix that the log will have there.
	page, ahead := lead.pullAll(c.log), *l
	next := l.note("next")
	rec := record.LogRecord{Seq: uint64(len(page.Records) + 1), Entry: must(record.Parse(next.Entry)).ID(), DirSeq: page.Head.Head.DirSeq}
	chain := record.Chain(page.Head.Head.Chain, rec)
	ahead.caseSeen = record.Seen{Gen: 1, Seq: rec.Seq, Prefix: [16]byte(chain[:16])}
	if r := lead.push(wire.CodeRefused, ahead.note("not there yet")).Results[0]; r.Reason != trust.ReasonSeen {
		t.Errorf("one past the end: %s", r.Reason)
	}
	lead.push(wire.CodeOK, next)
	l.caseSeen, l.dirSeen = ahead.caseSeen, stood(w, lead.directory(), 3)
	lead.push(wire.CodeOK, l.note("now it is there"))
	if !strings.Contains(w.log.String(), "another log than this one") {
		t.Error("nothing was logged for the operator")
	}
	w.stop()
	if r := verifyFolder(t, w); len(r.Damaged) != 0 {
		t.Errorf("verify: %+v", r.Damaged)
	}
}

// TestSeenInOnePush: a bad claim spoils nothing beside it, a place met before
// in the same push is judged like any other, and a case cannot begin with a
// claim about a log that is not there.
func TestSeenInOnePush(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	dir := stood(w, amina.directory(), 2)
	c, other := amina.begin("case"), amina.begin("other case")
	c.dirSeen, other.dirSeen = dir, dir
	amina.push(wire.CodeOK, append(c.open("North", 2).Items, other.open("North", 1).Items...)...)

	c.caseSeen = stood(w, amina.pullAll(c.log), 2)
	good := []wire.PushItem{c.note("a"), c.note("b"), c.note("c")}
	lie := *c
	lie.caseSeen.Prefix[3] ^= 1
	mixed := other.join(amina)
	mixed.id, mixed.caseSeen = record.Hash("lane two"), c.caseSeen // a place of the other log
	resp, err := amina.Push(ctx, &wire.PushRequest{Items: []wire.PushItem{good[0], good[1], good[2], lie.note("d"), c.note("e"), mixed.note("f")}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{wire.CodeOK, wire.CodeOK, wire.CodeOK, wire.CodeRefused, wire.CodeOK, wire.CodeRefused} {
		if r := resp.Results[i]; r.Code != want || want == wire.CodeRefused && r.Reason != trust.ReasonSeen {
			t.Errorf("item %d: %s %s, want %s", i, r.Code, r.Reason, want)
		}
	}

	early := amina.begin("third case")
	early.caseSeen = record.Seen{Gen: 1, Seq: 1}
	if r := amina.push(wire.CodeRefused, early.genesis("North")).Results[0]; r.Reason != trust.ReasonSeen {
		t.Errorf("a beginning that has seen the case: %s", r.Reason)
	}
}

// TestSeenOfAnAdoptedRealm: what was written before the council speaks of logs
// that the endpoint does not have, and is not held against its own.
func TestSeenOfAnAdoptedRealm(t *testing.T) {
	w := newTown(t)
	oldRoot, oldDevice := signer("old root"), signer("old device")
	oldRealm, oldID := record.RealmID(public("old root")), record.DeviceID(public("old device"))
	link := must(trust.NewLink(w.realm, trust.InvitationID(public("secret of Amina")), public("Amina"), oldRoot, oldDevice))
	amina := w.enrolLinked("Amina", trust.RoleWorker, "North", link)
	nonce := [16]byte{7}
	old := &lane{a: &actor{w: w, person: record.Hash("solo person"), key: oldDevice, id: oldID}, realm: oldRealm,
		log: record.CaseID(oldRealm, oldID, nonce), nonce: nonce, id: record.Hash("old lane"),
		caseSeen: record.Seen{Gen: 4, Seq: 99, Prefix: [16]byte{1}}, dirSeen: record.Seen{Gen: 4, Seq: 99, Prefix: [16]byte{2}}}
	history := []wire.PushItem{old.genesis(""), item(old.entry(record.Content, []byte("months of work")))}
	now := &lane{a: amina, realm: w.realm, log: old.log, id: record.Hash("new lane"), dirSeen: stood(w, amina.directory(), 3)}
	adopt := now.entry(record.Access, trust.AdoptBody(amina.person, "North", oldRealm, must(record.Parse(history[0].Entry)).ID(), nonce,
		[]trust.LaneHead{{Lane: old.id, Seq: old.seq, Head: old.last}}).Bytes())
	amina.push(wire.CodeOK, item(adopt), now.newEpoch(amina.person), history[0], history[1])
	now.caseSeen = stood(w, amina.pullAll(old.log), 4)
	amina.push(wire.CodeOK, now.note("and on"))
}

// TestSeenWhileColleaguesEnrol: whatever of the directory somebody could pull,
// they may name at once, and their entry is numbered no earlier than that.
func TestSeenWhileColleaguesEnrol(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0).Items...)
	const rounds = 12
	var joining []*wire.EnrolRequest
	for i := range rounds {
		name := fmt.Sprintf("Colleague %d", i)
		joining = append(joining, enrolRequest(w.invite(name, trust.RoleWorker, "North", 72*time.Hour), w.accept(name, name, nil)))
	}
	var wg sync.WaitGroup
	errs := make(chan error, rounds)
	for i, req := range joining {
		cl := w.client(signer(fmt.Sprintf("Colleague %d", i)))
		wg.Go(func() {
			_, err := cl.Enrol(ctx, req)
			errs <- err
		})
	}
	seen := map[record.ID]uint64{}
	for range rounds {
		page := amina.directory()
		c.dirSeen = stood(w, page, len(page.Records))
		it := c.note("written meanwhile")
		seen[must(record.Parse(it.Entry)).ID()] = c.dirSeen.Seq
		amina.push(wire.CodeOK, it)
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range amina.pullAll(c.log).Records {
		if r.Log.DirSeq < seen[r.Log.Entry] {
			t.Errorf("record %d is numbered at directory %d, its author had seen %d", r.Log.Seq, r.Log.DirSeq, seen[r.Log.Entry])
		}
	}
}
