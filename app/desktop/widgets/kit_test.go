package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func key(name fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: name} }

// window shows content in a window of the size with our light look.
func window(t *testing.T, w, h float32, content fyne.CanvasObject) fyne.Window {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(NewTheme(Light, 100))
	win := test.NewTempWindow(t, content)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	return win
}

func TestButtonAnswersReturnAndSpaceAndKeepsTheFocus(t *testing.T) {
	k := &Kit{}
	n := 0
	b := k.Button("Go", Primary, func() { n++ })
	win := window(t, 300, 100, Stack(0, b))
	win.Canvas().Focus(b)
	for _, name := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace} {
		b.TypedKey(key(name))
	}
	b.TypedRune(' ') // the window sends a space as key and as text
	test.Tap(b)
	if n != 4 {
		t.Errorf("pressed %d times, want 4", n)
	}
	if win.Canvas().Focused() != b {
		t.Error("the button lost the focus when pressed")
	}
	b.Disable()
	b.TypedKey(key(fyne.KeyReturn))
	test.Tap(b)
	if n != 4 {
		t.Error("a disabled button was pressed")
	}
}

func TestAreaLetsTabOut(t *testing.T) {
	k := &Kit{}
	a := k.Area(3, "")
	if a.AcceptsTab() {
		t.Error("Tab would stay in the text box")
	}
}

func TestAreaHoldsItsMostWords(t *testing.T) {
	k := &Kit{}
	a := k.Area(3, "")
	window(t, 600, 300, a)
	full := 0
	a.OnFull = func() { full++ }
	edits := 0
	a.OnEdit = func(string) { edits++ }
	text := strings.TrimSpace(strings.Repeat("word ", MaxWords))
	a.SetText(text)
	if full != 0 || edits != 1 {
		t.Fatalf("%d words: full %d, edits %d", MaxWords, full, edits)
	}
	a.SetText(text + " more")
	if full != 1 || a.Text != text {
		t.Errorf("one word too many: full %d, words %d", full, Words(a.Text))
	}
	a.SetText(text[:len(text)-5])
	if full != 1 || edits != 2 {
		t.Errorf("taking words away: full %d, edits %d", full, edits)
	}
}

func TestPutIsNotAnEdit(t *testing.T) {
	k := &Kit{}
	l := k.Line("")
	l.OnEdit = func(string) { t.Error("OnEdit was called") }
	l.Put("something")
	if l.Text != "something" {
		t.Errorf("text is %q", l.Text)
	}
}

func TestCaretSurvivesAnotherWidth(t *testing.T) {
	k := &Kit{}
	a := k.Area(5, "")
	win := window(t, 500, 300, a)
	text := "Unannounced visit. Knocked three times before anybody came to the door.\nDownstairs was warm; dishes stacked but food in the fridge, and the milk in date.\nThird line."
	a.Put(text)
	for _, want := range [][2]int{{0, 0}, {0, 40}, {1, 5}, {1, 79}, {2, 11}, {0, 71}} {
		win.Resize(fyne.NewSize(500, 300))
		a.SetCaret(want[0], want[1])
		line, col := a.Caret()
		if [2]int{line, col} != want {
			t.Errorf("put at %v, is at %d, %d", want, line, col)
		}
		b := k.Area(5, "")
		win.SetContent(b)
		win.Resize(fyne.NewSize(280, 300))
		b.Put(text)
		b.SetCaret(line, col)
		if l, c := b.Caret(); l != want[0] || c != want[1] {
			t.Errorf("in a narrower box: put at %v, is at %d, %d", want, l, c)
		}
		win.SetContent(a)
	}
	a.SetCaret(99, 99)
	if l, c := a.Caret(); l != 2 || c != 11 {
		t.Errorf("beyond the end: is at %d, %d", l, c)
	}
}

func TestRadiosGoByArrowAndSpace(t *testing.T) {
	k := &Kit{}
	n := 0
	o := k.Radios([]Option{{"y", "Yes"}, {"n", "No"}}, func() { n++ })
	win := window(t, 400, 100, Stack(0, o))
	win.Canvas().Focus(o)
	if o.Value() != "" {
		t.Error("something is chosen before anybody chose")
	}
	o.TypedKey(key(fyne.KeyRight))
	if o.Value() != "y" {
		t.Errorf("the first arrow chose %q", o.Value())
	}
	o.TypedKey(key(fyne.KeyRight))
	if o.Value() != "n" || n != 2 {
		t.Errorf("the second arrow chose %q after %d changes", o.Value(), n)
	}
	o.TypedRune(' ')
	if o.Value() != "n" || n != 2 {
		t.Error("Space on what is chosen changed something")
	}
	o.Tapped(&fyne.PointEvent{Position: fyne.NewPos(20, 20)})
	if o.Value() != "y" {
		t.Errorf("a click on the first chose %q", o.Value())
	}
}

func TestChecksToggleOnlyWhenAsked(t *testing.T) {
	k := &Kit{}
	o := k.Checks([]Option{{"a", "Kelly Larter"}, {"b", "Tom"}, {"c", "Grace"}}, nil)
	window(t, 600, 100, Stack(0, o))
	o.TypedKey(key(fyne.KeyRight))
	if len(o.Values()) != 0 {
		t.Error("an arrow toggled a check box")
	}
	o.TypedRune(' ')
	o.TypedKey(key(fyne.KeyRight))
	o.TypedKey(key(fyne.KeyReturn))
	if got := strings.Join(o.Values(), ","); got != "b,c" {
		t.Errorf("chosen: %s", got)
	}
	o.SetOptions([]Option{{"c", "Grace"}, {"d", "New"}})
	if got := strings.Join(o.Values(), ","); got != "c" {
		t.Errorf("after the options changed: %s", got)
	}
}

