package headless

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wherry/app/notebook"
)

func backupVerb(a *App) *cobra.Command {
	var to, check, drill, expires, recovery string
	c := &cobra.Command{
		Use: "backup", Short: "Write everything into one sealed file, or check such a file", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			given := 0
			for _, f := range []string{to, check, drill} {
				if f != "" {
					given++
				}
			}
			if given != 1 || expires != "" && to == "" || recovery != "" && to != "" {
				return usage("usage", "backup needs one of --to, --check and --drill.", "See wherryctl help backup.")
			}
			switch {
			case to != "":
				return a.makeBackup(c, to, expires)
			case check != "":
				return a.checkBackup(c, check, recovery)
			}
			return a.drillBackup(c, drill, recovery)
		},
	}
	f := c.Flags()
	f.StringVar(&to, "to", "", "file to write; it must not exist")
	f.StringVar(&expires, "expires", "", "how long the file is to be kept (default 90d)")
	f.StringVar(&check, "check", "", "check this backup; nothing is written")
	f.StringVar(&drill, "drill", "", "restore this backup into a temporary folder, compare, and erase the folder")
	f.StringVar(&recovery, "recovery-file", "", "with --check and --drill: open it with this recovery kit instead of the passphrase")
	return c
}

// keeping reads a length of time like 90d or 36h; "" is 0, the usual one.
func keeping(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil && n > 0 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return d, nil
	}
	return 0, usage("bad_expiry", "That is not a time to keep a backup for.", "Give it like 90d.")
}

func (a *App) makeBackup(c *cobra.Command, to, expires string) error {
	keep, err := keeping(expires)
	if err != nil {
		return err
	}
	dir, pass, err := a.place()
	if err != nil {
		return err
	}
	r, err := notebook.BackupFolder(c.Context(), dir, pass, to, keep, a.Config)
	if err != nil {
		return err
	}
	if !r.Listed {
		fmt.Fprintln(a.Stderr, "The backup is written, but the notebook could not note that it exists. Write down yourself when it expires.")
	}
	return a.say(struct {
		V       int    `json:"v"`
		File    string `json:"file"`
		Bytes   int64  `json:"bytes"`
		SHA256  string `json:"sha256"`
		Entries int    `json:"entries"`
		Tip     uint64 `json:"tip"`
		Expires *stamp `json:"expires"`
		Backup  string `json:"backup"`
		Drafts  int    `json:"drafts"`
	}{1, r.Path, r.Bytes, r.SHA256.String(), r.Entries, r.Tip, when(r.Expires), r.Backup.String(), r.Drafts},
		"Written: %d entries and %d drafts. Destroy the file by %s.", r.Entries, r.Drafts, r.Expires.Format("2 January 2006"))
}

// backupKey is what opens a backup: the recovery kit if one is given, else the
// passphrase.
func (a *App) backupKey(recovery string) (notebook.BackupKey, error) {
	if recovery != "" {
		code, err := readKit(recovery)
		if err != nil {
			return nil, err
		}
		return notebook.BackupCode(code), nil
	}
	pass, err := a.passphrase()
	if err != nil {
		return nil, err
	}
	return notebook.BackupPassphrase(pass), nil
}

func damagedLines(parts []notebook.DamagedPart) []damagedLine {
	out := []damagedLine{}
	for _, d := range parts {
		out = append(out, damagedLine{d.File, d.Segment, opt(d.Entry), opt(d.Case), d.Reason})
	}
	return out
}

// sayBroken lists for people what is not as it was written.
func (a *App) sayBroken(lines []damagedLine) {
	fmt.Fprintln(a.Stdout, "Not as it was written:")
	enc := json.NewEncoder(a.Stdout)
	for _, d := range lines {
		_ = enc.Encode(d) // a closed stdout ends the listing; the exit code still tells
	}
}

