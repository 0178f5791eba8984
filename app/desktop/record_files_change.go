package desktop

import (
	"context"
	"errors"
	"maps"
	"slices"

	"wherry/app/desktop/widgets"
)

// captioned notes what a file shows, as it is typed.
func (p *recordPage) captioned(id, text string) {
	f := &p.files
	if i := p.findFile(id); i >= 0 {
		f.list[i].Caption = text
	}
	if f.typed == nil {
		f.typed = map[string]string{}
	}
	f.typed[id] = text
	if f.stop == nil {
		f.stop = p.w.run.After(saveAfter, func() { p.keepCaptions(func(error) {}) })
	}
}

// keepCaptions writes the captions that are not yet on the disk, then calls
// done. What cannot be written waits for the next time.
func (p *recordPage) keepCaptions(done func(error)) {
	w, nb, f := p.w, p.w.nb, &p.files
	if f.stop != nil {
		f.stop()
		f.stop = nil
	}
	typed, draft := f.typed, p.saver.known
	f.typed = nil
	if len(typed) == 0 {
		done(nil)
		return
	}
	failed := map[string]string{}
	act(w, func(ctx context.Context) error {
		var errs []error
		for _, id := range slices.Sorted(maps.Keys(typed)) {
			if err := nb.CaptionStaged(ctx, draft, id, typed[id]); err != nil {
				failed[id] = typed[id]
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}, func(err error) {
		if len(failed) > 0 {
			maps.Copy(failed, f.typed) // what was typed meanwhile is newer
			f.typed = failed
			w.saveBad = w.deps.Explain(err).Sentence
			w.showStatus()
			if f.stop == nil && w.page == page(p) {
				f.stop = w.run.After(saveRetry, func() { p.keepCaptions(func(error) {}) })
			}
		}
		done(err)
	})
}

// moveFile puts a file into another child's record.
func (p *recordPage) moveFile(id, child string) {
	w, nb, draft := p.w, p.w.nb, p.saver.known
	i := p.findFile(id)
	if i < 0 || child == "" || p.files.list[i].Child == child {
		return
	}
	act(w, func(ctx context.Context) error { return nb.MoveStaged(ctx, draft, id, child) }, func(err error) {
		if w.page != page(p) {
			return
		}
		if err != nil {
			w.problem(err)
		} else if i := p.findFile(id); i >= 0 {
			p.files.list[i].Child = child
		}
		p.outline()
		if p.now == filesSection {
			p.redraw()
		}
	})
}

// removeFile takes a file out of the draft, and for ten seconds offers to put
// it back. Until then it is only out of sight.
func (p *recordPage) removeFile(id string) {
	w := p.w
	p.settleRemoval()
	i := p.findFile(id)
	if i < 0 {
		return
	}
	r := &removal{file: p.files.list[i], at: i}
	p.files.list = slices.Delete(slices.Clone(p.files.list), i, i+1)
	p.files.removing = r
	r.stop = w.run.After(undoFor, p.settleRemoval)
	p.open(p.now)
	undo := w.kit.Button(w.t("Undo"), widgets.Secondary, func() { p.putBack(r) })
	w.frame.say(widgets.NewPanel(widgets.Caution, 6, widgets.Inset(0, 12, 0, 16, widgets.Row(2*gap,
		widgets.NewLabel(w.t("The file is removed from the draft."), widgets.Strong), widgets.Spacer(), undo))))
	w.win.Canvas().Focus(undo)
}

func (p *recordPage) putBack(r *removal) {
	if p.files.removing != r || p.w.page != page(p) {
		return
	}
	r.stop()
	p.files.removing = nil
	p.files.list = slices.Insert(p.files.list, min(r.at, len(p.files.list)), r.file)
	p.w.frame.say(nil)
	p.open(filesSection)
}

// settleRemoval erases a file that was taken out.
func (p *recordPage) settleRemoval() {
	r := p.files.removing
	if r == nil {
		return
	}
	w, nb, draft := p.w, p.w.nb, p.saver.known
	r.stop()
	p.files.removing = nil
	delete(p.files.typed, r.file.ID)
	if w.pending == nil && w.frame != nil {
		w.frame.say(nil)
	}
	act(w, func(ctx context.Context) error { return nb.Unstage(ctx, draft, r.file.ID) }, func(err error) {
		if err != nil {
			w.problem(err)
		}
	})
}

// leaveFiles ends what the files still have to do when the page goes.
func (p *recordPage) leaveFiles() {
	if p.saver == nil || p.w.nb == nil {
		return
	}
	p.settleRemoval()
	if p.files.stop != nil {
		p.files.stop()
	}
	p.files = sheetFiles{}
}