func TestDialogKeepsToTheKeyboard(t *testing.T) {
	k := &Kit{}
	behind := k.Button("Behind", Secondary, nil)
	win := window(t, 800, 600, Stack(0, behind))
	win.Canvas().Focus(behind)
	name := k.Line("")
	done, cancelled := 0, 0
	open := func() *Dialog {
		d := k.Dialog(win.Canvas(), 500, "Strike this entry?", NewField("Reason", "", name),
			[]Choice{{Label: "Strike", Weight: Danger, Run: func() { done++ }}}, "Cancel", name)
		d.OnCancel = func() { cancelled++ }
		name.OnEnter = d.Accept
		return d
	}
	open()
	if win.Canvas().Focused() != name {
		t.Fatal("the first box has not got the focus")
	}
	name.TypedKey(key(fyne.KeyEscape))
	if cancelled != 1 || win.Canvas().Overlays().Top() != nil {
		t.Error("Escape did not leave the dialog")
	}
	if win.Canvas().Focused() != behind {
		t.Error("the focus did not go back")
	}
	open()
	name.TypedKey(key(fyne.KeyReturn))
	if done != 1 || win.Canvas().Overlays().Top() != nil {
		t.Error("Return did not accept the dialog")
	}
	d := open()
	win.Canvas().FocusNext()
	win.Canvas().FocusNext()
	win.Canvas().FocusNext()
	if win.Canvas().Focused() != name {
		t.Error("Tab does not go round inside the dialog: box, Strike, Cancel, box")
	}
	d.Cancel()
	d.Cancel()
	if cancelled != 2 {
		t.Errorf("cancelled %d times, want 2", cancelled)
	}
}

func TestTabGoesInReadingOrder(t *testing.T) {
	k := &Kit{}
	var want []*Button
	b := func(s string) *Button {
		x := k.Button(s, Secondary, nil)
		want = append(want, x)
		return x
	}
	side := b("side")
	page := StackGrow(0, 1, Row(0, b("one"), Spacer(), b("two")), Columns(8, 100, b("three"), b("four")), Wrap(8, b("five"), b("six")))
	win := window(t, 900, 500, Side(200, side, page))
	for i, w := range want {
		win.Canvas().FocusNext()
		if win.Canvas().Focused() != w {
			t.Fatalf("stop %d of Tab is not %q", i, w.Text)
		}
	}
}

func TestListOpensWithReturnAndKeepsToItsRows(t *testing.T) {
	k := &Kit{}
	opened := -1
	l := k.List(func(i int) { opened = i })
	win := window(t, 500, 200, l)
	l.TypedKey(key(fyne.KeyReturn))
	if opened != -1 {
		t.Error("an empty list opened something")
	}
	var rows []RowData
	for range 1000 {
		rows = append(rows, RowData{Title: "Ruby Mae Larter", Detail: "child protection"})
	}
	l.Put(rows)
	win.Canvas().Focus(l)
	l.TypedKey(key(fyne.KeyUp))
	l.TypedKey(key(fyne.KeyDown))
	l.TypedKey(key(fyne.KeyDown))
	l.TypedKey(key(fyne.KeyReturn))
	if opened != 2 {
		t.Errorf("opened row %d, want 2", opened)
	}
	l.TypedKey(key(fyne.KeyEnd))
	l.TypedKey(key(fyne.KeyDown))
	l.TypedRune(' ')
	if opened != 999 {
		t.Errorf("opened row %d, want the last", opened)
	}
	l.Put(rows[:3])
	l.TypedKey(key(fyne.KeyReturn))
	if opened != 2 {
		t.Errorf("after the list became shorter: opened %d", opened)
	}
}

func TestEverythingFeedsTheIdleLock(t *testing.T) {
	n := 0
	k := &Kit{Active: func() { n++ }}
	line, list, nav := k.Line(""), k.List(nil), k.Nav([]NavItem{{ID: "a"}}, false, nil)
	window(t, 500, 500, Stack(0, line, list, nav))
	acts := map[string]func(){
		"typing":         func() { line.TypedRune('a') },
		"a key in a box": func() { line.TypedKey(key(fyne.KeyLeft)) },
		"a key in nav":   func() { nav.TypedKey(key(fyne.KeyDown)) },
		"a key in list":  func() { list.TypedKey(key(fyne.KeyDown)) },
		"the mouse":      func() { k.Watch().MouseMoved(&desktop.MouseEvent{}) },
		"the wheel":      func() { k.Scroll(NewText("", Body)).Scrolled(&fyne.ScrollEvent{}) },
	}
	for name, act := range acts {
		before := n
		act()
		if n == before {
			t.Errorf("%s was not noticed", name)
		}
	}
}

func TestF1ReachesTheWindowFromATextBox(t *testing.T) {
	helped := 0
	k := &Kit{Key: func(ev *fyne.KeyEvent) bool {
		if ev.Name == fyne.KeyF1 {
			helped++
			return true
		}
		return false
	}}
	a := k.Area(2, "")
	window(t, 300, 200, a)
	a.TypedKey(key(fyne.KeyF1))
	if helped != 1 {
		t.Error("F1 was swallowed")
	}
}
