package casework

import (
	"fmt"
	"time"
)

// UnseenDays is after how many days without being seen a child needs attention
// (local practice: 28 days).
const UnseenDays = 28

// ManyAttempts is how many visits in a row without seeing the child need
// attention (local practice).
const ManyAttempts = 2

// SetCompleteness tells the case file how much of the case is here.
func (cf *CaseFile) SetCompleteness(c Completeness) {
	cf.Completeness = c
	cf.notice(cf.now)
}

// Open reports whether the case is not known to be closed.
func (cf *CaseFile) Open() bool { return !same(cf.Status, "closed") }

// notice lists what a reader should look at, dangers first.
func (cf *CaseFile) notice(now time.Time) {
	cf.Attention = nil
	add := func(code, entry, field, words string) {
		cf.Attention = append(cf.Attention, Attention{Code: code, Entry: entry, Field: field, Words: words})
	}
	if cf.Arriving {
		add(AttentionArriving, "", "", "History still arriving: dangers, last seen and due dates may change.")
	}
	for _, e := range cf.Entries {
		if e.Damaged {
			add(AttentionDamaged, e.ID, "", "An entry is damaged and cannot be read. The rest is not affected.")
		}
	}
	if n := len(cf.Attempts); n >= ManyAttempts && cf.Open() {
		add(AttentionAttempts, cf.Attempts[0].Entry, "", fmt.Sprintf("%d visits without seeing the child.", n))
	}
	if !cf.LastSeen.IsZero() && cf.Open() {
		if days := DateOf(cf.LastSeen.At).DaysUntil(DateOf(now)); days >= UnseenDays {
			add(AttentionUnseen, cf.LastSeen.Entry, "", fmt.Sprintf("Not seen for %d days.", days))
		}
	}
	for _, f := range cf.Conflicts {
		add(AttentionConflict, "", f.Def.Key, f.Def.Label+" has "+count(len(f.Values), "value", "values")+". Choose one.")
	}
	for _, e := range cf.Entries {
		switch {
		case e.State == StateRefused:
			add(AttentionRefused, e.ID, "", "The council refused an entry. It is kept on this laptop.")
		case e.State == StateHeld:
			add(AttentionHeld, e.ID, "", "The council holds an entry for a decision.")
		}
		if e.Newer {
			add(AttentionNewer, e.ID, "", e.Title+". It is kept as it is.")
		}
		if e.Pending {
			add(AttentionPending, e.ID, "", "What this "+lowerFirst(e.Label)+" refers to has not arrived yet.")
		}
		if len(e.Duplicates) > 0 && e.ID < e.Duplicates[0] {
			add(AttentionDuplicate, e.ID, "", "One draft was published more than once. All copies are shown.")
		}
	}
}
