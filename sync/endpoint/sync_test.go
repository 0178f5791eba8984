package endpoint_test

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

func TestWorkerAndLead(t *testing.T) {
	w := newTown(t)
	amina, lead := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Leah", trust.RoleLead, "North")
	c := amina.begin("case")
	resp := amina.push(wire.CodeOK, c.open("North", 3, lead.person).Items...)
	if len(resp.Heads) != 1 || resp.Heads[0].Head.Seq != 5 || !resp.Heads[0].Verify(public("endpoint")) {
		t.Errorf("heads of the push: %+v", resp.Heads)
	}
	for i, r := range resp.Results {
		if r.Receipt == nil || r.Receipt.Receipt.Seq != uint64(i+1) || !r.Receipt.Verify(public("endpoint")) {
			t.Errorf("receipt %d: %+v", i, r.Receipt)
		}
	}

	heads, err := lead.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}})
	if err != nil || len(heads.Heads) != 1 || heads.Heads[0].Head.Case != c.log || heads.Dir.Head.Seq != 5 {
		t.Fatalf("the lead's heads: %+v %v", heads, err)
	}
	page := lead.pullAll(c.log)
	if len(page.Records) != 5 {
		t.Fatalf("the lead pulls %d records", len(page.Records))
	}
	if w := page.Records[1].Wraps; len(w) != 1 || w[0].Reader != lead.person {
		t.Errorf("the lead was served wraps %+v", w)
	}
	mine := amina.pullAll(c.log)
	if w := mine.Records[1].Wraps; len(w) != 1 || w[0].Reader != amina.person {
		t.Errorf("the worker was served wraps %+v", w)
	}

	// The lead comments; the worker, who holds five, is told of the sixth only.
	lead.push(wire.CodeOK, c.join(lead).note("sealed comment"))
	heads, err = amina.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{{Case: c.log, Gen: 1, Seq: 5}}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}})
	if err != nil || len(heads.Heads) != 1 || heads.Heads[0].Head.Seq != 6 {
		t.Errorf("the worker's heads: %+v %v", heads, err)
	}
	got, err := amina.Pull(ctx, &wire.PullRequest{Cases: []wire.CasePos{{Case: c.log, Gen: 1, Seq: 5}}, MaxBytes: 1 << 20})
	if err != nil || len(got.Pages) != 1 || len(got.Pages[0].Records) != 1 || got.Pages[0].From != 6 {
		t.Errorf("the worker pulls %+v %v", got, err)
	}

	// A new epoch: the previous key is served to whoever gets the new one.
	amina.push(wire.CodeOK, c.newEpoch(amina.person, lead.person))
	page = lead.pullAll(c.log)
	readers := []record.ID{}
	for _, x := range page.Records[6].Wraps {
		readers = append(readers, x.Reader)
	}
	if len(readers) != 2 || !slices.Contains(readers, lead.person) || !slices.Contains(readers, trust.PrevReader) {
		t.Errorf("wraps of the new epoch: %v", readers)
	}
}

// post sends a signed body and returns status and body as they come.
func (a *actor) post(path string, m wire.Message) (int, []byte) {
	a.w.t.Helper()
	return a.w.post(a.key, path, must(wire.Encode(m)), nil)
}

