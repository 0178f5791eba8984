package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
)

// A text comes out as it was typed at every width, also when a space is typed
// where the line is full.
func TestTypedTextIsKeptAtEveryWidth(t *testing.T) {
	k := &Kit{}
	text := "The kitchen was clean, the back door locked. No sign of the man.\nHis boots were gone."
	win := window(t, 300, 200, NewText("", Body))
	for width := float32(120); width < 420; width += 3 {
		a := k.Area(3, "")
		win.SetContent(a)
		win.Resize(fyne.NewSize(width, 200))
		for i, r := range text {
			if r == '\n' {
				a.TypedKey(key(fyne.KeyReturn))
			} else {
				a.TypedRune(r)
			}
			if want := text[:i+1]; a.Text != want {
				t.Fatalf("at width %v: typed %q, holds %q", width, want, a.Text)
			}
		}
	}
}

func TestBackspaceTakesTheLastSpace(t *testing.T) {
	k := &Kit{}
	win := window(t, 300, 200, NewText("", Body))
	for width := float32(120); width < 420; width += 3 {
		a := k.Area(3, "")
		win.SetContent(a)
		win.Resize(fyne.NewSize(width, 200))
		for _, r := range "The kitchen was clean " {
			a.TypedRune(r)
		}
		line, col := a.Caret()
		if line != 0 || col != 22 {
			t.Fatalf("at width %v: the caret is at %d, %d", width, line, col)
		}
		a.TypedKey(key(fyne.KeyBackspace))
		if a.Text != "The kitchen was clean" {
			t.Fatalf("at width %v: holds %q", width, a.Text)
		}
		a.TypedRune(' ')
		line, col = a.Caret()
		a.SetCaret(line, col)
		a.TypedRune('x')
		if a.Text != "The kitchen was clean x" {
			t.Fatalf("at width %v after putting the caret back: holds %q", width, a.Text)
		}
	}
}
