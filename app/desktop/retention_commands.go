package desktop

// aboutCase is the case that commands about keeping are about: the child on the
// screen, or the row of the retention screen.
func (w *Window) aboutCase() string {
	if p, ok := w.page.(interface{ about() string }); ok {
		return p.about()
	}
	return ""
}

// onCase reports whether there is such a case.
func onCase(w *Window) bool { return w.nb != nil && w.aboutCase() != "" && w.seesRetention() }

// seesRetention: everybody who works with cases; an administrator reads none.
func (w *Window) seesRetention() bool { return w.who.Role != "admin" }

func (w *Window) openRetention() { w.visit(route{screen: "retention"}) }

// keeping goes to a form about the case at hand.
func keeping(kind string) func(*Window) {
	return func(w *Window) { w.visit(route{screen: "keep", id: w.aboutCase(), kind: kind}) }
}

// disposal goes to the next step of the disposal of the case at hand.
func (w *Window) disposal() { w.visit(route{screen: "disposal", id: w.aboutCase()}) }

// about is the child on the page; nobody once the record is gone.
func (p *childPage) about() string {
	if p.data == nil {
		return ""
	}
	return p.id
}

// escaper is a page that Escape leaves.
type escaper interface{ escape() }

// escapes leaves a page by Escape, unless something lies over it.
func (w *Window) escapes() bool {
	p, ok := w.page.(escaper)
	if !ok || w.win.Canvas().Overlays().Top() != nil {
		return false
	}
	p.escape()
	return true
}
