package desktop

import (
	"strconv"
	"strings"
	"time"

	"wherry/app/casework"
)

// parseClock reads a time of day as people type it: 17:30, 17.30, 1730, 5:30pm,
// 5pm, midday, midnight.
func parseClock(s string) (hour, minute int, ok bool) {
	s = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	switch s {
	case "midday", "noon":
		return 12, 0, true
	case "midnight":
		return 0, 0, true
	}
	half := 0
	for suffix, h := range map[string]int{"am": 1, "pm": 2} {
		if rest, found := strings.CutSuffix(s, suffix); found {
			s, half = rest, h
		}
	}
	h, m, split := strings.Cut(strings.Replace(s, ".", ":", 1), ":")
	if !split && len(h) >= 3 && len(h) <= 4 {
		h, m = h[:len(h)-2], h[len(h)-2:]
		split = true
	}
	hour, err := strconv.Atoi(h)
	if err != nil || len(h) > 2 || split && len(m) != 2 || !split && half == 0 {
		return 0, 0, false
	}
	if split {
		if minute, err = strconv.Atoi(m); err != nil || m[0] == '+' || m[0] == '-' {
			return 0, 0, false
		}
	}
	if half != 0 {
		if hour < 1 || hour > 12 {
			return 0, 0, false
		}
		hour %= 12
		if half == 2 {
			hour += 12
		}
	}
	if hour < 0 || hour > 23 || minute > 59 || h[0] == '+' || h[0] == '-' {
		return 0, 0, false
	}
	return hour, minute, true
}

// at is the moment at which clocks in the United Kingdom show the time on the
// day. A time that the clocks leave out in spring is read as the hour after.
func at(d casework.Date, hour, minute int) time.Time {
	t := d.Time().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	if shown := casework.UKTime(t); shown.Hour() != hour {
		if back := t.Add(-time.Hour); casework.UKTime(back).Hour() == hour {
			return casework.UKTime(back)
		}
		if on := t.Add(time.Hour); casework.UKTime(on).Hour() == hour {
			return casework.UKTime(on)
		}
	}
	return casework.UKTime(t)
}

// parseDay reads a day as casework does, and the words today and yesterday.
func (w *Window) parseDay(s string) (casework.Date, bool) {
	today := casework.DateOf(w.now())
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "today", strings.ToLower(w.t("Today")):
		return today, true
	case "yesterday", strings.ToLower(w.t("Yesterday")):
		return today.AddDays(-1), true
	}
	return casework.ParseDate(s)
}
