package notebook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"wherry/app/casework"
	"wherry/app/media"
	"wherry/storage/archive"
	"wherry/storage/blob"
	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/trust"
	"wherry/storage/vault"
	"wherry/sync/engine"
)

// Exit codes of the command contract; screens use them only to choose an icon.
const (
	ExitDone         = 0
	ExitRefused      = 2
	ExitInUse        = 3
	ExitPassphrase   = 4
	ExitDamaged      = 5
	ExitStorage      = 6
	ExitNotPermitted = 7
	ExitTampered     = 8
	ExitNewer        = 9
	ExitOffline      = 10
)

// Problem is an error in the words a person reads: what happened, and what to
// do next. It never holds case content.
type Problem struct {
	Code    string
	Message string
	Next    string
	Exit    int
}

// Remote errors are given codes by the program that owns the network.
type coder interface{ ProblemCode() string }

// Explain turns any error into a Problem. Every sentence that reaches a user
// from a failure is in this file.
func Explain(err error) Problem {
	var we *WaitError
	if errors.As(err, &we) {
		in := "1 second"
		if n := int((we.Left + time.Second - 1) / time.Second); n != 1 {
			in = fmt.Sprintf("%d seconds", n)
		}
		return Problem{Code: "wait", Message: "Several passphrases were wrong. The next can be tried in " + in + ".", Next: "Wait, or use your recovery kit. Nothing is ever erased.", Exit: ExitPassphrase}
	}
	for _, p := range problems {
		for _, target := range p.errs {
			if errors.Is(err, target) {
				return p.Problem
			}
		}
	}
	var ie *casework.InputError
	if errors.As(err, &ie) {
		return Problem{Code: ie.Code, Message: "The input was not taken: " + ie.Code + fieldOf(ie) + ".", Next: "Correct it and try again. Nothing else was changed.", Exit: ExitRefused}
	}
	var c coder
	if errors.As(err, &c) {
		if p, ok := remoteProblems[c.ProblemCode()]; ok {
			return p
		}
	}
	return Problem{Code: "internal", Message: "Something went wrong that Wherry did not expect.", Next: "What was saved is safe. Please report it with the text of About.", Exit: ExitRefused}
}

func fieldOf(ie *casework.InputError) string {
	if ie.Field == "" {
		return ""
	}
	return " (" + ie.Field + ")"
}

