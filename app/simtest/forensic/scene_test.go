// Package forensic_test disposes of a case in a real notebook, then copies the
// folder and, with the passphrase in hand, opens everything that can be opened
// (ST-07): nothing of the case may be left, and all of the other one must be.
package forensic_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/app/casework"
	"wherry/app/notebook"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
	"wherry/storage/record"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

// garden grows canaries, words that are nowhere else, for one child.
type garden struct {
	rng   *rand.Rand
	where map[string]string // what must or must not be found -> where it was put
}

// word is a new canary. It is looked for without its end, which the index may
// take off as a word ending.
func (g *garden) word(where string) string {
	const consonants, vowels = "bdfgjklmnpqrtvwxz", "aeiouy"
	var b strings.Builder
	for range 8 {
		b.WriteByte(consonants[g.rng.IntN(len(consonants))])
		b.WriteByte(vowels[g.rng.IntN(len(vowels))])
	}
	g.where[b.String()[:13]] = where
	return b.String()
}

// identifier is a number that passes the check.
func (g *garden) identifier(where, prefix, format string, limit int64, valid func(string) bool) string {
	for {
		if s := prefix + fmt.Sprintf(format, g.rng.Int64N(limit)); valid(s) {
			g.where[strings.ToLower(s)] = where
			return s
		}
	}
}

// row is a line of the caseload with a canary in every field that has room.
func (g *garden) row(ref, born string) string {
	var cells []string
	for _, d := range casework.FieldDefs() {
		v := ""
		switch {
		case d.Internal:
			continue
		case d.Type == casework.TypeRef:
			v = ref
		case d.Key == "dob":
			v = born
		case d.Type == casework.TypeNHS:
			v = g.identifier("field "+d.Key, "", "%010d", 1e10, casework.ValidNHS)
		case d.Type == casework.TypeUPN:
			v = g.identifier("field "+d.Key, "A", "%012d", 1e12, casework.ValidUPN)
		case d.Type == casework.TypeDate, d.Type == casework.TypeYesNo, d.Type == casework.TypeSex:
		default:
			v = g.word("field " + d.Key)
		}
		cells = append(cells, v)
	}
	return strings.Join(cells, ",")
}

// part is one child's part of a record.
func (g *garden) part(where string) map[string]any {
	return map[string]any{"seen": true, "seen_alone": false, "not_alone_reason": g.word(where + " reason"),
		"voice":        []any{map[string]any{"asked": g.word(where + " asked"), "said": g.word(where + " said"), "heard": g.word(where + " heard")}},
		"observations": g.word(where + " observations"), "analysis": g.word(where + " analysis")}
}

// line is a record of one child with a canary in every field.
func (g *garden) line(kind, ref string) map[string]any {
	w := func(f string) string { return g.word(kind + " " + f) }
	return map[string]any{"kind": kind, "children": []string{ref}, "type": w("type"), "occurred": "2026-11-19T16:05:00Z", "place": w("place"), "mode": w("mode"),
		"interpreter": map[string]any{"language": w("language"), "ref": w("interpreter ref")},
		"present":     []any{map[string]any{"name": w("present"), "role": w("role")}}, "shared": w("shared"), "ref": w("sender's reference"),
		"children_parts": map[string]any{ref: g.part(kind)}, "actions": []any{map[string]any{"what": w("action"), "owner": w("owner")}}, "author": w("author")}
}

// scene is a notebook with two children: one to be disposed of, one to stay.
type scene struct {
	t          testing.TB
	dir        string
	n          *rig.Notebook
	kit        string
	gone, kept *garden
	refGone    string
	refKept    string
	caseGone   record.ID
	before     map[string]rig.Entry // of the child who stays
}

