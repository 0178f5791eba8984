package headless

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"wherry/app/casework"
	"wherry/app/notebook"
)

type rowLine struct {
	V      int    `json:"v"`
	Row    int    `json:"row"`
	Line   int    `json:"line"`
	Status string `json:"status"`
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
}

func importVerb(a *App) *cobra.Command {
	var mapFile string
	var dry bool
	c := &cobra.Command{
		Use: "import FILE", Short: "Import a caseload from a spreadsheet saved as CSV, or notes as .jsonl", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if strings.HasSuffix(strings.ToLower(args[0]), ".jsonl") {
				return a.importNotes(c.Context(), args[0], dry)
			}
			data, err := readBounded(args[0], notebook.MaxImport)
			if err != nil {
				return err
			}
			var mapping map[string]string
			if mapFile != "" {
				b, err := readBounded(mapFile, 1<<20)
				if err != nil {
					return err
				}
				if json.Unmarshal(b, &mapping) != nil {
					return usage("bad_mapping", "The mapping file is not a JSON object of header to field.", `Write it as {"Case ID": "ref"}.`)
				}
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				r, err := n.Import(c.Context(), data, mapping, dry)
				return a.imported(r, err)
			})
		},
	}
	c.Flags().StringVar(&mapFile, "map", "", "JSON object: header of the file to field")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be done and change nothing")
	return c
}

// importNotes reads lines of the record input, many to one sync of the disk.
func (a *App) importNotes(ctx context.Context, path string, dry bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 256<<10)
	next := func() ([]byte, error) {
		if ctx.Err() != nil {
			return nil, io.EOF // what was read is saved
		}
		line, err := readLine(r)
		if errors.Is(err, errLong) {
			return nil, &casework.InputError{Code: casework.CodeTooLong}
		}
		return line, err
	}
	return a.withNotebook(ctx, func(n *notebook.Notebook) error {
		rep, err := n.ImportNotes(context.WithoutCancel(ctx), next, "visit", dry)
		return a.imported(rep, err)
	})
}

func (a *App) imported(r *notebook.ImportReport, err error) error {
	if r != nil {
		if werr := a.sayImport(r); werr != nil {
			return werr
		}
	}
	if err == nil && r.Refused > 0 {
		return exitError{notebook.ExitRefused}
	}
	return err
}

func (a *App) sayImport(r *notebook.ImportReport) error {
	for _, x := range r.Reports {
		line := rowLine{1, x.Row, x.Line, x.Status, x.Field, x.Code}
		if err := a.say(line, "Row %d (line %d): %s, %s %s", x.Row, x.Line, x.Status, x.Code, x.Field); err != nil {
			return err
		}
	}
	return a.say(struct {
		V         int  `json:"v"`
		Summary   bool `json:"summary"`
		Rows      int  `json:"rows"`
		Created   int  `json:"created"`
		Changed   int  `json:"changed"`
		Unchanged int  `json:"unchanged"`
		Conflicts int  `json:"conflicts"`
		Refused   int  `json:"refused"`
	}{1, true, r.Rows, r.Created, r.Changed, r.Unchanged, r.Conflicts, r.Refused},
		"%s", fmt.Sprintf("%d rows: %d new, %d changed, %d unchanged, %d differences kept, %d refused.",
			r.Rows, r.Created, r.Changed, r.Unchanged, r.Conflicts, r.Refused))
}