// problems is searched in order: the graver first.
var problems = []struct {
	errs []error
	Problem
}{
	{[]error{archive.ErrNewerFormat}, Problem{"newer_format", "This backup was written by a newer Wherry.", "Install the newer version. Nothing was changed.", ExitNewer}},
	{[]error{seal.ErrNewerFormat, journal.ErrNewerFormat, blob.ErrNewerFormat, record.ErrNewer, trust.ErrNewer}, Problem{"newer_format", "This notebook was written by a newer Wherry.", "Install the newer version. Nothing was changed.", ExitNewer}},
	{[]error{ErrTampered, trust.ErrNotTrusted, trust.ErrWrongRoot}, Problem{"tampered", "The council's endpoint showed something that it cannot have signed honestly, so nothing of it was taken.", "Do not use this connection. Tell your administrator; your own work is safe on this laptop.", ExitTampered}},
	{[]error{ErrBackupSpace}, Problem{"storage_full", "There is not enough space there for the backup, so nothing was written.", "Free some space, or choose another disk.", ExitStorage}},
	{[]error{ErrUpgradeSpace}, Problem{"storage_full", "There is not enough space for the copy that is made before an upgrade, so this notebook is open for reading only.", "Free some space and open it again. Nothing was changed.", ExitStorage}},
	{[]error{journal.ErrFull, vault.ErrFull, blob.ErrFull, syscall.ENOSPC, syscall.EDQUOT}, Problem{"storage_full", "The disk is full, so this was not saved. Everything saved before is safe.", "Free some space and try again. Your draft is kept.", ExitStorage}},
	{[]error{ErrReadOnlyPlace}, Problem{"read_only_place", "This notebook lies where nothing can be written, so this was not saved. Everything in it can be read.", "Copy the whole folder to this laptop's own disk and open it there.", ExitStorage}},
	{[]error{ErrDraftUnread}, Problem{"draft_unread", "This draft cannot be read just now, so it was left as it is, with its attachments.", "Close other programs that may be using its file, and try again.", ExitStorage}},
	{[]error{ErrReadOnly, journal.ErrFailed, blob.ErrFailed, journal.ErrReadOnly, syscall.EIO, syscall.EROFS}, Problem{"storage_failing", "The disk failed, so nothing further is saved in this run. Everything saved before is safe.", "Close Wherry, check the disk, and open it again.", ExitStorage}},
	{[]error{archive.ErrDamaged, archive.ErrShort}, Problem{"backup_damaged", "This backup is not as it was written, so nothing was taken from it.", "Use another copy of it, or another backup.", ExitDamaged}},
	{[]error{ErrAttachmentComing}, Problem{"attachment_coming", "The file of this attachment is not on this laptop yet: it comes with the next sync, if the council has it.", "Sync, then open it again.", ExitOffline}},
	{[]error{ErrAttachmentMissing, blob.ErrMissing}, Problem{"attachment_missing", "The file of this attachment is not on this laptop. The rest of the record can be read.", "Look for it in a backup, or ask who attached it.", ExitDamaged}},
	{[]error{blob.ErrDamaged}, Problem{"attachment_damaged", "The file of this attachment is damaged, so nothing of it is shown. The rest of the record can be read.", "Restore it from a backup, or attach the file again.", ExitDamaged}},
	{[]error{media.ErrNotCleaned}, Problem{"not_cleaned", "This picture or recording could not be checked for the place where it was made, so it was not attached.", "Open it in another program, save it as JPEG, PNG or PDF, and attach that.", ExitRefused}},
	{[]error{media.ErrTooLarge, blob.ErrTooLarge}, Problem{"attachment_too_large", "The file is too large: a picture may have 64 MB, anything else 200 MB.", "Attach a smaller copy or a part of it.", ExitRefused}},
	{[]error{ErrSourceChanged}, Problem{"file_changed", "The file changed while it was read, so it was not attached.", "Wait until the other program has finished with it, and attach it again.", ExitRefused}},
	{[]error{ErrSource}, Problem{"file_unreadable", "The chosen file cannot be read, so it was not added.", "Check the folder or stick that it is on, and choose it again.", ExitRefused}},
	{[]error{ErrSameStaged}, Problem{"already_there", "The same file goes into that child's record already.", "Remove it here if it is not needed twice.", ExitRefused}},
	{[]error{media.ErrNoView}, Problem{"no_preview", "This picture cannot be shown here.", "Save a readable copy, and open that in another program.", ExitRefused}},
	{[]error{ErrManyStaged}, Problem{"too_many_attachments", "A note can take 32 attachments at once.", "Finalise the note, then add the rest to it.", ExitRefused}},
	{[]error{seal.ErrDamaged, vault.ErrDamaged, journal.ErrDamaged, journal.ErrMissing, journal.ErrWrongKey}, Problem{"damaged", "Part of this notebook is damaged. The rest can be read.", "Keep a copy of the notebook's folder, and have its state checked before anything is changed.", ExitDamaged}},
	{[]error{ErrOtherKit}, Problem{"other_kit", "This recovery kit belongs to another notebook.", "Look for the kit that was made for this one. Nothing was changed.", ExitPassphrase}},
	{[]error{ErrBackupKey}, Problem{"wrong_passphrase", "That does not open this backup.", "It opens with the passphrase or the recovery kit that the notebook had on the day it was made.", ExitPassphrase}},
	{[]error{seal.ErrWrongPassphrase}, Problem{"wrong_passphrase", "That is not the passphrase of this notebook.", "Try again, or use your recovery kit.", ExitPassphrase}},
	{[]error{journal.ErrInUse}, Problem{"in_use", "This notebook is already open in another window.", "Use that window, or close it first.", ExitInUse}},
	{[]error{ErrBusy}, Problem{"busy", "A backup or a disposal is running in this notebook.", "Wait until it is done, and try again.", ExitInUse}},
	{[]error{ErrNotPermitted}, Problem{"not_permitted", "Your role in the council does not allow this.", "Ask your team lead. The attempt was noted.", ExitNotPermitted}},
	{[]error{ErrOversight}, Problem{"not_permitted", "Oversight remarks are written by team leads, so this was not saved.", "Amend the entry instead, or ask your team lead.", ExitNotPermitted}},
	{[]error{trust.ErrUsed}, Problem{"invitation_used", "This invitation has been used already.", "Ask your administrator for a new one.", ExitNotPermitted}},
	{[]error{trust.ErrExpired}, Problem{"invitation_expired", "This invitation has expired.", "Ask your administrator for a new one.", ExitNotPermitted}},
	{[]error{ErrNotFound}, Problem{"not_found", "There is no such case or entry here.", "Check the reference.", ExitRefused}},
	{[]error{ErrNoNotebook}, Problem{"no_notebook", "There is no notebook in this folder.", "Create one first.", ExitRefused}},
	{[]error{ErrNotEmpty}, Problem{"not_empty", "That folder is not empty, so it was left as it is.", "Choose an empty folder or a new name.", ExitRefused}},
	{[]error{archive.ErrNotBackup}, Problem{"not_backup", "That file is not a Wherry backup.", "Check the name.", ExitRefused}},
	{[]error{ErrInside}, Problem{"inside", "A backup inside the notebook's own folder would be lost with it.", "Choose another folder, best on another disk.", ExitRefused}},
	{[]error{ErrKeep}, Problem{"bad_expiry", "A backup can be kept for no longer than ten years.", "Give the time like 90d.", ExitRefused}},
	{[]error{ErrPlace}, Problem{"synced_folder", "That folder is copied by another program, which could damage the notebook or carry it elsewhere.", "Choose a folder on this laptop's own disk. A notebook that is there already can be moved whole.", ExitRefused}},
	{[]error{ErrNetworkPlace}, Problem{"network_folder", "That folder is on another machine, where a notebook could be torn by a lost connection.", "Choose a folder on this laptop's own disk. A notebook that is there already can be moved whole.", ExitRefused}},
	{[]error{ErrRoamingPlace}, Problem{"roaming_folder", "That folder belongs to a roaming profile and is copied to a server when you log off.", "Choose a folder that stays on this laptop, such as AppData\\Local.", ExitRefused}},
	{[]error{ErrNotEnrolled}, Problem{"not_enrolled", "This notebook has not joined a council.", "Enrol with an invitation first.", ExitRefused}},
	{[]error{ErrEnrolled}, Problem{"already_enrolled", "This notebook has joined a council already.", "Nothing needs to be done.", ExitRefused}},
	{[]error{ErrExists}, Problem{"exists", "That name is taken already, so nothing was written.", "Choose another name.", ExitRefused}},
	{[]error{ErrArriving}, Problem{"history_arriving", "The history of this case is still arriving, so this cannot be done yet.", "Sync until it is complete, then try again.", ExitRefused}},
	{[]error{ErrHold}, Problem{"hold", "A hold stops any disposal of this case.", "Release the hold first, if whoever set it agrees.", ExitRefused}},
	{[]error{ErrNotDue}, Problem{"not_due", "The retention period of this case has not ended.", "Wait until it has, or give another basis that overrides the schedule.", ExitRefused}},
	{[]error{ErrDueUnknown}, Problem{"due_unknown", "No settled retention period is known for this case.", "Set its kind of record and the day before which it is kept, or use your council's own schedule.", ExitRefused}},
	{[]error{ErrNotClosed}, Problem{"not_closed", "This case is not closed, so its period does not run.", "Say first when it was closed.", ExitRefused}},
	{[]error{ErrOneApproval}, Problem{"one_approval", "Only one person stands behind this disposal.", "A second person must approve it.", ExitRefused}},
	{[]error{ErrKitNeeded}, Problem{"kit_needed", "Alone, the recovery kit is the second approval.", "Ask whoever keeps it, and give its code.", ExitRefused}},
	{[]error{ErrNoLead}, Problem{"needs_records_or_lead", "Neither of the two is a records officer or team lead.", "Ask one of them to approve it.", ExitNotPermitted}},
	{[]error{ErrNoProposal}, Problem{"no_proposal", "No disposal of this case is proposed.", "Propose it first.", ExitRefused}},
	{[]error{ErrProposed}, Problem{"already_proposed", "A disposal of this case is proposed already.", "Have it approved, or refuse it first.", ExitRefused}},
	{[]error{ErrRefused}, Problem{"proposal_refused", "The disposal of this case was refused.", "Propose it anew if that has changed.", ExitRefused}},
	{[]error{ErrExpired}, Problem{"proposal_expired", "The proposal is too old to be relied on.", "Propose it anew.", ExitRefused}},
	{[]error{ErrNotSent}, Problem{"not_sent", "Something of this case is not with the council yet.", "Sync, then try again.", ExitRefused}},
	{[]error{ErrUnreadable}, Problem{"unreadable_entries", "An entry of this case cannot be read on this laptop, and it may be a hold.", "Install the newest version and sync, then try again.", ExitRefused}},
	{[]error{ErrReleased}, Problem{"no_hold", "There is no such hold in force.", "Look at the holds of this case under Retention.", ExitRefused}},
	{[]error{ErrUnknownClass}, Problem{"unknown_class", "The retention schedule has no such class.", "Choose one of those that the schedule lists.", ExitRefused}},
	{[]error{ErrFolder}, Problem{"no_folder", "The folder for the file is missing or cannot be written to.", "Choose another folder.", ExitRefused}},
	{[]error{ErrBadName}, Problem{"bad_name", "A name of 1 to 200 characters is needed.", "Give your own name, as your team knows it.", ExitRefused}},
	{[]error{ErrImportHeader}, Problem{"bad_header", "The first row does not name a child reference or an NHS number.", "Check the header row, or say what each column is.", ExitRefused}},
	{[]error{ErrImportEncoding}, Problem{"bad_encoding", "The file is not text that Wherry can read.", "Save it as CSV UTF-8 and try again.", ExitRefused}},
	{[]error{ErrImportTooLarge}, Problem{"too_large", "The file is larger than 64 MB.", "Split it and import the parts.", ExitRefused}},
	{[]error{ErrNoSuchChild}, Problem{"no_such_child", "No child in this notebook has that reference or name.", "Write child: with a reference, or with the beginning of a name.", ExitRefused}},
	{[]error{ErrNoSuchKind}, Problem{"no_such_kind", "There is no kind of entry with that name.", "Write kind: with visit, call, note, amend, comment, strike, attachment or field.", ExitRefused}},
	{[]error{ErrNoSuchAuthor}, Problem{"no_such_author", "Nobody known to this notebook has that name.", "Write author: with a name as the council has it.", ExitRefused}},
	{[]error{ErrManyAuthors}, Problem{"many_authors", "That name fits too many people.", "Write more of the name.", ExitRefused}},
	{[]error{ErrNoSuchDay}, Problem{"no_such_day", "A day in the search could not be read.", "Write from: and until: with a day like 23/11/2026.", ExitRefused}},
	{[]error{index.ErrQuery}, Problem{"bad_query", "The search could not be understood.", "Close the quotation marks, or write words only.", ExitRefused}},
	{[]error{seal.ErrEmptyPassphrase, seal.ErrBadPassphrase}, Problem{"bad_passphrase", "That passphrase is empty, too long or not text.", "Choose five random words, or twelve characters or more.", ExitRefused}},
	{[]error{seal.ErrRecoveryCode}, Problem{"bad_recovery_code", "That is not a recovery code: a character is wrong or missing.", "Check it against the recovery kit.", ExitRefused}},
	{[]error{seal.ErrWeakKDF}, Problem{"weak_kdf", "The passphrase protection asked for is outside the allowed limits.", "Use 64 MiB or more of memory, and no more than 2 GiB.", ExitRefused}},
	{[]error{trust.ErrMalformed, trust.ErrCountersign}, Problem{"bad_invitation", "This is not a valid invitation.", "Ask your administrator to send the file again.", ExitRefused}},
	{[]error{errNoKey}, Problem{"no_key", "The key of this case is not on this laptop.", "Sync, and ask your team lead for access if it stays so.", ExitNotPermitted}},
	{[]error{ErrSyncing}, Problem{"syncing", "The notebook is exchanging with the council just now.", "Wait until that is done, and try again.", ExitInUse}},
	{[]error{engine.ErrStalled}, Problem{"sync_stalled", "The exchange with the council did not finish. What is not sent yet is safe on this laptop.", "Try again later; tell your administrator if it stays so.", ExitOffline}},
	{[]error{ErrOffline, context.DeadlineExceeded}, Problem{"offline", "Not sent yet: no connection. Safe on this laptop.", "It will be sent at the next sync.", ExitOffline}},
	{[]error{context.Canceled, ErrClosed}, Problem{"stopped", "Stopped before it was done. What was saved is safe.", "Start again when you are ready.", ExitRefused}},
	{[]error{fs.ErrPermission, fs.ErrNotExist, os.ErrInvalid, syscall.ENOTDIR, syscall.EISDIR, syscall.ENAMETOOLONG, syscall.ELOOP}, Problem{"no_access", "A file or folder is missing or may not be used.", "Check the name and your rights to it.", ExitRefused}},
}

