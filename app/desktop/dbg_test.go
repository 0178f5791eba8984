package desktop
import ("fyne.io/fyne/v2";"wherry/app/desktop/widgets")
func (s *stage) words_() []string { var out []string; s.walk(func(o fyne.CanvasObject){ if x,ok:=o.(*widgets.Text);ok {out=append(out,x.Content)} }); return out }
