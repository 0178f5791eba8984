// Package cmd_test holds the arrows of the house: which package may import
// which. A new arrow is a change of design: change docs/design.md with it.
package cmd_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "wherry/"

// arrows lists, for each package of ours, the packages of ours that it may
// import. A trailing slash covers a folder. Test files are free.
var arrows = map[string][]string{
	"storage/record":            {},
	"storage/seal":              {"storage/record"},
	"storage/trust":             {"storage/record", "storage/seal"},
	"storage/journal":           {"storage/record", "storage/seal"},
	"storage/vault":             {"storage/record", "storage/seal"},
	"storage/index":             {"storage/record", "storage/seal"},
	"storage/archive":           {"storage/record", "storage/seal"},
	"storage/blob":              {"storage/record", "storage/seal"},
	"sync/wire":                 {"storage/record", "storage/trust"},
	"sync/engine":               {"sync/wire", "storage/record", "storage/trust"},
	"sync/remote":               {"sync/wire", "storage/record", "storage/trust"},
	"sync/endpoint":             {"sync/wire", "storage/record", "storage/trust"},
	"sync/endpoint/badgerstore": {"sync/endpoint", "sync/wire", "storage/record", "storage/trust"},
	"sync/endpoint/storetest":   {"sync/endpoint", "sync/wire", "storage/record", "storage/trust"},
	"app/casework":              {},
	"app/media":                 {},
	"app/notebook":              {"app/casework", "app/media", "storage/", "sync/engine", "sync/wire"},
	"app/export":                {"app/casework", "app/export/pdf"},
	"app/export/pdf":            {},
	"app/export/pdf/pdftest":    {"app/export/pdf"},
	"app/headless":              {"app/notebook", "app/casework", "app/export"},
	"app/desktop":               {"app/notebook", "app/casework", "app/export", "app/desktop/widgets"},
	"app/desktop/widgets":       {},
	"cmd/internal/build":        {},
	"cmd/internal/metadata":     {},
	"cmd/internal/showcase":     {"app/simtest/window"},
	"cmd/internal/doctor":       {"app/notebook"},
	"cmd/internal/harden":       {},
	"cmd/internal/session":      {},
	"cmd/internal/dial":         {"app/notebook", "sync/engine", "sync/remote"},
	"cmd/wherry":                {"app/", "cmd/internal/"},
	"cmd/wherryctl":             {"app/headless", "app/notebook", "cmd/internal/"},
	"cmd/wherry-endpoint":       {"sync/endpoint", "sync/endpoint/", "sync/wire", "storage/trust", "storage/seal", "storage/record", "cmd/internal/"},
	"app/simtest/":              {"app/", "storage/", "sync/", "cmd/internal/"},
}

// reserved lists outside modules that only some packages may use.
var reserved = map[string][]string{
	"fyne.io/fyne/v2/app":            {"cmd/wherry"},
	"fyne.io/":                       {"app/desktop", "app/desktop/", "cmd/wherry"},
	"github.com/dgraph-io/badger/v4": {"storage/vault", "sync/endpoint/badgerstore"},
	"github.com/jackc/pgx":           {"sync/endpoint/postgres"},
}

// TestArrows reads every source file and refuses an import without an arrow.
func TestArrows(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && name != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		pkg, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg = filepath.ToSlash(pkg)
		seen[pkg] = true
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, s := range f.Imports {
			imp, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				return err
			}
			if why := forbidden(pkg, imp); why != "" {
				t.Errorf("%s imports %s: %s", path, imp, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"storage/record", "app/notebook", "app/casework", "cmd/wherryctl"} {
		if !seen[must] {
			t.Errorf("package %s was not met: the walk is broken", must)
		}
	}
	if seen["sync"] {
		t.Error("sync/ itself must hold no Go file, so that nothing of ours is named sync")
	}
}

// TestArrowsCanFail plants forbidden imports.
func TestArrowsCanFail(t *testing.T) {
	for _, c := range [][2]string{
		{"storage/record", module + "storage/seal"},
		{"app/casework", module + "app/notebook"},
		{"app/casework", "golang.org/x/text/unicode/norm"},
		{"sync/engine", module + "app/casework"},
		{"app/headless", module + "storage/journal"},
		{"app/export", "fyne.io/fyne/v2"},
		{"app/desktop", "fyne.io/fyne/v2/app"},
		{"storage/index", "github.com/dgraph-io/badger/v4"},
		{"nowhere", module + "storage/record"},
	} {
		if forbidden(c[0], c[1]) == "" {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	if why := forbidden("app/notebook", module+"storage/journal"); why != "" {
		t.Error("an allowed arrow is refused: " + why)
	}
}

func forbidden(pkg, imp string) string {
	for prefix, users := range reserved {
		if imp == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(imp, prefix) {
			if !covered(users, pkg) {
				return "kept to " + strings.Join(users, ", ")
			}
		}
	}
	if pkg == "app/casework" && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
		return "the domain uses the standard library only"
	}
	ours, ok := strings.CutPrefix(imp, module)
	if !ok {
		return ""
	}
	allowed, known := arrows[pkg]
	if !known && strings.HasPrefix(pkg, "app/simtest/") {
		allowed, known = arrows["app/simtest/"], true
	}
	switch {
	case !known:
		return "this package has no arrows yet: give it some in cmd/imports_test.go and docs/design.md"
	case ours == pkg || !covered(allowed, ours):
		return "no arrow leads there"
	}
	return ""
}

func covered(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(a string) bool {
		return a == pkg || strings.HasSuffix(a, "/") && strings.HasPrefix(pkg, a)
	})
}
