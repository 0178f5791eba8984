package desktop

import (
	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// shortList is a list inside a card: as high as its rows, up to a limit.
type shortList struct {
	list   *widgets.List
	object fyne.CanvasObject
}

func (w *Window) listOf(rows []widgets.RowData, most int, open func(int)) shortList {
	l := w.kit.List(open)
	l.Put(rows)
	return shortList{l, widgets.Inset(0, -20, -10, -20, widgets.Tall(l.HeightOf(min(most, len(rows))), l))}
}

// caseList is a short list of children.
func (w *Window) caseList(list []CaseRow, most int, words func(CaseRow) (detail, meta string)) fyne.CanvasObject {
	var rows []widgets.RowData
	for _, r := range list {
		detail, meta := words(r)
		rows = append(rows, widgets.RowData{Title: r.Title(), Detail: detail, Meta: meta, Mark: widgets.DotMark})
	}
	return w.listOf(rows, most, func(i int) { w.visit(route{screen: "child", id: list[i].ID}) }).object
}

// Title is the full name of a child in a list.
func (r CaseRow) Title() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.KnownAs != "":
		return r.KnownAs
	}
	return r.Ref
}
