package casework

import (
	"fmt"
	"time"
)

var (
	gmt = time.FixedZone("GMT", 0)
	bst = time.FixedZone("BST", 3600)
)

// UKTime is t on a clock in the United Kingdom: GMT, or British Summer Time
// from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of
// October (Summer Time Order 2002, SI 2002/262; the same rule since 1998).
// Laptops without a time zone database show the same clock.
func UKTime(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if summer(t) {
		return t.In(bst)
	}
	return t.In(gmt)
}

func summer(t time.Time) bool {
	t = t.UTC()
	return !t.Before(lastSunday(t.Year(), time.March)) && t.Before(lastSunday(t.Year(), time.October))
}

// lastSunday is 01:00 UTC on the last Sunday of a month of 31 days.
func lastSunday(year int, m time.Month) time.Time {
	t := time.Date(year, m, 31, 1, 0, 0, 0, time.UTC)
	return t.AddDate(0, 0, -int(t.Weekday()))
}

// DateWords is "23 November 2026", or "" for the zero time.
func DateWords(t time.Time) string { return DateOf(t).Words() }

// ClockWords is "5:30pm", "midday" or "midnight", as GOV.UK writes times.
func ClockWords(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	u := UKTime(t)
	h, m := u.Hour(), u.Minute()
	switch {
	case h == 12 && m == 0:
		return "midday"
	case h == 0 && m == 0:
		return "midnight"
	}
	half := "am"
	if h >= 12 {
		half = "pm"
	}
	h = (h+11)%12 + 1
	if m == 0 {
		return fmt.Sprintf("%d%s", h, half)
	}
	return fmt.Sprintf("%d:%02d%s", h, m, half)
}

// TimeWords is "23 November 2026, 5:30pm", or "".
func TimeWords(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return DateWords(t) + ", " + ClockWords(t)
}