func grow(t testing.TB, program string) *scene {
	t.Helper()
	rng := rig.Seed(t)
	s := &scene{t: t, dir: t.TempDir(), gone: &garden{rng, map[string]string{}}, kept: &garden{rng, map[string]string{}}}
	s.n, s.kit = rig.Create(t, program, s.dir), filepath.Join(s.dir, "kit")
	s.refGone, s.refKept = s.gone.word("reference"), s.kept.word("reference")
	var heads []string
	for _, d := range casework.FieldDefs() {
		if !d.Internal {
			heads = append(heads, d.Headers[0])
		}
	}
	s.feed(0, strings.Join([]string{strings.Join(heads, ","), s.gone.row(s.refGone, "1940-05-02"), s.kept.row(s.refKept, "2015-05-02"), ""}, "\n"), "import", "-")
	family := s.kept.line(casework.KindVisit, s.refKept) // what is shared belongs to both, and so stays with the other
	family["children"] = []string{s.refKept, s.refGone}
	family["children_parts"].(map[string]any)[s.refGone] = s.gone.part("family visit")
	lines := []map[string]any{family}
	for _, kind := range []string{casework.KindVisit, casework.KindCall, casework.KindNote} {
		lines = append(lines, s.gone.line(kind, s.refGone), s.kept.line(kind, s.refKept))
	}
	s.feed(0, encode(t, lines...), "record", "--stream")
	for _, who := range []struct {
		g   *garden
		ref string
	}{{s.gone, s.refGone}, {s.kept, s.refKept}} {
		target := s.entry(who.ref, casework.KindCall)
		s.feed(0, who.g.word("amendment"), "amend", target, "--text-file", "-")
		s.feed(0, who.g.word("comment"), "comment", target, "--text-file", "-")
		file := filepath.Join(s.dir, "attachment-"+who.ref)
		rig.Write(s.t, file, strings.Repeat("words "+who.g.word("attachment")+" words\n", 100))
		s.feed(0, "", "attach", target, "--file", file, "--name", who.g.word("file name")+".txt", "--caption", who.g.word("caption"))
		s.feed(0, "", "export", "--case", who.ref, "--to", filepath.Join(s.dir, who.ref+".pdf"), "--recipient", who.g.word("recipient"), "--purpose", who.g.word("purpose"), "--basis", who.g.word("basis"))
		s.feed(0, "", "hold", who.ref, "--reason", who.g.word("hold"))
		s.feed(0, "", "search", who.ref) // so that an index is saved
	}
	s.drafts()
	hold := s.entry(s.refGone, casework.KindHold)
	s.feed(0, "", "release", s.refGone, "--hold", hold, "--reason", s.gone.word("release"))
	s.feed(0, "", "retention", s.refGone, "--class", "looked-after", "--closed", "2026-10-01")
	s.feed(0, "", "dispose", s.refGone, "--propose", "--reason", s.gone.word("proposal"))
	s.feed(0, "", "dispose", s.refGone, "--approve", "--recovery-file", s.kit)
	s.copies()
	s.before = s.keptEntries()
	return s
}

