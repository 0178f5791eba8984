package endpoint_test

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/endpoint"
	"wherry/sync/wire"
)

// FuzzRoutes sends arbitrary bodies, signed by an enrolled device, to every
// route: each is answered, and none with an internal fault.
func FuzzRoutes(f *testing.F) {
	w := prepareTown(f, f.TempDir())
	w.start()
	f.Cleanup(w.stop)
	amina := w.enrol("Amina", trust.RoleWorker, "North")
	c := amina.begin("case")
	req := c.open("North", 1)
	dir := wire.CasePos{Case: record.DirectoryLog(w.realm)}
	for _, m := range []wire.Message{
		req, &wire.PullRequest{Cases: []wire.CasePos{{Case: c.log}, dir}, MaxBytes: 100}, &wire.HeadsRequest{Known: []wire.CasePos{}, Dir: dir},
		enrolRequest(w.invite("Omar", trust.RoleWorker, "North", 1e12), w.accept("Omar", "Omar", nil)),
	} {
		f.Add(must(wire.Encode(m)))
	}
	f.Add([]byte{})
	f.Add([]byte{0x9f, 0xff})
	h := w.server.Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		w.now.add(time.Second) // so that nonces run out
		for _, path := range []string{wire.PathEnrol, wire.PathHeads, wire.PathPull, wire.PathPush} {
			r := httptest.NewRequest(http.MethodPost, "https://127.0.0.1"+path, bytes.NewReader(body))
			var nonce [wire.NonceBytes]byte
			rand.Read(nonce[:])
			if err := wire.Sign(r, body, amina.key, w.now.Now(), nonce); err != nil {
				t.Fatal(err)
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if !slices.Contains([]int{200, 400, 401, 403, 404, 413, 426, 429}, rec.Code) {
				t.Errorf("%s: %d", path, rec.Code)
			}
		}
	})
}

// FuzzAudit reads arbitrary audit logs: no crash, and an altered one is never
// longer than what it vouches for.
func FuzzAudit(f *testing.F) {
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"n":1,"time":"1970-01-01T00:00:01.000Z","action":"test","result":"ok","prev":"` + record.ID{}.String() + `","hash":"` + record.ID{}.String() + `"}` + "\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, bad, err := endpoint.CheckAudit(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if lines := uint64(bytes.Count(b, []byte("\n"))); bad > lines {
			t.Errorf("line %d of %d is bad", bad, lines)
		}
	})
}
