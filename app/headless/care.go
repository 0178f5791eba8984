package headless

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"wherry/app/casework"
	"wherry/app/export"
	"wherry/app/notebook"
)

func statusVerb(a *App) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Say how the notebook stands; no network is used", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				s, err := n.Status(c.Context())
				if err != nil {
					return err
				}
				return a.sayStatus(s, n.ClockWrong())
			})
		},
	}
}

type worker struct {
	Person string `json:"person"`
	Last   *stamp `json:"last,omitempty"`
}

func (a *App) sayStatus(s *notebook.Status, clock bool) error {
	line := struct {
		V          int      `json:"v"`
		Notebook   string   `json:"notebook"`
		Enrolled   bool     `json:"enrolled"`
		Council    string   `json:"council,omitempty"`
		Role       string   `json:"role,omitempty"`
		Entries    int      `json:"entries"`
		Local      int      `json:"local"`
		Sending    int      `json:"sending"`
		CouncilHas int      `json:"council_has"`
		Held       int      `json:"held"`
		Refused    int      `json:"refused"`
		Drafts     int      `json:"drafts"`
		LastSync   *stamp   `json:"last_sync,omitempty"`
		CompleteTo *stamp   `json:"complete_to,omitempty"`
		ReadOnly   bool     `json:"readonly"`
		Workers    []worker `json:"workers"`
		Healed     bool     `json:"healed,omitempty"`
		Damaged    int      `json:"damaged,omitempty"`
		Swap       string   `json:"swap,omitempty"`
		Warnings   []string `json:"warnings,omitempty"`
		CarryOut   int      `json:"carry_out,omitempty"` // disposals approved: carry out
	}{V: 1, Notebook: s.Notebook.String(), Enrolled: s.Enrolled, Role: s.Role, Entries: s.Entries, Local: s.Local,
		Sending: s.Sending, CouncilHas: s.CouncilHas, Held: s.Held, Refused: s.Refused, Drafts: s.Drafts,
		LastSync: when(s.LastSync), CompleteTo: when(s.CompleteTo), ReadOnly: s.ReadOnly, Workers: []worker{},
		Healed: s.Healed, Damaged: s.Damaged, CarryOut: s.CarryOut}
	if s.Enrolled {
		line.Council = s.Council.String()
	}
	if clock {
		line.Warnings = append(line.Warnings, notebook.WarnClock)
		fmt.Fprintln(a.Stderr, "The clock of this laptop is behind what was written here, or something was written by a wrong clock. Nothing is lost; check the date and time.")
	}
	if a.Swap != nil {
		line.Swap = a.Swap()
	}
	for _, w := range s.Workers {
		line.Workers = append(line.Workers, worker{w.ID, when(w.Last)})
	}
	return a.say(line, "%d entries: %d on this laptop, %d with the council. %d drafts.", s.Entries, s.Local, s.CouncilHas, s.Drafts)
}

