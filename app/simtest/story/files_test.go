package story_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wherry/app/casework"
	"wherry/app/export/pdf/pdftest"
	"wherry/app/notebook"
)

// mode PERM FILE…: the permissions of files and folders.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mode PERM FILE…")
	}
	for _, name := range args[1:] {
		st, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", st.Mode().Perm()); got != args[0] {
			ts.Fatalf("%s has mode %s, want %s", name, got, args[0])
		}
	}
}

// tree VAR DIR [EXCEPT…]: sets VAR to a hash of everything in DIR: names,
// kinds, permissions and contents. Names in EXCEPT are left out.
func tree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: tree VAR DIR [EXCEPT…]")
	}
	h := sha256.New()
	root := ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || slices.Contains(args[2:], d.Name()) {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		var data []byte
		if st.Mode().IsRegular() {
			if data, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		fmt.Fprintf(h, "%s %v %d %x\n", rel, st.Mode(), len(data), sha256.Sum256(data))
		return nil
	}))
	ts.Setenv(args[0], hex.EncodeToString(h.Sum(nil)))
}

// copytree FROM TO: copies a folder with its permissions; TO is replaced.
func copytree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copytree FROM TO")
	}
	from, to := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(os.RemoveAll(to))
	ts.Check(filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), st.Mode().Perm())
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, st.Mode().Perm())
	}))
}

// poke FILE OFFSET [BYTE]: flips the lowest bit of the byte at OFFSET (from the
// end if negative), or sets it to BYTE.
func poke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: poke FILE OFFSET [BYTE]")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	i, err := strconv.Atoi(args[1])
	ts.Check(err)
	if i < 0 {
		i += len(data)
	}
	if i < 0 || i >= len(data) {
		ts.Fatalf("%s has %d bytes", args[0], len(data))
	}
	data[i] ^= 1
	if len(args) > 2 {
		b, err := strconv.ParseUint(args[2], 0, 8)
		ts.Check(err)
		data[i] = byte(b)
	}
	ts.Check(os.WriteFile(path, data, 0o600))
}

// fill FILE SIZE TEXT: writes TEXT with its % replaced by as many letters as
// make the file SIZE bytes long. Without % the text is cut or repeated.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill FILE SIZE TEXT")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	before, after, ok := strings.Cut(args[2], "%")
	data := bytes.Repeat([]byte(args[2]), size/len(args[2])+1)[:size]
	if ok {
		data = []byte(before + strings.Repeat("x", max(0, size-len(before)-len(after))) + after)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// pdftext FILE: writes every text of a PDF to FILE.txt: pages as they are read,
// then all else that the file holds, metadata included.
func pdftext(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pdftext FILE")
	}
	f, err := pdftest.Read([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".txt"), []byte(f.Root.Text()+"\n"+f.All()), 0o600))
}

// draft VAR DIR FILE: saves the JSON in FILE as a draft in the notebook DIR, as
// the window does while somebody types; VAR is its id.
func draft(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: draft VAR DIR FILE")
	}
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	defer cancel()
	var s casework.Submission
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2])), &s))
	n, err := notebook.Open(ctx, ts.MkAbs(args[1]), []byte(ts.ReadFile("pass")), notebook.Config{})
	ts.Check(err)
	id, err := n.SaveDraft(ctx, casework.NewDraft("", &s, casework.Caret{Section: "shared", Col: 3}, time.Now()))
	ts.Check(err)
	ts.Check(n.Close())
	ts.Setenv(args[0], id)
}
