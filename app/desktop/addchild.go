package desktop

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"wherry/app/casework"
	"wherry/app/desktop/widgets"
)

// addChildPage is a form that is kept while it is filled in.
type addChildPage struct {
	simple
	form *formDraft
}

func (p *addChildPage) keep(done func(error)) { p.form.keep(done) }
func (p *addChildPage) back() route           { return route{screen: "addchild"} }
func (p *addChildPage) leave()                { p.form.leave() }

// openAddChild asks for a child by hand. Only the name is needed; the rest can
// come later, from an import.
func openAddChild(w *Window, _ route) page {
	line := func() *widgets.Entry { return w.kit.Line("") }
	name, known, ref, nhs, born, language, address, family, alerts := line(), line(), line(), line(), line(), line(), w.kit.Area(2, ""), line(), line()
	basis := w.kit.Radios(options(casework.DOBBases.Values()...), nil)
	status := w.kit.Picker(w.t("Choose"), options(casework.Statuses.Values()...), nil)
	sex := w.kit.Radios([]widgets.Option{{Value: "F", Label: w.t("Female")}, {Value: "M", Label: w.t("Male")}, {Value: "U", Label: w.t("Not known")}}, nil)
	secret := w.kit.Checks([]widgets.Option{{Value: "yes", Label: w.t("The address is confidential")}}, nil)
	speaks := w.kit.Checks([]widgets.Option{{Value: "yes", Label: w.t("An interpreter is needed")}}, nil)
	nameField := widgets.NewField(w.t("Full name"), w.t("In the order in which the child or family gives it."), name)
	bornField := widgets.NewField(w.t("Date of birth"), w.t("For example 2/5/2014. Leave it empty if it is not known."), born)
	refField := widgets.NewField(w.t("Child reference"), w.t("From your case system. Empty: one is made."), ref)
	nhsField := widgets.NewField(w.t("NHS number"), "", nhs)
	form := w.keepForm(route{screen: "addchild"}, formAddChild, "", []chooser{basis, status, sex, secret, speaks}, name, known, ref, nhs, born, language, address, family, alerts)

	save := func() {
		for _, f := range []*widgets.Field{nameField, bornField, refField, nhsField} {
			f.Fail("")
		}
		fail := func(f *widgets.Field, e *widgets.Entry, words string) {
			f.Fail(words)
			w.win.Canvas().Focus(e)
		}
		switch _, dated := casework.ParseDate(born.Text); {
		case strings.TrimSpace(name.Text) == "":
			fail(nameField, name, w.t("Type the child's name."))
			return
		case strings.TrimSpace(born.Text) != "" && !dated:
			fail(bornField, born, w.t("Type a date like 23/11/2026."))
			return
		case strings.TrimSpace(nhs.Text) != "" && !casework.ValidNHS(casework.NHSDigits(nhs.Text)):
			fail(nhsField, nhs, w.t("An NHS number has ten digits, and this one does not add up."))
			return
		case strings.TrimSpace(ref.Text) != "" && !casework.ValidRef(strings.TrimSpace(ref.Text)):
			fail(refField, ref, w.t("This cannot be used as a reference."))
			return
		}
		child := NewChild{
			Name: name.Text, KnownAs: known.Text, Ref: strings.TrimSpace(ref.Text), NHS: nhs.Text, Born: born.Text, BornBasis: basis.Value(),
			Sex: sex.Value(), Language: language.Text, Interpreter: speaks.Value() != "", Status: status.Value(),
			Address: address.Text, Confidential: secret.Value() != "", Siblings: family.Text, Alerts: alerts.Text,
		}
		nb := w.nb
		var id string
		act(w, func(ctx context.Context) (err error) {
			id, err = nb.AddChild(ctx, child)
			return err
		}, func(err error) {
			if err != nil {
				w.problem(err)
				return
			}
			form.done()
			w.show(route{screen: "child", id: id})
			w.done(w.t("Added. Saved on this laptop."))
			w.syncSoon()
		})
	}
	add := w.kit.Button(w.t("Add the child"), widgets.Primary, save)
	cancel := w.kit.Button(w.t("Cancel"), widgets.Secondary, func() { form.done(); w.goBack() })
	field := widgets.NewField
	body := widgets.Stack(18,
		nameField,
		widgets.Columns(20, 240, field(w.t("Known as"), "", known), refField),
		widgets.Columns(20, 240, bornField, field(w.t("This date is"), "", basis)),
		widgets.Columns(20, 240, nhsField, field(w.t("Status"), "", status)),
		field(w.t("Sex"), "", sex),
		widgets.Columns(20, 240, field(w.t("First language"), "", language), field(w.t("Sibling group"), w.t("The same word for each sibling, often the family name."), family)),
		widgets.Inset(0, 0, 0, -5, speaks),
		field(w.t("Address"), "", address),
		widgets.Inset(0, 0, 0, -5, secret),
		field(w.t("Alerts"), w.t("What somebody must know before going there."), alerts),
		buttons(add, cancel))
	return &addChildPage{simple{w.scrolled(w.header(w.t("Add a child"), w.t("Only the name is needed.")), body), fyne.Focusable(name)}, form}
}