func TestStrangerLearnsNothing(t *testing.T) {
	w := newTown(t)
	amina, omar := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Omar", trust.RoleWorker, "North")
	c := amina.begin("case")
	req := c.open("North", 1)
	amina.push(wire.CodeOK, req.Items...)

	pull := func(log record.ID, seq uint64) (int, []byte) {
		return omar.post(wire.PathPull, &wire.PullRequest{Cases: []wire.CasePos{{Case: log, Gen: 1, Seq: seq}}, MaxBytes: 1000})
	}
	not := record.Hash("no such case")
	for _, seq := range []uint64{0, 1, 99} {
		s1, b1 := pull(c.log, seq)
		s2, b2 := pull(not, seq)
		if s1 != http.StatusNotFound || s2 != s1 || !bytes.Equal(b1, b2) {
			t.Errorf("pull from %d: not yours %d %q, not there %d %q", seq, s1, b1, s2, b2)
		}
	}
	heads, err := omar.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{{Case: c.log}}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}})
	if err != nil || len(heads.Heads) != 0 {
		t.Errorf("the stranger's heads: %+v %v", heads, err)
	}

	// Offers to a case that is there and to one that is not are answered alike.
	for name, offer := range map[string]func(log record.ID) wire.PushItem{
		"a note": func(log record.ID) wire.PushItem {
			return (&lane{a: omar, realm: w.realm, log: log, id: record.Hash("omar's lane")}).note("text")
		},
		"another realm": func(log record.ID) wire.PushItem {
			return (&lane{a: omar, realm: record.Hash("other"), log: log, id: record.Hash("omar's lane")}).note("text")
		},
		"a genesis": func(log record.ID) wire.PushItem {
			return (&lane{a: omar, realm: w.realm, log: log, id: record.Hash("omar's lane")}).genesis("North")
		},
		"a key": func(log record.ID) wire.PushItem {
			return (&lane{a: omar, realm: w.realm, log: log, id: record.Hash("omar's lane")}).newEpoch(omar.person)
		},
		"an unsigned note": func(log record.ID) wire.PushItem {
			it := (&lane{a: omar, realm: w.realm, log: log, id: record.Hash("omar's lane")}).note("text")
			i := bytes.Index(it.Entry, []byte{0x58, 0x40}) // where the 64 bytes of the signature begin
			it.Entry = bytes.Clone(it.Entry)
			it.Entry[i+10] ^= 1
			return it
		},
	} {
		there, err1 := omar.Push(ctx, &wire.PushRequest{Items: []wire.PushItem{offer(c.log)}})
		gone, err2 := omar.Push(ctx, &wire.PushRequest{Items: []wire.PushItem{offer(not)}})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		r1, r2 := there.Results[0], gone.Results[0]
		if r1.Code != r2.Code || r1.Reason != r2.Reason || r1.Receipt != nil || len(there.Heads)+len(gone.Heads) != 0 {
			t.Errorf("%s: not yours %s %s, not there %s %s", name, r1.Code, r1.Reason, r2.Code, r2.Reason)
		}
	}
	// Nor does someone who has got hold of an entry learn that it is held.
	got, err := omar.Push(ctx, &wire.PushRequest{Items: req.Items})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range got.Results {
		if r.Code == wire.CodeOK || r.Code == wire.CodeDup || r.Receipt != nil {
			t.Errorf("a stolen entry %d is answered %s", i, r.Code)
		}
	}
	if n := len(amina.pullAll(c.log).Records); n != 3 {
		t.Errorf("the case has %d records", n)
	}
}

func TestDupGapFork(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	req := c.open("North", 1)
	first := amina.push(wire.CodeOK, req.Items...)
	again := amina.push(wire.CodeDup, req.Items...)
	for i := range first.Results {
		if first.Results[i].Receipt.Receipt != again.Results[i].Receipt.Receipt {
			t.Errorf("dup %d has another receipt", i)
		}
	}
	image := *c // the laptop as it was
	second, third := c.note("second"), c.note("third")
	amina.push(wire.CodeGap, third)
	amina.push(wire.CodeOK, second, third)
	amina.push(wire.CodeFork, image.note("written on a restored image"))

	spoilt := bytes.Clone(second.Entry)
	spoilt[len(spoilt)-1] ^= 1
	resp := amina.push(wire.CodeRefused, wire.PushItem{Entry: spoilt, Wraps: []wire.Wrap{}})
	if !resp.Results[0].Entry.IsZero() {
		t.Error("an entry that does not parse got a name")
	}
	// A good entry beside bad ones is taken.
	mixed, err := amina.Push(ctx, &wire.PushRequest{Items: []wire.PushItem{{Entry: []byte{1}, Wraps: []wire.Wrap{}}, c.note("good"), second}})
	if err != nil || mixed.Results[0].Code != wire.CodeRefused || mixed.Results[1].Code != wire.CodeOK || mixed.Results[2].Code != wire.CodeDup {
		t.Errorf("mixed push: %+v %v", mixed, err)
	}
}

