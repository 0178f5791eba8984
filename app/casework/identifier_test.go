package casework

import "testing"

func TestNHSNumbers(t *testing.T) {
	for n, want := range map[string]bool{
		"9434765919": true, "4010232137": true, "9434765918": false, "9990034664": true, "9990040141": true,
		"": false, "943476591": false, "94347659190": false, "943476591x": false, "0000000000": false,
	} {
		if got := ValidNHS(n); got != want {
			t.Errorf("%q: %v", n, got)
		}
	}
	// A number whose check would be 10 is never issued.
	for last := '0'; last <= '9'; last++ {
		if n := "000000006" + string(last); ValidNHS(n) {
			t.Errorf("%s was taken", n)
		}
	}
	if DisplayNHS("9434765919") != "943 476 5919" || DisplayNHS("12") != "12" {
		t.Error("display")
	}
	if !TestNHS("999 003 4664") || TestNHS("943 476 5919") {
		t.Error("test range")
	}
}

func TestUPNs(t *testing.T) {
	for u, want := range map[string]bool{
		"A950000178301": true, "R247962919251": false, "Q247962919251": true, "A95000017830A": true, "UN2": true, "UN8": false,
		"": false, "I950000178301": false, "A9500001783011": false, "A95000017A301": false,
	} {
		if got := ValidUPN(u); got != want {
			t.Errorf("%q: %v", u, got)
		}
	}
}

func TestCleanValue(t *testing.T) {
	tests := []struct {
		key, in, want, code string
		refuse              bool
	}{
		{"upn", "a950000178301", "A950000178301", "", false},
		{"upn", "R247962919251", "R247962919251", RowBadUPN, false},
		{"sex", "2", "F", "", false},
		{"sex", "X", "X", RowUnknownCode, false},
		{"placement", "u4", "U4", "", false},
		{"placement", "Q9", "Q9", RowUnknownCode, false},
		{"interpreter", "maybe", "maybe", RowUnknownCode, false},
		{"exploitation_types", " labour ;; sexual ", "labour; sexual", "", false},
		{"address", " 1 Road\nTown ", "1 Road\nTown", "", false},
		{"name", "  ", "", "", false},
	}
	for _, tt := range tests {
		got, code, refuse := CleanValue(tt.key, tt.in)
		if got != tt.want || code != tt.code || refuse != tt.refuse {
			t.Errorf("%s %q: got %q, %q, %v", tt.key, tt.in, got, code, refuse)
		}
	}
}

func TestDisplayValue(t *testing.T) {
	for _, tt := range [][3]string{
		{"dob", "2014-05-02", "2 May 2014"}, {"cp_category", "NEG", "NEG: Neglect"}, {"sex", "U", "Unknown"},
		{"placement", "Z12", "Z12"}, {"status", "looked after", "looked after"}, {"interpreter", "yes", "Yes"}, {"dob", "sometime", "sometime"},
	} {
		if got := DisplayValue(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%s %q: got %q", tt[0], tt[1], got)
		}
	}
}

func TestFieldTable(t *testing.T) {
	keys, headers := map[string]bool{}, map[string]string{}
	groups := map[string]bool{}
	for _, g := range FieldGroups() {
		groups[g] = true
	}
	for _, d := range FieldDefs() {
		if keys[d.Key] || d.Label == "" || !groups[d.Group] || (d.Type == TypeCode && d.Codes == nil) {
			t.Errorf("field %q", d.Key)
		}
		keys[d.Key] = true
		for _, h := range d.Headers {
			if other := headers[headerKey(h)]; other != "" && other != d.Key {
				t.Errorf("header %q is claimed by %s and %s", h, other, d.Key)
			}
			headers[headerKey(h)] = d.Key
		}
	}
}
