package desktop

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

func stopsOf(o fyne.CanvasObject) []fyne.Focusable {
	var out []fyne.Focusable
	walkObject(o, func(x fyne.CanvasObject) {
		if d, ok := x.(fyne.Disableable); ok && d.Disabled() {
			return
		}
		if f, ok := x.(fyne.Focusable); ok {
			out = append(out, f)
		}
	})
	return out
}

// What has the focus is inside the window, not scrolled away.
func TestTheFocusIsScrolledIntoView(t *testing.T) {
	for _, name := range []string{"record-child", "add-child", "settings", "record-large"} {
		for _, sc := range scenes {
			if sc.name != name {
				continue
			}
			s := sc.make(t)
			sc.act(s)
			s.settle()
			for range 30 {
				s.win.Canvas().FocusNext()
				o := s.win.Canvas().Focused().(fyne.CanvasObject)
				at := s.app.Driver().AbsolutePositionForObject(o)
				if at.Y < 0 || at.Y+min(o.Size().Height, 200) > 800 {
					t.Errorf("%s: %T is at %v, %v high", name, o, at.Y, o.Size().Height)
				}
			}
		}
	}
}

func TestEveryCommandIsInTheMenuWithItsOwnShortcut(t *testing.T) {
	seen := map[string]string{}
	for _, c := range commands() {
		sc := c.shortcut()
		if sc == nil {
			continue
		}
		if c.mod == 0 {
			t.Errorf("%s: the toolkit takes no shortcut without a modifier", c.label)
		}
		if was := seen[sc.ShortcutName()]; was != "" {
			t.Errorf("%s and %s share %s", was, c.label, sc.ShortcutName())
		}
		seen[sc.ShortcutName()] = c.label
	}
	for _, want := range []string{"Ctrl+N", "Ctrl+K", "Ctrl+Shift+F", "Ctrl+Enter", "Ctrl+L", "Ctrl+S"} {
		found := slices.ContainsFunc(commands(), func(c command) bool {
			return c.shortcut() != nil && strings.ReplaceAll(keyWords(c.shortcut()), "Cmd", "Ctrl") == want
		})
		if !found {
			t.Errorf("no command has %s", want)
		}
	}
}

func TestEveryCommandRunsWhereItApplies(t *testing.T) {
	for _, c := range commands() {
		if c.run == nil || c.label == "Quit" {
			continue
		}
		s := openedStage(t)
		if c.when != nil && !c.enabled(s.Window) {
			s.written()
		}
		if !c.enabled(s.Window) {
			s = councilStage(t)
			s.visit(route{screen: "child", id: "id-" + ruby})
		}
		if !c.enabled(s.Window) {
			s.book.sample = true
			s.status.HasSample = true
		}
		if !c.enabled(s.Window) {
			t.Errorf("%s never applies", c.label)
			continue
		}
		c.run(s.Window)
		s.clock.pass(2 * time.Second)
	}
}

func TestF1HelpsFromATextBoxAndEscapeLeavesADialog(t *testing.T) {
	s := openedStage(t)
	s.record("visit")
	s.typed("Kelly")
	s.key(fyne.KeyF1)
	if s.here.screen != "help" {
		t.Fatalf("F1 went to %q", s.here.screen)
	}
	s.press("Back")
	if p, ok := s.page.(*recordPage); !ok || p.sub.Shared != "Kelly" {
		t.Fatal("help lost the place")
	}
	s.command("Jump to a child")
	s.key(fyne.KeyEscape)
	if s.win.Canvas().Overlays().Top() != nil {
		t.Error("Escape did not leave the dialog")
	}
	if _, ok := s.win.Canvas().Focused().(*widgets.Entry); !ok {
		t.Errorf("the focus went to %T", s.win.Canvas().Focused())
	}
}

func TestMenusDoNothingBehindADialog(t *testing.T) {
	s := openedStage(t)
	s.command("Jump to a child")
	s.command("Caseload")
	if s.here.screen != "today" {
		t.Error("a command ran behind the dialog")
	}
}

// Every sentence that goes through t or n is a constant, so that it can be
// translated, and every key of a table is still in use.
func TestWordsAreInUse(t *testing.T) {
	used := map[string]bool{}
	for _, m := range []map[string]bool{usedWords(t), domainWords()} {
		for k := range m {
			used[k] = true
		}
	}
	for lang, table := range tongues {
		for key, value := range table {
			if !used[key] {
				t.Errorf("%s: %q is not in use", lang, key)
			}
			if strings.Count(key, "%") != strings.Count(value, "%") {
				t.Errorf("%s: %q has other places for values than %q", lang, value, key)
			}
		}
	}
}

func usedWords(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, err := strconv.Unquote(l.Value); err == nil && !strings.HasPrefix(f.Name(), "words_") {
					out[s] = true
				}
			}
			return true
		})
	}
	return out
}
