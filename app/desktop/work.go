package desktop

import (
	"context"

	"fyne.io/fyne/v2"

	"wherry/app/desktop/widgets"
)

// ask runs a question to the notebook or the door off the window's goroutine
// and hands the answer to done. An error becomes a dialog. An answer that comes
// after a lock is dropped.
func ask[T any](w *Window, question func(context.Context) (T, error), done func(T)) {
	try(w, question, func(v T, err error) {
		if err != nil {
			w.problem(err)
			return
		}
		done(v)
	})
}

// try is ask for those who treat the error themselves.
func try[T any](w *Window, question func(context.Context) (T, error), done func(T, error)) {
	answer(w, w.run.Go, question, done)
}

// aside is try beside everything else, for what may take long.
func aside[T any](w *Window, question func(context.Context) (T, error), done func(T, error)) {
	answer(w, w.run.Aside, question, done)
}

func answer[T any](w *Window, where func(func()), question func(context.Context) (T, error), done func(T, error)) {
	session, ctx := w.session, w.ctx
	where(func() {
		v, err := question(ctx)
		w.run.Do(func() {
			if session == w.session {
				done(v, err)
			}
		})
	})
}

// act runs something that writes. It is never broken off by a lock, and the
// status is read anew after it.
func act(w *Window, do func(context.Context) error, done func(error)) {
	session, ctx := w.session, context.WithoutCancel(w.ctx)
	w.run.Go(func() {
		err := do(ctx)
		w.run.Do(func() {
			if session != w.session {
				return
			}
			done(err)
			w.readStatus()
		})
	})
}

// problem shows a sentence and a next step.
func (w *Window) problem(err error) {
	p := w.deps.Explain(err)
	w.say(p.Sentence, p.Next)
}

// say shows a sentence that has to be read.
func (w *Window) say(sentence, next string) {
	body := []fyne.CanvasObject{widgets.NewText(sentence, widgets.Body)}
	if next != "" {
		body = append(body, widgets.NewText(next, widgets.Body))
	}
	w.kit.Dialog(w.win.Canvas(), 520, w.t("Please read"), widgets.Stack(widgets.Gap, body...),
		[]widgets.Choice{{Label: w.t("OK"), Weight: widgets.Primary}}, "", nil)
}

// sure asks before something that cannot be taken back.
func (w *Window) sure(title, text, yes string, weight widgets.Weight, do func()) {
	w.kit.Dialog(w.win.Canvas(), 560, title, widgets.NewText(text, widgets.Body),
		[]widgets.Choice{{Label: yes, Weight: weight, Run: do}}, w.t("Cancel"), nil)
}