func exportVerb(a *App) *cobra.Command {
	var r notebook.ExportRequest
	var from, until string
	c := &cobra.Command{
		Use: "export", Short: "Write a case summary for a named recipient", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if r.Case == "" || r.Path == "" || r.Recipient == "" || r.Purpose == "" {
				return usage("usage", "export needs --case, --to, --recipient and --purpose.", "See wherryctl help export.")
			}
			for _, d := range []struct {
				text string
				into *casework.Date
			}{{from, &r.From}, {until, &r.Until}} {
				date, ok := casework.ParseDate(d.text)
				if d.text != "" && !ok {
					return usage("bad_date", "A date could not be read.", "Write it as 2026-11-23.")
				}
				*d.into = date
			}
			if !r.From.IsZero() && !r.Until.IsZero() && r.Until.Before(r.From) {
				return usage("bad_date", "The last day lies before the first.", "Exchange --from and --until.")
			}
			format, ok := export.Lookup(r.Format)
			if !ok || !format.Makes(r.Kind) {
				return usage("unknown_format", "There is no such export.", "Use --format pdf --kind summary.")
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				res, err := n.Export(c.Context(), r, Render(format, r.Kind))
				if err != nil {
					return err
				}
				err = a.say(struct {
					V          int    `json:"v"`
					File       string `json:"file"`
					Bytes      int64  `json:"bytes"`
					SHA256     string `json:"sha256"`
					Audit      string `json:"audit"`
					CompleteTo *stamp `json:"complete_to,omitempty"`
					Pages      int    `json:"pages"`
				}{1, res.Path, res.Bytes, res.SHA256.String(), res.Audit.String(), when(res.CompleteTo), res.Pages},
					"Written: %d pages.", res.Pages)
				if err != nil {
					return err
				}
				return a.whole(c, n)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&r.Case, "case", "", "child reference or case id")
	f.StringVar(&r.Format, "format", "pdf", "file format: pdf")
	f.StringVar(&r.Kind, "kind", "summary", "document: summary")
	f.StringVar(&r.Path, "to", "", "file to write; it must not exist unless --force")
	f.StringVar(&r.Recipient, "recipient", "", "who it is for")
	f.StringVar(&r.Purpose, "purpose", "", "why it is made")
	f.StringVar(&r.Basis, "basis", "", "legal basis for sharing")
	f.StringVar(&from, "from", "", "first day to include")
	f.StringVar(&until, "until", "", "last day to include")
	f.BoolVar(&r.Replace, "force", false, "replace the file if it exists")
	return c
}

func verifyVerb(a *App) *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Check every frame, entry, signature and chain; change nothing", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			dir, pass, err := a.place()
			if err != nil {
				return err
			}
			r, err := notebook.Verify(c.Context(), dir, pass, a.Config)
			if err != nil {
				return err
			}
			if err := a.sayVerify(r); err != nil {
				return err
			}
			switch {
			case r.Tampered:
				return exitError{notebook.ExitTampered}
			case !r.OK:
				return exitError{notebook.ExitDamaged}
			}
			return nil
		},
	}
}

type damagedLine struct {
	File    string `json:"file"`
	Segment int    `json:"segment,omitempty"`
	Entry   string `json:"entry,omitempty"`
	Case    string `json:"case,omitempty"`
	Reason  string `json:"reason"`
}

type missingLine struct {
	Lane string `json:"lane"`
	Seq  uint64 `json:"seq"`
	Case string `json:"case"`
}

type headLine struct {
	Case string `json:"case"`
	Seq  uint64 `json:"seq"`
	Hash string `json:"hash"`
}

func (a *App) sayVerify(r *notebook.VerifyReport) error {
	line := struct {
		V         int           `json:"v"`
		Entries   int           `json:"entries"`
		OK        bool          `json:"ok"`
		Damaged   []damagedLine `json:"damaged"`
		Missing   []missingLine `json:"missing"`
		Conflicts int           `json:"conflicts"`
		Heads     []headLine    `json:"heads"`
		View      string        `json:"view"`
		Disposed  []string      `json:"disposed,omitempty"` // case ids
	}{V: 1, Entries: r.Entries, OK: r.OK, Damaged: []damagedLine{}, Missing: []missingLine{}, Conflicts: r.Conflicts,
		Heads: []headLine{}, View: r.View}
	for _, d := range r.Damaged {
		line.Damaged = append(line.Damaged, damagedLine{d.File, d.Segment, opt(d.Entry), opt(d.Case), d.Reason})
	}
	for _, d := range r.Disposed {
		line.Disposed = append(line.Disposed, d.Case.String())
	}
	for _, m := range r.Missing {
		line.Missing = append(line.Missing, missingLine{m.Lane.String(), m.Seq, m.Case.String()})
	}
	for _, h := range r.Heads {
		line.Heads = append(line.Heads, headLine{h.Case.String(), h.Seq, h.Hash.String()})
	}
	if a.json {
		return a.write(line)
	}
	if r.OK {
		_, err := fmt.Fprintf(a.Stdout, "All %d entries verify.\n", r.Entries)
		return err
	}
	fmt.Fprintf(a.Stdout, "%d entries can be read. Not as they were written:\n", r.Entries)
	enc := json.NewEncoder(a.Stdout)
	for _, d := range line.Damaged {
		_ = enc.Encode(d) // a closed stdout ends the listing; the exit code still tells
	}
	return nil
}

