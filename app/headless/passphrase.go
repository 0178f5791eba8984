package headless

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"wherry/app/notebook"
)

// maxPassphrase bounds what is read from a descriptor or file.
const maxPassphrase = 4096

// passphrase reads the passphrase once: from the descriptor, the file, or the
// terminal. It is never taken from arguments or the environment.
func (a *App) passphrase() ([]byte, error) {
	if a.pass != nil {
		return a.pass, nil
	}
	p, err := a.secret(a.passFD, a.passTxt, "Passphrase: ")
	if err == nil {
		a.pass = p
	}
	return p, err
}

func (a *App) secret(fd int, file, question string) ([]byte, error) {
	switch {
	case fd >= 0 && file != "":
		return nil, usage("usage", "Give the passphrase by a descriptor or by a file, not both.", "Leave one out.")
	case fd >= 0:
		f := os.NewFile(uintptr(fd), "passphrase")
		if f == nil {
			return nil, usage("bad_passphrase", "That file descriptor is not open.", "Open it for reading first.")
		}
		defer f.Close()
		return readSecret(f)
	case file != "":
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readSecret(f)
	case a.Prompt != nil:
		return a.Prompt(question)
	}
	return nil, usage("no_passphrase", "A passphrase is needed and there is no terminal to ask on.", "Use --passphrase-fd or --passphrase-file.")
}

func readSecret(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxPassphrase+1))
	if err != nil {
		return nil, usage("bad_passphrase", "The passphrase could not be read.", "Check the descriptor or file.")
	}
	if len(b) > maxPassphrase {
		return nil, usage("bad_passphrase", "That passphrase is too long.", "Use at most 4096 bytes.")
	}
	return b, nil
}

func passphraseVerb(a *App) *cobra.Command {
	var fd int
	var file, recovery string
	c := &cobra.Command{
		Use: "passphrase", Short: "Change the passphrase, or set a new one with the recovery kit", Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			dir, err := a.folder()
			if err != nil {
				return err
			}
			var old []byte
			if recovery == "" {
				if old, err = a.passphrase(); err != nil {
					return err
				}
			}
			next, err := a.secret(fd, file, "New passphrase: ")
			if err != nil {
				return err
			}
			if recovery != "" {
				code, err := readKit(recovery)
				if err != nil {
					return err
				}
				err = notebook.ResetPassphrase(dir, code, next, a.Config)
				if err != nil {
					return err
				}
			} else if err := notebook.ChangePassphrase(dir, old, next, a.Config); err != nil {
				return err
			}
			return a.say(struct {
				V       int  `json:"v"`
				Changed bool `json:"changed"`
			}{1, true}, "The passphrase was changed.")
		},
	}
	c.Flags().IntVar(&fd, "new-passphrase-fd", -1, "read the new passphrase from this file descriptor")
	c.Flags().StringVar(&file, "new-passphrase-file", "", "read the new passphrase from this file")
	c.Flags().StringVar(&recovery, "recovery-file", "", "use the recovery kit in this file instead of the present passphrase")
	return c
}

// exactly refuses a wrong number of operands in the contract's words.
func exactly(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("usage", "The number of operands is wrong.", "See wherryctl help for the verb.")
		}
		return nil
	}
}

func atMost(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("usage", "There are too many operands.", "See wherryctl help for the verb.")
		}
		return nil
	}
}
