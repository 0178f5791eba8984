package casework

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the civil calendar. The zero Date means "not known".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day on which t falls in the United Kingdom.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	y, m, d := UKTime(t).Date()
	return Date{y, m, d}
}

// IsZero reports whether the date is not known.
func (d Date) IsZero() bool { return d == Date{} }

// String is the ISO form, "2026-11-23", or "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Words is the GOV.UK form, "23 November 2026", or "".
func (d Date) Words() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year)
}

// MarshalText writes the ISO form.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form or nothing.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	p, ok := parseISO(string(b))
	if !ok {
		return &InputError{Code: CodeBadValue}
	}
	*d = p
	return nil
}

// Compare orders dates; unknown ones come first.
func (d Date) Compare(o Date) int {
	switch {
	case d.Year != o.Year:
		return sign(d.Year - o.Year)
	case d.Month != o.Month:
		return sign(int(d.Month - o.Month))
	}
	return sign(d.Day - o.Day)
}

// Before reports whether d is earlier than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After reports whether d is later than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// Within reports whether d lies in [from, until]; a zero bound is open.
func (d Date) Within(from, until Date) bool {
	return (from.IsZero() || !d.Before(from)) && (until.IsZero() || !d.After(until))
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays counts calendar days on from d, which is day 0.
func (d Date) AddDays(n int) Date {
	y, m, day := d.utc().AddDate(0, 0, n).Date()
	return Date{y, m, day}
}

// AddMonths is the corresponding date n months on, clamped to the month's end:
// 31 January and one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	y, m, _ := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC).Date()
	last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return Date{y, m, min(d.Day, last)}
}

// DaysUntil counts the days from d to o; negative if o is earlier.
func (d Date) DaysUntil(o Date) int { return int(o.utc().Sub(d.utc()).Hours() / 24) }

// Time is midnight in the United Kingdom at which the date begins.
func (d Date) Time() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	t := d.utc()
	if summer(t.Add(-time.Hour)) {
		t = t.Add(-time.Hour)
	}
	return UKTime(t)
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func sign(n int) int { return min(1, max(-1, n)) }

// ParseDate reads a date as people and spreadsheets write it: "2026-11-23"
// (midnight behind it is allowed), "23/11/2026" with / . or -, and
// "23 November 2026" or "23 Nov 2026". Day before month, always; years have
// four digits, so that no century is guessed.
func ParseDate(s string) (Date, bool) {
	s = strings.TrimSpace(s)
	if d, ok := parseISO(s); ok {
		return d, true
	}
	if len(s) > 10 && (s[10] == 'T' || s[10] == ' ') {
		if clock := strings.Trim(s[11:], "0:.Z"); clock == "" {
			return parseISO(s[:10])
		}
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '.' || r == '-' || r == ' ' || r == '\u00a0' })
	if len(parts) != 3 || len(parts[2]) != 4 || len(parts[0]) > 2 {
		return Date{}, false
	}
	day, ok1 := digits(parts[0])
	year, ok2 := digits(parts[2])
	month, ok3 := digits(parts[1])
	if len(parts[1]) > 2 {
		month, ok3 = monthNamed(parts[1])
	}
	return validDate(year, month, day, ok1 && ok2 && ok3)
}

func parseISO(s string) (Date, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Date{}, false
	}
	y, ok1 := digits(s[:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:])
	return validDate(y, m, d, ok1 && ok2 && ok3)
}

func validDate(y, m, d int, ok bool) (Date, bool) {
	out := Date{y, time.Month(m), d}
	if !ok || y < 1900 || y > 2200 || m < 1 || m > 12 || d < 1 || out.AddDays(0) != out {
		return Date{}, false
	}
	return out, true
}

func digits(s string) (int, bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func monthNamed(s string) (int, bool) {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if strings.EqualFold(s, name) || strings.EqualFold(s, name[:3]) || (m == time.September && strings.EqualFold(s, "sept")) {
			return int(m), true
		}
	}
	return 0, false
}
