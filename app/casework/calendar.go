package casework

import (
	"slices"
	"time"
)

// Calendar says which bank holidays count.
type Calendar string

// Calendars. FOI is the union of all three nations: a working day under the
// Freedom of Information Act 2000 s10(6) is no bank holiday in any part of the
// United Kingdom.
const (
	EnglandWales    Calendar = "england-and-wales"
	Scotland        Calendar = "scotland"
	NorthernIreland Calendar = "northern-ireland"
	FOI             Calendar = "foi"
)

// CalendarVersion names the published list that the table was checked against;
// keep it with every computed deadline.
const CalendarVersion = "gov.uk bank holidays, 25 February 2026"

// Years for which the bank holidays are published. Later years follow the
// rules and are provisional: proclamations add and move days.
const (
	firstPublished = 2024
	lastPublished  = 2028
)

// BankHolidays lists a year's bank holidays in order. provisional: they follow
// from rules, not from a published list. Local Scottish holidays vary and are
// not in it.
func BankHolidays(cal Calendar, year int) (days []Date, provisional bool) {
	if cal == FOI {
		for _, c := range []Calendar{EnglandWales, Scotland, NorthernIreland} {
			d, p := BankHolidays(c, year)
			days, provisional = append(days, d...), provisional || p
		}
		return sortDates(days), provisional
	}
	if days, ok := published[cal][year]; ok {
		return slices.Clone(days), false
	}
	return generate(cal, year), year > lastPublished
}

// IsWorkingDay reports whether d is no Saturday, Sunday or bank holiday.
func IsWorkingDay(cal Calendar, d Date) bool {
	if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return false
	}
	days, _ := BankHolidays(cal, d.Year)
	return !slices.Contains(days, d)
}

// AddWorkingDays counts n working days on from a trigger date. The trigger
// date is day 0, whatever day it is; the next working day is day 1.
func AddWorkingDays(cal Calendar, from Date, n int) (due Date, provisional bool) {
	d := from
	for n > 0 {
		d = d.AddDays(1)
		if IsWorkingDay(cal, d) {
			n--
		}
	}
	return d, from.Year > lastPublished || d.Year > lastPublished
}

// LastWorkingDay is d, or the last working day before it: the "plan for" date
// of a deadline in calendar days, which itself does not move.
func LastWorkingDay(cal Calendar, d Date) Date {
	for !IsWorkingDay(cal, d) {
		d = d.AddDays(-1)
	}
	return d
}

func sortDates(days []Date) []Date {
	slices.SortFunc(days, Date.Compare)
	return slices.Compact(days)
}
