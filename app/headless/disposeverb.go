package headless

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"wherry/app/casework"
	"wherry/app/notebook"
)

// The verbs about keeping a case and disposing of it.

type holdLine struct {
	ID       string `json:"id"`
	Reason   string `json:"reason"`
	Until    string `json:"until,omitempty"`
	Person   string `json:"person"`
	Released bool   `json:"released"`
	InForce  bool   `json:"in_force"`
}

type proposalLine struct {
	ID       string   `json:"id"`
	Basis    string   `json:"basis"`
	Reason   string   `json:"reason"`
	Written  *stamp   `json:"written"`
	Approved []string `json:"approved"` // persons, and "kit"
}

type retentionLine struct {
	V        int           `json:"v"`
	Case     string        `json:"case"`
	Ref      string        `json:"ref"`
	Class    []string      `json:"class"`
	Closed   string        `json:"closed,omitempty"`
	Due      string        `json:"due,omitempty"`
	Settled  bool          `json:"due_settled"`
	Why      string        `json:"due_reason"`
	Holds    []holdLine    `json:"holds"`
	Proposal *proposalLine `json:"proposal,omitempty"`
	Ready    bool          `json:"ready"` // disposal approved: carry out
	Lacks    string        `json:"lacks,omitempty"`
}

func retentionVerb(a *App) *cobra.Command {
	var set casework.Retention
	var schedule string
	var list bool
	c := &cobra.Command{
		Use: "retention CASE", Short: "Say how long a case is kept, or set its class", Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if list != (len(args) == 0) {
				return usage("usage", "retention needs a case, or --list.", "See wherryctl help retention.")
			}
			if err := a.useSchedule(schedule); err != nil {
				return err
			}
			if list {
				return a.listSchedule()
			}
			for _, d := range []*string{&set.Closed, &set.Event, &set.Review} {
				if err := isoDate(d); err != nil {
					return err
				}
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				if set.Class+set.Closed+set.Event+set.Review != "" {
					if _, err := n.SetRetention(c.Context(), args[0], set); err != nil {
						return err
					}
				}
				r, err := n.Retention(c.Context(), args[0])
				if err != nil {
					return err
				}
				return a.sayRetention(r)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&set.Class, "class", "", "class of the retention schedule")
	f.StringVar(&set.Closed, "closed", "", "day on which the case was closed")
	f.StringVar(&set.Event, "event", "", "day of the order, death or end that the class counts from")
	f.StringVar(&set.Review, "review", "", "day before which the council wants the case kept")
	f.StringVar(&schedule, "schedule", "", "the council's own retention schedule, a JSON file")
	f.BoolVar(&list, "list", false, "list the classes of the schedule")
	return c
}

// isoDate reads a day as people write it and keeps its ISO form.
func isoDate(s *string) error {
	d, ok := casework.ParseDate(*s)
	if *s != "" && !ok {
		return usage("bad_date", "A date could not be read.", "Write it as 2026-11-23.")
	}
	*s = d.String()
	return nil
}

// useSchedule lays the council's schedule over the one built in.
func (a *App) useSchedule(file string) error {
	if file == "" {
		return nil
	}
	data, err := readBounded(file, 1<<20)
	if err != nil {
		return err
	}
	a.Config.Retention, err = casework.DefaultSchedule().ParseSchedule(data)
	return err
}

func (a *App) listSchedule() error {
	s := a.Config.Retention
	if s == nil {
		s = casework.DefaultSchedule()
	}
	for _, c := range s {
		var clocks []string
		for _, k := range c.Clocks {
			clocks = append(clocks, fmt.Sprintf("%s+%d years", k.From, k.Years))
		}
		note := ""
		if !c.Settled() {
			note = casework.NotVerified
		}
		line := struct {
			V            int      `json:"v"`
			Class        string   `json:"class"`
			Name         string   `json:"name"`
			Jurisdiction string   `json:"jurisdiction,omitempty"`
			Keep         []string `json:"keep"`
			Source       string   `json:"source"`
			Settled      bool     `json:"settled"`
			Note         string   `json:"note,omitempty"`
		}{1, c.Key, c.Name, c.Jurisdiction, append([]string{}, clocks...), c.Source, c.Settled(), note}
		if err := a.say(line, "%-26s %-24s %s %s", c.Key, strings.Join(clocks, ", "), c.Source, note); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) sayRetention(r *notebook.Retention) error {
	l := retentionLine{V: 1, Case: r.Case.String(), Ref: r.Ref, Class: []string{}, Closed: r.Closed.String(), Due: r.Due.String(), Settled: r.DueKnown,
		Why: r.DueReason, Holds: []holdLine{}, Ready: r.Ready != nil, Lacks: r.Why}
	for _, c := range r.Classes {
		l.Class = append(l.Class, c.Class)
	}
	today := casework.DateOf(a.now())
	for _, h := range r.Holds {
		l.Holds = append(l.Holds, holdLine{h.ID, h.Reason, h.Until.String(), h.AuthorID, h.Released, h.InForce(today)})
	}
	if p := r.Standing; p != nil {
		l.Proposal = &proposalLine{ID: p.ID, Basis: p.Basis, Reason: p.Reason, Written: when(p.Written), Approved: []string{}}
		for _, x := range p.Approvals {
			who := x.PersonID
			if x.Kit {
				who = casework.ByKit
			}
			l.Proposal.Approved = append(l.Proposal.Approved, who)
		}
	}
	words := "disposal approved: carry out"
	if r.Ready == nil {
		words = "may not be disposed of: " + r.Why
	}
	due := "no date"
	if !r.Due.IsZero() {
		due = r.Due.Words()
	}
	return a.say(l, "%s: %s; keep until %s (%s); %s.", r.Ref, strings.Join(l.Class, ", "), due, r.DueReason, words)
}

func holdVerb(a *App) *cobra.Command {
	var reason, until string
	c := &cobra.Command{
		Use: "hold CASE", Short: "Stop any disposal of a case", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := isoDate(&until); err != nil {
				return err
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				ack, err := n.Hold(c.Context(), args[0], reason, until)
				return a.sayStep(ack, err, "hold", "The case is held.")
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why it must be kept")
	c.Flags().StringVar(&until, "until", "", "last day of the hold; without it, until released")
	return c
}

func releaseVerb(a *App) *cobra.Command {
	var hold, reason string
	c := &cobra.Command{
		Use: "release CASE", Short: "End a hold", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				ack, err := n.Release(c.Context(), args[0], strings.ToLower(hold), reason)
				return a.sayStep(ack, err, "release", "The hold is released.")
			})
		},
	}
	c.Flags().StringVar(&hold, "hold", "", "entry of the hold")
	c.Flags().StringVar(&reason, "reason", "", "why it is not needed any more")
	return c
}

func (a *App) sayStep(ack *notebook.Ack, err error, step, words string) error {
	if err != nil {
		return err
	}
	return a.say(struct {
		V    int    `json:"v"`
		Ack  string `json:"ack"`
		Case string `json:"ref"`
		Step string `json:"step"`
	}{1, ack.ID.String(), ack.Entries[0].Ref, step}, "%s", words)
}

func disposeVerb(a *App) *cobra.Command {
	var propose, approve, refuse, carry, list bool
	var basis, reason, recovery, schedule string
	c := &cobra.Command{
		Use: "dispose [CASE]", Short: "Propose, approve and carry out the disposal of a case", Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			chosen := 0
			for _, b := range []bool{propose, approve, refuse, carry, list} {
				if b {
					chosen++
				}
			}
			if chosen != 1 || list != (len(args) == 0) {
				return usage("usage", "dispose needs a case and one of --propose, --approve, --refuse and --carry-out, or --list.", "See wherryctl help dispose.")
			}
			if err := a.useSchedule(schedule); err != nil {
				return err
			}
			var code *notebook.RecoveryCode
			if recovery != "" {
				kit, err := readKit(recovery)
				if err != nil {
					return err
				}
				code = &kit
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				switch ctx := c.Context(); {
				case propose:
					ack, err := n.ProposeDisposal(ctx, args[0], basis, reason)
					return a.sayStep(ack, err, casework.StepPropose, "Proposed. A second person must approve it.")
				case approve:
					ack, err := n.ApproveDisposal(ctx, args[0], code)
					return a.sayStep(ack, err, casework.StepApprove, "Approved. It can be carried out now.")
				case refuse:
					ack, err := n.RefuseDisposal(ctx, args[0], reason)
					return a.sayStep(ack, err, casework.StepRefuse, "Refused.")
				case carry:
					d, err := n.CarryOut(ctx, args[0])
					if err != nil {
						return err
					}
					return a.sayDisposed(d)
				}
				return a.listDisposals(c, n)
			})
		},
	}
	f := c.Flags()
	f.BoolVar(&propose, "propose", false, "propose to dispose of the case")
	f.BoolVar(&approve, "approve", false, "be the second person behind the proposal")
	f.BoolVar(&refuse, "refuse", false, "end the proposal")
	f.BoolVar(&carry, "carry-out", false, "destroy the case, for good")
	f.BoolVar(&list, "list", false, "list what was disposed of, and what waits to be")
	f.StringVar(&basis, "basis", casework.BasisSchedule, "basis: "+bases())
	f.StringVar(&reason, "reason", "", "the reason in words; it is destroyed with the case")
	f.StringVar(&recovery, "recovery-file", "", "the recovery kit, which approves where there is no second person")
	f.StringVar(&schedule, "schedule", "", "the council's own retention schedule, a JSON file")
	return c
}

