package desktop

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// drawPresent is who was there: people already known are ticked, others are
// typed once and are known from then on.
func drawPresent(p *recordPage) fyne.CanvasObject {
	w, s := p.w, p.sub
	known := w.kit.Checks(p.peopleOptions(), nil)
	known.Set(p.presentKeys()...)
	known.OnChanged = func() {
		s.Present = nil
		for _, k := range known.Values() {
			s.Present = append(s.Present, p.personOf(k))
		}
		p.changed()
	}
	name := w.kit.Line(w.t("Name, or a description of an unknown adult"))
	role := w.kit.Picker(w.t("Who they are"), options(casework.PresentRoles.Values()...), nil)
	add := func() {
		who := casework.Person{Name: strings.TrimSpace(name.Text), Role: role.Value()}
		if who.Name == "" {
			w.win.Canvas().Focus(name)
			return
		}
		if !slices.Contains(p.people, who) {
			p.people = append(p.people, who)
		}
		if !slices.Contains(s.Present, who) {
			s.Present = append(s.Present, who)
		}
		p.changed()
		known.SetOptions(p.peopleOptions())
		known.Set(p.presentKeys()...)
		name.Put("")
		role.Put("")
		w.win.Canvas().Focus(name)
		p.scroll.Fit()
	}
	name.OnEnter = add
	button := w.kit.Button(w.t("Add"), widgets.Secondary, add)
	label := w.t("Who was there")
	if s.Kind == casework.KindCall {
		label = w.t("Who you spoke to")
	}
	var rows []fyne.CanvasObject
	if len(known.Options()) > 0 {
		rows = append(rows, widgets.Inset(0, 0, 0, -5, known))
	}
	rows = append(rows, widgets.Row(10, widgets.Fill(widgets.Columns(10, 220, name, role)), button))
	return widgets.NewField(label, w.t("Everyone present. Describe adults whose name you do not know."), widgets.Stack(6, rows...))
}

func personKey(x casework.Person) string { return x.Name + "\x00" + x.Role }

func (p *recordPage) personOf(key string) casework.Person {
	name, role, _ := strings.Cut(key, "\x00")
	return casework.Person{Name: name, Role: role}
}

func (p *recordPage) presentKeys() []string {
	var out []string
	for _, x := range p.sub.Present {
		out = append(out, personKey(x))
	}
	return out
}

// peopleOptions are those present first typed here and those known.
func (p *recordPage) peopleOptions() []widgets.Option {
	all := slices.Clone(p.people)
	for _, x := range p.sub.Present {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	var out []widgets.Option
	for _, x := range all {
		label := casework.Shorten(x.Name, 44)
		if x.Role != "" {
			label += ", " + x.Role
		}
		out = append(out, widgets.Option{Value: personKey(x), Label: label})
	}
	return out
}
