package desktop

import (
	"context"
	"path/filepath"
	"testing"

	"wherry/app/notebook"
	"wherry/storage/seal"
)

// TestFindOverARealNotebook: a word that is still being typed finds what begins
// so, and other spellings of the name behind that; every filter the controls
// write is one that the notebook takes.
func TestFindOverARealNotebook(t *testing.T) {
	ctx := context.Background()
	n, _, err := notebook.CreateWithCode(ctx, filepath.Join(t.TempDir(), "notebook"), "Amina Yusuf", []byte("five quite ordinary garden words"), notebook.Config{KDF: seal.FloorKDF})
	if err != nil {
		t.Fatal(err)
	}
	b := newBook(n, nil)
	t.Cleanup(func() { b.n.Close() })
	if err := b.Warm(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddChild(ctx, NewChild{Ref: "A-1", Name: "Muhammad Siddiqui"}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Muhammad sang.", "The Mohammeds came."} {
		line := `{"kind":"note","children":["A-1"],"occurred":"2026-01-02T09:00:00Z","shared":"` + text + `"}`
		if _, err := n.Record(ctx, []byte(line), ""); err != nil {
			t.Fatal(err)
		}
	}
	scope, err := b.SearchScope(ctx)
	if err != nil || len(scope.Children) != 1 || len(scope.Authors) != 1 || len(scope.Kinds) < 5 {
		t.Fatalf("%+v %v", scope, err)
	}
	hits, err := b.Search(ctx, "mohammed kind:note", 10)
	if err != nil || len(hits) != 2 || hits[0].SoundsLike || !hits[1].SoundsLike || hits[1].Variants[0] != "Muhammad" {
		t.Errorf("%+v %v", hits, err)
	}
	for name, value := range map[string]string{"child": scope.Children[0].Ref, "author": scope.Authors[0], "kind": scope.Kinds[2].Name, "from": "2026-01-01", "until": "2126-12-31"} {
		if hits, err := b.Search(ctx, withFilter("sang", name, value), 10); err != nil || len(hits) != 1 {
			t.Errorf("%s=%s: %d, %v", name, value, len(hits), err)
		}
	}
	r, err := b.Readers(ctx, []string{"A-1"})
	if err != nil || len(r) != 1 || !r[0].Alone || len(r[0].People) != 1 || !r[0].People[0].Me || r[0].People[0].Name != "Amina Yusuf" {
		t.Errorf("readers %+v %v", r, err)
	}
	if err := b.Rest(ctx); err != nil {
		t.Error(err)
	}
}
