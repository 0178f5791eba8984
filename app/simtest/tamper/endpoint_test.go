package tamper_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/app/simtest/binaries"
	"wherry/app/simtest/crash/rig"
)

// TestEndpointFolder flips bits in the folder of a stopped endpoint: its
// verify must name what is damaged, and serve must not start on it.
func TestEndpointFolder(t *testing.T) {
	set := binaries.Build(t)
	dir := t.TempDir()
	council := rig.Found(t, set.Endpoint, dir, nil)
	invitation := council.Invite(t, "Amina Yusuf", "worker", "Norwich 2")
	council.Serve(t)
	n, done := copyOf(t, intact(t))
	defer done()
	n.Must(t, 0, "enrol", "--invite", invitation, "--endpoint", "https://"+council.Address)
	n.Must(t, 0, "sync", "--once", "--endpoint", "https://"+council.Address)
	council.Stop(t)
	sound := council.Must(t, 0, "verify", "--data", council.Data)
	var whole struct{ Entries, Cases int }
	if err := json.Unmarshal(sound.Out, &whole); err != nil || whole.Entries < 30 || whole.Cases < len(children) {
		t.Fatalf("the intact endpoint holds too little: %s", sound.Out)
	}
	files, err := filepath.Glob(filepath.Join(council.Data, "store", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"council", "endpoint.key", "tls.crt", "tls.key", "ca.pem"} {
		files = append(files, filepath.Join(council.Data, name))
	}
	rng := rig.Seed(t)
	count := rig.Count(10, 200*len(files))
	named := 0
	tried := parallel(count, rng, func(i int, rng *rand.Rand) trial {
		path := files[i%len(files)]
		if i >= len(files) || count < len(files) {
			path = files[rng.IntN(len(files))]
		}
		return flipServer(t, council, path, rng)
	})
	for _, x := range tried {
		for _, finding := range x.v.findings {
			t.Errorf("%s: %s", x.what, finding)
		}
		if x.v.named {
			named++
		}
	}
	f := rig.NewFigures("EP-10 bit flips in the endpoint's folder")
	f.Add("flips", "%d among %d files", count, len(files))
	f.Add("named by verify", "%d", named)
	f.Print(t)
}

func flipServer(t testing.TB, c *rig.Council, path string, rng *rand.Rand) (x trial) {
	dir, err := os.MkdirTemp(t.TempDir(), "data")
	if err != nil {
		t.Error(err)
		return x
	}
	defer os.RemoveAll(dir)
	copied := *c
	copied.Data = filepath.Join(dir, "d")
	rig.Copy(t, c.Data, copied.Data)
	rel, err := filepath.Rel(c.Data, path)
	if err != nil {
		t.Error(err)
		return x
	}
	target := filepath.Join(copied.Data, rel)
	if st, err := os.Stat(target); err != nil || st.Size() == 0 {
		x.what = "an empty file"
		return x
	}
	x.what = flip(t, rng, target)
	r := copied.Run(t, "verify", "--data", copied.Data)
	if fault := r.Fault(); fault != "" {
		x.v.find("%s", fault)
	}
	x.v.named = r.Exit != 0
	stored := strings.HasPrefix(rel, "store")
	switch {
	case r.Exit != 0 && r.Exit != 5 && r.Exit != 8 && r.Exit != 9:
		x.v.find("verify: exit %d %s%s", r.Exit, r.Out, r.Err)
	case r.Exit == 0 && (stored || rel == "council" || rel == "endpoint.key"):
		x.v.find("verify: exit 0 %s", r.Out)
	case r.Exit == 5 && stored && !bytes.Contains(r.Out, []byte(filepath.Base(rel))):
		x.v.find("verify does not name the file: %s", r.Out)
	}
	if stored && rng.IntN(3) == 0 {
		s := copied.Run(t, "serve", "--data", copied.Data, "--listen", "127.0.0.1:0")
		if s.Fault() != "" || s.Exit != 5 {
			x.v.find("serve on a damaged store: exit %d %s %s", s.Exit, s.Fault(), fmt.Sprintf("%.300s", s.Err))
		}
	}
	return x
}
