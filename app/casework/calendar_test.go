package casework

import (
	"slices"
	"testing"
	"time"
)

func TestDeadlineVectors(t *testing.T) {
	tests := []struct {
		n     int
		cal   Calendar
		start string
		want  string
	}{
		{1, EnglandWales, "2026-12-24", "2026-12-29"},
		{45, EnglandWales, "2026-10-30", "2027-01-06"},
		{15, EnglandWales, "2026-12-14", "2027-01-07"},
		{10, EnglandWales, "2026-12-21", "2027-01-07"},
		{20, EnglandWales, "2027-03-08", "2027-04-07"},
		{20, FOI, "2027-03-08", "2027-04-08"},
		{20, EnglandWales, "2026-05-29", "2026-06-26"},
		{20, Scotland, "2026-05-29", "2026-06-29"},
		{20, FOI, "2026-05-29", "2026-06-29"},
		{15, EnglandWales, "2028-04-07", "2028-05-03"},
		{0, EnglandWales, "2026-11-21", "2026-11-21"},
		{1, EnglandWales, "2026-11-21", "2026-11-23"},
	}
	for _, tt := range tests {
		start, _ := parseISO(tt.start)
		if got, provisional := AddWorkingDays(tt.cal, start, tt.n); got.String() != tt.want || provisional {
			t.Errorf("%d working days (%s) from %s: got %s, want %s, provisional %v", tt.n, tt.cal, tt.start, got, tt.want, provisional)
		}
	}
}

// The rules give the published dates of five years, but for the proclaimed day.
func TestGeneratedHolidaysAgreeWithPublished(t *testing.T) {
	for cal, years := range published {
		for year, want := range years {
			got := generate(cal, year)
			if cal == Scotland && year == 2026 {
				got = sortDates(append(got, Date{2026, 6, 15}))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s %d:\n got %v\nwant %v", cal, year, got, want)
			}
			if !slices.IsSortedFunc(want, Date.Compare) {
				t.Errorf("%s %d is not in order", cal, year)
			}
		}
	}
}

func TestHolidaysBeyondTheTable(t *testing.T) {
	for year, want := range map[int]Date{2029: {2029, 4, 1}, 2030: {2030, 4, 21}, 2024: {2024, 3, 31}, 2038: {2038, 4, 25}} {
		if got := easterSunday(year); got != want {
			t.Errorf("Easter %d: %s", year, got)
		}
	}
	if _, provisional := BankHolidays(EnglandWales, 2028); provisional {
		t.Error("2028 is published")
	}
	days, provisional := BankHolidays(EnglandWales, 2029)
	if !provisional || !slices.Contains(days, Date{2029, 3, 30}) || len(days) != 8 {
		t.Errorf("2029: %v, %v", days, provisional)
	}
	if _, provisional := AddWorkingDays(EnglandWales, Date{2028, 12, 29}, 1); !provisional {
		t.Error("a deadline in 2029 is provisional")
	}
	for year, want := range map[int][]Date{
		2020: {{2020, 5, 8}}, 2022: {{2022, 6, 2}, {2022, 6, 3}, {2022, 9, 19}}, 2023: {{2023, 5, 1}, {2023, 5, 8}}, 2018: {{2018, 5, 7}},
	} {
		days, provisional := BankHolidays(EnglandWales, year)
		for _, d := range want {
			if !slices.Contains(days, d) || provisional {
				t.Errorf("%d lacks %s", year, d)
			}
		}
	}
	for _, d := range []Date{{2020, 5, 4}, {2022, 5, 30}} {
		if !IsWorkingDay(EnglandWales, d) {
			t.Errorf("%s was moved away", d)
		}
	}
	if got := LastWorkingDay(EnglandWales, Date{2026, 12, 28}); got != (Date{2026, 12, 24}) {
		t.Errorf("plan for %s", got)
	}
}

