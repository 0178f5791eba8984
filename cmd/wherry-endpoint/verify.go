package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"wherry/sync/endpoint"
	"wherry/sync/endpoint/badgerstore"
)

func verifyVerb(p *program) *cobra.Command {
	var data string
	c := &cobra.Command{
		Use: "verify", Short: "Check a stopped endpoint's folder", Args: noOperands,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.verify(cmd.Context(), data) },
	}
	c.Flags().StringVar(&data, "data", "", "the server's folder D")
	return c
}

func (p *program) verify(ctx context.Context, data string) error {
	if err := needed([2]string{"data", data}); err != nil {
		return err
	}
	f, err := openFolder(data)
	if err != nil {
		return err
	}
	r, err := diagnose(ctx, f)
	if err != nil {
		return err
	}
	if err := f.certs.check(f.host, p.now()); err != nil {
		r.Damaged = append(r.Damaged, damageLine{File: fileCert, Reason: "the certificate cannot be used: it has expired or is damaged"})
	}
	if !f.keyNamed() {
		r.Damaged = append(r.Damaged, damageLine{File: fileEndpoint, Reason: "the key is not the one that the council's root named"})
	}
	r.OK = len(r.Damaged) == 0
	if r.OK {
		return p.say(r, "%d entries in %d cases are sound.", r.Entries, r.Cases)
	}
	if err := p.say(r, "%d entries in %d cases were read; %d things are damaged.", r.Entries, r.Cases, len(r.Damaged)); err != nil {
		return err
	}
	if !p.json {
		for _, d := range r.Damaged {
			if err := p.say(nil, "%s %s %s", d.File, d.Case, d.Reason); err != nil {
				return err
			}
		}
	}
	return exitOnly(exitDamaged)
}

// diagnose finds out what it can about a stopped store, whatever state it is in.
func diagnose(ctx context.Context, f *folder) (*verifyLine, error) {
	lost, err := storeLost(f)
	if err != nil {
		return nil, err
	}
	if lost {
		return &verifyLine{V: 1, Damaged: []damageLine{{File: folderStore, Reason: "the store is missing"}}}, nil
	}
	if _, err := os.Stat(f.path(folderStore)); errors.Is(err, fs.ErrNotExist) {
		return &verifyLine{V: 1, Damaged: []damageLine{}}, nil // never served
	}
	r, err := consult(ctx, f, true)
	if !errors.Is(err, errDied) && !isDamage(err) {
		return r, err
	}
	_, differ, err := badgerstore.Inspect(f.path(folderStore))
	if err != nil {
		return nil, err
	}
	lines := damageLines(differ)
	if len(lines) == 0 {
		lines = []damageLine{{File: folderStore, Reason: "the database cannot be opened"}}
	}
	return &verifyLine{V: 1, Damaged: lines}, nil
}

func isDamage(err error) bool {
	return err != nil && (errors.Is(err, endpoint.ErrStoreDamaged) || explain(err).Exit == exitDamaged)
}
