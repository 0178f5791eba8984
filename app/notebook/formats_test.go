package notebook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// released is every release and the numbers of the formats that its notebooks
// have. A release is added here and in testdata/notebooks in the same commit as
// its fixtures; neither is ever taken away.
var released = map[string]map[string]uint16{
	"0.1.0": {"keyfile": 1, "box": 1, "journal": 1, "mark": 1, "entry": 1},
}

const notebooks = "testdata/notebooks"

// fixtures are the names of the frozen notebooks.
func fixtures(t *testing.T) []string {
	t.Helper()
	ents, err := os.ReadDir(notebooks)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range ents {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// fixture copies a frozen notebook to a folder of its own, as its owner's.
func fixture(t testing.TB, name string) (dir string, pass []byte) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "nb")
	from := filepath.Join(notebooks, name, "notebook")
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(dir, rel), 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, golden(t, name, "passphrase")
}

func golden(t testing.TB, name, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(notebooks, name, file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// goldenLines decodes a file of one JSON object a line.
func goldenLines[T any](t testing.TB, name, file string) []T {
	t.Helper()
	var out []T
	for l := range bytes.Lines(golden(t, name, file)) {
		var v T
		if err := json.Unmarshal(l, &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

type goldenEntry struct {
	ID, Case, Ref, Kind, Lane, Author, State, SHA256 string
	Seq                                              uint64
	Written, Occurred, Received                      time.Time
}

type goldenShow struct {
	ID         string
	Payload    json.RawMessage
	Amendments []string
	State      string
}

type goldenStatus struct {
	Notebook, Role         string
	Entries, Local, Drafts int
	CouncilHas             int `json:"council_has"`
	Enrolled               bool
}

// sameAsReleased holds an open notebook against what the binaries of its release
// said of it.
func sameAsReleased(t *testing.T, n *Notebook, name string) {
	t.Helper()
	ctx := context.Background()
	rows, err := n.Entries(ctx, "", "")
	if err != nil {
		t.Fatal(err)
	}
	var got []goldenEntry
	for _, r := range rows {
		if r.Damaged || r.Unknown {
			t.Errorf("%s: entry %s cannot be read", name, r.ID.Short())
		}
		ms := func(x time.Time) time.Time { return x.Truncate(time.Millisecond) }
		got = append(got, goldenEntry{ID: r.ID.String(), Case: r.Case.String(), Ref: r.Ref, Kind: r.Kind, Lane: r.Lane, Seq: r.Seq,
			Author: r.Author, State: r.State, SHA256: r.SHA256.String(), Written: ms(r.Written), Occurred: ms(r.Occurred), Received: ms(r.Received)})
	}
	want := goldenLines[goldenEntry](t, name, "entries.jsonl")
	if len(want) < 30 || len(got) != len(want) {
		t.Fatalf("%s: %d entries, the release listed %d", name, len(got), len(want))
	}
	for i := range want {
		a, b := got[i], want[i]
		if !a.Written.Equal(b.Written) || !a.Occurred.Equal(b.Occurred) || !a.Received.Equal(b.Received) {
			t.Errorf("%s: entry %d: times %v %v %v, want %v %v %v", name, i, a.Written, a.Occurred, a.Received, b.Written, b.Occurred, b.Received)
		}
		a.Written, a.Occurred, a.Received = b.Written, b.Occurred, b.Received
		if a != b {
			t.Errorf("%s: entry %d\n got %+v\nwant %+v", name, i, a, b)
		}
	}
	for _, s := range goldenLines[goldenShow](t, name, "show.jsonl") {
		d, err := n.Entry(ctx, s.ID)
		if err != nil {
			t.Fatalf("%s: %s: %v", name, s.ID, err)
		}
		var a, b bytes.Buffer
		if json.Compact(&a, d.Payload) != nil || json.Compact(&b, s.Payload) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: payload of %s\n got %s\nwant %s", name, s.ID, d.Payload, s.Payload)
		}
		if !slices.Equal(d.Amendments, s.Amendments) || d.State != s.State {
			t.Errorf("%s: %s: amendments %v %s, want %v %s", name, s.ID, d.Amendments, d.State, s.Amendments, s.State)
		}
	}
	want1 := goldenLines[goldenStatus](t, name, "status.jsonl")[0]
	st, err := n.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if st.Notebook.String() != want1.Notebook || st.Entries != want1.Entries || st.Local != want1.Local || st.CouncilHas != want1.CouncilHas ||
		st.Drafts != want1.Drafts || st.Enrolled != want1.Enrolled || st.Role != want1.Role || st.ReadOnly || st.Damaged != 0 {
		t.Errorf("%s: status %+v, want %+v", name, st, want1)
	}
	type goldenDraft struct{ Draft string }
	drafts, bad, err := n.Drafts(ctx)
	if err != nil || bad != 0 {
		t.Errorf("%s: drafts: %d unreadable, %v", name, bad, err)
	}
	for i, d := range goldenLines[goldenDraft](t, name, "drafts.jsonl") {
		if i >= len(drafts) || drafts[i].ID != d.Draft {
			t.Errorf("%s: draft %s is gone", name, d.Draft)
		}
	}
}

// TestReleasedNotebooks opens a copy of every notebook that a release wrote: the
// first opening upgrades it, the second finds it upgraded, and both show the same
// ids, hashes, payloads and states as the release did. What an upgrade leaves
// behind is a whole backup of the notebook as it was. (DT-09)
func TestReleasedNotebooks(t *testing.T) {
	ctx := context.Background()
	for _, name := range fixtures(t) {
		dir, pass := fixture(t, name)
		code := codeOf(t, name)
		for _, when := range []string{"at the upgrade", "after it"} {
			open := func() (*Notebook, error) { return OpenWithCode(ctx, dir, code, Config{}) } // needs no stretching
			if when == "at the upgrade" {
				open = func() (*Notebook, error) { return Open(ctx, dir, pass, Config{}) }
			}
			n, err := open()
			if err != nil {
				t.Fatalf("%s %s: %v", name, when, err)
			}
			sameAsReleased(t, n, name)
			if v := n.j.Version(); v != journal.Version {
				t.Errorf("%s %s: the journal is of format %d", name, when, v)
			}
			if err := n.Close(); err != nil {
				t.Fatal(err)
			}
		}
		rep, err := Verify(ctx, dir, pass, Config{})
		if err != nil || !rep.OK || rep.Entries < 30 {
			t.Errorf("%s: verify %+v, %v", name, rep, err)
		}
		copies, err := filepath.Glob(filepath.Join(dir, upgradesDir, "*"))
		if err != nil || len(copies) != 1 {
			t.Fatalf("%s: copies before the upgrade: %v", name, copies)
		}
		c, err := VerifyBackup(ctx, copies[0], BackupCode(code), Config{})
		if err != nil || !c.OK {
			t.Errorf("%s: the copy before the upgrade: %+v, %v", name, c, err)
		}
		back := filepath.Join(t.TempDir(), "back")
		if _, err := Restore(ctx, copies[0], back, BackupCode(code), Config{}); err != nil {
			t.Fatalf("%s: restoring that copy: %v", name, err)
		}
		n, err := OpenWithCode(ctx, back, code, Config{})
		if err != nil {
			t.Fatal(err)
		}
		sameAsReleased(t, n, name)
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		if copies, _ := filepath.Glob(filepath.Join(back, upgradesDir, "*")); len(copies) != 0 {
			t.Errorf("%s: what was restored was copied once more", name)
		}
	}
}

// TestEveryFormatHasFixtures: each release has notebooks in testdata, of the
// numbers that the table says, and no notebook is there that the table omits.
func TestEveryFormatHasFixtures(t *testing.T) {
	of := map[string]int{}
	for _, name := range fixtures(t) {
		release, _, ok := strings.Cut(name, "-")
		want, known := released[release]
		if !ok || !known {
			t.Errorf("%s is of no release in the table", name)
			continue
		}
		of[release]++
		dir := filepath.Join(notebooks, name, "notebook")
		for format, file := range map[string]string{"keyfile": "key.A", "box": "box.A", "journal": "journal/00000001.wj", "mark": "journal/mark.A"} {
			b, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if got := binary.BigEndian.Uint16(b[4:]); got != want[format] {
				t.Errorf("%s: %s is of format %d, the table says %d", name, file, got, want[format])
			}
		}
	}
	for release := range released {
		if of[release] == 0 {
			t.Errorf("release %s has no notebook in %s", release, notebooks)
		}
	}
}

func codeOf(t testing.TB, name string) RecoveryCode {
	t.Helper()
	code, err := CodeInKit(string(golden(t, name, "recovery.txt")))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// newerMAC raises the version of a file that ends with a keyed checksum.
func newerMAC(key seal.Key) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.BigEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:])+7)
		sum := key.MAC(b[:len(b)-32])
		return append(b[:len(b)-32], sum[:]...)
	}
}

