package endpoint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"wherry/storage/trust"
	"wherry/sync/endpoint"
	"wherry/sync/endpoint/badgerstore"
	"wherry/sync/wire"
)

// verifyFolder verifies a stopped endpoint's folder as the verb does.
func verifyFolder(t *testing.T, w *town) *endpoint.Report {
	t.Helper()
	s, err := badgerstore.Open(filepath.Join(w.folder, "store"), badgerstore.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f := must(os.Open(filepath.Join(w.folder, endpoint.AuditFile)))
	defer f.Close()
	r, err := endpoint.Verify(ctx, s, w.root.Bytes(), f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// spoil flips a bit in the stored bytes of text and returns how to mend it.
func spoil(t *testing.T, w *town, text string) (mend func()) {
	t.Helper()
	tables := must(filepath.Glob(filepath.Join(w.folder, "store", "*.sst")))
	for _, path := range tables {
		whole := must(os.ReadFile(path))
		i := bytes.Index(whole, []byte(text))
		if i < 0 {
			continue
		}
		bad := bytes.Clone(whole)
		bad[i+2] ^= 4
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Fatalf("no table file holds %q", text)
	return nil
}

func TestAuditAheadOfStore(t *testing.T) {
	w := newTown(t)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 1).Items...)
	w.stop()
	old := t.TempDir()
	if err := os.CopyFS(old, os.DirFS(filepath.Join(w.folder, "store"))); err != nil {
		t.Fatal(err)
	}
	w.start()
	amina.again()
	amina.push(wire.CodeOK, c.note("lost with the store"))
	w.stop()
	if err := os.RemoveAll(filepath.Join(w.folder, "store")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(w.folder, "store"), os.DirFS(old)); err != nil {
		t.Fatal(err)
	}
	if r := verifyFolder(t, w); len(r.Damaged) != 1 || r.Damaged[0].Log != c.log {
		t.Errorf("a store put back behind the audit log's back: %+v", r.Damaged)
	}
}
