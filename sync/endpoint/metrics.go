package endpoint

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Metrics counts what the endpoint does, for /metrics in the Prometheus text
// format (version 0.0.4). No label ever holds an id.
type Metrics struct {
	mu     sync.Mutex
	counts map[string]float64 // series with labels → value; guarded by mu
}

// metricHelp lists every metric: name, type, meaning.
var metricHelp = []struct{ name, kind, help string }{
	{"wherry_requests_total", "counter", "Requests by route and status."},
	{"wherry_request_seconds_sum", "counter", "Time spent on requests by route, in seconds."},
	{"wherry_push_entries_total", "counter", "Entries pushed, by result."},
	{"wherry_pull_entries_total", "counter", "Entries handed out."},
	{"wherry_pull_bytes_total", "counter", "Bytes of entries handed out."},
	{"wherry_blob_bytes_total", "counter", "Bytes of attachments taken in and handed out."},
	{"wherry_enrolments_total", "counter", "Enrolments by result."},
	{"wherry_refused_total", "counter", "Requests refused at the door, by reason."},
	{"wherry_panics_total", "counter", "Requests that ended in a panic."},
	{"wherry_audit_errors_total", "counter", "Audit lines that could not be written."},
	{"wherry_store_writable", "gauge", "1 if the store takes writes, else 0."},
	{"wherry_directory_seq", "gauge", "Position of the directory."},
}

// Add adds n to a series. labels is empty or `name="value"` pairs.
func (m *Metrics) Add(name, labels string, n float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = map[string]float64{}
	}
	m.counts[series(name, labels)] += n
}

func series(name, labels string) string {
	if labels == "" {
		return name
	}
	return name + "{" + labels + "}"
}

// WriteText writes all series, and the given gauges, in a stable order.
func (m *Metrics) WriteText(w io.Writer, gauges map[string]float64) error {
	m.mu.Lock()
	all := make(map[string]float64, len(m.counts)+len(gauges))
	for k, v := range m.counts {
		all[k] = v
	}
	m.mu.Unlock()
	for k, v := range gauges {
		all[k] = v
	}
	keys := make([]string, 0, len(all))
	for k := range all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, h := range metricHelp {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", h.name, h.help, h.name, h.kind)
		for _, k := range keys {
			if k == h.name || strings.HasPrefix(k, h.name+"{") {
				fmt.Fprintf(&b, "%s %g\n", k, all[k])
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