// newerSum raises the version of a file that ends with its SHA-256.
func newerSum(b []byte) []byte {
	binary.BigEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:])+7)
	sum := sha256.Sum256(b[:len(b)-32])
	return append(b[:len(b)-32], sum[:]...)
}

// TestNewerIsRefusedUntouched: a folder of which one file says a newer format is
// refused with exit 9 by every way in, and not a byte of it changes. (DT-09)
func TestNewerIsRefusedUntouched(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"0.1.0-solo", "0.1.0-killed"} {
		dir, pass := fixture(t, name)
		code := codeOf(t, name)
		u, err := seal.UnlockWithCode(dir, code)
		if err != nil {
			t.Fatal(err)
		}
		jk := u.Key.Derive("journal")
		segment := func(b []byte) []byte {
			return append(newerMAC(jk.Derive("journal/header"))(bytes.Clone(b[:120])), b[120:]...)
		}
		for _, c := range []struct {
			files  []string
			raise  func([]byte) []byte
			verify bool
		}{
			{[]string{"key.A", "key.B"}, newerSum, false},
			{[]string{"key.B"}, newerSum, false}, // the newer program stopped between the two
			{[]string{"box.A", "box.B"}, newerSum, false},
			{[]string{"box.A"}, newerSum, false},
			{[]string{"journal/mark.A", "journal/mark.B"}, newerMAC(jk.Derive("journal/mark")), true},
			{[]string{"journal/mark.A"}, newerMAC(jk.Derive("journal/mark")), false},
			{[]string{"journal/00000001.wj"}, segment, false},
		} {
			if name == "0.1.0-solo" && c.files[0] != "box.A" && !c.verify {
				continue // the one with a view: the cases that come after the key file
			}
			at, _ := fixture(t, name)
			for _, f := range c.files {
				path := filepath.Join(at, filepath.FromSlash(f))
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, c.raise(b), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			before := fingerprint(t, at)
			_, oerr := OpenWithCode(ctx, at, code, Config{})
			ways := map[string]error{"open": oerr}
			if c.verify { // these stretch the passphrase
				_, ways["repair"] = Repair(ctx, at, pass, Config{})
				_, ways["verify"] = Verify(ctx, at, pass, Config{})
			}
			for way, err := range ways {
				if p := Explain(err); err == nil || p.Exit != ExitNewer {
					t.Errorf("%s, newer %v, %s: %v", name, c.files, way, err)
				}
			}
			if after := fingerprint(t, at); after != before {
				t.Errorf("%s, newer %v: the folder was touched\n%s\n%s", name, c.files, before, after)
			}
		}
	}
}

// fingerprint is every file in a folder but the lock, with its hash.
func fingerprint(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&out, "%s %d %s\n", rel, len(b), record.ID(sha256.Sum256(b)).Short())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
