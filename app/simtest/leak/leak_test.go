package leak_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/plant"
	"wherry/app/simtest/crash/rig"
)

// search looks everywhere and returns the hits.
func (s *scene) search() (hits []string, messages int, scanned int64) {
	sc := newScanner(s.t, s.g.where)
	for _, d := range []string{"worker", "lead", "council", "home", "tmp", "data", "config", "cache"} {
		sc.tree(s.t, d, filepath.Join(s.root, d))
	}
	sc.scan("messages and errors", s.said)
	messages = s.tap.scan(sc)
	hits = sc.found()
	for i, h := range hits {
		for canary, field := range s.g.where {
			if strings.Contains(h, canary) {
				hits[i] += " (" + field + ")"
			}
		}
	}
	slices.Sort(hits)
	return hits, messages, sc.bytes
}

// TestNothingLeaks is LK-01: no canary anywhere, though all are in the
// unlocked notebooks.
func TestNothingLeaks(t *testing.T) {
	set := binaries.Build(t)
	s := newScene(t, set.Wherryctl, true)
	t.Setenv("TMPDIR", filepath.Join(s.root, "tmp")) // for the notebook's door
	t.Setenv("HOME", filepath.Join(s.root, "home"))
	s.record()
	s.share(set.Endpoint)
	s.unlock()
	s.attached()

	// The positive control: what is hidden below is really there.
	control := newScanner(t, s.g.where)
	control.scan("unlocked", s.shown)
	seen := map[string]bool{}
	for h := range control.hits {
		for canary := range s.g.where {
			if strings.Contains(h, canary) {
				seen[canary] = true
			}
		}
	}
	entered := 0
	for canary, field := range s.g.where {
		if strings.HasPrefix(field, "mistake") || field == "draft thrown away" {
			continue // never kept
		}
		entered++
		if !seen[canary] {
			t.Errorf("control: %s (%q) is not in the unlocked output", field, canary)
		}
	}
	if entered < 150 {
		t.Errorf("control: only %d canaries were entered", entered)
	}

	s.abort()
	hits, messages, scanned := s.search()
	for _, h := range hits {
		t.Error("leaked: " + h)
	}
	if messages < 20 {
		t.Errorf("only %d messages passed the tap", messages)
	}
	f := rig.NewFigures("LK-01 canaries")
	f.Add("canaries, and seen in unlocked output", "%d, %d", len(s.g.where), len(seen))
	f.Add("bytes searched, after decompression", "%d", scanned)
	f.Add("messages read at the TLS-terminating side", "%d", messages)
	f.Add("hits", "%d", len(hits))
	f.Print(t)
	s.council.Stop(t)
	s.council.Must(t, 0, "verify", "--data", s.council.Data)
}

// TestLeakHarnessCatches plants a debug log and a seal that hides nothing.
func TestLeakHarnessCatches(t *testing.T) {
	if testing.Short() {
		return // building takes long; the ordinary run does it
	}
	set := binaries.Build(t)
	for _, c := range []struct {
		bug  plant.Bug
		want []string
	}{
		{plant.DebugLog, []string{"tmp/wherry-debug.log"}},
		{plant.Transparent, []string{"worker/notebook/journal", "council/council-data/store", "inside TLS", "lead/notebook"}},
	} {
		t.Run(c.bug.Name, func(t *testing.T) {
			s := newScene(t, plant.Build(t, c.bug), false)
			s.record()
			s.share(set.Endpoint)
			hits, _, _ := s.search()
			all := strings.Join(hits, "\n")
			for _, place := range c.want {
				if !strings.Contains(all, place) {
					t.Errorf("the planted bug %q went unseen in %s; %d hits", c.bug.Name, place, len(hits))
				}
			}
			if strings.Contains(all, "the wire") {
				t.Error("found on the wire: the tap does not see TLS as it is")
			}
		})
	}
}
