package headless

import (
	"bytes"
	"strings"
	"testing"

	"wherry/app/notebook"
	"wherry/sync/engine"
)

// TestSyncSaysAttachments: what moved of attachments is in the line and in the
// sentence; where none did, neither speaks of them.
func TestSyncSaysAttachments(t *testing.T) {
	some := &notebook.SyncReport{Report: engine.Report{Pushed: 2, BlobsSent: 1, BlobsFetched: 3, BlobsWaiting: 4}}
	for _, c := range []struct {
		json bool
		r    *notebook.SyncReport
		has  string
		not  string
	}{
		{true, some, `"blobs_sent":1,"blobs_fetched":3,"blobs_waiting":4`, "Attachments"},
		{false, some, "Attachments: 1 sent, 3 received, 4 still to come.", "blobs"},
		{true, &notebook.SyncReport{}, `"pushed":0`, "blobs"},
		{false, &notebook.SyncReport{}, "Sent 0, received 0", "Attachments"},
	} {
		var out bytes.Buffer
		a := &App{Stdout: &out, json: c.json}
		if err := a.saySync(c.r, true); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.Contains(got, c.has) || strings.Contains(got, c.not) || strings.Count(got, "\n") != 1 {
			t.Errorf("json %v: %s", c.json, got)
		}
	}
}
