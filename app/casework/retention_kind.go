package casework

import "slices"

// Kinds of entry about keeping and disposing of a record.
const (
	KindRetention = "retention"
	KindHold      = "hold"
	KindRelease   = "release"
	KindDisposal  = "disposal"
)

// AboutKeeping reports whether entries of a kind are about keeping the record.
func AboutKeeping(kind string) bool {
	return kind == KindRetention || kind == KindHold || kind == KindRelease || kind == KindDisposal
}

// Retention puts a case into a class of the retention schedule. Replaces names
// the earlier ones that its writer saw; one that nobody replaced stands beside
// it, and then the longest period counts.
type Retention struct {
	Class    string   `json:"class,omitempty"`
	Closed   string   `json:"closed,omitempty"` // ISO date on which the case was closed
	Event    string   `json:"event,omitempty"`  // ISO date of the order, death or end that the class counts from
	Review   string   `json:"review,omitempty"` // ISO date before which the council wants it kept
	Replaces []string `json:"replaces,omitempty"`
}

var retentionKind = Kind{Name: KindRetention, Label: "Retention", Schema: 1, Decode: decodeBody[Retention]}

// Kind is KindRetention.
func (*Retention) Kind() string { return KindRetention }

// Validate wants a class and dates that are dates.
func (r *Retention) Validate() []Item {
	items := dates(Labelled{"closed", r.Closed}, Labelled{"event", r.Event}, Labelled{"review", r.Review})
	switch {
	case r.Class == "":
		items = append(items, Item{Field: "class", Code: CodeMissing})
	case !plainKey(r.Class):
		items = append(items, Item{Field: "class", Code: CodeBadValue})
	}
	return items
}

// SearchText is the class.
func (r *Retention) SearchText() string { return r.Class }

// Line gives the class.
func (r *Retention) Line() string { return withText("Retention", r.Class) }

func (r *Retention) details() []Labelled {
	return []Labelled{{"Class", r.Class}, {"Closed", DisplayValue("dob", r.Closed)}, {"Counted from", DisplayValue("dob", r.Event)}, {"Review", DisplayValue("dob", r.Review)}}
}

// Hold says that a record must not be disposed of, whatever the schedule says:
// until a day, or until somebody releases it.
type Hold struct {
	Reason string `json:"reason,omitempty"`
	Until  string `json:"until,omitempty"` // ISO date; the hold stands through that day
}

var holdKind = Kind{Name: KindHold, Label: "Hold", Schema: 1, Decode: decodeBody[Hold]}

// Kind is KindHold.
func (*Hold) Kind() string { return KindHold }

// Validate wants a reason.
func (h *Hold) Validate() []Item {
	return append(needed(Labelled{"reason", h.Reason}), dates(Labelled{"until", h.Until})...)
}

// SearchText is the reason.
func (h *Hold) SearchText() string { return h.Reason }

// Line gives the reason.
func (h *Hold) Line() string { return withText("Hold", h.Reason) }

func (h *Hold) details() []Labelled {
	return []Labelled{{"Reason", h.Reason}, {"Until", DisplayValue("dob", h.Until)}}
}

// Release ends a hold.
type Release struct {
	Hold   string `json:"hold,omitempty"` // the hold's entry
	Reason string `json:"reason,omitempty"`
}

var releaseKind = Kind{Name: KindRelease, Label: "Hold released", Schema: 1, Decode: decodeBody[Release]}

// Kind is KindRelease.
func (*Release) Kind() string { return KindRelease }

// Validate wants a hold and a reason.
func (r *Release) Validate() []Item {
	return needed(Labelled{"hold", r.Hold}, Labelled{"reason", r.Reason})
}

// SearchText is the reason.
func (r *Release) SearchText() string { return r.Reason }

// Line gives the reason.
func (r *Release) Line() string { return withText("Hold released", r.Reason) }

func (r *Release) details() []Labelled { return []Labelled{{"Reason", r.Reason}} }

// Steps of a disposal.
const (
	StepPropose = "propose"
	StepApprove = "approve"
	StepRefuse  = "refuse" // ends the proposal for good
)

