package casework

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func TestStateWords(t *testing.T) {
	grace := []Opening{{Person: "Grace Okafor"}}
	for _, tt := range []struct {
		state string
		by    []Opening
		want  string
	}{
		{StateLocal, nil, "On this laptop"}, {StateSending, nil, "Sending"}, {StateCouncil, nil, "Council has it"},
		{StateOpened, grace, "Opened by Grace Okafor"}, {StateOpened, nil, "Council has it"},
		{StateHeld, grace, "Council holds it for a decision"}, {StateRefused, nil, "The council refused it"}, {"", nil, ""},
	} {
		if got := StateWords(tt.state, tt.by); got != tt.want {
			t.Errorf("%s: %q", tt.state, got)
		}
	}
	if got := LeastState(StateOpened, StateLocal, StateCouncil); got != StateLocal {
		t.Errorf("least: %q", got)
	}
	if got := LeastState(StateLocal, StateHeld); got != StateHeld || LeastState() != "" {
		t.Errorf("least: %q", got)
	}
}

func TestCompletenessWords(t *testing.T) {
	// testNow is a Monday; Friday was the 20th.
	c := Completeness{CompleteTo: time.Date(2026, 11, 23, 9, 12, 0, 0, time.UTC),
		Unsynced: []WorkerLag{{Person: "Amina Yusuf", Last: time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)}}}
	if got := c.Words(testNow); got != "complete to 09:12; Amina Yusuf not synced since Friday" {
		t.Errorf("got %q", got)
	}
	c = Completeness{Arriving: true, CompleteTo: time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC),
		Unsynced: []WorkerLag{{Person: "A"}, {Person: "B"}, {Person: "C"}, {Person: "D"}, {Person: "E"}}}
	want := "history still arriving; complete to 1 October 2026; A not synced yet; B not synced yet; C not synced yet; 2 others not synced of late"
	if got := c.Words(testNow); got != want {
		t.Errorf("got %q", got)
	}
	if got := (Completeness{}).Words(testNow); got != "not yet checked with the council" {
		t.Errorf("got %q", got)
	}
}

func TestDraft(t *testing.T) {
	d := Draft{Kind: KindNote, Submission: json.RawMessage(`{"children":["A"],"occurred":"half","shared":"one two, — three","children_parts":{"A":{"observations":"四五 six"}}}`)}
	if d.Words() != 6 || !slices.Equal(d.Children(), []string{"A"}) {
		t.Errorf("%d words, %v", d.Words(), d.Children())
	}
	s, err := d.Decode()
	if err != nil || s.Kind != KindNote {
		t.Fatal(s, err)
	}
	again := NewDraft("id", s, Caret{"shared", 1, 2}, testNow)
	t2, err := again.Decode()
	if err != nil || t2.Shared != s.Shared || t2.Kind != KindNote {
		t.Errorf("got %+v, %v", t2, err)
	}
	empty := Draft{}
	if empty.Words() != 0 || empty.Children() == nil || len(empty.Children()) != 0 {
		t.Error("an empty draft")
	}
	if bad := (&Draft{Submission: json.RawMessage(`{"x":1}`)}); bad.Words() != 0 || bad.Children() == nil {
		t.Error("an unreadable draft")
	}
}

func TestSampleFamilyIsReal(t *testing.T) {
	for _, now := range []time.Time{testNow, time.Date(2027, 3, 29, 0, 5, 0, 0, time.UTC), time.Date(2024, 2, 29, 23, 59, 0, 0, time.UTC)} {
		s := SampleFamily(now)
		facts := map[string][]Fact{}
		for _, c := range s.Children {
			sets := append(c.Sets, MarkSample())
			if items := (&FieldEntry{Set: sets}).Validate(); len(items) != 0 {
				t.Errorf("%s: %v", c.Ref, items)
			}
			for _, set := range c.Sets {
				if clean, code, _ := CleanValue(set.Key, set.Value); code != "" || clean != set.Value {
					t.Errorf("%s %s: %q", c.Ref, set.Key, code)
				}
			}
			facts[c.Ref] = append(facts[c.Ref], Fact{ID: "f", Kind: KindField, Schema: 1, Payload: mustEncode(t, &FieldEntry{Set: sets})})
		}
		for i := range s.Visits {
			v := &s.Visits[i]
			if items := v.Validate(now); len(items) != 0 {
				t.Errorf("visit %d: %v", i, items)
			}
			for _, p := range v.Split() {
				facts[p.Ref] = append(facts[p.Ref], Fact{ID: string(rune('a' + i)), Kind: v.Kind, Schema: 1, Payload: p.Payload, Written: now})
			}
		}
		for ref, f := range facts {
			if cf := Project(ref, f, now); !cf.Sample || cf.LastSeen.IsZero() || len(cf.Attempts) != 1 || !TestNHS(cf.Get("nhs")) {
				t.Errorf("%s: %+v", ref, cf.Brief())
			}
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		n        int
	}{
		{"one  two\nthree", "one two three", 20}, {"one two three", "one two…", 9}, {"Đặng Thị Hà", "Đặng Thị…", 9}, {"aaaaaaaaaa", "aaaa…", 4}, {"", "", 3},
	} {
		if got := Shorten(tt.in, tt.n); got != tt.want {
			t.Errorf("%q: %q", tt.in, got)
		}
	}
}