// remoteProblems are the codes that sync/remote's errors carry.
var remoteProblems = map[string]Problem{
	"offline":       {"offline", "Not sent yet: no connection. Safe on this laptop.", "It will be sent at the next sync.", ExitOffline},
	"busy":          {"offline", "Not sent yet: the council's endpoint is busy. Safe on this laptop.", "It will be sent at the next sync.", ExitOffline},
	"full":          {"endpoint_full", "Not sent yet: the council's endpoint cannot take more now. Safe on this laptop.", "Tell your administrator.", ExitOffline},
	"certificate":   {"bad_certificate", "The endpoint is not the one your council named: its certificate is wrong.", "Do not use this connection. Tell your administrator; your work is safe on this laptop.", ExitTampered},
	"wrong_council": {"wrong_council", "This endpoint belongs to another council than the invitation names.", "Do not use this connection. Ask your administrator; your work is safe on this laptop.", ExitTampered},
	"revoked":       {"revoked", "The council has ended this device's access.", "Contact your administrator. Your work is safe on this laptop.", ExitNotPermitted},
	"invitation":    {"invitation_used", "This invitation has been used already or is not valid.", "Ask your administrator for a new one.", ExitNotPermitted},
	"expired":       {"invitation_expired", "This invitation has expired.", "Ask your administrator for a new one.", ExitNotPermitted},
	"unauthorised":  {"revoked", "The council's endpoint does not accept this device.", "Contact your administrator. Your work is safe on this laptop.", ExitNotPermitted},
	"too_large":     {"too_large", "One entry is too large to send. Safe on this laptop.", "Tell your administrator.", ExitRefused},
	"newer":         {"newer_wire", "The council's endpoint is older than this Wherry.", "It will be sent when the endpoint is updated. Safe on this laptop.", ExitOffline},
	"bad_answer":    {"bad_answer", "The endpoint's answer could not be read, so nothing of it was taken.", "Tell your administrator; your work is safe on this laptop.", ExitTampered},
}