func (a *App) checkBackup(c *cobra.Command, path, recovery string) error {
	if _, err := os.Stat(path); err != nil {
		return err // before anybody is asked for a passphrase
	}
	key, err := a.backupKey(recovery)
	if err != nil {
		return err
	}
	r, err := notebook.VerifyBackup(c.Context(), path, key, a.Config)
	if err != nil {
		return err
	}
	line := struct {
		V        int           `json:"v"`
		OK       bool          `json:"ok"`
		Entries  int           `json:"entries"`
		Created  *stamp        `json:"created,omitempty"`
		Expires  *stamp        `json:"expires,omitempty"`
		Damaged  []damagedLine `json:"damaged"`
		Notebook string        `json:"notebook,omitempty"`
		Backup   string        `json:"backup,omitempty"`
		Drafts   int           `json:"drafts"`
		Expired  bool          `json:"expired,omitempty"`
	}{1, r.OK, r.Entries, when(r.Created), when(r.Expires), damagedLines(r.Damaged), opt(r.Notebook), opt(r.Backup), r.Drafts, r.Expired}
	if r.Expired {
		fmt.Fprintln(a.Stderr, "This backup has expired. Destroy it once you have a newer one.")
	}
	switch {
	case a.json:
		err = a.write(line)
	case r.OK:
		err = a.say(line, "The backup is whole: %d entries, %d drafts.", r.Entries, r.Drafts)
	default:
		a.sayBroken(line.Damaged)
	}
	if err == nil && !r.OK {
		err = exitError{notebook.ExitDamaged}
	}
	return err
}

func (a *App) drillBackup(c *cobra.Command, path, recovery string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	key, err := a.backupKey(recovery)
	if err != nil {
		return err
	}
	r, err := notebook.Drill(c.Context(), path, key, a.Config)
	if err != nil {
		return err
	}
	line := struct {
		V       int           `json:"v"`
		OK      bool          `json:"ok"`
		Entries int           `json:"entries"`
		Seconds float64       `json:"seconds"`
		Drafts  int           `json:"drafts"`
		Damaged []damagedLine `json:"damaged"`
	}{1, r.OK, r.Entries, r.Took.Seconds(), r.Drafts, damagedLines(r.Damaged)}
	switch {
	case a.json:
		err = a.write(line)
	case r.OK:
		err = a.say(line, "The backup restores: %d entries and %d drafts in %.1f seconds. The copy is erased again.", r.Entries, r.Drafts, line.Seconds)
	default:
		a.sayBroken(line.Damaged)
	}
	if err == nil && !r.OK {
		err = exitError{notebook.ExitDamaged}
	}
	return err
}

func restoreVerb(a *App) *cobra.Command {
	var from, recovery string
	c := &cobra.Command{
		Use: "restore", Short: "Make a notebook from a backup, in a folder that is absent or empty", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if from == "" {
				return usage("usage", "restore needs --from.", "See wherryctl help restore.")
			}
			dir, err := a.folder()
			if err != nil {
				return err
			}
			if err := notebook.MayCreate(dir); err != nil {
				return err
			}
			if _, err := os.Stat(from); err != nil {
				return err
			}
			key, err := a.backupKey(recovery)
			if err != nil {
				return err
			}
			r, err := notebook.Restore(c.Context(), from, dir, key, a.Config)
			if err != nil {
				return err
			}
			a.sayRestored(r)
			return a.say(struct {
				V        int    `json:"v"`
				Notebook string `json:"notebook"`
				Entries  int    `json:"entries"`
				Drafts   int    `json:"drafts"`
				Made     *stamp `json:"made"`
				Damaged  int    `json:"damaged,omitempty"`
			}{1, r.Notebook.String(), r.Entries, r.Drafts, when(r.Made), r.Damaged},
				"Restored: %d entries and %d drafts, as they were on %s.", r.Entries, r.Drafts, r.Made.Format("2 January 2006, 15:04 UTC"))
		},
	}
	c.Flags().StringVar(&from, "from", "", "the backup")
	c.Flags().StringVar(&recovery, "recovery-file", "", "open it with this recovery kit instead of the passphrase")
	return c
}

// sayRestored tells the person what a restored notebook means.
func (a *App) sayRestored(r *notebook.RestoreReport) {
	fmt.Fprintln(a.Stderr, "The passphrase is the one that the notebook had when the backup was made.")
	if r.Enrolled {
		fmt.Fprintln(a.Stderr, "Sync now: what the council has and the backup lacks comes back. Do not go on using the old folder, if it still exists.")
	} else {
		fmt.Fprintln(a.Stderr, "What was written after the backup is not in it. Do not go on using the old folder, if it still exists.")
	}
	if r.Expired {
		fmt.Fprintln(a.Stderr, "This backup had expired. What was disposed of since it was made is in this notebook again, unless the council's record says so: dispose of it again.")
	}
	if r.Damaged > 0 {
		fmt.Fprintln(a.Stderr, "Part of the notebook was damaged already when the backup was made. Run verify to see what.")
	}
}