func TestAdoption(t *testing.T) {
	w := newTown(t)
	oldRoot, oldDevice := signer("old root"), signer("old device")
	oldRealm, oldID := record.RealmID(public("old root")), record.DeviceID(public("old device"))
	invitation := trust.InvitationID(public("secret of Amina"))
	link := must(trust.NewLink(w.realm, invitation, public("Amina"), oldRoot, oldDevice))
	amina, lead := w.enrolLinked("Amina", trust.RoleWorker, "North", link), w.enrol("Leah", trust.RoleLead, "North")

	nonce := [16]byte{7}
	old := &lane{a: &actor{w: w, person: record.Hash("solo person"), key: oldDevice, id: oldID}, realm: oldRealm,
		log: record.CaseID(oldRealm, oldID, nonce), nonce: nonce, id: record.Hash("old lane")}
	history := []wire.PushItem{old.genesis(""), item(old.entry(record.Content, []byte("months of work")))}
	genesis := must(record.Parse(history[0].Entry)).ID()

	now := &lane{a: amina, realm: w.realm, log: old.log, id: record.Hash("new lane")}
	adopt := now.entry(record.Access, trust.AdoptBody(amina.person, "North", oldRealm, genesis, nonce,
		[]trust.LaneHead{{Lane: old.id, Seq: old.seq, Head: old.last}}).Bytes())

	amina.push(wire.CodeRefused, history[0]) // a foreign case that nobody adopted
	amina.push(wire.CodeOK, item(adopt), now.newEpoch(amina.person, lead.person), history[0], history[1], now.note("and on"))
	if n := len(lead.pullAll(old.log).Records); n != 5 {
		t.Errorf("the lead sees %d records", n)
	}
	amina.push(wire.CodeRefused, item(old.entry(record.Content, []byte("past the head"))))
}

func TestRestartKeepsEverything(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	req := c.open("North", 5)
	amina.push(wire.CodeOK, req.Items...)
	before := amina.pullAll(c.log)
	directory := amina.pullAll(record.DirectoryLog(w.realm))

	w.restart()
	amina.again()
	after := amina.pullAll(c.log)
	if len(after.Records) != len(before.Records) || after.Head.Head.Chain != before.Head.Head.Chain {
		t.Fatalf("after a restart %d records, before %d", len(after.Records), len(before.Records))
	}
	for i := range after.Records {
		if !bytes.Equal(after.Records[i].Entry, before.Records[i].Entry) || after.Records[i].Receipt.Receipt != before.Records[i].Receipt.Receipt {
			t.Errorf("record %d differs after a restart", i)
		}
	}
	if d := amina.pullAll(record.DirectoryLog(w.realm)); d.Head.Head.Chain != directory.Head.Head.Chain {
		t.Error("the directory differs after a restart")
	}
	amina.push(wire.CodeDup, req.Items...)
	amina.push(wire.CodeOK, c.note("on it goes"))
}

func TestTwoPushersOneCase(t *testing.T) {
	w := newTown(t)
	amina, lead := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Leah", trust.RoleLead, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0, lead.person).Items...)
	const each = 15
	lanes := []*lane{c, c.join(lead)}
	var wg sync.WaitGroup
	errs := make(chan error, 2*each)
	for _, l := range lanes {
		wg.Go(func() {
			for range each {
				resp, err := l.a.Push(ctx, &wire.PushRequest{Items: []wire.PushItem{l.note("a"), l.note("b")}})
				if err == nil && (resp.Results[0].Code != wire.CodeOK || resp.Results[1].Code != wire.CodeOK) {
					err = errors.New("answered " + resp.Results[0].Code + " " + resp.Results[1].Code)
				}
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := len(lead.pullAll(c.log).Records); n != 2+4*each {
		t.Errorf("the case has %d records", n)
	}
}

func TestWorkersSeen(t *testing.T) {
	w := newTown(t)
	amina, lead, omar := w.enrol("Amina", trust.RoleWorker, "North"), w.enrol("Leah", trust.RoleLead, "North"), w.enrol("Omar", trust.RoleWorker, "South")
	ask := func(a *actor) *wire.HeadsResponse {
		resp, err := a.Heads(ctx, &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: wire.CasePos{Case: record.DirectoryLog(w.realm)}})
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	ask(omar)
	if got := ask(lead).Workers; len(got) != 1 || got[0].Person != amina.person || got[0].Last != 0 {
		t.Errorf("before Amina was here: %+v", got)
	}
	at := ask(amina).Time
	if got := ask(lead).Workers; len(got) != 1 || got[0].Last != at {
		t.Errorf("after: %+v, want %d", got, at)
	}
}
