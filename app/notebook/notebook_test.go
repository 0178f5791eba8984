package notebook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/app/casework"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

var (
	testPass = []byte("five invented words go here")
	testCode = seal.RecoveryCode{1, 2, 3}
	testNow  = time.Date(2026, 11, 25, 17, 0, 0, 0, time.UTC)
)

func testConfig() Config {
	now := testNow
	return Config{KDF: seal.FloorKDF, Clock: func() time.Time { now = now.Add(time.Second); return now }}
}

func create(t *testing.T) (*Notebook, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "nb")
	n, err := Create(context.Background(), dir, "Amina Yusuf", testPass, testCode, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n, dir
}

func reopen(t *testing.T, n *Notebook, dir string) *Notebook {
	t.Helper()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := Open(context.Background(), dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// fill imports the sample caseload and records the sample visits.
func fill(t *testing.T, n *Notebook) {
	t.Helper()
	ctx := context.Background()
	data := sample(t, "caseload.csv")
	if _, err := n.Import(ctx, data, nil, false); err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(sample(t, "visits.jsonl")), []byte("\n")) {
		if _, err := n.Record(ctx, line, "visit"); err != nil {
			t.Fatal(err)
		}
	}
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// picture is everything that a reader sees of a notebook, for comparison.
func picture(t *testing.T, n *Notebook) string {
	t.Helper()
	ctx := context.Background()
	rows, err := n.Entries(ctx, "", "")
	if err != nil {
		t.Fatal(err)
	}
	cases, _, err := n.Cases(ctx)
	if err != nil {
		t.Fatal(err)
	}
	hits, err := n.Search(ctx, "kelly", "", 50, false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(map[string]any{"entries": rows, "cases": cases, "hits": hits}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTheViewIsOnlyAView compares a notebook with itself after its view and
// index were thrown away and made anew from the journal.
func TestTheViewIsOnlyAView(t *testing.T) {
	n, dir := create(t)
	fill(t, n)
	want := picture(t, n)
	n = reopen(t, n, dir)
	if got := picture(t, n); got != want {
		t.Error("a clean reopening shows something else")
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(viewDir(dir)), os.RemoveAll(indexDir(dir))); err != nil {
		t.Fatal(err)
	}
	m, err := Open(context.Background(), dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got := picture(t, m); got != want {
		t.Errorf("the rebuilt view shows something else:\n%s\nwant\n%s", got, want)
	}
}

// TestImportTwiceAppendsNothing imports both samples again and again.
func TestImportTwiceAppendsNothing(t *testing.T) {
	n, _ := create(t)
	ctx := context.Background()
	fill(t, n)
	old := sample(t, "caseload-old-spreadsheet.csv")
	r, err := n.Import(ctx, old, nil, false)
	if err != nil || r.Refused != 0 || r.Encoding != "Windows-1252" {
		t.Fatalf("old spreadsheet: %+v %v", r, err)
	}
	if !strings.Contains(fmt.Sprint(r.Reports), "lossy") {
		t.Error("a name that lost its letters is not reported")
	}
	before := n.j.Tip()
	for _, f := range []string{"caseload.csv", "caseload-old-spreadsheet.csv"} {
		if _, err := n.Import(ctx, sample(t, f), nil, false); err != nil {
			t.Fatal(err)
		}
	}
	if n.j.Tip() != before {
		t.Error("importing again appended something")
	}
	_, cf, err := n.CaseFile(ctx, "NCC-5401")
	if err != nil || cf.Name != "Siân Ŵyn Hughes" {
		t.Errorf("the name was damaged: %q %v", cf.Name, err)
	}
}

// TestDraftSurvivesAndIsErased keeps a draft over a reopening, publishes it,
// and finds its file gone, also when the stop came before the erasing.
func TestDraftSurvivesAndIsErased(t *testing.T) {
	n, dir := create(t)
	fill(t, n)
	ctx := context.Background()
	line := bytes.Split(sample(t, "visits.jsonl"), []byte("\n"))[1]
	d := &casework.Draft{Kind: "visit", Submission: line, Caret: casework.Caret{Section: "shared", Row: 1, Col: 7}}
	id, err := n.SaveDraft(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	got, err := n.Draft(ctx, id)
	if err != nil || !reflect.DeepEqual(got.Caret, d.Caret) || string(got.Submission) != string(line) {
		t.Fatalf("the draft came back as %+v, %v", got, err)
	}
	file := filepath.Join(dir, "drafts", id+draftSuffix)
	sealed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := casework.DecodeSubmission(line, "visit")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Submit(ctx, s, id); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("a published draft is still there")
	}
	if err := os.WriteFile(file, sealed, 0o600); err != nil { // as if the stop had come before
		t.Fatal(err)
	}
	n = reopen(t, n, dir)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("a published draft is not swept at the next start")
	}
	if ds, damaged, err := n.Drafts(ctx); len(ds)+damaged != 0 || err != nil {
		t.Error("drafts are left", ds, damaged, err)
	}
}

// TestSampleGoesAway adds the sample cases, removes them, and finds that no
// key is left that could open them.
func TestSampleGoesAway(t *testing.T) {
	n, dir := create(t)
	ctx := context.Background()
	if err := n.AddSample(ctx); err != nil {
		t.Fatal(err)
	}
	cases, _, err := n.Cases(ctx)
	if err != nil || len(cases) < 3 || !cases[0].Sample {
		t.Fatalf("%d sample cases, %v", len(cases), err)
	}
	if err := n.RemoveSample(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if len(n.box.Epochs(c.ID)) != 0 {
			t.Error("a key of a removed case is left")
		}
	}
	n = reopen(t, n, dir)
	if again, _, err := n.Cases(ctx); err != nil || len(again) != 0 {
		t.Error("removed cases come back", again, err)
	}
	if hits, err := n.Search(ctx, "moses", "", 5, false); err != nil || len(hits) != 0 {
		t.Error("removed cases are found", hits, err)
	}
	if err := n.AddSample(ctx); err != nil {
		t.Error("the sample cannot be tried again:", err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(ctx, dir, testPass, testConfig()); err != nil || !r.OK {
		t.Errorf("verify after removal: %+v %v", r, err)
	}
}

// TestSalvage damages the journal of a notebook that was closed in order, and
// finds everything there after opening and after a rebuild.
func TestSalvage(t *testing.T) {
	n, dir := create(t)
	fill(t, n)
	want := picture(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	segment := filepath.Join(journalDir(dir), "00000001.wj")
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)*2/3] ^= 4
	if err := os.WriteFile(segment, data, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	n, err = Open(ctx, dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	if got := picture(t, n); got != want {
		t.Error("damage shows, although the view was whole")
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(viewDir(dir)); err != nil {
		t.Fatal(err)
	}
	n, err = Open(ctx, dir, testPass, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	rows, err := n.Entries(ctx, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(rows); got != 25 {
		t.Errorf("%d entries after the rebuild, want 25", got)
	}
	if _, err := n.Record(ctx, bytes.Split(sample(t, "visits.jsonl"), []byte("\n"))[2], "visit"); err != nil {
		t.Error("nothing can be recorded after damage:", err)
	}
}

// A retry of a line whose frame was lost and salvaged adds nothing.
func TestSalvageKeepsReferences(t *testing.T) {
	ctx := context.Background()
	n, dir := create(t)
	if _, err := n.Import(ctx, sample(t, "caseload.csv"), nil, false); err != nil {
		t.Fatal(err)
	}
	var sent [][]byte
	var acks []record.ID
	for i, line := range bytes.Split(bytes.TrimSpace(sample(t, "visits.jsonl")), []byte("\n")) {
		line = append([]byte(fmt.Sprintf(`{"ref":"retry-%d",`, i)), bytes.TrimPrefix(line, []byte("{"))...)
		ack, err := n.Record(ctx, line, "visit")
		if err != nil {
			t.Fatal(err)
		}
		sent, acks = append(sent, line), append(acks, ack.ID)
	}
	want := essence(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	segment := filepath.Join(journalDir(dir), "00000001.wj")
	data, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{6, 7, 8} { // tenths of the file
		data[len(data)*at/10] ^= 4
	}
	if err := os.WriteFile(segment, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err = Open(ctx, dir, testPass, testConfig()); err != nil {
		t.Fatal(err)
	}
	if len(n.damage) == 0 {
		t.Fatal("nothing was damaged")
	}
	n = reopen(t, n, dir)
	for i, line := range sent {
		ack, err := n.Record(ctx, line, "visit")
		if err != nil || ack.ID != acks[i] {
			t.Errorf("line %d: %v", i, err)
		}
	}
	if got := essence(t, n); !slices.Equal(got, want) {
		t.Errorf("%d entries, want %d", len(got), len(want))
	}
}

// TestSameRefIsHarmless records the same line twice under one reference.
func TestSameRefIsHarmless(t *testing.T) {
	n, _ := create(t)
	fill(t, n)
	ctx := context.Background()
	line := `{"ref":"r1","children":["NCC-5301"],"occurred":"2026-11-20T10:00:00Z","shared":"Rang the school."}`
	a, err := n.Record(ctx, []byte(line), "call")
	if err != nil {
		t.Fatal(err)
	}
	b, err := n.Record(ctx, []byte(strings.Replace(line, `{`, `{"v":1,`, 1)), "call")
	if err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("the retry got %+v, %v", b, err)
	}
	_, err = n.Record(ctx, []byte(strings.Replace(line, "school", "GP", 1)), "call")
	var ie *casework.InputError
	if !errors.As(err, &ie) || ie.Code != "ref_reused" {
		t.Errorf("other content under the same reference: %v", err)
	}
}

// TestPlaces refuses folders that another program keeps in step.
func TestPlaces(t *testing.T) {
	base := t.TempDir()
	for _, bad := range []string{"OneDrive/nb", "OneDrive - Council/nb", "Dropbox/x/nb"} {
		_, err := Create(context.Background(), filepath.Join(base, filepath.FromSlash(bad)), "A", testPass, testCode, testConfig())
		if !errors.Is(err, ErrPlace) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := os.Stat(filepath.Join(base, "OneDrive")); err == nil {
		t.Error("a refused folder was made")
	}
}

// TestEveryProblemIsASentence wants a sentence and a next step for each error.
func TestEveryProblemIsASentence(t *testing.T) {
	for _, p := range problems {
		for _, e := range p.errs {
			got := Explain(fmt.Errorf("wrapped: %w", e))
			if !strings.HasSuffix(got.Message, ".") || !strings.HasSuffix(got.Next, ".") || got.Exit == 0 || got.Code == "" {
				t.Errorf("%v: %+v", e, got)
			}
		}
	}
	if p := Explain(errors.New("x")); p.Code != "internal" {
		t.Error("an unknown error has its own words", p)
	}
	if p := Explain(errors.Join(seal.ErrWrongPassphrase, journal.ErrInUse)); p.Exit != ExitInUse && p.Exit != ExitPassphrase {
		t.Error(p)
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add([]byte("\xef\xbb\xbfChild ref,Full name\nA-1,\"x\ny\"\n"))
	f.Add([]byte("Case ID;Client name\r\n1;Si\xe2n\r\n"))
	f.Add([]byte("a,b\n\"unclosed"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tb, err := readTable(data)
		if err != nil {
			return
		}
		last := 0
		for _, r := range tb.Rows {
			if r.Line <= last {
				t.Fatal("rows out of order")
			}
			last = r.Line
		}
	})
}
