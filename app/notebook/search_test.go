package notebook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"wherry/app/casework"
)

// library is a notebook with notes about two children in it.
func library(t *testing.T) (*Notebook, string) {
	t.Helper()
	n, dir := create(t)
	ctx := context.Background()
	if _, err := n.Import(ctx, []byte("Child ref,Full name,Known as\nA-1,Muhammad Siddiqui,\nB-1,Đặng Thị Hà,Ha\nB-2,Hana Dang,\n"), nil, false); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{
		"Muhammad waited in the hall with his bruised knee.",
		strings.Repeat("The house was quiet and warm. ", 20) + "At the end Ha spoke about the red kettle in the hall upstairs.",
		"Hana was at school.",
	} {
		ref := []string{"A-1", "B-1", "B-2"}[i]
		line := fmt.Sprintf(`{"kind":"note","children":[%q],"occurred":"2026-11-2%dT09:00:00Z","shared":%q}`, ref, i, text)
		if _, err := n.Record(ctx, []byte(line), ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := n.Cases(ctx); err != nil { // their lines, and so their names
		t.Fatal(err)
	}
	return n, dir
}

// marked are the words of a hit that are marked.
func marked(h Hit) string {
	var out []string
	for _, m := range h.Hits {
		out = append(out, string([]rune(h.Snippet)[m[0]:m[1]]))
	}
	return strings.Join(out, "|")
}

// TestHitsShowWhyTheyWereFound looks at what is marked in a hit, and at what
// stands around it, for every way of asking.
func TestHitsShowWhyTheyWereFound(t *testing.T) {
	n, _ := library(t)
	for _, c := range []struct {
		query            string
		typing           bool
		refs             string
		marked, variants string
	}{
		{"bruise", false, "A-1", "bruised", ""},
		{"bru*", false, "A-1", "bruised", ""},
		{"waited bru", true, "A-1", "waited|bruised", ""},
		{`"red kettle"`, false, "B-1", "red kettle", ""},
		{`"in the hall" -kettle`, false, "A-1", "in the hall", ""},
		{"kettle OR knee", false, "A-1 B-1", "", ""},
		{"mohammed", false, "A-1", "Muhammad", "Muhammad"},
		{"mohammed knee", false, "A-1", "Muhammad|knee", "Muhammad"},
		{"muhammad", false, "A-1", "Muhammad", ""},
		{"hall child:b-1", false, "B-1", "hall", ""},
		{"hall child:muh", false, "A-1", "hall", ""},
		{"school OR hall child:dang", false, "B-1 B-2", "", ""},
		{`hall kind:note author:"amina yusuf"`, false, "A-1 B-1", "", ""},
		{"hall kind:visit", false, "", "", ""},
		{"hall from:21/11/2026", false, "A-1 B-1", "", ""},
		{"hall until:2026-11-24", false, "", "", ""},
	} {
		hits, err := n.Search(context.Background(), c.query, "", 20, c.typing)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Kind == casework.KindField })
		var refs []string
		for _, h := range hits {
			refs = append(refs, h.Ref)
		}
		slices.Sort(refs)
		if got := strings.Join(refs, " "); got != c.refs {
			t.Errorf("%s found %q, want %q", c.query, got, c.refs)
			continue
		}
		if c.marked == "" {
			continue
		}
		if got := marked(hits[0]); got != c.marked {
			t.Errorf("%s marks %q of %q, want %q", c.query, got, hits[0].Snippet, c.marked)
		}
		if got := strings.Join(hits[0].Variants, "|"); got != c.variants || hits[0].SoundsLike != (c.variants != "") {
			t.Errorf("%s: variants %q, %v", c.query, got, hits[0].SoundsLike)
		}
	}
	hits, err := n.Search(context.Background(), "kettle", "", 1, false)
	if err != nil || len(hits) != 1 || !strings.HasPrefix(hits[0].Snippet, "…") || !strings.Contains(hits[0].Snippet, "spoke about the red kettle in the hall") {
		t.Errorf("the words around it: %+v %v", hits, err)
	}
}

