package notebook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"wherry/storage/record"
)

// lines gives out lines as ImportNotes wants them.
func lines(all ...string) func() ([]byte, error) {
	return func() ([]byte, error) {
		if len(all) == 0 {
			return nil, io.EOF
		}
		line := []byte(all[0])
		all = all[1:]
		return line, nil
	}
}

// essence is what recording and importing the same lines must agree on.
func essence(t *testing.T, n *Notebook) []string {
	t.Helper()
	rows, err := n.Entries(context.Background(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprint(r.Ref, r.Kind, r.SHA256, r.Damaged))
	}
	slices.Sort(out)
	return out
}

func TestImportingNotesIsRecordingThem(t *testing.T) {
	ctx := context.Background()
	a, _ := create(t)
	fill(t, a)
	b, dir := create(t)
	if _, err := b.Import(ctx, sample(t, "caseload.csv"), nil, false); err != nil {
		t.Fatal(err)
	}
	visits := strings.Split(strings.TrimSpace(string(sample(t, "visits.jsonl"))), "\n")
	dry, err := b.ImportNotes(ctx, lines(visits...), "visit", true)
	if err != nil || dry.Created != len(visits) || len(essence(t, b)) == len(essence(t, a)) {
		t.Fatalf("trying out: %+v, %v", dry, err)
	}
	before := b.j.Tip().Seq
	rep, err := b.ImportNotes(ctx, lines(visits...), "visit", false)
	if err != nil || rep.Created != len(visits) || rep.Refused != 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if frames := b.j.Tip().Seq - before; frames != 1 {
		t.Errorf("%d frames for %d lines", frames, len(visits))
	}
	if !slices.Equal(essence(t, a), essence(t, b)) {
		t.Error("imported notes differ from recorded ones")
	}
	b = reopen(t, b, dir)
	again, err := b.ImportNotes(ctx, lines(append(visits, visits[0])...), "visit", false)
	if err != nil || again.Created != 0 || again.Unchanged != len(visits)+1 {
		t.Errorf("again: %+v, %v", again, err)
	}
	if !slices.Equal(essence(t, a), essence(t, b)) {
		t.Error("importing again changed something")
	}
}

// A line that is refused after some of its children were written costs no
// other line, and the lanes stay whole.
func TestImportNotesPassesOverBadLines(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	if _, err := n.Import(ctx, sample(t, "caseload.csv"), nil, false); err != nil {
		t.Fatal(err)
	}
	good := strings.Split(strings.TrimSpace(string(sample(t, "visits.jsonl"))), "\n")
	_, first, _ := strings.Cut(good[0], `"children"`)
	if first == "" {
		t.Fatal("the sample has no children")
	}
	var mixed []string
	for i, g := range good {
		mixed = append(mixed, g)
		if i%2 == 0 {
			mixed = append(mixed, "{", strings.Replace(g, `"children":["`, `"children":["`+refOf(t, n)+`","NOBODY-`+fmt.Sprint(i)+`","`, 1))
		}
	}
	rep, err := n.ImportNotes(ctx, lines(mixed...), "visit", false)
	if err != nil || rep.Created != len(good) || rep.Refused != len(mixed)-len(good) {
		t.Fatalf("%+v, %v", rep, err)
	}
	n = reopen(t, n, dir)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	v, err := Verify(ctx, dir, testPass, testConfig())
	if err != nil || !v.OK {
		t.Fatalf("%+v, %v", v, err)
	}
}

func refOf(t *testing.T, n *Notebook) string {
	t.Helper()
	cases, _, err := n.Cases(context.Background())
	if err != nil || len(cases) == 0 {
		t.Fatal(err)
	}
	return cases[0].Ref
}

// Entries are held twice until the council proves that it has them: in the
// journal and in the view.
func TestTwoCopiesUntilTheCouncilHasIt(t *testing.T) {
	ctx := context.Background()
	n, _ := create(t)
	fill(t, n)
	rows, err := n.Entries(ctx, "", "visit")
	if err != nil || len(rows) < 2 {
		t.Fatal(err)
	}
	held := func(id record.ID) (copied bool) {
		for _, c := range n.st.sorted() {
			_ = n.eachRow(ctx, c.ID, func(_ uint64, row *entryRow) error {
				if e, err := record.Parse(row.Entry); err == nil && e.ID() == id {
					copied = true
				}
				return nil
			})
		}
		return copied
	}
	if !held(rows[0].ID) {
		t.Fatal("an entry that is nowhere else has no second copy")
	}
	n.mu.Lock()
	err = n.loadOutbox(ctx)
	if err == nil {
		err = n.append(ctx, item(itemReceipts, receiptsItem{Receipts: []record.SignedReceipt{{Receipt: record.Receipt{Case: rows[0].Case, Entry: rows[0].ID, Seq: 1, Time: 5}}}}))
	}
	n.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	if held(rows[0].ID) || !held(rows[1].ID) {
		t.Error("the second copy goes when the proof comes, and not before")
	}
	after, err := n.Entries(ctx, "", "visit")
	if err != nil || !bytes.Equal(after[0].Payload, rows[0].Payload) || after[0].State != "council" {
		t.Errorf("%+v, %v", after[0].State, err)
	}
}
