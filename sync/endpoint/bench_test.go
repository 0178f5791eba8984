package endpoint_test

import (
	"bytes"
	"testing"

	"wherry/storage/trust"
	"wherry/sync/wire"
)

// benchBatch is how many 2 KiB entries go in one push: half a megabyte.
const benchBatch = 256

func benchTown(b *testing.B) (*town, *actor, *lane) {
	w := prepareTown(b, b.TempDir())
	w.start()
	b.Cleanup(w.stop)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	amina.push(wire.CodeOK, c.open("North", 0).Items...)
	return w, amina, c
}

func batch(c *lane, n int) []wire.PushItem {
	body := bytes.Repeat([]byte{7}, 2048)
	var items []wire.PushItem
	for range n {
		items = append(items, c.note(string(body)))
	}
	return items
}

// BenchmarkPush measures entries pushed over loopback TLS, receipts durable.
func BenchmarkPush(b *testing.B) {
	_, amina, c := benchTown(b)
	for b.Loop() {
		b.StopTimer()
		items := batch(c, benchBatch)
		b.StartTimer()
		amina.push(wire.CodeOK, items...)
	}
	b.ReportMetric(float64(b.N*benchBatch)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkPull measures entries pulled over loopback TLS.
func BenchmarkPull(b *testing.B) {
	const batches = 8
	_, amina, c := benchTown(b)
	for range batches {
		amina.push(wire.CodeOK, batch(c, benchBatch)...)
	}
	n := 0
	for b.Loop() {
		pos := wire.CasePos{Case: c.log, Gen: 1}
		for more := true; more; {
			resp, err := amina.Pull(ctx, &wire.PullRequest{Cases: []wire.CasePos{pos}, MaxBytes: wire.TargetBatch})
			if err != nil {
				b.Fatal(err)
			}
			p := resp.Pages[0]
			pos.Seq += uint64(len(p.Records))
			n += len(p.Records)
			more = p.More
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
}
