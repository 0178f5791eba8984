package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
)

type inviteOptions struct {
	admin, person, role, team string
	countersign, out          string
	expires                   time.Duration
	newPerson                 bool
}

type inviteLine struct {
	V          int       `json:"v"`
	Invitation record.ID `json:"invitation"`
	Person     record.ID `json:"person"`
	Role       string    `json:"role"`
	Team       string    `json:"team"`
	Expires    string    `json:"expires"`
	File       string    `json:"file"`
}

func inviteVerb(p *program) *cobra.Command {
	var o inviteOptions
	c := &cobra.Command{
		Use: "invite", Short: "Make an invitation for one person; needs no server", Args: noOperands,
		RunE: func(*cobra.Command, []string) error { return p.invite(o) },
	}
	f := c.Flags()
	f.StringVar(&o.admin, "admin-key", "", "the administrator's key file")
	f.StringVar(&o.person, "person", "", "name of the person")
	f.StringVar(&o.role, "role", "", "worker, lead, admin or records")
	f.StringVar(&o.team, "team", "", "name of the team")
	f.StringVar(&o.countersign, "countersign", "", "second key file: the root's, a records officer's or a serving lead's; needed for lead and records")
	f.DurationVar(&o.expires, "expires", 72*time.Hour, "how long the invitation may be taken up, at most 720h")
	f.BoolVar(&o.newPerson, "new-person", false, "another person of the same name and team")
	f.StringVar(&o.out, "out", "", "file to write the invitation to; must not exist")
	return c
}

func (p *program) invite(o inviteOptions) error {
	if err := needed([2]string{"admin-key", o.admin}, [2]string{"person", o.person}, [2]string{"role", o.role}, [2]string{"team", o.team}, [2]string{"out", o.out}); err != nil {
		return err
	}
	if o.expires < time.Millisecond || o.expires > time.Duration(trust.MaxInvitation)*time.Millisecond {
		return refuse("bad_expiry", "An invitation lives longer than nothing and at most 720 hours.", "Give --expires within that.")
	}
	switch o.role {
	case trust.RoleWorker, trust.RoleLead, trust.RoleAdmin, trust.RoleRecords:
	default:
		return refuse("bad_role", "There is no such role.", "Use worker, lead, admin or records.")
	}
	if trust.Widens(o.role) && o.countersign == "" {
		return trust.ErrCountersign
	}
	if _, err := os.Lstat(o.out); !errors.Is(err, fs.ErrNotExist) {
		return fs.ErrExist // before a passphrase is asked for
	}
	admin, second, err := p.keyFiles(o)
	if err != nil {
		return err
	}
	inv, err := trust.NewInvitation(admin, trust.InviteRequest{Name: o.person, Role: o.role, Team: o.team,
		Lifetime: o.expires.Milliseconds(), NewPerson: o.newPerson}, second, p.now().UnixMilli(), p.random)
	if err != nil {
		return err
	}
	if err := writeNew(o.out, inv.String()+"\n"); err != nil {
		return err
	}
	b := inv.Body()
	expires := time.UnixMilli(b.Expires).UTC().Format("2006-01-02T15:04:05.000Z")
	fmt.Fprintln(p.stderr, "Hand this file over in person or by another safe way. Whoever has it can enrol in this person's place.")
	return p.say(inviteLine{V: 1, Invitation: b.Invitation, Person: b.Person, Role: b.Role, Team: b.Team, Expires: expires, File: o.out},
		"The invitation is in %s and can be taken up until %s.", o.out, expires)
}

// keyFiles opens the administrator's key file and the second one, if any, with
// the same passphrase.
func (p *program) keyFiles(o inviteOptions) (admin, second *trust.KeyFile, err error) {
	names := []string{o.admin}
	if o.countersign != "" {
		names = append(names, o.countersign)
	}
	data := make([][]byte, len(names))
	for i, name := range names {
		if data[i], err = os.ReadFile(name); err != nil {
			return nil, nil, err
		}
		if _, _, ok := trust.KeyFileKind(data[i]); !ok {
			return nil, nil, trust.ErrKeyFile
		}
	}
	pass, err := p.passphrase(false)
	if err != nil {
		return nil, nil, err
	}
	if admin, err = trust.OpenKeyFile(pass, data[0]); err != nil || len(data) == 1 {
		return admin, nil, err
	}
	second, err = trust.OpenKeyFile(pass, data[1])
	return admin, second, err
}

// writeNew writes a private file that must not be there yet.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path) // half an invitation is of no use
		return err
	}
	return seal.SyncDir(filepath.Dir(path))
}