// TestAFilterThatMeansNothingIsSaid: what cannot match is no empty answer.
func TestAFilterThatMeansNothingIsSaid(t *testing.T) {
	n, _ := library(t)
	for query, want := range map[string]error{
		"hall child:zz-9": ErrNoSuchChild, "hall kind:sonnet": ErrNoSuchKind, "hall author:nobody": ErrNoSuchAuthor,
		"hall from:soon": ErrNoSuchDay, "hall until:2026-02-31": ErrNoSuchDay,
	} {
		_, err := n.Search(context.Background(), query, "", 20, true)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", query, err)
		}
		if p := Explain(err); p.Exit != ExitRefused || p.Code == "internal" {
			t.Errorf("%s is explained as %+v", query, p)
		}
	}
}

// TestANameIsKnownAsSoonAsItIsShown: a child added after the index was loaded.
func TestANameIsKnownAsSoonAsItIsShown(t *testing.T) {
	n, _ := library(t)
	ctx := context.Background()
	if err := n.Warm(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := n.AddChild(ctx, map[string]string{"ref": "C-1", "name": "Siobhan Brook"}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Record(ctx, []byte(`{"kind":"note","children":["C-1"],"occurred":"2026-11-21T09:00:00Z","shared":"Siobhan sang."}`), ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.Cases(ctx); err != nil {
		t.Fatal(err)
	}
	hits, err := n.Search(ctx, "shivaun sang", "", 5, false)
	if err != nil || len(hits) != 1 || strings.Join(hits[0].Variants, "") != "Siobhan" {
		t.Errorf("%+v %v", hits, err)
	}
}

// TestScope lists what the controls of a search offer; each choice is one that
// Search takes.
func TestScope(t *testing.T) {
	n, _ := library(t)
	ctx := context.Background()
	s, err := n.Scope(ctx)
	if err != nil || len(s.Authors) != 1 || s.Authors[0] != "Amina Yusuf" || len(s.Kinds) < 5 {
		t.Fatalf("%+v %v", s, err)
	}
	for _, k := range s.Kinds {
		if _, err := n.Search(ctx, "hall kind:"+k, "", 5, false); err != nil {
			t.Errorf("%s: %v", k, err)
		}
		label, ok := casework.LookupKind(k)
		if !ok || kindOf(strings.ToUpper(label.Label)) != k {
			t.Errorf("%s is not found by its label", k)
		}
	}
}

// TestWarmBesideEverything loads the index while notes are saved and while the
// notebook is closed: nobody waits for it, nothing is lost of it, and Close
// waits until it has let go of keys and journal.
func TestWarmBesideEverything(t *testing.T) {
	n, dir := library(t)
	ctx := context.Background()
	var beside sync.WaitGroup
	beside.Go(func() {
		if err := n.Warm(ctx); err != nil {
			t.Error("beside saving:", err)
		}
	})
	for i := range 20 {
		line := fmt.Sprintf(`{"kind":"note","children":["A-1"],"occurred":"2026-11-21T09:00:00Z","shared":"Walnut number %d."}`, i)
		if _, err := n.Record(ctx, []byte(line), ""); err != nil {
			t.Fatal(err)
		}
	}
	beside.Wait()
	if hits, err := n.Search(ctx, "walnut", "", 50, false); err != nil || len(hits) != 20 {
		t.Errorf("%d of 20 notes are found, %v", len(hits), err)
	}
	for range 3 {
		n = reopen(t, n, dir)
		beside.Go(func() {
			if err := n.Warm(ctx); err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, context.Canceled) {
				t.Error("beside closing:", err)
			}
		})
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
		beside.Wait()
		if n.idx != nil {
			t.Fatal("an index came to be after the notebook was closed")
		}
	}
}
