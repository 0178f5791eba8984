package desktop

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// narrowing is the row of controls that shows what a query is narrowed to. It
// keeps nothing of its own: it shows a query, and what a person changes goes
// into the query through set.
type narrowing struct {
	w           *Window
	set         func(name, value string)
	object      fyne.CanvasObject
	child       *widgets.Button
	kind, who   *widgets.Picker
	whoField    *widgets.Field
	from, until *dayBox
	scope       SearchScope
}

// anyValue is the choice of a picker that narrows nothing.
const anyValue = "*"

func newNarrowing(w *Window, set func(name, value string)) *narrowing {
	n := &narrowing{w: w, set: set}
	n.child = w.kit.Button(w.t("Any child"), widgets.Secondary, n.pickChild)
	n.kind = w.kit.Picker(w.t("Any kind"), nil, func() { set("kind", chosen(n.kind)) })
	n.who = w.kit.Picker(w.t("Anybody"), nil, func() { set("author", chosen(n.who)) })
	n.whoField = widgets.NewField(w.t("Written by"), "", n.who)
	n.from, n.until = newDayBox(w, w.t("From"), "from", set), newDayBox(w, w.t("Until"), "until", set)
	n.whoField.Hide() // until it is known that there are others
	n.object = widgets.Columns(14, 150, widgets.NewField(w.t("Child"), "", widgets.Inset(-5, -3, -5, -5, n.child)), widgets.NewField(w.t("Kind"), "", n.kind),
		n.whoField, n.from.field, n.until.field)
	return n
}

func chosen(p *widgets.Picker) string {
	if v := p.Value(); v != anyValue {
		return v
	}
	return ""
}

// offer fills the choices in, once they are known.
func (n *narrowing) offer(s SearchScope, query string) {
	n.scope = s
	n.show(query)
}

// show makes the controls say what the query says.
func (n *narrowing) show(query string) {
	w, in := n.w, filtersIn(query)
	n.child.SetText(w.t("Any child"))
	if v := in["child"]; v != "" {
		n.child.SetText(n.childWords(v))
	}
	kinds := []widgets.Option{{Value: anyValue, Label: w.t("Any kind")}}
	for _, k := range n.scope.Kinds {
		kinds = append(kinds, widgets.Option{Value: k.Name, Label: w.t(k.Label)})
	}
	fill(n.kind, kinds, n.kindName(in["kind"]))
	people := []widgets.Option{{Value: anyValue, Label: w.t("Anybody")}}
	for _, name := range n.scope.Authors {
		people = append(people, widgets.Option{Value: name, Label: casework.Shorten(name, 40)})
	}
	fill(n.who, people, in["author"])
	if len(n.scope.Authors) < 2 && in["author"] == "" {
		n.whoField.Hide() // nobody but oneself writes here
	} else {
		n.whoField.Show()
	}
	n.from.show(in["from"])
	n.until.show(in["until"])
}

// fill puts choices into a picker. A value that is none of them was typed, and
// is shown as it stands.
func fill(p *widgets.Picker, options []widgets.Option, value string) {
	is := func(o widgets.Option) bool { return strings.EqualFold(o.Value, value) }
	if i := slices.IndexFunc(options, is); value != "" && i >= 0 {
		value = options[i].Value
	} else if value != "" {
		options = append(options, widgets.Option{Value: value, Label: casework.Shorten(value, 40)})
	}
	p.SetChoices(options)
	p.Put(value)
}

// kindName is the name of the kind that a query means: it may have its label.
func (n *narrowing) kindName(value string) string {
	for _, k := range n.scope.Kinds {
		if strings.EqualFold(value, k.Label) {
			return k.Name
		}
	}
	return value
}

// childWords is the name of the child with a reference, else what was typed.
func (n *narrowing) childWords(value string) string {
	for _, r := range n.scope.Children {
		if strings.EqualFold(r.Ref, strings.TrimSpace(value)) {
			return casework.Shorten(r.Title(), 24)
		}
	}
	return casework.Shorten(value, 24)
}

