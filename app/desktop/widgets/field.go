package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Field is a question with its answer below: label, hint, an error if there is
// one, and the widget.
type Field struct {
	widget.BaseWidget
	box              *fyne.Container
	label, hint, err *Text
	Input            fyne.CanvasObject
}

// NewField makes one. hint may be "".
func NewField(label, hint string, input fyne.CanvasObject) *Field {
	f := &Field{label: NewText(label, Strong), hint: NewText(hint, Small),
		err: NewText("", TextStyle{Colour: theme.ColorNameError, Bold: true}), Input: input}
	grow := -1
	switch in := input.(type) {
	case *Options: // its first option stands under the first letter of the label
		input = Inset(0, 0, 0, -ringSpace, in)
	case *Entry:
		if in.MultiLine {
			grow = 3
		}
	}
	f.box = StackGrow(3, grow, f.label, f.hint, f.err, input)
	if hint == "" {
		f.hint.Hide()
	}
	f.err.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// Refresh lays the parts out anew.
func (f *Field) Refresh() {
	f.box.Refresh()
	f.BaseWidget.Refresh()
}

// Fail shows an error above the widget; "" takes it away.
func (f *Field) Fail(s string) {
	f.err.Set(s)
	if s == "" {
		f.err.Hide()
	} else {
		f.err.Show()
	}
	f.Refresh()
}

// Hint changes the words below the label.
func (f *Field) Hint(s string) {
	f.hint.Set(s)
	if s == "" {
		f.hint.Hide()
	} else {
		f.hint.Show()
	}
	f.Refresh()
}

// Label changes the question.
func (f *Field) Label(s string) { f.label.Set(s) }
