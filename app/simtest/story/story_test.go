// Package story_test tells the whole story headlessly, with the real programs:
// real processes, real files, real TLS. Each script in testdata is a chapter
// (story-*) or a part of the command contract of docs/commands.md (contract-*).
//
// The scripts' own commands are listed in commands below; each says in its
// comment how it is used.
package story_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"wherry/app/simtest/binaries"
)

var goOn = flag.Bool("go-on", false, "go on with a script after a failure, to see them all")

func TestMain(m *testing.M) {
	code := m.Run()
	binaries.Remove()
	os.Exit(code)
}

// commands are what scripts may use beside testscript's own.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"run": run, "ctl": ctl, "end": end, "hold": hold, "release": release, "interrupt": interrupt, // programs
	"serve": serve, "halt": halt, "port": port, "silent": silent, "http": httpCmd, "tls12": tls12, // servers
	"json": jsonCmd, "lines": lines, "capture": capture, "pluck": pluck, "shape": shape, "same": same, // output
	"marked": marked, "ranked": ranked, // search
	"mode": mode, "tree": tree, "copytree": copytree, "poke": poke, "fill": fill, "random": random, "flipstore": flipstore, "newer": newer, "listing": listing, "append": appendCmd, "sha": sha, "pdftext": pdftext, // files
	"draft": draft, "strike": strike, // what only the window does
	"photo": photo, "blobfile": blobfile, "nowhere": nowhere, "killattach": killattach, // attachments
	"cutsync": cutsync, "metered": metered, // attachments on their way
}

func TestStory(t *testing.T) {
	p := params(t)
	p.Dir = "testdata"
	if testing.Short() {
		// The race detector, for which -short stands here, sees nothing of child
		// processes: one script shows that the commands themselves are sound.
		p.Dir, p.Files = "", []string{filepath.Join("testdata", "contract-usage.txt")}
	}
	testscript.Run(t, p)
}

func params(t *testing.T) testscript.Params {
	set := binaries.Build(t)
	root, err := binaries.Root()
	if err != nil {
		t.Fatal(err)
	}
	return testscript.Params{
		RequireUniqueNames: true, ContinueOnError: *goOn,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PROGRAMS", set.Dir)
			e.Setenv("SAMPLES", filepath.Join(root, "app", "notebook", "testdata", "samples"))
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			for name, text := range map[string]string{"pass": "five plain words in order\n", "keypass": "the council keeps this one\n"} {
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), []byte(text), 0o600); err != nil {
					return err
				}
			}
			k := &kept{servers: map[string]*server{}, held: map[string]*held{}}
			e.Values[keptKey{}] = k
			e.Defer(k.end)
			return nil
		},
		Cmds: commands,
	}
}

// kept is what a script has running.
type kept struct {
	servers map[string]*server
	held    map[string]*held
	closers []func()
}

type keptKey struct{}

func keptBy(ts *testscript.TestScript) *kept { return ts.Value(keptKey{}).(*kept) }

// end ends whatever a script, failed or not, left running.
func (k *kept) end() {
	for _, s := range k.servers {
		s.proc.kill()
	}
	for _, h := range k.held {
		h.proc.kill()
	}
	for _, c := range k.closers {
		c()
	}
}

// builtIn are testscript's own commands, which it prefers to a script's: one
// of ours by such a name would never be called. "stop" would even pass.
var builtIn = []string{"cd", "chmod", "cmp", "cmpenv", "cp", "env", "exec", "exists", "grep", "kill", "mkdir", "mv", "rm", "skip",
	"stdin", "stderr", "stdout", "stop", "symlink", "ttyin", "ttyout", "unix2dos", "unquote", "wait"}

func TestCommandsAreReachable(t *testing.T) {
	for _, name := range builtIn {
		if commands[name] != nil {
			t.Errorf("%s is a command of testscript", name)
		}
	}
}
