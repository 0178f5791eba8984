package main

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"wherry/storage/seal"
	"wherry/storage/trust"
	"wherry/sync/endpoint"
)

// Exit codes of the command contract that this program uses.
const (
	exitRefused = 2 // refused input, place or usage, or not in this release
	exitInUse   = 3
	exitWrong   = 4 // wrong passphrase
	exitDamaged = 5
	exitFull    = 6 // storage full or failing
	exitTamper  = 8 // keys that do not belong together
	exitNewer   = 9
)

// explain turns any error into a problem. Every sentence that reaches a user
// from a failure below is in this file. It is searched in order: the graver
// first.
func explain(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	for _, known := range problems {
		for _, target := range known.errs {
			if errors.Is(err, target) {
				p := known.problem
				return &p
			}
		}
	}
	return &problem{"internal", "Something went wrong that Wherry did not expect.", "What was stored is safe. Please report it with the output of version.", exitRefused}
}

var problems = []struct {
	errs []error
	problem
}{
	{[]error{seal.ErrNewerFormat, trust.ErrNewer, endpoint.ErrStoreNewer}, problem{"newer_format", "This was written by a newer Wherry.", "Install the newer version. Nothing was changed.", exitNewer}},
	{[]error{endpoint.ErrKeys, trust.ErrWrongRoot, trust.ErrNotTrusted}, problem{"wrong_keys", "The keys do not belong together: they are of different councils, or were changed.", "Use the files that were made by one init.", exitTamper}},
	{[]error{endpoint.ErrStoreFull, syscall.ENOSPC, syscall.EIO, syscall.EDQUOT}, problem{"storage_full", "The disk is full or failing. What was acknowledged before is safe.", "Free some space or check the disk, then start again.", exitFull}},
	{[]error{endpoint.ErrStoreDamaged, endpoint.ErrAudit, seal.ErrDamaged}, problem{"damaged", "Part of this folder is damaged.", "Run verify to see what is affected, and put back the last good copy of the folder.", exitDamaged}},
	{[]error{seal.ErrWrongPassphrase}, problem{"wrong_passphrase", "That is not the passphrase of this key file.", "Try again.", exitWrong}},
	{[]error{endpoint.ErrStoreInUse}, problem{"in_use", "Another wherry-endpoint has this folder open.", "Stop it first.", exitInUse}},
	{[]error{trust.ErrCountersign}, problem{"countersign", "Roles that widen who may read need a second signature.", "Give --countersign the root's key file, or that of a records officer or serving lead.", exitRefused}},
	{[]error{trust.ErrKeyFile, seal.ErrWrongLabel}, problem{"wrong_key_file", "This is not the key file that is needed.", "Give the admin.key of this council, and for --countersign its root.key.", exitRefused}},
	{[]error{trust.ErrMalformed}, problem{"bad_input", "A name, team, address or key file is not acceptable.", "Names and teams are 1 to 200 characters of plain text; the address is https://HOST:PORT.", exitRefused}},
	{[]error{seal.ErrEmptyPassphrase, seal.ErrBadPassphrase}, problem{"bad_passphrase", "That cannot be a passphrase: it is empty, too long or not text.", "Choose five random words, or twelve characters or more.", exitRefused}},
	{[]error{seal.ErrWeakKDF}, problem{"weak_kdf", "The passphrase protection asked for is outside the allowed limits.", "Use 64 MiB or more of memory, and no more than 2 GiB.", exitRefused}},
	{[]error{errCertificate}, problem{"bad_certificate", "The certificate, its key and the host of the address do not belong together, or it has expired.", "Give a PEM certificate for that host with its issuers, and its PEM key.", exitRefused}},
	{[]error{fs.ErrExist}, problem{"exists", "A file of that name is there already, so nothing was written.", "Choose another name.", exitRefused}},
	{[]error{fs.ErrPermission, fs.ErrNotExist}, problem{"no_access", "A file or folder is missing or may not be used.", "Check the name and your rights to it.", exitRefused}},
	{[]error{context.Canceled}, problem{"stopped", "Stopped before it was done.", "Start again when you are ready.", exitRefused}},
}
