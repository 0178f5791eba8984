package headless

import (
	"github.com/spf13/cobra"

	"wherry/app/notebook"
)

func rehearseVerb(a *App) *cobra.Command {
	var recovery string
	c := &cobra.Command{
		Use: "rehearse", Short: "Prove that a recovery kit opens this notebook; change nothing", Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			if recovery == "" {
				return usage("usage", "rehearse needs --recovery-file.", "See wherryctl help rehearse.")
			}
			dir, err := a.folder()
			if err != nil {
				return err
			}
			code, err := readKit(recovery)
			if err != nil {
				return err
			}
			defer code.Wipe()
			if err := notebook.Rehearse(dir, code); err != nil {
				return err
			}
			return a.say(struct {
				V         int  `json:"v"`
				Rehearsed bool `json:"rehearsed"`
			}{1, true}, "This recovery kit opens the notebook. Nothing was changed.")
		},
	}
	c.Flags().StringVar(&recovery, "recovery-file", "", "the recovery kit")
	return c
}
