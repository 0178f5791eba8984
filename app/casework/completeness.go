package casework

import (
	"strings"
	"time"
)

// Words says how complete a list or an export is, and who may hold more:
// "complete to 09:12; Amina Yusuf not synced since Friday".
func (c Completeness) Words(now time.Time) string {
	var parts []string
	switch {
	case c.Arriving:
		parts = append(parts, "history still arriving")
	case c.CompleteTo.IsZero():
		parts = append(parts, "not yet checked with the council")
	}
	if c.Lost {
		parts = append(parts, "part of this notebook is damaged, so something may be missing")
	}
	if !c.CompleteTo.IsZero() {
		parts = append(parts, "complete to "+momentWords(c.CompleteTo, now))
	}
	for i, w := range c.Unsynced {
		if i == 3 && len(c.Unsynced) > 4 {
			parts = append(parts, count(len(c.Unsynced)-i, "other", "others")+" not synced of late")
			break
		}
		if w.Last.IsZero() {
			parts = append(parts, w.Person+" not synced yet")
			continue
		}
		parts = append(parts, w.Person+" not synced since "+momentWords(w.Last, now))
	}
	return strings.Join(parts, "; ")
}

// momentWords is a past moment as people say it: the clock today, the weekday
// within a week, else the date.
func momentWords(t, now time.Time) string {
	switch days := DateOf(t).DaysUntil(DateOf(now)); {
	case days == 0:
		return UKTime(t).Format("15:04")
	case days > 0 && days < 7:
		return UKTime(t).Weekday().String()
	}
	return DateWords(t)
}
