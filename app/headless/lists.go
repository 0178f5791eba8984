package headless

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wherry/app/casework"
	"wherry/app/notebook"
)

type caseLine struct {
	V       int    `json:"v"`
	Case    string `json:"case"`
	Ref     string `json:"ref"`
	Name    string `json:"name"`
	Status  string `json:"status"`
	Entries int    `json:"entries"`
	Last    *stamp `json:"last,omitempty"`
}

type entryLine struct {
	V        int    `json:"v"`
	ID       string `json:"id"`
	Case     string `json:"case"`
	Ref      string `json:"ref,omitempty"`
	Kind     string `json:"kind"`
	Lane     string `json:"lane,omitempty"`
	Seq      uint64 `json:"seq,omitempty"`
	Author   string `json:"author,omitempty"`
	Written  *stamp `json:"written,omitempty"`
	Occurred *stamp `json:"occurred,omitempty"`
	Received *stamp `json:"received,omitempty"`
	State    string `json:"state"`
	SHA256   string `json:"sha256,omitempty"`
	Damaged  bool   `json:"damaged,omitempty"`
	Newer    bool   `json:"needs_newer,omitempty"`
}

func listVerb(a *App) *cobra.Command {
	var entries bool
	var operand, kind string
	c := &cobra.Command{
		Use: "list", Short: "List the caseload, or entries", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if !entries && (operand != "" || kind != "") {
				return usage("usage", "--case and --kind go with --entries.", "See wherryctl help list.")
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				if entries {
					return a.listEntries(c, n, operand, kind)
				}
				return a.listCases(c, n)
			})
		},
	}
	c.Flags().BoolVar(&entries, "entries", false, "list entries instead of cases")
	c.Flags().StringVar(&operand, "case", "", "only this case: a child reference or a case id")
	c.Flags().StringVar(&kind, "kind", "", "only this kind of entry")
	return c
}

func (a *App) listCases(c *cobra.Command, n *notebook.Notebook) error {
	rows, complete, err := n.Cases(c.Context())
	if err != nil {
		return err
	}
	if err := a.listGone(c, n); err != nil {
		return err
	}
	for _, r := range rows {
		line := caseLine{1, r.ID.String(), r.Ref, r.Name, r.Status, r.Entries, when(r.Last)}
		if err := a.say(line, "%-12s %-32s %-18s %5d entries", r.Ref, r.Name, r.Status, r.Entries); err != nil {
			return err
		}
	}
	fmt.Fprintln(a.Stderr, complete.Words(a.now()))
	return a.whole(c, n)
}

// whole ends a listing with 5 if the journal is damaged: what was printed is
// true, but what cannot be read any more is not in it.
func (a *App) whole(c *cobra.Command, n *notebook.Notebook) error {
	s, err := n.Status(c.Context())
	if err != nil || s.Damaged == 0 {
		return err
	}
	fmt.Fprintln(a.Stderr, "Part of this notebook is damaged, so something may be missing here. Run verify to see what.")
	return exitError{notebook.ExitDamaged}
}

func (a *App) listEntries(c *cobra.Command, n *notebook.Notebook, operand, kind string) error {
	rows, err := n.Entries(c.Context(), operand, kind)
	if err != nil {
		return err
	}
	damaged := false
	for _, r := range rows {
		damaged = damaged || r.Damaged
		if err := a.say(lineOf(r), "%s %-12s %-8s %-9s %s", r.ID.Short(), r.Ref, r.Kind, r.State, r.Written.Format("2006-01-02 15:04")); err != nil {
			return err
		}
	}
	if damaged {
		return exitError{notebook.ExitDamaged}
	}
	return a.whole(c, n)
}

func lineOf(r notebook.EntryRow) entryLine {
	l := entryLine{V: 1, ID: r.ID.String(), Case: r.Case.String(), Ref: r.Ref, Kind: r.Kind, Lane: r.Lane, Seq: r.Seq, Author: r.Author,
		Written: when(r.Written), Occurred: when(r.Occurred), Received: when(r.Received), State: r.State, Damaged: r.Damaged, Newer: r.Unknown}
	if !r.Damaged && !r.Unknown {
		l.SHA256 = r.SHA256.String()
	}
	return l
}

type fieldConflict struct {
	Field  string       `json:"field"`
	Values []fieldValue `json:"values"`
}

type fieldValue struct {
	Value any    `json:"value"`
	Entry string `json:"entry"`
}

