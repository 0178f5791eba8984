package desktop

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wherry/app/desktop/widgets"
)

// The file chooser is our own: the toolkit's cannot be used by keyboard. It
// reads names of folders only, off the window's goroutine.

type place struct {
	dir     string
	names   []string // "..", folders first, then files that fit
	folders int
}

func readPlace(dir string, fits func(string) bool) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return place{}, err
	}
	p := place{dir: dir, names: []string{".."}}
	var files []string
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."):
		case e.IsDir():
			p.names = append(p.names, name)
		case fits != nil && fits(name):
			files = append(files, name)
		}
	}
	p.folders = len(p.names)
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	p.names = append(p.names, files...)
	return p, nil
}

// chooseFile lets the person pick a file whose name ends in one of the endings.
func (w *Window) chooseFile(title string, endings []string, done func(path string)) {
	w.choose(title, func(name string) bool {
		return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(strings.ToLower(name), e) })
	}, done)
}

// chooseFolder lets the person pick a folder.
func (w *Window) chooseFolder(done func(dir string)) {
	w.choose(w.t("Choose a folder"), nil, done)
}

func (w *Window) choose(title string, fits func(string) bool, done func(string)) {
	dir := w.deps.Documents
	where := widgets.NewLine(dir, widgets.Small)
	var here place
	var d *widgets.Dialog
	var list *widgets.List
	goTo := func(dir string) {
		try(w, func(context.Context) (place, error) { return readPlace(dir, fits) }, func(p place, err error) {
			if err != nil {
				where.Set(w.t("This folder cannot be read."))
				return
			}
			here = p
			where.Set(p.dir)
			rows := make([]widgets.RowData, len(p.names))
			for i, n := range p.names {
				rows[i] = widgets.RowData{Title: n, Detail: w.t("Folder")}
				if n == ".." {
					rows[i] = widgets.RowData{Title: w.t("Up"), Detail: w.t("The folder above")}
				} else if i >= p.folders {
					rows[i].Detail = w.t("File")
				}
			}
			list.Put(rows)
		})
	}
	list = w.kit.List(func(i int) {
		path := filepath.Join(here.dir, here.names[i])
		if i < here.folders {
			goTo(path)
			return
		}
		d.Close()
		done(path)
	})
	var choices []widgets.Choice
	if fits == nil {
		choices = append(choices, widgets.Choice{Label: w.t("Choose this folder"), Weight: widgets.Primary, Run: func() { done(here.dir) }})
	}
	d = w.kit.Dialog(w.win.Canvas(), 620, title, widgets.Stack(gap, where, widgets.Tall(360, list)), choices, w.t("Cancel"), list)
	goTo(dir)
}
