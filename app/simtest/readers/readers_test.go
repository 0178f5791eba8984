// Package readers_test sees that a notebook names exactly those who can read
// what is written in it: with two real notebooks and the real endpoint.
package readers_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/notebook"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
	"wherry/sync/engine"
	"wherry/sync/remote"
)

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

func config(t *testing.T) notebook.Config {
	t.Helper()
	kdf, err := notebook.KDFMemory("64MiB")
	if err != nil {
		t.Fatal(err)
	}
	return notebook.Config{KDF: kdf, Version: "test", Dial: func(e notebook.Endpoint) (engine.Remote, error) {
		return remote.New(remote.Options{URL: e.URL, CA: e.CA, Key: e.Key})
	}}
}

func fresh(t *testing.T, name string) *notebook.Notebook {
	t.Helper()
	n, _, err := notebook.CreateWithCode(context.Background(), filepath.Join(t.TempDir(), "notebook"), name, []byte("five quite ordinary garden words"), config(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

func child(t *testing.T, n *notebook.Notebook, ref string) {
	t.Helper()
	ctx := context.Background()
	if _, err := n.AddChild(ctx, map[string]string{"ref": ref, "name": "Ann Other"}); err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf(`{"kind":"note","children":[%q],"occurred":"2026-01-02T09:00:00Z","shared":"Seen."}`, ref)
	if _, err := n.Record(ctx, []byte(line), ""); err != nil {
		t.Fatal(err)
	}
}

// words is who reads a case, in one line.
func words(t *testing.T, n *notebook.Notebook, ref string) string {
	t.Helper()
	r, err := n.Readers(context.Background(), ref)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range r.People {
		s := p.Name
		if p.Role != "" {
			s += "/" + p.Role
		}
		if p.Me {
			s += " me"
		}
		if p.Later {
			s += " later"
		}
		out = append(out, s)
	}
	if r.Recovery {
		out = append(out, "recovery")
	}
	if r.Alone {
		out = append(out, "alone")
	}
	return strings.Join(out, ", ")
}

// TestWhoCanRead follows a case from a notebook used alone into a council, to a
// lead who joins later, and to a case that is begun in the council.
func TestWhoCanRead(t *testing.T) {
	ctx := context.Background()
	council := rig.Found(t, binaries.Build(t).Endpoint, t.TempDir(), nil)
	invite := map[string]string{}
	for _, p := range [][3]string{{"Amina Yusuf", "worker", "Norwich 2"}, {"Grace Okafor", "lead", "Norwich 2"},
		{"Otto Far", "lead", "Yarmouth 1"}, {"Bo Lee", "worker", "Norwich 2"}, {"Tom Garrod", "lead", "Norwich 2"}} {
		invite[p[0]] = council.Invite(t, p[0], p[1], p[2])
	}
	council.Serve(t)
	url := "https://" + council.Address
	join := func(name string) *notebook.Notebook {
		n := fresh(t, name)
		text, err := os.ReadFile(invite[name])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Enrol(ctx, text, notebook.EnrolOptions{URL: url}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	sync := func(n *notebook.Notebook) {
		t.Helper()
		if r, err := n.Sync(ctx, url); err != nil || r.Queued != 0 {
			t.Fatalf("sync: %+v %v", r, err)
		}
	}
	want := func(when string, n *notebook.Notebook, ref, list string) {
		t.Helper()
		if got := words(t, n, ref); got != list {
			t.Errorf("%s: %s, want %s", when, got, list)
		}
	}
	grace := join("Grace Okafor")
	for _, name := range []string{"Otto Far", "Bo Lee"} {
		join(name)
	}

	amina := fresh(t, "Amina Yusuf")
	child(t, amina, "A-1")
	want("alone", amina, "A-1", "Amina Yusuf me, alone")
	text, err := os.ReadFile(invite["Amina Yusuf"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := amina.Enrol(ctx, text, notebook.EnrolOptions{URL: url}); err != nil {
		t.Fatal(err)
	}
	want("joined, not sent", amina, "A-1", "Amina Yusuf/worker me, Grace Okafor/lead later, recovery")
	child(t, amina, "B-1")
	want("begun in the council, not sent", amina, "B-1", "Amina Yusuf/worker me, Grace Okafor/lead, recovery")
	sync(amina)
	want("sent", amina, "A-1", "Amina Yusuf/worker me, Grace Okafor/lead, recovery")
	want("sent", amina, "B-1", "Amina Yusuf/worker me, Grace Okafor/lead, recovery")
	sync(grace)
	want("the lead's own view", grace, "A-1", "Grace Okafor/lead me, Amina Yusuf/worker, recovery")

	tom := join("Tom Garrod")
	sync(amina) // meets the new lead and grants in the same exchange or the next
	sync(amina)
	want("after the grant", amina, "A-1", "Amina Yusuf/worker me, Grace Okafor/lead, Tom Garrod/lead, recovery")
	sync(tom)
	if hits, err := tom.Search(ctx, "seen", "", 10, false); err != nil || len(hits) != 2 {
		t.Errorf("the lead who came later reads %d notes, %v", len(hits), err)
	}
	want("by who came later", tom, "B-1", "Tom Garrod/lead me, Amina Yusuf/worker, Grace Okafor/lead, recovery")

	if err := amina.AddSample(ctx); err != nil {
		t.Fatal(err)
	}
	cases, _, err := amina.Cases(ctx)
	if err != nil {
		t.Fatal(err)
	}
	samples := 0
	for _, c := range cases {
		if c.Sample {
			samples++
			want("a sample case", amina, c.Ref, "Amina Yusuf/worker me, alone")
		}
	}
	if samples == 0 {
		t.Error("no sample case was looked at")
	}
	scope, err := amina.Scope(ctx)
	if got := strings.Join(scope.Authors, ", "); err != nil || got != "Amina Yusuf, Bo Lee, Grace Okafor, Tom Garrod" {
		t.Errorf("a search is offered %s, %v", got, err)
	}
	hits, err := amina.Search(ctx, "seen author:okafor", "", 10, false)
	if err != nil || len(hits) != 0 {
		t.Errorf("by the lead: %d, %v", len(hits), err)
	}
}
