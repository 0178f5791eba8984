package leak_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"wherry/app/casework"
	"wherry/app/notebook"
	"wherry/app/simtest/crash/rig"
)

// scene is a council, two notebooks and a home folder, with everything that
// the programs write under one root; what the test itself writes is elsewhere.
type scene struct {
	t       testing.TB
	g       *garden
	root    string // what a stranger may look through
	aside   string // the test's own files
	env     []string
	worker  *rig.Notebook
	lead    *rig.Notebook
	council *rig.Council
	tap     *tap
	refs    []string
	said    []byte // all that came on stderr, and every error line
	shown   []byte // what the unlocked notebooks show
	door    bool   // use the notebook's door too, for what has no command
}

func newScene(t testing.TB, program string, door bool) *scene {
	t.Helper()
	s := &scene{t: t, g: newGarden(rig.Seed(t)), root: t.TempDir(), aside: t.TempDir(), door: door}
	for _, d := range []string{"home", "tmp", "data", "config", "cache", "worker", "lead", "council"} {
		if err := os.Mkdir(filepath.Join(s.root, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	vars := [][2]string{{"HOME", "home"}, {"TMPDIR", "tmp"}, {"XDG_DATA_HOME", "data"}, {"XDG_CONFIG_HOME", "config"}, {"XDG_CACHE_HOME", "cache"}}
	for _, v := range vars {
		s.env = append(s.env, v[0]+"="+filepath.Join(s.root, v[1]))
	}
	s.env = append(s.env, "PATH="+os.Getenv("PATH"))
	for _, n := range []struct {
		to   **rig.Notebook
		name string
	}{{&s.worker, "worker"}, {&s.lead, "lead"}} {
		dir := filepath.Join(s.root, n.name)
		*n.to = &rig.Notebook{Program: program, Dir: filepath.Join(dir, "notebook"), Pass: filepath.Join(dir, "pass"), Env: s.env}
		rig.Write(t, (*n.to).Pass, rig.Passphrase+"\n")
	}
	s.run(s.worker, 0, nil, "init", "--name", "Amina Yusuf", "--kdf-memory", "64MiB", "--recovery-out", filepath.Join(s.root, "worker", "kit"))
	s.run(s.lead, 0, nil, "init", "--name", "Grace Okafor", "--kdf-memory", "64MiB", "--recovery-out", filepath.Join(s.root, "lead", "kit"))
	return s
}

// run runs a command and keeps what a log might keep of it: stderr, error lines
// and refusals.
func (s *scene) run(n *rig.Notebook, exit int, stdin []byte, args ...string) *rig.Result {
	s.t.Helper()
	r := n.Feed(s.t, stdin, args...)
	r.Want(s.t, exit)
	s.said = append(s.said, r.Err...)
	for line := range bytes.Lines(r.Out) {
		for _, kind := range []string{`"error":`, `"row":`, `"refused":"`} {
			if bytes.Contains(line, []byte(kind)) {
				s.said = append(s.said, line...)
			}
		}
	}
	return r
}

// file writes one of the test's own files.
func (s *scene) file(name string, data []byte) string {
	s.t.Helper()
	path := filepath.Join(s.aside, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// record is the working day: a caseload, a visit, a call, a note, what is said
// about them, a draft.
func (s *scene) record() {
	csv, refs := s.g.caseload(3)
	s.refs = refs
	s.run(s.worker, 0, nil, "import", s.file("caseload.csv", []byte(csv)))
	var lines []byte
	for _, kind := range []string{casework.KindVisit, casework.KindCall, casework.KindNote} {
		lines = append(lines, s.g.submission(kind, refs[:2])...)
	}
	s.run(s.worker, 0, lines, "record", "--stream")
	target := s.entry(s.worker, casework.KindVisit)
	s.run(s.worker, 0, []byte(s.g.word("amend text")), "amend", target, "--text-file", "-")
	s.run(s.worker, 0, []byte(s.g.word("comment text")), "comment", target, "--text-file", "-")
	s.run(s.worker, 0, nil, "attach", target, "--file", s.file("attached.txt", []byte(s.g.word("attachment content"))),
		"--name", s.g.word("attachment name")+".txt", "--caption", s.g.word("attachment caption"))
	if s.door {
		s.throughTheDoor(target)
	}
	s.mistakes(target)
}

// entry finds an entry of a kind.
func (s *scene) entry(n *rig.Notebook, kind string) string {
	s.t.Helper()
	entries, r := n.Entries(s.t)
	r.Want(s.t, 0)
	for id, e := range entries {
		if e.Kind == kind {
			return id
		}
	}
	s.t.Fatalf("no %s entry", kind)
	return ""
}

// throughTheDoor does what only the window does: reasons, strikes, fields set
// by hand, a child added by hand, drafts.
func (s *scene) throughTheDoor(target string) {
	t := s.t
	n, err := notebook.Open(t.Context(), s.worker.Dir, []byte(rig.Passphrase), notebook.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	_, err = n.Amend(ctx, target, s.g.word("amend text by hand"), s.g.word("amend reason"))
	_, err2 := n.Strike(ctx, target, s.g.word("strike reason"))
	_, err3 := n.SetFields(ctx, s.refs[0], []casework.FieldSet{{Key: "alerts", Value: s.g.word("field set by hand")}})
	ref := s.g.word("reference by hand")
	_, err4 := n.AddChild(ctx, map[string]string{"ref": ref, "name": s.g.word("name by hand"), "address": s.g.word("address by hand"), "dob": s.g.date("date by hand")})
	s.refs = append(s.refs, ref)
	sub, err5 := casework.DecodeSubmission(bytes.TrimSpace(s.g.submission(casework.KindVisit, s.refs[:1])), casework.KindVisit)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	_, err = n.SaveDraft(ctx, casework.NewDraft("", sub, casework.Caret{Section: "shared"}, time.Time{}))
	// One draft is thrown away again and one is published: neither may be left.
	gone := *sub
	gone.Shared = s.g.word("draft thrown away")
	id, err2 := n.SaveDraft(ctx, casework.NewDraft("", &gone, casework.Caret{}, time.Time{}))
	err3 = n.DiscardDraft(ctx, id)
	final, err4 := casework.DecodeSubmission(bytes.TrimSpace(s.g.submission(casework.KindNote, s.refs[:1])), casework.KindNote)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	id, err = n.SaveDraft(ctx, casework.NewDraft("", final, casework.Caret{}, time.Time{}))
	_, err2 = n.Submit(ctx, final, id)
	err3 = n.SaveSettings(ctx, notebook.Settings{LockMinutes: 5, TextPercent: 150, Theme: "dark"})
	if err := errors.Join(err, err2, err3, n.Close()); err != nil {
		t.Fatal(err)
	}
}

// mistakes make the programs complain about inputs with canaries in them.
func (s *scene) mistakes(target string) {
	wrong := func(field string) string { return s.g.word("mistake: " + field) }
	s.run(s.worker, 2, nil, "show", wrong("show"))
	s.run(s.worker, 2, nil, "list", "--entries", "--case", wrong("list --case"))
	s.run(s.worker, 2, nil, "search", `"`+wrong("open quotation"))
	s.run(s.worker, 2, []byte(`{"children":["`+wrong("unknown child")+`"],"occurred":"2026-11-19T16:05:00Z","shared":"`+wrong("refused line")+`"}`), "record")
	s.run(s.worker, 2, []byte(`{"children": "`+wrong("malformed line")), "record")
	s.run(s.worker, 2, nil, "import", s.file("faulty.csv", []byte("Child ref,Full name,DOB,NHS no\n"+wrong("faulty row")+","+wrong("its name")+",not a date "+wrong("its date")+",12345\n")))
	s.run(s.worker, 2, nil, "import", s.file("cut.csv", []byte("Child ref,Full name\n"+s.refs[0]+",\""+wrong("cut-off field"))))
	s.run(s.worker, 2, nil, "export", "--case", s.refs[0], "--to", filepath.Join(s.aside, "x.pdf"), "--recipient", wrong("recipient"), "--purpose", wrong("purpose"), "--from", wrong("date"))
	s.run(s.worker, 2, nil, "export", "--case", s.refs[0], "--to", filepath.Join(s.aside, "none", "x.pdf"), "--recipient", wrong("recipient"), "--purpose", wrong("purpose"))
	s.run(s.worker, 2, []byte(" "), "amend", target, "--text-file", "-")
	s.run(s.worker, 2, nil, "comment", target, "--text-file", filepath.Join(s.aside, wrong("name of a file")))
}

// share is the council: both enrol, sync through the tap, comment and export.
func (s *scene) share(endpoint string) {
	t := s.t
	s.council = rig.Found(t, endpoint, filepath.Join(s.root, "council"), s.env)
	for _, p := range []struct {
		n          *rig.Notebook
		name, role string
	}{{s.worker, "Amina Yusuf", "worker"}, {s.lead, "Grace Okafor", "lead"}} {
		invitation := s.council.Invite(t, p.name, p.role, "Norwich 2")
		if s.tap == nil {
			s.council.Serve(t)
			s.tap = newTap(t, s.council)
		}
		s.run(p.n, 0, nil, "enrol", "--invite", invitation, "--endpoint", s.url())
	}
	for range 2 {
		s.sync(s.worker)
		s.sync(s.lead)
	}
	target := s.entry(s.lead, casework.KindVisit)
	s.run(s.lead, 0, []byte(s.g.word("oversight comment")), "comment", target, "--text-file", "-")
	s.run(s.lead, 0, []byte(s.g.word("lead's amendment")), "amend", target, "--text-file", "-")
	pdf := filepath.Join(s.aside, "summary.pdf")
	s.run(s.lead, 0, nil, "export", "--case", s.refs[0], "--to", pdf, "--recipient", s.g.word("export recipient"),
		"--purpose", s.g.word("export purpose"), "--basis", s.g.word("export basis"))
	s.run(s.worker, 7, nil, "export", "--case", s.refs[0], "--to", pdf+".2", "--recipient", s.g.word("refused export recipient"),
		"--purpose", s.g.word("refused export purpose"))
	for range 2 {
		s.sync(s.lead)
		s.sync(s.worker)
	}
}

func (s *scene) url() string { return "https://" + s.tap.address() }

func (s *scene) sync(n *rig.Notebook) { s.run(n, 0, nil, "sync", "--once", "--endpoint", s.url()) }

// unlock shows everything in the unlocked notebooks, for the control.
func (s *scene) unlock() {
	for _, n := range []*rig.Notebook{s.worker, s.lead} {
		for _, ref := range s.refs {
			s.shown = append(s.shown, n.Must(s.t, 0, "show", ref).Out...)
		}
		list := n.Must(s.t, 0, "draft", "list")
		s.shown = append(s.shown, list.Out...)
		for _, d := range list.Lines(s.t) {
			s.shown = append(s.shown, n.Must(s.t, 0, "draft", "show", d["draft"].(string)).Out...)
		}
	}
}

// attached shows the attachment as the lead has it, who got it by way of the
// council; the readable copy is the test's own file.
func (s *scene) attached() {
	for _, ref := range s.refs {
		for _, l := range s.lead.Must(s.t, 0, "attachments", ref).Lines(s.t) {
			to := filepath.Join(s.aside, "copy of an attachment")
			s.lead.Must(s.t, 0, "attachment", l["id"].(string), "--to", to)
			b, err := os.ReadFile(to)
			if err != nil {
				s.t.Fatal(err)
			}
			s.shown = append(append(s.shown, b...), l["name"].(string)+" "+l["caption"].(string)...)
		}
	}
}

// abort ends a program that has content in hand by a signal that makes the
// runtime print its state.
func (s *scene) abort() {
	word := s.g.word("in hand at an abort")
	st := s.worker.Stream(s.t, func() (rig.Line, bool) {
		return rig.Note(s.g.word("reference of a line"), s.refs[0], word), true
	})
	st.Await(20)
	r := st.Abort(s.t, syscall.SIGABRT)
	if r.Signal != syscall.SIGABRT && r.Exit != 2 {
		s.t.Errorf("abort: exit %d, signal %v", r.Exit, r.Signal)
	}
	s.said = append(s.said, r.Err...)
}
