package desktop

import (
	"testing"
	"time"

	"wherry/app/casework"
)

func TestParseClock(t *testing.T) {
	good := map[string][2]int{
		"17:30": {17, 30}, "17.30": {17, 30}, "1730": {17, 30}, "930": {9, 30}, "9:30": {9, 30}, "5:30pm": {17, 30}, "5.30 PM": {17, 30},
		"5pm": {17, 0}, "12am": {0, 0}, "12pm": {12, 0}, "12:15am": {0, 15}, "midday": {12, 0}, "midnight": {0, 0}, "00:00": {0, 0}, " 8:05 am ": {8, 5},
	}
	for s, want := range good {
		if h, m, ok := parseClock(s); !ok || h != want[0] || m != want[1] {
			t.Errorf("%q is %d:%d %v", s, h, m, ok)
		}
	}
	for _, s := range []string{"", "5", "25:00", "12:60", "13pm", "0pm", "5:3", "5:300", "-1:30", "+1:30", "1:-5", "1:+5", "pm", "ten past four", "5:30:10", "99999"} {
		if h, m, ok := parseClock(s); ok {
			t.Errorf("%q was read as %d:%d", s, h, m)
		}
	}
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"17:30", "5pm", "midday", ":", "1.", "am"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if h, m, ok := parseClock(s); ok && (h < 0 || h > 23 || m < 0 || m > 59) {
			t.Errorf("%q is %d:%d", s, h, m)
		}
	})
}

func TestAtIsWhatTheClockOnTheWallShows(t *testing.T) {
	for _, d := range []string{"2026-11-23", "2026-07-01", "2026-03-29", "2026-10-25", "2028-02-29"} {
		day, _ := casework.ParseDate(d)
		for h := range 24 {
			got := casework.UKTime(at(day, h, 20))
			if d == "2026-03-29" && h == 1 {
				continue // the clocks leave this hour out
			}
			if casework.DateOf(got) != day || got.Hour() != h || got.Minute() != 20 {
				t.Errorf("%s %d:20 is %v", d, h, got)
			}
		}
	}
	day, _ := casework.ParseDate("2026-07-01")
	if got := at(day, 16, 5).UTC(); !got.Equal(time.Date(2026, 7, 1, 15, 5, 0, 0, time.UTC)) {
		t.Errorf("summer time: %v", got)
	}
}
