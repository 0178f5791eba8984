package headless

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"wherry/app/casework"
	"wherry/app/notebook"
)

// maxLine is the longest input line: 1 MiB and its line end.
const maxLine = 1<<20 + 2

type ackEntry struct {
	ID   string `json:"id"`
	Case string `json:"case"`
}

func recordVerb(a *App) *cobra.Command {
	var stream bool
	var kind string
	c := &cobra.Command{
		Use: "record [FILE|-]", Short: "Record visits, calls and notes, one JSON object a line", Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if _, ok := casework.LookupKind(kind); !ok || (kind != "visit" && kind != "call" && kind != "note") {
				return usage("unknown_kind", "That kind cannot be recorded.", "Use visit, call or note.")
			}
			in := a.Stdin
			if len(args) == 1 && args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				return a.record(c.Context(), n, in, kind)
			})
		},
	}
	c.Flags().BoolVar(&stream, "stream", false, "answer each line before the next is read (always so)")
	c.Flags().StringVar(&kind, "kind", "visit", "kind of lines that do not say: visit, call or note")
	return c
}

// record answers each line before the next is read. A refused line is named
// and the rest goes on; a failing disk ends it. After a signal the line in
// hand is still answered, and none is waited for.
func (a *App) record(ctx context.Context, n *notebook.Notebook, in io.Reader, kind string) error {
	next := lineReader(ctx, in)
	refused := 0
	for line := 1; ; line++ {
		text, err := next()
		if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
			break
		}
		if err != nil && !errors.Is(err, errLong) {
			return err
		}
		var ack *notebook.Ack
		if err == nil {
			ack, err = n.Record(context.WithoutCancel(ctx), text, kind)
		}
		if err == nil {
			if werr := a.acknowledge(line, ack); werr != nil {
				return exitError{notebook.ExitRefused} // nobody listens (EPIPE)
			}
			continue
		}
		code, field := refusalOf(err)
		if code == "" {
			return err
		}
		refused++
		if werr := a.refuse(line, code, field); werr != nil {
			return exitError{notebook.ExitRefused}
		}
	}
	if refused > 0 {
		return exitError{notebook.ExitRefused}
	}
	return nil
}

// lineReader returns a function that reads the next line, or gives up with
// context.Canceled when ctx ends first. A read that waits for a terminal or a
// pipe cannot be broken off, so a goroutine does it, and only when asked: each
// line is answered before the next is read.
func lineReader(ctx context.Context, in io.Reader) func() ([]byte, error) {
	type input struct {
		text []byte
		err  error
	}
	r := bufio.NewReaderSize(in, 64<<10)
	ask, got := make(chan struct{}, 1), make(chan input, 1)
	go func() {
		for range ask {
			text, err := readLine(r)
			got <- input{text, err}
		}
	}()
	return func() ([]byte, error) {
		if ctx.Err() != nil {
			return nil, context.Canceled
		}
		ask <- struct{}{}
		select {
		case l := <-got:
			return l.text, l.err
		case <-ctx.Done():
			return nil, context.Canceled
		}
	}
}

var errLong = errors.New("headless: line too long")

// readLine reads one line without its end. A last line without LF counts.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = r.ReadSlice('\n')
			}
			return nil, errLong
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return trimEnd(line), nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return trimEnd(line), nil
		default:
			return nil, err
		}
	}
}

func trimEnd(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	return b
}

// refusalOf tells a refused line (code and field) from a failure ("").
func refusalOf(err error) (code, field string) {
	var ie *casework.InputError
	switch {
	case errors.As(err, &ie):
		return ie.Code, ie.Field
	case errors.Is(err, errLong):
		return casework.CodeTooLong, ""
	}
	return "", ""
}

func (a *App) acknowledge(line int, ack *notebook.Ack) error {
	if !a.json {
		_, err := fmt.Fprintf(a.Stdout, "Saved line %d: %d entries.\n", line, len(ack.Entries))
		return err
	}
	out := struct {
		V       int        `json:"v"`
		Line    int        `json:"line"`
		Ack     string     `json:"ack"`
		Entries []ackEntry `json:"entries"`
		Ref     string     `json:"ref,omitempty"`
	}{V: 1, Line: line, Ack: ack.ID.String(), Entries: []ackEntry{}, Ref: ack.Ref}
	for _, e := range ack.Entries {
		out.Entries = append(out.Entries, ackEntry{e.ID.String(), e.Ref})
	}
	return a.write(out)
}

func (a *App) refuse(line int, code, field string) error {
	if !a.json {
		_, err := fmt.Fprintf(a.Stderr, "Line %d was not taken: %s %s\n", line, code, field)
		return err
	}
	return a.write(struct {
		V       int    `json:"v"`
		Line    int    `json:"line"`
		Refused string `json:"refused"`
		Field   string `json:"field,omitempty"`
	}{1, line, code, field})
}

// Amendments and comments.

type aboutVerb struct {
	name, short string
	do          func(*notebook.Notebook, context.Context, string, string) (*notebook.Ack, error)
}

func amendVerb(a *App) *cobra.Command {
	return about(a, aboutVerb{"amend", "Add a correction below a final entry", func(n *notebook.Notebook, ctx context.Context, id, text string) (*notebook.Ack, error) {
		return n.Amend(ctx, id, text, "")
	}})
}

func commentVerb(a *App) *cobra.Command {
	return about(a, aboutVerb{"comment", "Add an oversight comment to an entry", (*notebook.Notebook).Comment})
}

func about(a *App, v aboutVerb) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: v.name + " ENTRY", Short: v.short, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := a.text(file)
			if err != nil {
				return err
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				ack, err := v.do(n, c.Context(), args[0], text)
				if err != nil {
					return err
				}
				return a.say(struct {
					V      int    `json:"v"`
					Ack    string `json:"ack"`
					Target string `json:"target"`
				}{1, ack.ID.String(), args[0]}, "Saved.")
			})
		},
	}
	c.Flags().StringVar(&file, "text-file", "", "file with the text, or - for standard input")
	return c
}

// text reads the text of an amendment or comment.
func (a *App) text(file string) (string, error) {
	var b []byte
	var err error
	switch file {
	case "":
		return "", usage("usage", "--text-file is needed.", "Give a file, or - for standard input.")
	case "-":
		b, err = io.ReadAll(io.LimitReader(a.Stdin, maxLine))
	default:
		b, err = readBounded(file, maxLine)
	}
	return string(trimEnd(b)), err
}
