package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wherry/app/casework"
	"wherry/storage/record"
)

// told is what an import is to say, found by taking one line at a time.
type told struct {
	rows, created, unchanged, refused int
	reports                           []RowReport
	said                              map[string][]string // by child, in order
}

// oneByOne is the oracle: the rules of an import, one line after another, with
// nothing of its windows, cores and frames.
func oneByOne(n *Notebook, lines []string) *told {
	w := &told{said: map[string][]string{}}
	known := map[string]record.ID{}
	for _, line := range lines {
		w.rows++
		refuse := func(ie *casework.InputError) {
			w.refused++
			w.reports = append(w.reports, RowReport{Row: w.rows, Line: w.rows, Status: "refused", Field: ie.Field, Code: ie.Code})
		}
		s, err := casework.DecodeSubmission([]byte(line), "note")
		var ie *casework.InputError
		if errors.As(err, &ie) || err == nil && errors.As(asError(casework.Refusal(s.Validate(n.now()))), &ie) {
			refuse(ie)
			continue
		}
		hash := record.Hash("wherry-submission-1", []byte(s.Kind), s.Canonical())
		ref := s.Ref
		if ref == "" {
			ref = hash.String()
		}
		if old, ok := known[ref]; ok && old != hash {
			refuse(&casework.InputError{Code: "ref_reused", Field: "ref"})
			continue
		} else if ok {
			w.unchanged++
			continue
		}
		unknown := false
		for _, child := range s.Children {
			_, err := n.lookup(child)
			unknown = unknown || err != nil
		}
		if unknown {
			refuse(&casework.InputError{Code: "unknown_child", Field: "children"})
			continue
		}
		known[ref] = hash
		w.created++
		for _, p := range s.Split() {
			w.said[p.Ref] = append(w.said[p.Ref], string(p.Payload))
		}
	}
	return w
}

func asError(ie *casework.InputError) error {
	if ie == nil {
		return nil
	}
	return ie
}

// notesOf lists the payloads of the notes of each child in order of arrival,
// and the number of acknowledgements.
func notesOf(t interface{ Fatal(...any) }, n *Notebook) (map[string][]string, int) {
	out, acks := map[string][]string{}, map[record.ID]bool{}
	for _, c := range n.st.sorted() {
		rows, err := n.caseFacts(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.fact.Damaged || r.fact.Unknown {
				t.Fatal("an entry cannot be read")
			}
			if r.fact.Kind == "note" {
				out[c.Ref] = append(out[c.Ref], string(r.fact.Payload))
				acks[r.ack] = true
			}
		}
	}
	return out, len(acks)
}

// An import of any lines, in windows and on all cores, says and keeps what
// taking them one by one says and keeps; and the rebuilt notebook too.
func TestImportIsOneLineAfterAnother(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	for i := range 5 {
		if _, err := n.AddChild(ctx, map[string]string{"ref": fmt.Sprintf("C-%d", i), "name": "Child"}); err != nil {
			t.Fatal(err)
		}
	}
	round := 0
	soFar := map[string][]string{}
	acked := 0
	rapid.Check(t, func(t *rapid.T) {
		if round++; round > 4 {
			return // one notebook grows from round to round
		}
		var lines []string
		// Longer than a window, so that what is alike lies on both sides of its border.
		for i := range rapid.IntRange(bulkNotes+1, 2*bulkNotes+20).Draw(t, "lines") {
			what := rapid.IntRange(0, 11).Draw(t, "what")
			child := fmt.Sprintf("C-%d", rapid.IntRange(0, 4).Draw(t, "child"))
			text := fmt.Sprintf("round %d line %d", round, i)
			switch {
			case what == 0:
				lines = append(lines, "{")
			case what == 1:
				lines = append(lines, fmt.Sprintf(`{"children":[%q,"NOBODY"],"occurred":"2026-01-02T03:04:05Z","shared":%q}`, child, text))
			case what == 2 && len(lines) > 0:
				lines = append(lines, lines[rapid.IntRange(0, len(lines)-1).Draw(t, "again")])
			case what == 3:
				lines = append(lines, fmt.Sprintf(`{"ref":"r-%d-%d","children":[%q],"occurred":"2026-01-02T03:04:05Z","shared":%q}`, round, rapid.IntRange(0, 9).Draw(t, "ref"), child, text))
			case what == 4:
				lines = append(lines, fmt.Sprintf(`{"children":["C-0","C-1"],"occurred":"2026-01-02T03:04:05Z","shared":%q}`, text))
			case what == 5:
				lines = append(lines, fmt.Sprintf(`{"children":[%q],"occurred":"","shared":%q}`, child, text))
			default:
				lines = append(lines, fmt.Sprintf(`{"children":[%q],"occurred":"2026-01-02T03:04:05Z","shared":%q}`, child, text))
			}
		}
		want := oneByOne(n, lines)
		rep, err := n.ImportNotes(ctx, giver(lines, nil), "note", false)
		if err != nil {
			t.Fatal(err)
		}
		got := &told{rep.Rows, rep.Created, rep.Unchanged, rep.Refused, rep.Reports, nil}
		for child, said := range want.said {
			soFar[child] = append(soFar[child], said...)
		}
		acked += want.created
		want.said = nil
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("told %+v, want %+v", got, want)
		}
		if held, acks := notesOf(t, n); !reflect.DeepEqual(held, soFar) || acks != acked {
			t.Fatalf("%d acknowledgements, want %d, or another order", acks, acked)
		}
		// Once more everything is known.
		again, err := n.ImportNotes(ctx, giver(lines, nil), "note", false)
		if err != nil || again.Created != 0 || again.Unchanged != want.created+want.unchanged || again.Refused != want.refused {
			t.Fatalf("again: %+v, %v", again, err)
		}
	})
	n = reopen(t, n, dir)
	n.mu.Lock()
	err := n.rebuild(ctx)
	n.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	if held, acks := notesOf(t, n); !reflect.DeepEqual(held, soFar) || acks != acked {
		t.Fatal("a rebuild gives something else")
	}
}