func repairVerb(a *App) *cobra.Command {
	return &cobra.Command{
		Use: "repair", Short: "Rebuild view and index from the journal; quarantine, never delete", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			dir, pass, err := a.place()
			if err != nil {
				return err
			}
			r, err := notebook.Repair(c.Context(), dir, pass, a.Config)
			if err != nil {
				return err
			}
			err = a.say(struct {
				V           int      `json:"v"`
				Entries     int      `json:"entries"`
				Rebuilt     bool     `json:"rebuilt"`
				Quarantined []string `json:"quarantined"`
			}{1, r.Entries, r.Rebuilt, append([]string{}, r.Quarantined...)}, "Rebuilt from the journal: %d entries.", r.Entries)
			if err == nil && r.Damaged > 0 {
				return exitError{notebook.ExitDamaged}
			}
			return err
		},
	}
}

func versionVerb(a *App) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which Wherry this is; safe to paste into a fault report", Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			return a.say(struct {
				V       int            `json:"v"`
				Version string         `json:"version"`
				Commit  string         `json:"commit"`
				Go      string         `json:"go"`
				Formats map[string]int `json:"formats"`
			}{1, a.Version.Version, a.Version.Commit, runtime.Version(), Formats}, "Wherry %s (%s), %s %s/%s",
				a.Version.Version, a.Version.Commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

func draftVerb(a *App) *cobra.Command {
	c := &cobra.Command{Use: "draft", Short: "List, show or discard drafts", Args: func(*cobra.Command, []string) error {
		return usage("usage", "draft needs list, show or discard.", "See wherryctl help draft.")
	}, RunE: func(*cobra.Command, []string) error { return nil }}
	c.AddCommand(
		&cobra.Command{Use: "list", Short: "List drafts, newest first", Args: exactly(0), RunE: func(c *cobra.Command, _ []string) error {
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				ds, damaged, err := n.Drafts(c.Context())
				if err != nil {
					return err
				}
				for _, d := range ds {
					if err := a.sayDraft(d); err != nil {
						return err
					}
				}
				if damaged > 0 {
					return exitError{notebook.ExitDamaged}
				}
				return nil
			})
		}},
		&cobra.Command{Use: "show ID", Short: "Show a draft", Args: exactly(1), RunE: func(c *cobra.Command, args []string) error {
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				d, err := n.Draft(c.Context(), args[0])
				if err != nil {
					return err
				}
				if !a.json {
					_, err := fmt.Fprintf(a.Stdout, "%s\n", d.Submission)
					return err
				}
				return a.write(struct {
					draftLine
					Payload json.RawMessage `json:"payload"`
				}{lineOfDraft(d), d.Submission})
			})
		}},
		&cobra.Command{Use: "discard ID", Short: "Erase a draft", Args: exactly(1), RunE: func(c *cobra.Command, args []string) error {
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				if err := n.DiscardDraft(c.Context(), args[0]); err != nil {
					return err
				}
				return a.say(struct {
					V         int    `json:"v"`
					Draft     string `json:"draft"`
					Discarded bool   `json:"discarded"`
				}{1, args[0], true}, "The draft is erased.")
			})
		}},
	)
	return c
}

type draftLine struct {
	V        int      `json:"v"`
	Draft    string   `json:"draft"`
	Kind     string   `json:"kind"`
	Children []string `json:"children"`
	Changed  *stamp   `json:"changed,omitempty"`
	Words    int      `json:"words"`
}

func lineOfDraft(d *casework.Draft) draftLine {
	return draftLine{1, d.ID, d.Kind, append([]string{}, d.Children()...), when(d.Changed), d.Words()}
}

func (a *App) sayDraft(d *casework.Draft) error {
	l := lineOfDraft(d)
	return a.say(l, "%s %-6s %d words, %s", l.Draft, l.Kind, l.Words, casework.TimeWords(d.Changed))
}
