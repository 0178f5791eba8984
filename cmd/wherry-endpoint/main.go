// Command wherry-endpoint is the council's server and its administration:
//
//	init     make a council: its keys for another machine, its server's folder
//	invite   make an invitation for one person
//	serve    answer notebooks
//	verify   check a stopped server's folder
//
// The command surface is a contract (docs/commands.md).
package main

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"wherry/cmd/internal/harden"
)

func main() {
	harden.Process()
	defer harden.Fault()
	os.Exit(run())
}

func run() int {
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error to handle, not a death
	privateFiles()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{
		output: output{stdout: os.Stdout, stderr: os.Stderr},
		now:    time.Now, random: rand.Reader,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		p.prompt = prompt
	}
	return p.main(ctx, os.Args[1:])
}

func prompt(question string) ([]byte, error) {
	if _, err := os.Stderr.WriteString(question); err != nil {
		return nil, err
	}
	b, err := term.ReadPassword(int(os.Stdin.Fd()))
	_, _ = os.Stderr.WriteString("\n") // for looks only
	return b, err
}

// program is one run. Its fields are what the outside world supplies.
type program struct {
	output
	now    func() time.Time
	random io.Reader
	// prompt asks on a terminal without echo; nil where there is none.
	prompt func(question string) ([]byte, error)

	passFD   int
	passFile string
}

func (p *program) main(ctx context.Context, args []string) int {
	root := p.command()
	root.SetArgs(args)
	return p.fail(root.ExecuteContext(ctx))
}

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use: "wherry-endpoint", Short: "The Wherry council endpoint",
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return refuse("usage", "There is no such verb.", "See wherry-endpoint help.")
			}
			return refuse("usage", "A verb is needed.", "See wherry-endpoint help.")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	root.SetOut(p.stderr)
	root.SetErr(p.stderr)
	f := root.PersistentFlags()
	f.BoolVar(&p.json, "json", false, "one JSON object a line on stdout")
	f.IntVar(&p.passFD, "key-passphrase-fd", -1, "read the passphrase of the key files from this file descriptor")
	f.StringVar(&p.passFile, "key-passphrase-file", "", "read the passphrase of the key files from this file")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return refuse("usage", "The command line could not be understood: "+err.Error()+".", "See wherry-endpoint help.")
	})
	for _, verb := range verbs() {
		root.AddCommand(verb(p))
	}
	for _, name := range laterVerbs {
		root.AddCommand(later(name))
	}
	return root
}

// verbs lists what this release does.
func verbs() []func(*program) *cobra.Command {
	return []func(*program) *cobra.Command{initVerb, inviteVerb, serveVerb, verifyVerb, doctorVerb, versionVerb}
}

// laterVerbs lists what the contract names and this release does not do.
var laterVerbs = []string{"person", "team", "device", "check", "backup", "restore", "export-audit", "migrate"}

func later(name string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: "Not in this release", FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return refuse("not_in_release", "This is not in this release.", "See the change log for what is.")
		},
	}
}

// noOperands refuses operands: every verb here takes flags only.
func noOperands(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return refuse("usage", "This verb takes flags only.", "See wherry-endpoint help.")
	}
	return nil
}

// needed refuses an absent flag.
func needed(flags ...[2]string) error {
	for _, f := range flags {
		if f[1] == "" {
			return refuse("usage", "The flag --"+f[0]+" is needed.", "See wherry-endpoint help.")
		}
	}
	return nil
}