func encode(t testing.TB, lines ...map[string]any) string {
	t.Helper()
	var b strings.Builder
	for _, l := range lines {
		if err := json.NewEncoder(&b).Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func (s *scene) feed(exit int, stdin string, args ...string) *rig.Result {
	s.t.Helper()
	if slices.Contains(args, "import") {
		rig.Write(s.t, filepath.Join(s.dir, "in.csv"), stdin)
		args[len(args)-1] = filepath.Join(s.dir, "in.csv")
	}
	r := s.n.Feed(s.t, []byte(stdin), args...)
	r.Want(s.t, exit)
	return r
}

// entry finds an entry of a child and kind.
func (s *scene) entry(ref, kind string) string {
	s.t.Helper()
	entries, r := s.n.Entries(s.t)
	r.Want(s.t, 0)
	for id, e := range entries {
		if e.Ref == ref && e.Kind == kind {
			if ref == s.refGone {
				c, err := record.ParseID(e.Case)
				if err != nil {
					s.t.Fatal(err)
				}
				s.caseGone = c
			}
			return id
		}
	}
	s.t.Fatalf("no %s", kind)
	return ""
}

func (s *scene) keptEntries() map[string]rig.Entry {
	s.t.Helper()
	entries, r := s.n.Entries(s.t)
	r.Want(s.t, 0)
	for id, e := range entries {
		if e.Ref != s.refKept {
			delete(entries, id)
		}
	}
	return entries
}

// drafts leaves one of each child, a remark, and one of a visit to both.
func (s *scene) drafts() {
	s.t.Helper()
	n, err := notebook.Open(s.t.Context(), s.n.Dir, []byte(rig.Passphrase), notebook.Config{})
	if err != nil {
		s.t.Fatal(err)
	}
	save := func(kind string, submission any) {
		b, err := json.Marshal(submission)
		if err != nil {
			s.t.Fatal(err)
		}
		id, err := n.SaveDraft(s.t.Context(), &casework.Draft{Kind: kind, Submission: b})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, who := range []struct {
			g   *garden
			ref string
		}{{s.gone, s.refGone}, {s.kept, s.refKept}} {
			if !strings.Contains(string(b), who.ref) || kind == casework.KindComment {
				continue
			}
			text := strings.NewReader("words " + who.g.word("staged attachment") + " words")
			if _, err := n.Stage(s.t.Context(), id, who.ref, who.g.word("staged file name")+".txt", text, notebook.AttachOptions{}); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	save(casework.KindVisit, s.gone.line(casework.KindVisit, s.refGone))
	save(casework.KindVisit, s.kept.line(casework.KindVisit, s.refKept))
	both := s.kept.line(casework.KindVisit, s.refKept)
	both["children"] = []string{s.refGone, s.refKept}
	both["children_parts"].(map[string]any)[s.refGone] = s.gone.part("draft of a family visit")
	save(casework.KindVisit, both)
	save(casework.KindComment, map[string]any{"children": []string{s.refGone}, "case": s.refGone, "target": "", "text": s.gone.word("draft of a comment")})
	if err := n.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// copies puts into the folder what a bad day leaves there: a view that was set
// aside, bytes in quarantine, a backup from before an upgrade.
func (s *scene) copies() {
	rig.Copy(s.t, filepath.Join(s.n.Dir, "view"), filepath.Join(s.n.Dir, "quarantine", "view-1"))
	for _, dir := range []string{"before-upgrade", "journal/quarantine"} {
		if err := os.MkdirAll(filepath.Join(s.n.Dir, dir), 0o700); err != nil {
			s.t.Fatal(err)
		}
	}
	segment, err := os.ReadFile(filepath.Join(s.n.Dir, "journal", "00000001.wj"))
	if err != nil {
		s.t.Fatal(err)
	}
	rig.Write(s.t, filepath.Join(s.n.Dir, "journal", "quarantine", "00000001.wj.120-400.01234567"), string(segment[120:400]))
	rig.Write(s.t, filepath.Join(s.n.Dir, "before-upgrade", "1.whb"), string(segment))
}

// look opens a copy of the folder and returns what is left of the child who is
// gone, and what is missing of the one who stays.
func (s *scene) look(n *rig.Notebook) (left, lost []string, r *reader) {
	s.t.Helper()
	dir := filepath.Join(s.t.TempDir(), "copy")
	rig.Copy(s.t, n.Dir, dir)
	r = read(s.t, dir)
	for canary, field := range s.gone.where {
		if places := r.find(canary); len(places) > 0 {
			left = append(left, field+" in "+strings.Join(places, ", "))
		}
	}
	for canary, field := range s.kept.where {
		if len(r.find(canary)) == 0 {
			lost = append(lost, field)
		}
	}
	if k := r.bodies[s.caseGone]; k > 0 {
		left = append(left, fmt.Sprint(k, " sealed bodies in the journal"))
	}
	for id := range r.cases {
		if id[0] == s.caseGone {
			left = append(left, "a case key in the key box")
		}
	}
	for _, c := range r.chunks {
		switch c.where {
		case "a copy of what was", "an attachment that nothing names", "an unfinished attachment":
			left = append(left, c.where+": "+string(c.text))
		}
	}
	slices.Sort(left)
	slices.Sort(lost)
	return left, lost, r
}
