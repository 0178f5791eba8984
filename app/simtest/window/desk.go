// Package window drives the real desktop notebook by keyboard, on a display of
// its own, as a person would. It needs Xvfb, openbox, xdotool, xclip and
// ImageMagick, which scripts/setup.sh installs.
package window

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Patience is how long a step may take before the run is given up, on a machine
// that is busy with other things; none needs a tenth.
const Patience = 3 * time.Minute

// still is how many pictures in a row must be alike for a screen that stands
// still: a busy program may pause between two of its own.
const still = 3

// Desk is a virtual screen with one person's home folder.
type Desk struct {
	Home    string
	display string
	xvfb    *exec.Cmd
	wm      *exec.Cmd
	app     *exec.Cmd
	done    chan error
	log     bytes.Buffer
	// Trace, if set, is told each act as it begins.
	Trace func(act string)
}

func (d *Desk) trace(format string, args ...any) {
	if d.Trace != nil {
		d.Trace(fmt.Sprintf(format, args...))
	}
}

// NewDesk starts a display and an empty home in dir.
func NewDesk(dir string) (*Desk, error) {
	d := &Desk{Home: filepath.Join(dir, "home")}
	for _, sub := range []string{".config/fyne", ".cache", "Documents"} {
		if err := os.MkdirAll(filepath.Join(d.Home, sub), 0o700); err != nil {
			return nil, err
		}
	}
	// No animations: the caret stands still, so that a settled screen is one
	// that does not change.
	quiet := `{"scale":1.0,"theme":"light","no_animations":true}`
	if err := os.WriteFile(filepath.Join(d.Home, ".config/fyne/settings.json"), []byte(quiet), 0o600); err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// -r: no key repeats itself, however long a busy machine takes to let it go.
	// -noreset: the display does not begin anew, and cut off who is just coming,
	// whenever it is left by its only client.
	d.xvfb = exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1366x768x24", "-ac", "-nolisten", "tcp", "-r", "-noreset", "+extension", "GLX")
	d.xvfb.ExtraFiles = []*os.File{w}
	err = d.xvfb.Start()
	w.Close()
	if err != nil {
		return nil, fmt.Errorf("starting a display: %w", err)
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the display did not come up: %w", err), d.Close())
	}
	d.display = ":" + strings.TrimSpace(line)
	d.wm = exec.Command("openbox")
	d.wm.Env = d.env()
	if err := d.wm.Start(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	// Only a window manager says how many desktops there are.
	if err := d.again("xdotool", "get_num_desktops"); err != nil {
		return nil, errors.Join(fmt.Errorf("the window manager did not come up: %w", err), d.Close())
	}
	return d, nil
}

func (d *Desk) env() []string {
	env := []string{"DISPLAY=" + d.display, "HOME=" + d.Home, "LANG=C.UTF-8", "XDG_DATA_HOME=" + filepath.Join(d.Home, "data")}
	for _, k := range []string{"PATH", "TMPDIR"} {
		if v, ok := os.LookupEnv(k); ok {
			env = append(env, k+"="+v)
		}
	}
	return env
}

// Start opens the notebook in dir and waits for its window.
func (d *Desk) Start(binary, dir string) error {
	d.app = exec.Command(binary, "--dir", dir)
	d.app.Env = d.env()
	d.app.Stdout, d.app.Stderr = &d.log, &d.log
	if err := d.app.Start(); err != nil {
		return err
	}
	d.done = make(chan error, 1)
	go func(c *exec.Cmd, done chan error) { done <- c.Wait() }(d.app, d.done)
	if err := d.again("xdotool", "search", "--onlyvisible", "--name", "^Wherry"); err != nil {
		return fmt.Errorf("no window came up: %w\n%s", err, d.log.String())
	}
	_, err := d.Settled(nil)
	return err
}

// At waits until the window's title names a screen, and then stands still.
func (d *Desk) At(screen string) error {
	d.trace("at %s", screen)
	if err := d.again("xdotool", "search", "--onlyvisible", "--name", "^Wherry: "+screen+"$"); err != nil {
		return fmt.Errorf("the window does not come to %q: %w", screen, err)
	}
	_, err := d.Settled(nil)
	return err
}

// Pid is the notebook's process; locking replaces the program in it.
func (d *Desk) Pid() int { return d.app.Process.Pid }

// Signal sends the notebook a signal, as the system does.
func (d *Desk) Signal(s os.Signal) error {
	d.trace("signal %v", s)
	return d.app.Process.Signal(s)
}

// Ended waits for the program's end and says how it came.
func (d *Desk) Ended() error {
	select {
	case err := <-d.done:
		d.app = nil
		return err
	case <-time.After(Patience):
		return errors.New("the notebook did not end")
	}
}

// Kill ends the notebook as a dead battery would.
func (d *Desk) Kill() error {
	if d.app == nil {
		return nil
	}
	err := d.app.Process.Kill()
	<-d.done
	d.app = nil
	return err
}

// Quit closes the window by its command and waits for the program's end.
func (d *Desk) Quit() error {
	if err := d.Keys("ctrl+q"); err != nil {
		return err
	}
	select {
	case err := <-d.done:
		d.app = nil
		return err
	case <-time.After(Patience):
		return errors.New("the notebook did not close")
	}
}

// Close ends everything.
func (d *Desk) Close() error {
	var errs []error
	errs = append(errs, d.Kill())
	for _, c := range []*exec.Cmd{d.wm, d.xvfb} {
		if c != nil && c.Process != nil {
			_ = c.Process.Kill()
			_ = c.Wait() // killed on purpose
		}
	}
	return errors.Join(errs...)
}

// Log is what the program printed.
func (d *Desk) Log() string { return d.log.String() }

func (d *Desk) run(ctx context.Context, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = d.env()
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w %s", name, err, out)
	}
	return nil
}

