package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Option is one choice of an Options group.
type Option struct {
	Value string
	Label string
}

// Options is a group of choices shown side by side, wrapping: radio buttons, or
// check boxes when Many is set. The group is one stop of Tab; the arrow keys go
// along it, Space or Return chooses. With radio buttons an arrow chooses too.
// Nothing is chosen until somebody does.
type Options struct {
	widget.BaseWidget
	// OnChanged is called after the person changed the choice.
	OnChanged func()

	kit     *Kit
	many    bool
	plain   bool // without the circle or box: a row of tabs
	options []Option
	chosen  map[string]bool
	at      int // the option that the keys act on
	hover   int
	focused bool
}

// Radios makes a group of which one can be chosen.
func (k *Kit) Radios(options []Option, changed func()) *Options {
	return k.newOptions(options, false, changed)
}

// Checks makes a group of which any number can be chosen.
func (k *Kit) Checks(options []Option, changed func()) *Options {
	return k.newOptions(options, true, changed)
}

// Tabs makes a group of which exactly one is chosen, drawn as a row of tabs.
func (k *Kit) Tabs(options []Option, changed func()) *Options {
	o := k.newOptions(options, false, changed)
	o.plain = true
	if len(options) > 0 {
		o.chosen[options[0].Value] = true
	}
	return o
}

func (k *Kit) newOptions(options []Option, many bool, changed func()) *Options {
	o := &Options{kit: k, many: many, options: options, chosen: map[string]bool{}, hover: -1, OnChanged: changed}
	o.ExtendBaseWidget(o)
	return o
}

// Value is the choice of a group of radio buttons; "" if there is none.
func (o *Options) Value() string {
	for _, op := range o.options {
		if o.chosen[op.Value] {
			return op.Value
		}
	}
	return ""
}

// Values are the choices in their order.
func (o *Options) Values() []string {
	var out []string
	for _, op := range o.options {
		if o.chosen[op.Value] {
			out = append(out, op.Value)
		}
	}
	return out
}

// Set chooses without calling OnChanged. Values that are not there are ignored.
func (o *Options) Set(values ...string) {
	o.chosen = map[string]bool{}
	for _, v := range values {
		for i, op := range o.options {
			if op.Value == v && v != "" {
				o.chosen[v] = true
				o.at = i
			}
		}
	}
	o.Refresh()
}

// SetOptions replaces the options and keeps what is still there of the choice.
func (o *Options) SetOptions(options []Option) {
	o.options = options
	o.at = max(0, min(o.at, len(options)-1))
	keep := o.Values()
	o.chosen = map[string]bool{}
	for _, v := range keep {
		o.chosen[v] = true
	}
	o.Refresh()
}

// Options are the options as they stand.
func (o *Options) Options() []Option { return o.options }

func (o *Options) choose(i int) {
	if i < 0 || i >= len(o.options) {
		return
	}
	o.at = i
	v := o.options[i].Value
	if o.many {
		o.chosen[v] = !o.chosen[v]
	} else if o.chosen[v] {
		o.Refresh()
		return
	} else {
		o.chosen = map[string]bool{v: true}
	}
	o.Refresh()
	if o.OnChanged != nil {
		o.OnChanged()
	}
}

// Tapped implements fyne.Tappable.
func (o *Options) Tapped(ev *fyne.PointEvent) {
	o.kit.active()
	focus(o)
	o.choose(o.find(ev.Position))
}

func (o *Options) find(p fyne.Position) int {
	boxes, _ := o.boxes(o.Size().Width)
	for i, b := range boxes {
		if p.X >= b.x && p.X < b.x+b.w && p.Y >= b.y && p.Y < b.y+b.h {
			return i
		}
	}
	return -1
}

// FocusGained implements fyne.Focusable.
func (o *Options) FocusGained() { o.focused = true; o.Refresh(); o.kit.focusGained(o) }

// FocusLost implements fyne.Focusable.
func (o *Options) FocusLost() { o.focused = false; o.Refresh() }

// TypedRune chooses on a space. The space is taken as typed text, not as a key:
// the window sends both, and what a key has brought the focus to would get the
// text.
func (o *Options) TypedRune(r rune) {
	if o.kit.active(); r == ' ' && len(o.options) > 0 {
		o.choose(o.at)
	}
}

// TypedKey implements fyne.Focusable.
func (o *Options) TypedKey(ev *fyne.KeyEvent) {
	if o.kit.key(o, ev) || len(o.options) == 0 {
		return
	}
	step := 0
	switch {
	case ev.Name == fyne.KeyRight, ev.Name == fyne.KeyDown:
		step = 1
	case ev.Name == fyne.KeyLeft, ev.Name == fyne.KeyUp:
		step = -1
	case isReturn(ev):
		o.choose(o.at)
		return
	default:
		return
	}
	n := len(o.options)
	if !o.many && o.Value() == "" && !o.plain {
		step = 0 // the first arrow chooses where the ring already is
	}
	o.at = (o.at + step + n) % n
	if o.many {
		o.Refresh()
		return
	}
	o.choose(o.at)
}

// MouseIn implements desktop.Hoverable.
func (o *Options) MouseIn(ev *desktop.MouseEvent) { o.MouseMoved(ev) }

// MouseMoved implements desktop.Hoverable.
func (o *Options) MouseMoved(ev *desktop.MouseEvent) {
	o.kit.active()
	if i := o.find(ev.Position); i != o.hover {
		o.hover = i
		o.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (o *Options) MouseOut() { o.hover = -1; o.Refresh() }
