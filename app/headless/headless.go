// Package headless is the notebook without a window: the verbs of wherryctl.
//
// The command surface is a contract (docs/commands.md): verbs, operands, JSON
// fields, their order and the exit codes. With --json, stdout carries one JSON
// object a line and nothing else; people's text goes to stderr.
package headless

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"wherry/app/notebook"
)

// App is one run of wherryctl. Its fields are what the outside world supplies.
type App struct {
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Config  notebook.Config
	Version Version
	// Prompt asks on a terminal without echo; nil where there is none.
	Prompt func(question string) ([]byte, error)
	// Swap says whether memory that the system puts aside is encrypted: "none",
	// "encrypted" or "open". It may be nil.
	Swap func() string

	dir     string
	json    bool
	passFD  int
	passTxt string
	pass    []byte
}

// Version says what this program is; it is safe to paste into a fault report.
type Version struct {
	Version string
	Commit  string
}

// Formats are the numbers of the formats that this release writes.
var Formats = map[string]int{"entry": 1, "keyfile": 1, "journal": 2, "wire": 1}

// exitError carries an exit code past cobra, after its line has been printed.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit %d", e.code) }

// problemError is a refusal that has no error of its own below.
type problemError struct{ notebook.Problem }

func (e problemError) Error() string { return e.Code }

func usage(code, message, next string) error {
	return problemError{notebook.Problem{Code: code, Message: message, Next: next, Exit: notebook.ExitRefused}}
}

// Main runs wherryctl and returns its exit code.
func (a *App) Main(ctx context.Context, args []string) int {
	root := a.command()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var ee exitError
	switch {
	case err == nil:
		return notebook.ExitDone
	case errors.Is(err, syscall.EPIPE):
		return notebook.ExitRefused // nobody listens any more
	case errors.As(err, &ee):
		return ee.code
	}
	return a.fail(err)
}

// fail prints an error as the contract's last line and a sentence for people.
func (a *App) fail(err error) int {
	p := explain(err)
	if a.json {
		line := struct {
			V     int `json:"v"`
			Error struct {
				Code    string `json:"code"`
				Message string `json:"message"`
				Next    string `json:"next"`
				Exit    int    `json:"exit"`
			} `json:"error"`
		}{V: 1}
		line.Error.Code, line.Error.Message, line.Error.Next, line.Error.Exit = p.Code, p.Message, p.Next, p.Exit
		_ = a.write(line) // stdout may be gone; the exit code still tells
	}
	fmt.Fprintf(a.Stderr, "%s\n%s\n", p.Message, p.Next)
	if p.Code == "internal" {
		fmt.Fprintf(a.Stderr, "For the fault report: %v\n", err) // errors hold no case content
	}
	return p.Exit
}

func explain(err error) notebook.Problem {
	var pe problemError
	if errors.As(err, &pe) {
		return pe.Problem
	}
	return notebook.Explain(err)
}

// write prints one JSON object as one line, at once.
func (a *App) write(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := a.Stdout.Write(b.Bytes())
	return err
}

// say prints the JSON form with --json, and the sentence otherwise.
func (a *App) say(v any, format string, args ...any) error {
	if a.json {
		return a.write(v)
	}
	_, err := fmt.Fprintf(a.Stdout, format+"\n", args...)
	return err
}

func (a *App) command() *cobra.Command {
	root := &cobra.Command{
		Use: "wherryctl", Short: "The Wherry case notebook without a window",
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetOut(a.Stderr)
	root.SetErr(a.Stderr)
	f := root.PersistentFlags()
	f.StringVar(&a.dir, "dir", "", "notebook folder (default: the user's data folder)")
	f.BoolVar(&a.json, "json", false, "one JSON object a line on stdout")
	f.IntVar(&a.passFD, "passphrase-fd", -1, "read the passphrase from this file descriptor")
	f.StringVar(&a.passTxt, "passphrase-file", "", "read the passphrase from this file")
	root.SetFlagErrorFunc(func(*cobra.Command, error) error { // the error echoes what was typed
		return usage("usage", "The command line could not be understood.", "See wherryctl help for the verb: a text that begins with - goes after --.")
	})
	root.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage("usage", "There is no such verb.", "See wherryctl help.")
		}
		return usage("usage", "A verb is needed.", "See wherryctl help.")
	}
	root.RunE = func(*cobra.Command, []string) error { return nil }
	for _, v := range verbs() {
		root.AddCommand(v(a))
	}
	for _, name := range laterVerbs {
		root.AddCommand(later(name))
	}
	return root
}

// verbs is every verb of this release; a new one is one file and one line.
func verbs() []func(*App) *cobra.Command {
	return []func(*App) *cobra.Command{
		initVerb, enrolVerb, importVerb, recordVerb, listVerb, showVerb, searchVerb, amendVerb, commentVerb,
		draftVerb, passphraseVerb, rehearseVerb, syncVerb, statusVerb, exportVerb, verifyVerb, repairVerb, backupVerb, restoreVerb, versionVerb,
		retentionVerb, holdVerb, releaseVerb, disposeVerb,
		attachVerb, attachmentsVerb, attachmentVerb,
	}
}

var laterVerbs = []string{"due", "signoff", "share", "handover", "stats", "revoke"}

func later(name string) *cobra.Command {
	return &cobra.Command{Use: name, Hidden: true, Args: cobra.ArbitraryArgs,
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true}, // but --json is taken
		RunE: func(*cobra.Command, []string) error {
			return usage("not_in_release", "This verb is not in this release.", "See CHANGELOG.md for what is.")
		}}
}

// folder is the notebook's place: --dir, or the user's data folder.
func (a *App) folder() (string, error) {
	if a.dir != "" {
		return a.dir, nil
	}
	return DefaultDir()
}

// DefaultDir is where a notebook lives unless told otherwise: the user's local
// data folder, never one that roams.
func DefaultDir() (string, error) {
	if x := os.Getenv("XDG_DATA_HOME"); x != "" && runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		return filepath.Join(x, "wherry"), nil
	}
	if runtime.GOOS == "windows" {
		if l := os.Getenv("LOCALAPPDATA"); l != "" {
			return filepath.Join(l, "Wherry"), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(home, "AppData", "Local", "Wherry"), nil
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Wherry"), nil
	}
	return filepath.Join(home, ".local", "share", "wherry"), nil
}

// place is the notebook's folder and the passphrase that opens it.
func (a *App) place() (dir string, pass []byte, err error) {
	if dir, err = a.folder(); err == nil {
		pass, err = a.passphrase()
	}
	return dir, pass, err
}

// withNotebook opens the notebook, runs fn and closes it. A failure to close
// counts: the marks of a clean end are part of what was promised.
func (a *App) withNotebook(ctx context.Context, fn func(*notebook.Notebook) error) (err error) {
	dir, pass, err := a.place()
	if err != nil {
		return err
	}
	n, err := notebook.Open(ctx, dir, pass, a.Config)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := n.Close(); err == nil {
			err = cerr
		}
	}()
	if st, err := n.Status(ctx); err == nil && st.Healed {
		fmt.Fprintln(a.Stderr, "A damaged copy of a key or mark file was mended from its twin.")
	}
	if wrong := n.WrongBefore(); wrong > 0 {
		fmt.Fprintf(a.Stderr, "Wrong passphrases since the last time this notebook was opened: %d.\n", wrong)
	}
	return fn(n)
}

// times are RFC 3339, UTC, milliseconds; the zero time is an absent field.
type stamp time.Time

func (s stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(s).UTC().Format("2006-01-02T15:04:05.000Z"))
}

func when(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

// opt makes a zero id an absent field.
func opt(id notebook.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}
