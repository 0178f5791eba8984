package desktop

import (
	"strconv"
	"strings"

	"wherry/app/casework"
)

// What the window says about keeping a record. A period that no law was found
// for is always said to be a suggestion.

// keptLine says in one line how long a case is kept.
func (w *Window) keptLine(k *Kept) string {
	closed := k.shut()
	switch {
	case len(k.Rules) == 0 && k.Due.IsZero() && closed:
		return w.t("Closed. How long it is kept is not set.")
	case len(k.Rules) == 0 && k.Due.IsZero():
		return w.t("How long it is kept is not set.")
	case k.Due.IsZero():
		return w.t("How long it is kept cannot be told yet: %s.", k.DueReason)
	case !k.DueKnown:
		return w.t("Kept until %s, as practice suggests: set by your council, not law.", k.Due.Words())
	case k.Ripe:
		return w.t("Its retention period ended on %s.", k.Due.Words())
	case k.Set.Closed == "":
		return w.t("Kept until %s. It is not said when it was closed.", k.Due.Words())
	}
	return w.t("Kept until %s.", k.Due.Words())
}

// shut reports whether the record says that the case is closed.
func (k *Kept) shut() bool { return strings.EqualFold(k.Status, "closed") || k.Set.Closed != "" }

// heldLine says who holds a case; "" if nobody does.
func (w *Window) heldLine(k *Kept) string {
	switch len(k.Holds) {
	case 0:
		return ""
	case 1:
		h := k.Holds[0]
		s := w.t("Held by %s since %s: %s", h.Author, casework.DateWords(h.Written), strings.TrimRight(h.Reason, ". ")) + "."
		if !h.Until.IsZero() {
			s += " " + w.t("The hold ends on %s.", h.Until.Words())
		}
		return s
	}
	return w.t("%d holds stop any disposal.", len(k.Holds))
}

// yearsWords says how long a class is kept.
func (w *Window) yearsWords(c casework.RetentionClass) string {
	var out []string
	for _, k := range c.Clocks {
		out = append(out, w.n("%d year", "%d years", k.Years)+" "+w.t(eventWords[k.From]))
	}
	switch len(out) {
	case 0:
		return w.t("No period is known")
	case 1:
		return out[0]
	}
	return w.t("The longer of %s", strings.Join(out, w.t(" and ")))
}

// eventWords name what a period counts from.
var eventWords = map[casework.RetentionEvent]string{
	casework.FromBirth: "from birth", casework.FromClosing: "from closing", casework.FromEvent: "from the order, death or end",
}

// ruleTitle names a class with where it is valid.
func ruleTitle(c casework.RetentionClass) string {
	name := c.Name
	if name == "" {
		name = c.Key
	}
	if c.Jurisdiction != "" {
		name += ", " + c.Jurisdiction
	}
	return name
}

// countedFrom says from which days the periods of a case run.
func (w *Window) countedFrom(k *Kept) string {
	var out []string
	for _, c := range k.Rules {
		for _, clock := range c.Clocks {
			day := map[casework.RetentionEvent]string{casework.FromBirth: k.DOB.String(), casework.FromClosing: k.Set.Closed, casework.FromEvent: k.Set.Event}[clock.From]
			label := map[casework.RetentionEvent]string{casework.FromBirth: w.t("Birth"), casework.FromClosing: w.t("Closing"),
				casework.FromEvent: w.t("Order, death or end")}[clock.From]
			words := w.t("not known")
			if d, ok := casework.ParseDate(day); ok {
				words = d.Words()
			}
			if line := label + ", " + words; !strings.Contains(strings.Join(out, "\n"), line) {
				out = append(out, line)
			}
		}
	}
	return strings.Join(out, "\n")
}

// unsettled reports whether a period of the case is only a suggestion.
func unsettled(k *Kept) bool {
	for _, c := range k.Rules {
		if !c.Settled() {
			return true
		}
	}
	return false
}

// waitsFor says what a disposal that is proposed waits for.
func (w *Window) waitsFor(k *Kept) string {
	switch k.Lacks {
	case "":
		return w.t("Approved. It waits to be carried out on this laptop.")
	case casework.WhyHold:
		return w.t("A hold stops it.")
	case casework.WhyOneApproval:
		if w.alone() {
			return w.t("It waits for whoever keeps your recovery kit.")
		}
		return w.t("It waits for a second person's approval.")
	case casework.WhyNoLead:
		return w.t("It waits for the approval of a team lead or records officer.")
	case casework.WhyNotClosed:
		return w.t("It is not said when the case was closed.")
	case casework.WhyDueUnknown:
		return w.t("No settled period is known: set its kind of record and a review date.")
	case casework.WhyNotDue:
		return w.t("It waits for the end of its period.")
	case casework.WhyExpired:
		return w.t("The proposal is too old and has to be made anew.")
	case casework.WhyRefused:
		return w.t("The proposal was refused.")
	}
	return w.t("No disposal is proposed.")
}

func (w *Window) alone() bool { return w.who.Council == "" }

// basisWords are the words of a basis of disposal.
func basisWords(basis string) string {
	for _, b := range casework.DisposalBases() {
		if b.Label == basis {
			return b.Value
		}
	}
	return basis
}

// goneLine is the one line that is left of a case.
func (w *Window) goneLine(g *Gone) string {
	var by []string
	for _, name := range g.By {
		switch name {
		case casework.ByKit:
			name = w.t("the recovery kit")
		case "":
			name = w.t("somebody not known here")
		}
		by = append(by, name)
	}
	day := casework.DateWords(g.On)
	if len(by) == 0 {
		return w.t("Disposed of on %s.", day)
	}
	return w.t("Disposed of on %s by %s.", day, strings.Join(by, w.t(" and ")))
}

// counted joins what there is of some things: "12 entries, 2 attachments and 1
// draft".
func (w *Window) counted(d Destroys) string {
	parts := []string{w.n("%d entry", "%d entries", d.Entries)}
	if d.Attachments > 0 {
		parts = append(parts, w.n("%d attachment", "%d attachments", d.Attachments))
	}
	if d.Drafts > 0 {
		parts = append(parts, w.n("%d draft", "%d drafts", d.Drafts))
	}
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(parts[:last], ", ") + w.t(" and ") + parts[last]
}

// proposalDays is how long a proposal waits, as words.
func proposalDays() string { return strconv.Itoa(casework.DefaultProposalDays) }