func bases() string {
	var out []string
	for _, b := range casework.DisposalBases() {
		out = append(out, b.Label)
	}
	return strings.Join(out, ", ")
}

type disposalLine struct {
	V        int      `json:"v"`
	Case     string   `json:"case"`
	Status   string   `json:"status"` // "disposed", or "approved": carry out
	Proposal string   `json:"proposal"`
	Basis    string   `json:"basis"`
	By       []string `json:"by"` // persons, and "kit"
	Carried  string   `json:"carried_out_by,omitempty"`
	At       *stamp   `json:"at,omitempty"`
	Done     bool     `json:"done"`
	Complete *stamp   `json:"complete,omitempty"` // when the last backup from before expires
	Hash     string   `json:"reason_hash,omitempty"`
	Nonce    string   `json:"reason_nonce,omitempty"`
}

func disposed(d notebook.Disposal) disposalLine {
	l := disposalLine{V: 1, Case: d.Case.String(), Status: "disposed", Proposal: d.Proposal.String(), Basis: d.Basis, By: []string{},
		Carried: opt(d.Carried), At: when(d.At), Done: d.Done, Complete: when(d.Complete)}
	for _, p := range d.By {
		if p.IsZero() {
			l.By = append(l.By, casework.ByKit)
		} else {
			l.By = append(l.By, p.String())
		}
	}
	return l
}