// ByKit marks an approval that the recovery kit gave, which somebody else than
// the notebook's person holds.
const ByKit = "kit"

// BasisSchedule is the basis of a disposal because its retention period has
// ended. Every other basis overrides the schedule.
const BasisSchedule = "schedule"

// DisposalBases are the bases of a disposal. They are words of a list and not
// free text, because the register of disposals keeps them for ever.
func DisposalBases() []Labelled {
	return []Labelled{
		{BasisSchedule, "The retention period has ended"},
		{"transferred", "The council's system of record has confirmed that it holds the whole record"},
		{"erasure-request", "A request for erasure was granted"},
		{"court-order", "A court ordered it"},
		{"recorded-in-error", "The record should never have been made"},
		{"duplicate", "The same record is kept elsewhere"},
	}
}

// Disposal is one step towards disposing of a case.
type Disposal struct {
	Step     string `json:"step,omitempty"`
	Proposal string `json:"proposal,omitempty"` // the proposal's entry, for approve and refuse
	Reason   string `json:"reason,omitempty"`
	Basis    string `json:"basis,omitempty"` // one of DisposalBases
	By       string `json:"by,omitempty"`    // ByKit, or nothing
}

var disposalKind = Kind{Name: KindDisposal, Label: "Disposal", Schema: 1, Decode: decodeBody[Disposal]}

// Kind is KindDisposal.
func (*Disposal) Kind() string { return KindDisposal }

// Validate wants what the step needs.
func (d *Disposal) Validate() []Item {
	items := writable(Labelled{"reason", d.Reason})
	switch d.Step {
	case StepPropose:
		items = append(items, needed(Labelled{"basis", d.Basis}, Labelled{"reason", d.Reason})...)
		if d.Basis != "" && !slices.ContainsFunc(DisposalBases(), func(l Labelled) bool { return l.Label == d.Basis }) {
			items = append(items, Item{Field: "basis", Code: CodeBadValue})
		}
	case StepApprove:
		items = append(items, needed(Labelled{"proposal", d.Proposal})...)
	case StepRefuse:
		items = append(items, needed(Labelled{"proposal", d.Proposal}, Labelled{"reason", d.Reason})...)
	case "":
		items = append(items, Item{Field: "step", Code: CodeMissing})
	default:
		items = append(items, Item{Field: "step", Code: CodeBadValue})
	}
	return items
}

// SearchText is the reason.
func (d *Disposal) SearchText() string { return d.Reason }

// Line says which step it is.
func (d *Disposal) Line() string {
	words := map[string]string{StepPropose: "Disposal proposed", StepApprove: "Disposal approved", StepRefuse: "Disposal refused"}[d.Step]
	if words == "" {
		words = "Disposal"
	}
	return withText(words, d.Reason)
}

func (d *Disposal) details() []Labelled {
	by := ""
	if d.By == ByKit {
		by = "The recovery kit"
	}
	return []Labelled{{"Step", sentence(d.Step)}, {"Basis", basisWords(d.Basis)}, {"Reason", d.Reason}, {"Approved by", by}}
}

func basisWords(basis string) string {
	for _, l := range DisposalBases() {
		if l.Label == basis {
			return l.Value
		}
	}
	return basis
}

// detailed is a body that is shown as labelled values.
type detailed interface{ details() []Labelled }

// needed lists which of these texts are missing or cannot be written.
func needed(texts ...Labelled) []Item {
	var items []Item
	for _, t := range texts {
		if blank(t.Value) {
			items = append(items, Item{Field: t.Label, Code: CodeMissing})
		}
	}
	return append(items, writable(texts...)...)
}

// dates lists which of these are no ISO dates; an empty one is none.
func dates(texts ...Labelled) []Item {
	var items []Item
	for _, t := range texts {
		if _, ok := parseISO(t.Value); t.Value != "" && !ok {
			items = append(items, Item{Field: t.Label, Code: CodeBadValue})
		}
	}
	return items
}
