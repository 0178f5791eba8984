package rig

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Line is one line of input with what tells it from all others.
type Line struct {
	Ref      string // the sender's own reference
	Children []string
	Shared   string // the narrative
	JSON     []byte // ends in LF
}

// Ack is a line that record printed for a line of input.
type Ack struct {
	Line    int
	Ack     string
	Ref     string
	Entries []struct{ ID, Case string }
	Refused string
}

// Ledger is the harness's own book of what was acknowledged, kept outside of
// the program and the disk under test.
type Ledger struct {
	lines map[string]Line   // by reference: what was sent
	acked map[string]string // entry id -> reference
	sums  map[string]string // entry id -> SHA-256 as first listed
	known map[string]bool   // entries that were there before, or that came late
	late  [][]string        // entries of each acknowledgement that came too late to count
	stray []Entry           // there at the last check without acknowledgement
	Acks  int
	// Longest is the longest first opening after a fault that Survey saw.
	Longest time.Duration
}

// NewLedger begins with the entries that are there already.
func NewLedger(before map[string]Entry) *Ledger {
	l := &Ledger{lines: map[string]Line{}, acked: map[string]string{}, sums: map[string]string{}, known: map[string]bool{}}
	for id, e := range before {
		l.known[id], l.sums[id] = true, e.SHA256
	}
	return l
}

// Sent notes a line that was given to the program.
func (l *Ledger) Sent(line Line) { l.lines[line.Ref] = line }

// Take notes an acknowledgement and returns what is wrong with it.
func (l *Ledger) Take(a Ack) []string {
	line, ok := l.lines[a.Ref]
	switch {
	case a.Refused != "":
		return []string{fmt.Sprintf("line %d was refused: %s", a.Line, a.Refused)}
	case !ok:
		return []string{"acknowledged a line that was never sent: " + a.Ref}
	case len(a.Entries) != len(line.Children):
		return []string{fmt.Sprintf("%s: %d entries for %d children", a.Ref, len(a.Entries), len(line.Children))}
	}
	l.Acks++
	for _, e := range a.Entries {
		l.acked[e.ID] = a.Ref
	}
	return nil
}

// Check compares what is there after a crash with what was acknowledged.
// Findings: an entry lost, changed, damaged, or a line of which only a part is
// there. At most one line may be there without having been acknowledged: the
// one in hand.
func (l *Ledger) Check(now map[string]Entry) []string {
	out := l.settle(now)
	for id := range l.known {
		out = append(out, l.same(id, "an entry from before", now)...)
	}
	for id, ref := range l.acked {
		out = append(out, l.same(id, "acknowledged "+ref, now)...)
	}
	var strays []Entry
	for id, e := range now {
		if e.Damaged {
			out = append(out, "listed as damaged: "+id)
		}
		if l.acked[id] == "" && !l.known[id] {
			strays = append(strays, e)
		}
	}
	l.stray = strays
	out = append(out, l.checkStrays(strays)...)
	slices.Sort(out)
	return out
}

func (l *Ledger) same(id, what string, now map[string]Entry) []string {
	e, ok := now[id]
	switch {
	case !ok:
		return []string{"lost: " + what + " " + id}
	case l.sums[id] == "":
		l.sums[id] = e.SHA256
	case l.sums[id] != e.SHA256:
		return []string{"changed: " + what + " " + id}
	}
	return nil
}

// checkStrays judges entries that nobody acknowledged: together they must be
// one whole line, since record answers each line before it reads the next.
func (l *Ledger) checkStrays(strays []Entry) []string {
	if len(strays) == 0 {
		return nil
	}
	var refs []string
	for _, e := range strays {
		refs = append(refs, e.Ref)
	}
	slices.Sort(refs)
	for _, line := range l.lines {
		want := slices.Sorted(slices.Values(line.Children))
		if slices.Equal(refs, want) {
			return nil
		}
	}
	return []string{"half there, or more than the line in hand: " + strings.Join(refs, " ")}
}

// Adopt takes the line in hand that the last check found whole as known from
// now on, for a sender that does not send it again.
func (l *Ledger) Adopt() {
	for _, e := range l.stray {
		l.known[e.ID], l.sums[e.ID] = true, e.SHA256
	}
	l.stray = nil
}

// CheckText compares each acknowledged narrative of a case, as show prints it,
// with what was sent, and returns what differs and how many were compared.
func (l *Ledger) CheckText(t testing.TB, shown *Result) (findings []string, compared int) {
	t.Helper()
	for _, m := range shown.Lines(t) {
		id, _ := m["id"].(string)
		ref, ok := l.acked[id]
		if !ok {
			continue
		}
		payload, _ := m["payload"].(map[string]any)
		compared++
		if text, _ := payload["shared"].(string); text != l.lines[ref].Shared {
			findings = append(findings, "another text than was sent: "+ref)
		}
	}
	return findings, compared
}

// Visit makes a line for a visit to these children.
func Visit(ref string, children []string, shared string) Line {
	parts := map[string]any{}
	for _, c := range children {
		parts[c] = map[string]any{"seen": true, "seen_alone": true, "bedroom_seen": true, "observations": "Seen: " + c + "."}
	}
	return line(ref, children, shared, map[string]any{"type": "CP statutory", "place": "home", "mode": "face to face", "children_parts": parts})
}

// Note makes a line for a note about one child.
func Note(ref, child, shared string) Line {
	return line(ref, []string{child}, shared, map[string]any{"kind": "note"})
}

func line(ref string, children []string, shared string, m map[string]any) Line {
	m["ref"], m["children"], m["shared"], m["occurred"] = ref, children, shared, "2026-11-19T16:05:00Z"
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // a map of strings always encodes
	}
	return Line{Ref: ref, Children: children, Shared: shared, JSON: append(b, '\n')}
}

// Perhaps notes an acknowledgement that came too late to count: what it names
// may be there or not, but not in part.
func (l *Ledger) Perhaps(a Ack) {
	ids := make([]string, 0, len(a.Entries))
	for _, e := range a.Entries {
		ids = append(ids, e.ID)
	}
	l.late = append(l.late, ids)
}

// settle decides, after a crash, which late acknowledgements hold.
func (l *Ledger) settle(now map[string]Entry) []string {
	var out []string
	for _, ids := range l.late {
		there := 0
		for _, id := range ids {
			if e, ok := now[id]; ok {
				l.known[id], l.sums[id] = true, e.SHA256
				there++
			}
		}
		if there != 0 && there != len(ids) {
			out = append(out, fmt.Sprintf("half there: %d of %d entries of one line", there, len(ids)))
		}
	}
	l.late = nil
	return out
}

// Strays is how many entries the last check found that nobody acknowledged.
func (l *Ledger) Strays() int { return len(l.stray) }
