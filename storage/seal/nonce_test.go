package seal

import (
	"encoding/binary"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// CR-08: that a nonce is used twice is impossible by construction. Nobody
// outside this package makes a cipher; nobody here takes or chooses a nonce; and
// what the kernel gives for each blob does not repeat.

// ownCipher lists calls by which code could get a cipher with a nonce of its
// own choice.
var ownCipher = map[string]bool{
	"cipher.NewGCM": true, "cipher.NewGCMWithNonceSize": true, "cipher.NewGCMWithTagSize": true, "cipher.NewCTR": true, "cipher.NewCBCEncrypter": true,
	"cipher.NewCFBEncrypter": true, "cipher.NewOFB": true, "aes.NewCipher": true, "cipher.NewGCMWithRandomNonce": true, "chacha20poly1305.New": true, "chacha20poly1305.NewX": true,
	"des.NewCipher": true, "rc4.NewCipher": true, "secretbox.Seal": true, "hpke.NewSender": true,
}

// mayCipher is who may make one, and how.
var mayCipher = map[string][]string{
	"storage/seal/aead.go": {"aes.NewCipher", "cipher.NewGCMWithRandomNonce"},
	"storage/seal/cell.go": {"aes.NewCipher", "cipher.NewGCMWithRandomNonce"},
	"storage/seal/wrap.go": {"hpke.NewSender"},
	// Chunks of one large file, under a key that seals nothing else.
	"storage/blob/format.go": {"aes.NewCipher", "cipher.NewGCMWithRandomNonce"},
}

func TestNobodyElseMakesACipher(t *testing.T) {
	root, met := filepath.Join("..", ".."), map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (name == "testdata" || name == "bin" || name == "tools" || strings.HasPrefix(name, ".") && name != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, call := range ciphersIn(t, path, src) {
			met[rel] = true
			if !slices.Contains(mayCipher[rel], call) {
				t.Errorf("%s calls %s: only storage/seal makes ciphers", rel, call)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !met["storage/seal/aead.go"] || !met["storage/seal/wrap.go"] {
		t.Error("the walk met no cipher where there is one: it is blind")
	}
	planted := []byte(`package p; import gcm "crypto/cipher"; func f() { a, _ := gcm.NewGCM(nil); a.Seal(nil, []byte("fixed nonce!"), nil, nil) }`)
	if got := ciphersIn(t, "planted.go", planted); !slices.Equal(got, []string{"cipher.NewGCM"}) {
		t.Errorf("a planted cipher of its own, under another name, is seen as %v", got)
	}
}

// ciphersIn lists the calls and mentions of ownCipher in a file.
func ciphersIn(t *testing.T, path string, src []byte) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, imp := range f.Imports {
		p := strings.Trim(imp.Path.Value, `"`)
		name := p[strings.LastIndex(p, "/")+1:]
		local := name
		if imp.Name != nil {
			local = imp.Name.Name
		}
		names[local] = name
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok {
			if call := names[id.Name] + "." + sel.Sel.Name; ownCipher[call] {
				out = append(out, call)
			}
		}
		return true
	})
	return out
}

// Nothing that this package exports takes a nonce or a salt.
func TestNoFunctionTakesANonce(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			looked++
			for _, p := range fn.Type.Params.List {
				for _, name := range p.Names {
					if n := strings.ToLower(name.Name); strings.Contains(n, "nonce") || strings.Contains(n, "salt") || n == "iv" {
						t.Errorf("%s takes %s", fn.Name.Name, name.Name)
					}
				}
			}
		}
	}
	if looked < 20 {
		t.Errorf("looked at %d functions only", looked)
	}
}

// print8 is eight bytes that stand for a blob's salt. Two of 10^7 honest salts
// agree in them by chance once in 370,000 runs.
func print8(sealed []byte) uint64 {
	return binary.LittleEndian.Uint64(sealed) ^ binary.LittleEndian.Uint64(sealed[8:]) ^ binary.LittleEndian.Uint64(sealed[16:])
}

// repeated sorts and reports whether two are alike.
func repeated(prints []uint64) bool {
	slices.Sort(prints)
	return len(slices.Compact(slices.Clone(prints))) != len(prints)
}

func TestNoncesNeverRepeat(t *testing.T) {
	n := 10_000_000
	if testing.Short() {
		n = 1_000_000
	}
	workers := runtime.GOMAXPROCS(0)
	prints, k := make([]uint64, n/workers*workers), testKey(1)
	var wg sync.WaitGroup
	for part := range slices.Chunk(prints, n/workers) {
		wg.Go(func() {
			for i := range part {
				if s, err := Seal(k, nil, nil); err == nil {
					part[i] = print8(s)
				}
			}
		})
	}
	wg.Wait()
	if slices.Contains(prints, 0) {
		t.Fatal("a sealing failed")
	}
	if repeated(prints) {
		t.Fatalf("of %d sealings two are alike", len(prints))
	}
	if !repeated(append(prints, prints[len(prints)/2])) {
		t.Error("the comparison does not see a repetition")
	}
}

const twinVar = "SEAL_TEST_TWIN"

// TestMain makes this program its own twin: a process begun from the same
// state, as after a fork or from the copy of a virtual machine.
func TestMain(m *testing.M) {
	if os.Getenv(twinVar) != "" {
		for range 1000 {
			s, err := Seal(testKey(1), nil, []byte("the same state"))
			if err != nil {
				os.Exit(1)
			}
			_, _ = os.Stdout.Write(s[:saltSize+commitSize+12]) // a short read fails the test
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Programs that begin alike share nothing: all that is random comes from the
// kernel, at the moment of sealing, and no state of ours is ever restored.
func TestTwinsDoNotShareNonces(t *testing.T) {
	seen := map[string]bool{}
	for range 4 {
		c := exec.Command(os.Args[0])
		c.Env = []string{twinVar + "=1"}
		out, err := c.Output()
		const each = saltSize + commitSize + 12
		if err != nil || len(out) != 1000*each {
			t.Fatalf("%d bytes: %v", len(out), err)
		}
		for b := range slices.Chunk(out, each) {
			for _, part := range []string{string(b[:saltSize]), string(b[saltSize+commitSize:])} {
				if seen[part] {
					t.Fatal("two twins sealed alike")
				}
				seen[part] = true
			}
		}
	}
}