// giver gives out lines, and then end, or io.EOF.
func giver(lines []string, end error) func() ([]byte, error) {
	at := 0
	return func() ([]byte, error) {
		if at++; at <= len(lines) {
			return []byte(lines[at-1]), nil
		}
		if end != nil {
			return nil, end
		}
		return nil, io.EOF
	}
}

// Where an import breaks off, by a source that fails or a context that ends,
// what it counts is exactly what is kept.
func TestImportBreaksOffCleanly(t *testing.T) {
	n, dir := create(t)
	if _, err := n.AddChild(context.Background(), map[string]string{"ref": "C-0", "name": "Child"}); err != nil {
		t.Fatal(err)
	}
	line := func(i int) string {
		return fmt.Sprintf(`{"children":["C-0"],"occurred":"2026-01-02T03:04:05Z","shared":"line %d %s"}`, i, strings.Repeat("x", i%7))
	}
	var lines []string
	for i := range 700 {
		lines = append(lines, line(i))
	}
	torn := errors.New("torn")
	rep, err := n.ImportNotes(context.Background(), giver(lines[:300], torn), "note", false)
	if !errors.Is(err, torn) || rep.Created != 300 || rep.Rows != 301 {
		t.Fatalf("%+v, %v", rep, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	given := 0
	rep, err = n.ImportNotes(ctx, func() ([]byte, error) {
		if given++; given == 600 {
			cancel()
		}
		if given > len(lines) {
			return nil, io.EOF
		}
		return []byte(lines[given-1]), nil
	}, "note", false)
	if !errors.Is(err, context.Canceled) || rep.Unchanged+rep.Created+rep.Refused > rep.Rows {
		t.Fatalf("%+v, %v", rep, err)
	}
	held, acks := notesOf(t, n)
	if len(held["C-0"]) != 300+rep.Created || acks != 300+rep.Created {
		t.Fatalf("%d are kept, and 300 and %d were counted", len(held["C-0"]), rep.Created)
	}
	n = reopen(t, n, dir)
	rep, err = n.ImportNotes(context.Background(), giver(lines, nil), "note", false)
	if held, _ := notesOf(t, n); err != nil || len(held["C-0"]) != len(lines) || rep.Created+rep.Unchanged != len(lines) {
		t.Fatalf("%+v, %v", rep, err)
	}
}

// Both forms of a page and of receipts mean the same, but for the bytes of what
// is held; a receipt that says something of its own keeps the long form.
func TestShortPagesSayTheSame(t *testing.T) {
	id := func(b byte) record.ID { return record.ID{b, 1} }
	before := id(9)
	p := pulledItem{Case: id(1), Gen: 3, From: 5, Authority: []byte{1}, Head: record.SignedHead{Head: record.Head{Realm: id(2), Case: id(1), Gen: 3, Seq: 6}, Sig: []byte{4}}}
	chain := before
	var all receiptsItem
	for i := range byte(2) {
		log := record.LogRecord{Seq: 5 + uint64(i), Entry: id(20 + i), DirSeq: 2}
		chain = record.Chain(chain, log)
		r := record.SignedReceipt{Sig: []byte{7, i}, Receipt: record.Receipt{Realm: id(2), Case: id(1), Entry: log.Entry, Gen: 3, Seq: log.Seq, Chain: chain, Time: 80 + int64(i)}}
		all.Receipts = append(all.Receipts, r)
		p.Records = append(p.Records, pulledRecord{Log: log, Entry: []byte{1, 2, 3}, Receipt: r, Received: r.Receipt.Time, Held: i == 1})
	}
	it := pageOf(p, before)
	got, err := readPage(it)
	if err != nil || it.Type != itemPage || len(got.Records[1].Entry) != 0 {
		t.Fatal(it.Type, err)
	}
	if !bytes.Equal(record.Encode(*got), record.Encode(p)) { // pageOf has dropped what is held
		t.Error("a short page says something else")
	}
	p.Records[0].Receipt.Receipt.Time++
	if it := pageOf(p, before); it.Type != itemPulled {
		t.Error("a receipt's own word was left out")
	}
	back, err := readReceipts(proofsOf(all))
	if err != nil || !reflect.DeepEqual(*back, all) {
		t.Errorf("receipts: %+v, %v", back, err)
	}
}
