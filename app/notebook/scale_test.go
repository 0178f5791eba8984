package notebook

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Lists, counts, searches and verify are right with more cases than any team
// has: nothing is cut off at a round number without saying so. Two thousand are
// tried each time; WHERRY_CASES=20001 tries as many, in minutes.
func TestManyCases(t *testing.T) {
	cases := 2001
	if many, err := strconv.Atoi(os.Getenv("WHERRY_CASES")); err == nil && many > 1 && many <= 99_999 {
		cases = many
	}
	last := fmt.Sprintf("Q-%05d", cases-1)
	ctx := context.Background()
	n, dir := create(t)
	var csv strings.Builder
	csv.WriteString("Child ref,Full name\n")
	for i := range cases {
		fmt.Fprintf(&csv, "Q-%05d,Child Number%05d\n", i, i)
	}
	if r, err := n.Import(ctx, []byte(csv.String()), nil, false); err != nil || r.Created != cases {
		t.Fatalf("%+v, %v", r, err)
	}
	for i, ref := range []string{"Q-00000", last} {
		if _, err := n.Record(ctx, noteLine(fmt.Sprint("r", i), ref, "The zebra was seen."), "note"); err != nil {
			t.Fatal(err)
		}
	}
	look := func(when string) {
		t.Helper()
		s, err := n.Status(ctx)
		if err != nil || s.Entries != cases+2 || s.Local != cases+2 {
			t.Errorf("%s: status counts %d entries, %d here, %v", when, s.Entries, s.Local, err)
		}
		list, _, err := n.Cases(ctx)
		if err != nil || len(list) != cases || list[0].Ref != "Q-00000" || list[cases-1].Ref != last || list[cases-1].Entries != 2 {
			t.Errorf("%s: %d cases are listed, %v", when, len(list), err)
		}
		for query, want := range map[string]int{"zebra": 2, fmt.Sprintf("number%05d", cases-1): 1, "child": min(cases, 10_000)} {
			hits, err := n.Search(ctx, query, "", 10_000, false)
			hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.SoundsLike })
			if err != nil || len(hits) != want {
				t.Errorf("%s: %s: %d hits, not %d, %v", when, query, len(hits), want, err)
			}
		}
	}
	look("in the same run")
	n = reopen(t, n, dir)
	look("opened again")
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Verify(ctx, dir, testPass, testConfig())
	if err != nil || !r.OK || r.Entries != cases+2 {
		t.Errorf("verify: %d entries, ok %v, %v", r.Entries, r.OK, err)
	}
}
