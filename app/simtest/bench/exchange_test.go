package bench_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wherry/app/notebook"
	"wherry/app/simtest/bench/synth"
	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
	"wherry/sync/wire"
)

// exchanged is how many notes are pushed and pulled.
const exchanged = 2_000

// BenchmarkRatioSync: pushing notes to the real endpoint over loopback TLS,
// and pulling them into the lead's notebook, beside posting as many bytes in
// the same portions to a plain HTTP server that appends and syncs them, and
// getting them back into a synced file.
func BenchmarkRatioSync(b *testing.B) {
	for b.Loop() {
		t := newTable(b, fmt.Sprintf("Pushing and pulling %d notes over loopback TLS", exchanged))
		set := binaries.Build(b)
		council := rig.Found(b, set.Endpoint, b.TempDir(), nil)
		worker := fresh(b, "Amina Yusuf")
		lead := fresh(b, "Grace Okafor")
		if err := populate(worker, synth.New(2), exchanged); err != nil {
			b.Fatal(err)
		}
		invitations := [2]string{council.Invite(b, "Amina Yusuf", "worker", "Norwich 2"), council.Invite(b, "Grace Okafor", "lead", "Norwich 2")}
		council.Serve(b)
		url := "https://" + council.Address
		for i, nb := range []*notebook.Notebook{lead, worker} {
			text, err := os.ReadFile(invitations[1-i])
			if err != nil {
				b.Fatal(err)
			}
			if _, err := nb.Enrol(bg, text, notebook.EnrolOptions{URL: url}); err != nil {
				b.Fatal(err)
			}
		}
		begun := time.Now()
		rep, err := worker.Sync(bg, url)
		push := time.Since(begun)
		if err != nil || rep.Pushed < exchanged || rep.Queued != 0 {
			b.Fatalf("push: %+v %v", rep, err)
		}
		begun = time.Now()
		got, err := lead.Sync(bg, url)
		pull := time.Since(begun)
		if err != nil || got.Pulled < exchanged {
			b.Fatalf("pull: %+v %v", got, err)
		}
		shut(b, worker)
		shut(b, lead)
		council.Stop(b)
		perEntry := folderSize(b, filepath.Join(council.Data, "store")) / int64(rep.Pushed)
		upFloor, downFloor := plainHTTP(b, rep.Pushed, int(perEntry))
		rate := func(n int, d time.Duration) string { return fmt.Sprintf("%.0f entries/s", float64(n)/d.Seconds()) }
		t.add("pushed", rate(rep.Pushed, push), "")
		t.compare("pushing all", push, upFloor)
		t.add("pulled", rate(got.Pulled, pull), "")
		t.compare("pulling all", pull, downFloor)
		t.print()
		b.ReportMetric(float64(rep.Pushed)/push.Seconds(), "pushed/s")
		b.ReportMetric(float64(got.Pulled)/pull.Seconds(), "pulled/s")
	}
}

func fresh(b *testing.B, name string) *notebook.Notebook {
	b.Helper()
	nb, _, err := notebook.CreateWithCode(bg, filepath.Join(b.TempDir(), "notebook"), name, passphrase, config(b))
	if err != nil {
		b.Fatal(err)
	}
	return nb
}

func folderSize(b *testing.B, dir string) int64 {
	b.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	var n int64
	for _, f := range files {
		if info, err := f.Info(); err == nil && filepath.Ext(f.Name()) == ".sst" {
			n += info.Size()
		}
	}
	return n
}

// plainHTTP is the floor: n entries of a size, in portions of about a mebibyte
// and at most 500, up and down.
func plainHTTP(b *testing.B, n, size int) (up, down time.Duration) {
	b.Helper()
	dir := b.TempDir()
	stored, err := os.Create(filepath.Join(dir, "server"))
	if err != nil {
		b.Fatal(err)
	}
	defer stored.Close()
	per := max(1, min(wire.MaxPushItems, (1<<20)/size))
	portion := bytes.Repeat([]byte{0xA5}, per*size)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(stored, r.Body); err != nil || stored.Sync() != nil {
			w.WriteHeader(http.StatusInsufficientStorage)
		}
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(portion) // the client counts
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: mux}
	go srv.Serve(l)
	defer srv.Close()
	url := "http://" + l.Addr().String() + "/"
	begun := time.Now()
	for sent := 0; sent < n; sent += per {
		resp, err := http.Post(url, "application/octet-stream", bytes.NewReader(portion))
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
	up = time.Since(begun)
	kept, err := os.Create(filepath.Join(dir, "client"))
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	begun = time.Now()
	for had := 0; had < n; had += per {
		resp, err := http.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(kept, resp.Body); err != nil || kept.Sync() != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
	return up, time.Since(begun)
}
