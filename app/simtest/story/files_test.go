package story_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"wherry/app/export/pdf/pdftest"
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
// end if negative; may be a sum, A+B), or sets it to BYTE.
func poke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: poke FILE OFFSET [BYTE]")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	i := 0
	for term := range strings.SplitSeq(args[1], "+") {
		n, err := strconv.Atoi(term)
		ts.Check(err)
		i += n
	}
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
// make the file SIZE bytes long; \n is a line end. Without % TEXT is cut or
// repeated.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill FILE SIZE TEXT")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := strings.ReplaceAll(args[2], `\n`, "\n")
	before, after, ok := strings.Cut(text, "%")
	data := bytes.Repeat([]byte(text), size/len(text)+1)[:size]
	if ok {
		data = []byte(before + strings.Repeat("x", max(0, size-len(before)-len(after))) + after)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// random FILE SIZE TEXT: like fill, with letters that no compression makes
// shorter.
func random(ts *testscript.TestScript, neg bool, args []string) {
	fill(ts, neg, args)
	data := []byte(ts.ReadFile(args[0]))
	r := rand.New(rand.NewPCG(1, 2))
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	from := strings.IndexByte(args[2], '%')
	for i := from; i < len(data) && data[i] == 'x'; i++ {
		data[i] = letters[r.IntN(len(letters))]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// listing DIR: the names in DIR, sorted, into the file listed.
func listing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listing DIR")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names strings.Builder
	for _, e := range entries {
		names.WriteString(e.Name() + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs("listed"), []byte(names.String()), 0o600))
}

// newer FILE: makes a key file one of the next version: its version number and
// the SHA-256 that ends a key file of any version.
func newer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newer FILE")
	}
	data := []byte(ts.ReadFile(args[0]))
	body := data[:len(data)-sha256.Size]
	body[5]++
	sum := sha256.Sum256(body)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(body, sum[:]...), 0o600))
}

// flipstore DATA: flips a bit in the middle of the largest table of an
// endpoint's store.
func flipstore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flipstore DATA")
	}
	tables, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "store", "*.sst"))
	ts.Check(err)
	var largest string
	var data []byte
	for _, name := range tables {
		b, err := os.ReadFile(name)
		ts.Check(err)
		if len(b) > len(data) {
			largest, data = name, b
		}
	}
	if largest == "" {
		ts.Fatalf("no table in the store of %s", args[0])
	}
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(largest, data, 0o600))
}

// append FILE MORE…: appends files to a file.
func appendCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: append FILE MORE…")
	}
	data := ts.ReadFile(args[0])
	for _, name := range args[1:] {
		data += ts.ReadFile(name)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(data), 0o600))
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

// sha VAR FILE: sets VAR to the SHA-256 of a file, and VAR_bytes to its size.
func sha(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sha VAR FILE")
	}
	data := ts.ReadFile(args[1])
	sum := sha256.Sum256([]byte(data))
	ts.Setenv(args[0], hex.EncodeToString(sum[:]))
	ts.Setenv(args[0]+"_bytes", strconv.Itoa(len(data)))
}
