package story_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wherry/app/casework"
	"wherry/app/notebook"
)

// What follows is done in the window only; scripts do it through the same door.

// draft VAR DIR FILE: saves the JSON in FILE as a draft in the notebook DIR, as
// the window does while somebody types; VAR is its id.
func draft(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: draft VAR DIR FILE")
	}
	var s casework.Submission
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2])), &s))
	opened(ts, args[1], func(ctx context.Context, n *notebook.Notebook) {
		id, err := n.SaveDraft(ctx, casework.NewDraft("", &s, casework.Caret{Section: "shared", Col: 3}, time.Now()))
		ts.Check(err)
		ts.Setenv(args[0], id)
	})
}

// strike VAR DIR ENTRY REASON: strikes an entry; VAR is the id of the strike.
func strike(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: strike VAR DIR ENTRY REASON")
	}
	opened(ts, args[1], func(ctx context.Context, n *notebook.Notebook) {
		ack, err := n.Strike(ctx, args[2], args[3])
		ts.Check(err)
		ts.Setenv(args[0], ack.ID.String())
	})
}

func opened(ts *testscript.TestScript, dir string, fn func(context.Context, *notebook.Notebook)) {
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	defer cancel()
	n, err := notebook.Open(ctx, ts.MkAbs(dir), []byte(ts.ReadFile("pass")), notebook.Config{})
	ts.Check(err)
	defer func() { ts.Check(n.Close()) }()
	fn(ctx, n)
}