func TestMonthsAreClamped(t *testing.T) {
	for _, tt := range []struct {
		d    Date
		n    int
		want Date
	}{
		{Date{2027, 1, 31}, 1, Date{2027, 2, 28}}, {Date{2028, 1, 31}, 1, Date{2028, 2, 29}},
		{Date{2026, 8, 31}, 6, Date{2027, 2, 28}}, {Date{2026, 11, 30}, 3, Date{2027, 2, 28}}, {Date{2026, 12, 15}, 1, Date{2027, 1, 15}},
		{Date{2026, 3, 31}, -1, Date{2026, 2, 28}},
	} {
		if got := tt.d.AddMonths(tt.n); got != tt.want {
			t.Errorf("%s and %d months: %s", tt.d, tt.n, got)
		}
	}
}

func TestParseDate(t *testing.T) {
	good := map[string]string{
		"2014-05-02": "2014-05-02", "02/05/2014": "2014-05-02", "2/5/2014": "2014-05-02", "02.05.2014": "2014-05-02", "2-5-2014": "2014-05-02",
		"2 May 2014": "2014-05-02", "02 may 2014": "2014-05-02", "23 November 2026": "2026-11-23", "1 Sept 2020": "2020-09-01",
		"2014-05-02 00:00:00": "2014-05-02", "2014-05-02T00:00:00Z": "2014-05-02", " 29/02/2024 ": "2024-02-29",
	}
	for in, want := range good {
		if d, ok := ParseDate(in); !ok || d.String() != want {
			t.Errorf("%q: %s, %v", in, d, ok)
		}
	}
	for _, in := range []string{"", "31/02/2014", "29/02/2023", "2/5/14", "41761", "2014-5-2", "2014-05-02 10:30", "05/22/2014", "May 2014", "0/1/2014",
		"1 Foo 2014", "2014/05/02", "٢/٥/٢٠١٤", "+1/01/2014", "01/01/0001"} {
		if d, ok := ParseDate(in); ok {
			t.Errorf("%q was read as %s", in, d)
		}
	}
}

func TestUKTime(t *testing.T) {
	at := func(s string) time.Time {
		u, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for in, want := range map[string]string{
		"2026-03-29T00:59:59Z": "29 March 2026, 12:59am", "2026-03-29T01:00:00Z": "29 March 2026, 2am",
		"2026-10-25T00:59:00Z": "25 October 2026, 1:59am", "2026-10-25T01:00:00Z": "25 October 2026, 1am",
		"2026-06-30T23:30:00Z": "1 July 2026, 12:30am", "2026-11-19T16:05:00Z": "19 November 2026, 4:05pm",
		"2026-11-19T12:00:00Z": "19 November 2026, midday", "2026-11-19T00:00:00Z": "19 November 2026, midnight",
	} {
		if got := TimeWords(at(in)); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	if TimeWords(time.Time{}) != "" {
		t.Error("the zero time has no words")
	}
	for _, d := range []Date{{2026, 7, 1}, {2026, 3, 29}, {2026, 10, 25}, {2026, 12, 1}} {
		if got := DateOf(d.Time()); got != d || UKTime(d.Time()).Hour() != 0 {
			t.Errorf("%s begins at %s", d, d.Time())
		}
	}
}

func TestAgeWords(t *testing.T) {
	on := Date{2026, 11, 23}
	for dob, want := range map[Date]string{
		{2026, 11, 23}: "0 days", {2026, 11, 22}: "1 day", {2026, 11, 1}: "3 weeks", {2026, 9, 30}: "7 weeks",
		{2026, 8, 23}: "3 months", {2024, 11, 24}: "23 months", {2024, 11, 23}: "2 years", {2014, 11, 24}: "11 years", {2014, 11, 23}: "12 years",
		{2027, 1, 1}: "", {}: "",
	} {
		if got := AgeWords(dob, on); got != want {
			t.Errorf("%s: got %q, want %q", dob, got, want)
		}
	}
}