type showLine struct {
	V          int             `json:"v"`
	ID         string          `json:"id"`
	Case       string          `json:"case"`
	Kind       string          `json:"kind"`
	Payload    json.RawMessage `json:"payload,omitempty"`
	SHA256     string          `json:"sha256,omitempty"`
	Amendments []string        `json:"amendments"`
	Conflicts  []fieldConflict `json:"conflicts"`
	State      string          `json:"state"`
	Damaged    bool            `json:"damaged,omitempty"`
	Newer      bool            `json:"needs_newer,omitempty"`
}

func showVerb(a *App) *cobra.Command {
	return &cobra.Command{
		Use: "show ENTRY|CASE", Short: "Show an entry, or every entry of a case", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				if d, err := n.DisposalOf(c.Context(), strings.ToLower(args[0])); err == nil {
					return a.showGone(args[0], d)
				}
				rows, err := n.CaseEntries(c.Context(), args[0])
				if errors.Is(err, notebook.ErrNotFound) {
					d, err := n.Entry(c.Context(), strings.ToLower(args[0]))
					if err != nil {
						return err
					}
					rows = []notebook.EntryDetail{*d}
				} else if err != nil {
					return err
				}
				damaged := false
				for _, r := range rows {
					damaged = damaged || r.Damaged
					if err := a.show(r); err != nil {
						return err
					}
				}
				if damaged {
					return exitError{notebook.ExitDamaged}
				}
				if len(rows) == 1 {
					err = n.Opened(c.Context(), rows[0].ID.String())
				} else {
					err = n.Looked(c.Context(), args[0], notebook.AllOfIt) // nothing syncs beside this
				}
				if err != nil {
					return err
				}
				return a.whole(c, n)
			})
		},
	}
}

func (a *App) show(r notebook.EntryDetail) error {
	l := showLine{V: 1, ID: r.ID.String(), Case: r.Case.String(), Kind: r.Kind, State: r.State, Damaged: r.Damaged, Newer: r.Unknown,
		Amendments: append([]string{}, r.Amendments...), Conflicts: []fieldConflict{}}
	if !r.Damaged && !r.Unknown {
		l.Payload, l.SHA256 = shownPayload(r), r.SHA256.String()
	}
	for _, f := range r.Conflicts {
		fc := fieldConflict{Field: f.Def.Key, Values: []fieldValue{}}
		for _, v := range f.Values {
			for _, e := range v.Entries {
				fc.Values = append(fc.Values, fieldValue{v.Value, e})
			}
		}
		l.Conflicts = append(l.Conflicts, fc)
	}
	if a.json {
		return a.write(l)
	}
	switch {
	case r.Damaged:
		fmt.Fprintf(a.Stdout, "%s  damaged: this entry cannot be read\n\n", r.ID.Short())
		return nil
	case r.Unknown:
		fmt.Fprintf(a.Stdout, "%s  %s  this entry needs a newer Wherry, or a key that is not here\n\n", r.ID.Short(), casework.TimeWords(r.Written))
		return nil
	}
	fmt.Fprintf(a.Stdout, "%s  %s  %s\n", r.ID.Short(), r.Kind, casework.TimeWords(r.Written))
	if b, err := casework.DecodeBody(r.Kind, r.Schema, r.Payload); err == nil {
		fmt.Fprintf(a.Stdout, "%s\n%s\n\n", b.Line(), b.SearchText())
	}
	return nil
}

func searchVerb(a *App) *cobra.Command {
	var operand string
	var limit int
	c := &cobra.Command{
		Use: "search QUERY", Short: `Search all notes: words, "a phrase", pre*`, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if limit < 1 || limit > 10_000 {
				return usage("usage", "--limit must be from 1 to 10000.", "Leave it out for 50.")
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				hits, err := n.Search(c.Context(), args[0], operand, limit, false)
				if err != nil {
					return err
				}
				for _, h := range hits {
					line := struct {
						V       int      `json:"v"`
						Entry   string   `json:"entry"`
						Case    string   `json:"case"`
						Kind    string   `json:"kind"`
						Score   float64  `json:"score"`
						Snippet string   `json:"snippet"`
						Hits    [][2]int `json:"hits"`
						Sounds  bool     `json:"sounds_like,omitempty"`
					}{1, h.Entry.String(), h.Case.String(), h.Kind, h.Score, h.Snippet, append([][2]int{}, h.Hits...), h.SoundsLike}
					if err := a.say(line, "%s %s %s: %s", h.Entry.Short(), h.Ref, h.Kind, h.Snippet); err != nil {
						return err
					}
				}
				return a.whole(c, n)
			})
		},
	}
	c.Flags().StringVar(&operand, "case", "", "only this case")
	c.Flags().IntVar(&limit, "limit", 50, "at most this many results")
	return c
}