// again runs a program until it succeeds. A search for a window fails while
// there is none, and when one goes away in the middle of it.
func (d *Desk) again(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	for {
		err := d.run(ctx, name, args...)
		if err == nil || ctx.Err() != nil {
			return err
		}
		_, _ = d.Screen() // a tenth of a second's work
	}
}

// Keys presses keys, each settled before the next.
func (d *Desk) Keys(keys ...string) error {
	for _, k := range keys {
		d.trace("key %s", k)
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		err := d.run(ctx, "xdotool", "key", "--clearmodifiers", k)
		cancel()
		if err != nil {
			return err
		}
		if _, err := d.Settled(nil); err != nil {
			return err
		}
	}
	return nil
}

// Type types plain ASCII.
func (d *Desk) Type(text string) error {
	d.trace("type %q", text)
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := d.run(ctx, "xdotool", "type", "--clearmodifiers", "--delay", "12", text); err != nil {
		return err
	}
	_, err := d.Settled(nil)
	return err
}

// Paste puts any text in by the clipboard: key events cannot carry it exactly.
func (d *Desk) Paste(text string) error {
	d.trace("paste %q", text)
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	// It serves two: this function, which asks until it is answered, and the
	// notebook, which asks once.
	c := exec.CommandContext(ctx, "xclip", "-selection", "clipboard", "-loops", "2", "-quiet")
	c.Env = d.env()
	c.Stdin = strings.NewReader(text)
	if err := c.Start(); err != nil {
		return err
	}
	err := d.again("xclip", "-selection", "clipboard", "-out")
	if err == nil {
		err = d.Keys("ctrl+v")
	}
	return errors.Join(err, c.Wait())
}

// Screen is a picture of the screen, not compressed, which would take longer
// than all else.
func (d *Desk) Screen() ([]byte, error) { return d.picture("ppm:-") }

func (d *Desk) picture(as string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	c := exec.CommandContext(ctx, "import", "-window", "root", "-define", "png:exclude-chunks=date,time", as)
	c.Env = d.env()
	return c.Output()
}

// Settled waits until the screen shows something else than before (if given)
// and then stands still.
func (d *Desk) Settled(before []byte) ([]byte, error) {
	deadline := time.Now().Add(Patience)
	var last []byte
	alike := 0
	for time.Now().Before(deadline) {
		shot, err := d.Screen()
		if err != nil {
			return nil, err
		}
		if alike++; !bytes.Equal(shot, last) {
			alike = 1
		}
		if alike >= still && (before == nil || !bytes.Equal(shot, before)) {
			return shot, nil
		}
		last = shot
	}
	return nil, errors.New("the screen does not settle")
}

// Changes does something and waits for the screen to change and settle.
func (d *Desk) Changes(act func() error) error {
	before, err := d.Settled(nil)
	if err != nil {
		return err
	}
	if err := act(); err != nil {
		return err
	}
	_, err = d.Settled(before)
	return err
}

// Wait waits until ok holds, for what the screen does not show.
func (d *Desk) Wait(what string, ok func() bool) error {
	d.trace("wait for %s", what)
	deadline := time.Now().Add(Patience)
	for !ok() {
		if time.Now().After(deadline) {
			return errors.New("waited in vain: " + what)
		}
		if _, err := d.Screen(); err != nil { // a tenth of a second's work
			return err
		}
	}
	return nil
}

// Shot writes a picture of the settled screen.
func (d *Desk) Shot(path string) error {
	if _, err := d.Settled(nil); err != nil {
		return err
	}
	shot, err := d.picture("png:-")
	if err != nil {
		return err
	}
	return os.WriteFile(path, shot, 0o644)
}