// disposedWords say what is left of a case.
func disposedWords(d notebook.Disposal) string {
	s := fmt.Sprintf("Case %s: disposed of under %s on %s, basis %s.", d.Case.Short(), d.Proposal.Short(), casework.DateOf(d.At).Words(), d.Basis)
	if !d.Done {
		s += " Not all of it is destroyed yet: it is tried again at every opening."
	}
	if !d.Complete.IsZero() {
		s += fmt.Sprintf(" Disposal complete on %s, when the last backup from before it expires.", casework.DateOf(d.Complete).Words())
	}
	return s
}

func (a *App) sayDisposed(d *notebook.Disposed) error {
	l := disposed(d.Disposal)
	l.Hash, l.Nonce = d.ReasonHash.String(), hex.EncodeToString(d.Nonce[:])
	return a.say(l, "%s\nKeep with the paper: reason number %s.", disposedWords(d.Disposal), l.Nonce)
}

func (a *App) listDisposals(c *cobra.Command, n *notebook.Notebook) error {
	waiting, err := n.ToCarryOut(c.Context())
	if err != nil {
		return err
	}
	for _, r := range waiting {
		l := disposalLine{V: 1, Case: r.Case.String(), Status: "approved", Proposal: r.Ready.ID, Basis: r.Ready.Basis, By: []string{}}
		for _, x := range r.Ready.Approvals {
			if x.Kit {
				x.PersonID = casework.ByKit
			}
			l.By = append(l.By, x.PersonID)
		}
		if err := a.say(l, "%s: disposal approved: carry out.", r.Ref); err != nil {
			return err
		}
	}
	gone, err := n.Disposals(c.Context())
	if err != nil {
		return err
	}
	for _, d := range gone {
		if err := a.say(disposed(d), "%s", disposedWords(d)); err != nil {
			return err
		}
	}
	return nil
}

// listGone lists the cases that were disposed of, before those that have a
// reference: they have none any more.
func (a *App) listGone(c *cobra.Command, n *notebook.Notebook) error {
	gone, err := n.Disposals(c.Context())
	for _, d := range gone {
		line := struct {
			caseLine
			At *stamp `json:"disposed,omitempty"`
		}{caseLine{V: 1, Case: d.Case.String(), Status: "disposed"}, when(d.At)}
		if err := a.say(line, "%s", disposedWords(d)); err != nil {
			return err
		}
	}
	return err
}

// showGone shows what is left of a case, or of an entry of one.
func (a *App) showGone(id string, d *notebook.Disposal) error {
	gone := disposed(*d)
	return a.say(struct {
		showLine
		Disposed disposalLine `json:"disposed"`
	}{showLine{V: 1, ID: strings.ToLower(id), Case: d.Case.String(), Kind: "disposed", State: "disposed", Amendments: []string{}, Conflicts: []fieldConflict{}}, gone},
		"%s", disposedWords(*d))
}
