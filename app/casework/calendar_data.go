package casework

import "time"

// published holds the bank holidays as published on gov.uk, substitute days
// included. One line a year and nation.
var published = map[Calendar]map[int][]Date{
	EnglandWales: {
		2024: on(2024, 1, 1, 3, 29, 4, 1, 5, 6, 5, 27, 8, 26, 12, 25, 12, 26),
		2025: on(2025, 1, 1, 4, 18, 4, 21, 5, 5, 5, 26, 8, 25, 12, 25, 12, 26),
		2026: on(2026, 1, 1, 4, 3, 4, 6, 5, 4, 5, 25, 8, 31, 12, 25, 12, 28),
		2027: on(2027, 1, 1, 3, 26, 3, 29, 5, 3, 5, 31, 8, 30, 12, 27, 12, 28),
		2028: on(2028, 1, 3, 4, 14, 4, 17, 5, 1, 5, 29, 8, 28, 12, 25, 12, 26),
	},
	Scotland: {
		2024: on(2024, 1, 1, 1, 2, 3, 29, 5, 6, 5, 27, 8, 5, 12, 2, 12, 25, 12, 26),
		2025: on(2025, 1, 1, 1, 2, 4, 18, 5, 5, 5, 26, 8, 4, 12, 1, 12, 25, 12, 26),
		// 15 June 2026 is a single day, proclaimed for the World Cup.
		2026: on(2026, 1, 1, 1, 2, 4, 3, 5, 4, 5, 25, 6, 15, 8, 3, 11, 30, 12, 25, 12, 28),
		2027: on(2027, 1, 1, 1, 4, 3, 26, 5, 3, 5, 31, 8, 2, 11, 30, 12, 27, 12, 28),
		2028: on(2028, 1, 3, 1, 4, 4, 14, 5, 1, 5, 29, 8, 7, 11, 30, 12, 25, 12, 26),
	},
	NorthernIreland: {
		2024: on(2024, 1, 1, 3, 18, 3, 29, 4, 1, 5, 6, 5, 27, 7, 12, 8, 26, 12, 25, 12, 26),
		2025: on(2025, 1, 1, 3, 17, 4, 18, 4, 21, 5, 5, 5, 26, 7, 14, 8, 25, 12, 25, 12, 26),
		2026: on(2026, 1, 1, 3, 17, 4, 3, 4, 6, 5, 4, 5, 25, 7, 13, 8, 31, 12, 25, 12, 28),
		2027: on(2027, 1, 1, 3, 17, 3, 26, 3, 29, 5, 3, 5, 31, 7, 12, 8, 30, 12, 27, 12, 28),
		2028: on(2028, 1, 3, 3, 17, 4, 14, 4, 17, 5, 1, 5, 29, 7, 12, 8, 28, 12, 25, 12, 26),
	},
}

func on(year int, monthDay ...int) []Date {
	var out []Date
	for i := 0; i < len(monthDay); i += 2 {
		out = append(out, Date{year, time.Month(monthDay[i]), monthDay[i+1]})
	}
	return out
}

// proclaimed holds the one-off days outside the published table, by nation;
// moved holds rule days that were moved away.
var (
	proclaimed = map[Calendar][]Date{
		EnglandWales:    past,
		Scotland:        past,
		NorthernIreland: past,
	}
	past  = []Date{{2020, 5, 8}, {2022, 6, 2}, {2022, 6, 3}, {2022, 9, 19}, {2023, 5, 8}}
	moved = []Date{{2020, 5, 4}, {2022, 5, 30}}
)

// generate makes a year's bank holidays from the rules (Banking and Financial
// Dealings Act 1971, and royal proclamation by custom): the set of dates, not
// which of two swapped substitutes is which.
func generate(cal Calendar, year int) []Date {
	easter := easterSunday(year)
	days := []Date{
		easter.AddDays(-2),
		nthMonday(year, time.May, 1), lastMonday(year, time.May),
		shift(Date{year, 12, 25}, 3, 2), shift(Date{year, 12, 26}, 2, 1),
	}
	if cal == Scotland {
		days = append(days, shift(Date{year, 1, 1}, 3, 2), shift(Date{year, 1, 2}, 2, 1),
			nthMonday(year, time.August, 1), shift(Date{year, 11, 30}, 2, 1))
	} else {
		days = append(days, shift(Date{year, 1, 1}, 2, 1), easter.AddDays(1), lastMonday(year, time.August))
	}
	if cal == NorthernIreland {
		days = append(days, shift(Date{year, 3, 17}, 2, 1), shift(Date{year, 7, 12}, 2, 1))
	}
	var out []Date
	for _, d := range days {
		if !contains(moved, d) {
			out = append(out, d)
		}
	}
	for _, d := range proclaimed[cal] {
		if d.Year == year {
			out = append(out, d)
		}
	}
	return sortDates(out)
}

func contains(days []Date, d Date) bool {
	for _, x := range days {
		if x == d {
			return true
		}
	}
	return false
}

// shift moves a fixed day off the weekend.
func shift(d Date, saturday, sunday int) Date {
	switch d.Weekday() {
	case time.Saturday:
		return d.AddDays(saturday)
	case time.Sunday:
		return d.AddDays(sunday)
	}
	return d
}

func nthMonday(year int, m time.Month, n int) Date {
	d := Date{year, m, 1}
	return d.AddDays((8-int(d.Weekday()))%7 + 7*(n-1))
}

func lastMonday(year int, m time.Month) Date {
	d := Date{year, m, 1}.AddMonths(1).AddDays(-1)
	return d.AddDays(-(int(d.Weekday()) + 6) % 7)
}

// easterSunday is the Gregorian computus (Meeus, Jones and Butcher).
func easterSunday(y int) Date {
	a, b, c := y%19, y/100, y%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	return Date{y, time.Month(month), (h + l - 7*m + 33*month + 19) % 32}
}
