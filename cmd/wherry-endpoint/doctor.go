package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"wherry/storage/record"
	"wherry/sync/endpoint"
	"wherry/sync/endpoint/badgerstore"
)

// The doctor looks at a stopped store in a process of its own, because the
// database below may panic on damage in a goroutine that nobody can recover.
// If the doctor dies, the store is damaged; the program that asked lives on.

// verifyLine is the result of verify, and what the doctor tells its parent.
type verifyLine struct {
	V       int          `json:"v"`
	Entries uint64       `json:"entries"`
	OK      bool         `json:"ok"`
	Damaged []damageLine `json:"damaged"`
	Cases   uint64       `json:"cases"`
}

type damageLine struct {
	File   string `json:"file,omitempty"`
	Case   string `json:"case,omitempty"`
	Entry  string `json:"entry,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
	Reason string `json:"reason"`
}

func damageLines(damage []endpoint.Damage) []damageLine {
	out := []damageLine{}
	text := func(id record.ID) string {
		if id.IsZero() {
			return ""
		}
		return id.String()
	}
	for _, d := range damage {
		out = append(out, damageLine{File: d.File, Case: text(d.Log), Entry: text(d.Entry), Seq: d.Seq, Reason: d.Reason})
	}
	return out
}

func doctorVerb(p *program) *cobra.Command {
	var data string
	var blobs bool
	c := &cobra.Command{
		Use: "doctor", Hidden: true, Args: noOperands,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.json = true
			f, err := openFolder(data)
			if err != nil {
				return err
			}
			r, err := examine(cmd.Context(), f, blobs)
			if err != nil {
				return err
			}
			return p.line(r)
		},
	}
	c.Flags().StringVar(&data, "data", "", "the server's folder")
	c.Flags().BoolVar(&blobs, "blobs", false, "read the attachments too")
	return c
}

// examine checks a stopped store. One that was stopped cleanly, or differs from
// how it was stopped, is only looked at; one that was not is recovered first,
// as serve would. blobs has the attachments read too: a damaged one is named by
// verify, and keeps nobody from serving the rest.
func examine(ctx context.Context, f *folder, blobs bool) (*verifyLine, error) {
	dir := f.path(folderStore)
	clean, differ, err := badgerstore.Inspect(dir)
	if err != nil {
		return nil, err
	}
	s, err := badgerstore.Open(dir, badgerstore.Options{ReadOnly: clean})
	if err != nil {
		if len(differ) > 0 && errors.Is(err, endpoint.ErrStoreDamaged) {
			return &verifyLine{V: 1, Damaged: damageLines(differ)}, nil
		}
		return nil, err
	}
	defer s.Close()     // a close that fails leaves the store as it was found: not cleanly stopped
	var audit io.Reader // nil before the first serve
	if file, err := os.Open(f.path(endpoint.AuditFile)); err == nil {
		defer file.Close()
		audit = file
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	report, err := endpoint.Verify(ctx, s, f.root, audit)
	if err != nil {
		return nil, err
	}
	damage := append(differ, report.Damaged...)
	if len(damage) > 0 {
		s.Distrust()
	}
	if blobs {
		_, bad, err := endpoint.NewBlobs(f.path(endpoint.BlobFolder), endpoint.BlobOptions{}).Verify(ctx, report.Blobs)
		if err != nil {
			return nil, err
		}
		damage = append(damage, bad...)
	}
	return &verifyLine{V: 1, Entries: report.Entries, OK: len(damage) == 0, Damaged: damageLines(damage), Cases: report.Cases}, nil
}

// consult runs the doctor on f's store and returns what it found. errDied says
// that it did not live to tell.
func consult(ctx context.Context, f *folder, blobs bool) (*verifyLine, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = []string{os.Args[0], "doctor", "--data", f.dir}
	if blobs {
		cmd.Args = append(cmd.Args, "--blobs")
	}
	out, err := cmd.Output()
	var line struct {
		verifyLine
		Error *problem `json:"error"`
	}
	if json.Unmarshal(out, &line) != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil || errors.As(err, new(*exec.ExitError)) {
			return nil, errDied
		}
		return nil, err
	}
	if line.Error != nil {
		return nil, line.Error
	}
	return &line.verifyLine, nil
}

// errDied: examining the store ended in a crash.
var errDied = errors.New("the store could not be examined")

// storeLost reports a store that is gone although the audit log says that it
// was in use: serving an empty one in its place would look like tampering.
func storeLost(f *folder) (bool, error) {
	info, err := os.Stat(f.path(endpoint.AuditFile))
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	entries, err := os.ReadDir(f.path(folderStore))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for _, e := range entries {
		if e.Name() == "MANIFEST" {
			return false, nil
		}
	}
	return true, nil
}