// words says what a query is narrowed to.
func (n *narrowing) words(query string) []string {
	w, in := n.w, filtersIn(query)
	var out []string
	add := func(name, form string, words func(string) string) {
		if v := in[name]; v != "" {
			out = append(out, w.t(form, words(v)))
		}
	}
	day := func(v string) string {
		if d, ok := casework.ParseDate(v); ok {
			return d.Words()
		}
		return v
	}
	add("child", "%s", n.childWords)
	add("kind", "kind: %s", func(v string) string {
		for _, k := range n.scope.Kinds {
			if k.Name == n.kindName(v) {
				return w.t(k.Label)
			}
		}
		return v
	})
	add("author", "written by %s", func(v string) string { return v })
	add("from", "from %s", day)
	add("until", "until %s", day)
	return out
}

// pickChild asks for a child by a few letters; the first line is any child.
func (n *narrowing) pickChild() {
	w := n.w
	var d *widgets.Dialog
	shown := n.scope.Children
	pick := func(i int) {
		if i < len(shown) {
			d.Close()
			n.set("child", shown[i].Ref)
		}
	}
	list := w.kit.List(pick)
	line := w.kit.Line(w.t("A few letters of the name, or the reference"))
	narrow := func(string) {
		shown = narrowed(n.scope.Children, line.Text)
		rows := make([]widgets.RowData, len(shown))
		for i, r := range shown {
			rows[i] = w.caseRow(r)
		}
		list.Put(rows)
	}
	line.OnEdit = narrow
	line.OnEnter = func() { pick(0) }
	line.OnDown = func() { w.win.Canvas().Focus(list) }
	choices := []widgets.Choice{{Label: w.t("Any child"), Weight: widgets.Secondary, Run: func() { n.set("child", "") }}}
	d = w.kit.Dialog(w.win.Canvas(), 640, w.t("Look at one child"), widgets.Stack(gap, line, widgets.Tall(320, list)), choices, w.t("Cancel"), line)
	narrow("")
}

// backwards reports whether a query's first day comes after its last.
func backwards(query string) bool {
	in := filtersIn(query)
	from, ok := casework.ParseDate(in["from"])
	until, also := casework.ParseDate(in["until"])
	return ok && also && from.After(until)
}

// dayBox is a day that is typed, as people write days.
type dayBox struct {
	w     *Window
	name  string
	box   *widgets.Entry
	field *widgets.Field
	set   func(name, value string)
	stop  func()
}

func newDayBox(w *Window, label, name string, set func(name, value string)) *dayBox {
	d := &dayBox{w: w, name: name, box: w.kit.Line(w.t("23/11/2026")), set: set}
	d.field = widgets.NewField(label, "", d.box)
	d.box.OnEnter = d.take
	d.box.OnEdit = func(string) {
		d.field.Fail("")
		d.halt()
		d.stop = w.run.After(dayAfter, d.take)
	}
	return d
}

// dayAfter is how long after the last key a day is read.
const dayAfter = 900 * 1e6 // nanoseconds

// halt keeps a day that was typed from being read later.
func (d *dayBox) halt() {
	if d.stop != nil {
		d.stop()
		d.stop = nil
	}
}

// take puts the day into the query; what is no day is said and leaves the
// query as it was.
func (d *dayBox) take() {
	d.halt()
	text := strings.TrimSpace(d.box.Text)
	if text == "" {
		d.set(d.name, "")
		return
	}
	day, ok := d.w.parseDay(text)
	if !ok {
		d.field.Fail(d.w.t("Type a date like 23/11/2026."))
		return
	}
	d.set(d.name, day.String())
}

// show puts the query's day into the box, unless the person is writing in it.
func (d *dayBox) show(value string) {
	if d.w.win.Canvas().Focused() == fyne.Focusable(d.box) {
		return
	}
	if day, ok := casework.ParseDate(value); ok {
		value = day.Words()
	}
	d.box.Put(value)
	d.field.Fail("")
}
