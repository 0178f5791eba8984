package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Picker is a choice out of a longer list, shown when asked for. Space, Return
// or a click opens it; the arrow keys change it when it is shut.
type Picker struct {
	widget.Select
	// OnPick is called after the person chose.
	OnPick func()

	kit     *Kit
	focused bool
	options []Option
	setting bool
}

// Picker makes one. placeholder shows while nothing is chosen.
func (k *Kit) Picker(placeholder string, options []Option, picked func()) *Picker {
	p := &Picker{kit: k, OnPick: picked}
	p.PlaceHolder = placeholder
	p.Select.OnChanged = func(string) {
		p.kit.active()
		if !p.setting && p.OnPick != nil {
			p.OnPick()
		}
	}
	p.ExtendBaseWidget(p)
	p.SetChoices(options)
	return p
}

// SetChoices replaces the options.
func (p *Picker) SetChoices(options []Option) {
	value := p.Value()
	p.options = options
	labels := make([]string, len(options))
	for i, o := range options {
		labels[i] = o.Label
	}
	p.Select.Options = labels
	p.Put(value)
}

// Value is the value chosen, or "".
func (p *Picker) Value() string {
	for _, o := range p.options {
		if o.Label == p.Selected && p.Selected != "" {
			return o.Value
		}
	}
	return ""
}

// Put chooses a value without calling OnPick.
func (p *Picker) Put(value string) {
	p.setting = true
	defer func() { p.setting = false }()
	for _, o := range p.options {
		if o.Value == value && value != "" {
			p.SetSelected(o.Label)
			return
		}
	}
	p.ClearSelected()
}

// TypedKey implements fyne.Focusable.
func (p *Picker) TypedKey(ev *fyne.KeyEvent) {
	if p.kit.key(p, ev) {
		return
	}
	if isReturn(ev) {
		ev = &fyne.KeyEvent{Name: fyne.KeySpace}
	}
	p.Select.TypedKey(ev)
}

// FocusGained implements fyne.Focusable. The toolkit is not told: it would fill
// the whole field with the colour of the ring, on which its text is hard to read.
func (p *Picker) FocusGained() {
	p.focused = true
	p.Refresh()
	p.kit.focusGained(p)
}

// FocusLost implements fyne.Focusable.
func (p *Picker) FocusLost() {
	p.focused = false
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Picker) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(p.Select.CreateRenderer(), func() bool { return p.focused }).bordered()
}
