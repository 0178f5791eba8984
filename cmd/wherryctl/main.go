// Command wherryctl is the Wherry notebook without a window.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"wherry/app/headless"
	"wherry/app/notebook"
	"wherry/cmd/internal/build"
	"wherry/cmd/internal/dial"
	"wherry/cmd/internal/doctor"
	"wherry/cmd/internal/harden"
)

func main() {
	harden.Process()
	defer harden.Fault()
	doctor.Child()
	os.Exit(run())
}

func run() int {
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error to handle, not a death
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	app := &headless.App{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Config:  notebook.Config{Dial: dial.Remote, Probe: doctor.Probe, Version: build.Version},
		Version: headless.Version{Version: build.Version, Commit: build.Commit()},
		Swap:    harden.Swap,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		app.Prompt = prompt
	}
	return app.Main(ctx, os.Args[1:])
}

func prompt(question string) ([]byte, error) {
	if _, err := os.Stderr.WriteString(question); err != nil {
		return nil, err
	}
	p, err := term.ReadPassword(int(os.Stdin.Fd()))
	_, _ = os.Stderr.WriteString("\n") // for looks only
	return p, err
}
