package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"wherry/app/casework"
	"wherry/storage/archive"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// BackupKey opens the key file that a backup carries.
type BackupKey func(keyFile []byte) (*seal.Unlocked, error)

// BackupPassphrase opens a backup with the passphrase that the notebook had when
// the backup was made.
func BackupPassphrase(passphrase []byte) BackupKey {
	return func(keyFile []byte) (*seal.Unlocked, error) { return seal.UnlockCopy(keyFile, passphrase) }
}

// BackupCode opens a backup with the recovery kit's code.
func BackupCode(code RecoveryCode) BackupKey {
	return func(keyFile []byte) (*seal.Unlocked, error) { return seal.UnlockCopyWithCode(keyFile, code) }
}

// BackupCheck is what reading a backup found.
type BackupCheck struct {
	Notebook, Backup record.ID
	OK               bool
	Entries, Drafts  int
	Created, Expires time.Time
	Expired          bool
	Damaged          []DamagedPart
}

// opened is a backup that was read and found whole.
type opened struct {
	*archive.Archive
	u *seal.Unlocked
	f *os.File
}

func (o *opened) close() {
	o.u.Key.Wipe()
	_ = o.f.Close() // nothing was written
}

// openBackup reads a backup from its beginning to its end. The header is given
// with the damage, if it could be read.
func openBackup(ctx context.Context, path string, key BackupKey) (*opened, *archive.Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	o, h, err := readBackup(ctx, f, key)
	if err != nil {
		return nil, h, errors.Join(err, f.Close())
	}
	return o, h, nil
}

func readBackup(ctx context.Context, f *os.File, key BackupKey) (*opened, *archive.Header, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, nil, archive.ErrNotBackup
	}
	h, err := archive.ReadHeader(f)
	if err != nil {
		return nil, nil, err
	}
	u, err := key(h.KeyFile)
	if errors.Is(err, seal.ErrDamaged) {
		err = &archive.Damage{Chunk: -1, Reason: archive.ReasonHeader}
	}
	if err != nil {
		return nil, h, err
	}
	a, err := archive.Open(ctx, f, st.Size(), h, u.Key)
	if err == nil && u.Notebook != h.Notebook {
		err = &archive.Damage{Chunk: -1, Reason: archive.ReasonHeader}
	}
	if err != nil {
		u.Key.Wipe()
		return nil, h, err
	}
	return &opened{Archive: a, u: u, f: f}, h, nil
}

// VerifyBackup checks a backup without restoring it: every sealed chunk, every
// file's hash, every frame of the journal with its chain, every entry's
// signature, and that the entries are those that the notebook listed when the
// backup was made. Nothing is written anywhere.
func VerifyBackup(ctx context.Context, path string, key BackupKey, cfg Config) (*BackupCheck, error) {
	cfg = cfg.filled()
	o, h, err := openBackup(ctx, path, key)
	var d *archive.Damage
	if errors.As(err, &d) {
		c := &BackupCheck{Damaged: []DamagedPart{damageOf(d)}}
		if h != nil {
			c.Notebook, c.Created = h.Notebook, h.Created
		}
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	defer o.close()
	return o.verify(ctx, cfg)
}

func damageOf(d *archive.Damage) DamagedPart {
	p := DamagedPart{File: "backup", Reason: d.Reason}
	if d.Member != "" {
		p.File = d.Member
	}
	return p
}

// verify checks what the files of a whole backup mean.
func (o *opened) verify(ctx context.Context, cfg Config) (*BackupCheck, error) {
	m := o.Manifest
	c := &BackupCheck{Notebook: o.Header.Notebook, Backup: m.Backup, Entries: int(m.Entries), Drafts: int(m.Drafts),
		Created: milli(m.Created), Expires: milli(m.Expires), Expired: m.Expires < cfg.Clock().UnixMilli(), Damaged: []DamagedPart{}}
	bad := func(file, reason string) { c.Damaged = append(c.Damaged, DamagedPart{File: file, Reason: reason}) }
	box, err := o.box()
	if err != nil {
		bad("box.A", "key box does not open")
		return c, nil
	}
	// No file of the notebook is on a disk: what the verifier says of attachments
	// is weighed by attached.
	n := blank(filepath.Join(os.TempDir(), "wherry-"+m.Backup.String()), &seal.Unlocked{Key: o.u.Key}, cfg)
	n.box = box
	j, jr, err := journal.Open("journal", o.u.Key.Derive("journal"),
		journal.Options{ReadOnly: true, MustExist: true, FS: archiveFS{o.Archive}})
	if errors.Is(err, journal.ErrNewerFormat) {
		return nil, err
	}
	if err != nil {
		bad("journal", "journal does not open")
		return c, nil
	}
	defer j.Close()
	n.j = j
	rep := &VerifyReport{Damaged: []DamagedPart{}}
	v := &verifier{ctx: ctx, n: n, rep: rep, fields: map[record.ID][]casework.Fact{}}
	v.journal(jr)
	n.recall()
	n.loadIdentity()
	var l listed
	err = j.Replay(ctx, 0, func(f journal.Frame) error {
		l.take(box, f)
		return v.frame(f)
	})
	if err != nil && !errors.Is(err, journal.ErrDamaged) {
		return nil, err
	}
	if n.identities() != nil {
		bad("box.A", "the notebook's own keys are missing")
	}
	rep.Damaged = slices.DeleteFunc(rep.Damaged, o.attached)
	v.finish()
	c.Damaged = append(c.Damaged, rep.Damaged...)
	for _, x := range rep.Missing {
		c.Damaged = append(c.Damaged, DamagedPart{File: "journal", Case: x.Case, Reason: "an entry is missing"})
	}
	if tip := j.Tip(); tip.Seq != m.Tip || tip.MAC != m.TipMAC || l.hash() != m.List || uint64(len(l.rows)) != m.Entries {
		bad("journal", archive.ReasonManifest)
	}
	if err := o.loose(ctx, bad); err != nil {
		return nil, err
	}
	c.OK = len(c.Damaged) == 0 && rep.OK
	return c, nil
}

// attached reports whether a finding is about an attachment whose sealed file is
// in the backup. Its name is its hash, which the entry's signature covers; loose
// compares the two.
func (o *opened) attached(d DamagedPart) bool {
	_, ok := o.Member(d.File)
	return ok && strings.HasPrefix(d.File, "blobs/")
}

func (o *opened) box() (*seal.Box, error) {
	r, err := o.File("box.A")
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return seal.ReadBoxCopy(data, o.u.Key)
}

// loose checks drafts and attachments, which lie outside the journal.
func (o *opened) loose(ctx context.Context, bad func(file, reason string)) error {
	drafts := uint64(0)
	for _, m := range o.Members {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := o.File(m.Name)
		if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(m.Name, "drafts/"):
			data, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			drafts++
			d, err := openDraft(o.u.Key, strings.TrimSuffix(path.Base(m.Name), draftSuffix), data)
			if err != nil {
				bad(m.Name, "draft does not open")
				continue
			}
			for _, f := range d.Staged {
				if name := blobMember(f.Blob); name != "" {
					if _, ok := o.Member(name); !ok {
						bad(name, ReasonBlobMissing)
					}
				}
			}
		case strings.HasPrefix(m.Name, "blobs/") && record.ID(m.SHA256).String() != path.Base(m.Name):
			bad(m.Name, "attachment does not have its hash")
		}
	}
	if drafts != o.Manifest.Drafts {
		bad("drafts", archive.ReasonManifest)
	}
	return nil
}

// blobMember is the name in a backup of an attachment; "" if that is no id.
func blobMember(id string) string {
	if _, err := record.ParseID(id); err != nil {
		return ""
	}
	return "blobs/" + id[:2] + "/" + id
}

// openDraft opens the bytes of a draft's file.
func openDraft(vault seal.Key, name string, data []byte) (*casework.Draft, error) {
	id, err := record.ParseID(name)
	if err != nil {
		return nil, err
	}
	var df draftFile
	if record.Decode(data, &df) != nil || df.Magic != draftMagic {
		return nil, seal.ErrDamaged
	}
	kb, err := seal.Open(vault.Derive("draft"), id[:], df.Key)
	if err != nil || len(kb) != len(seal.Key{}) {
		return nil, seal.ErrDamaged
	}
	plain, err := seal.OpenPayload(seal.Key(kb), id[:], df.Body)
	if err != nil {
		return nil, seal.ErrDamaged
	}
	d := new(casework.Draft)
	if json.Unmarshal(plain, d) != nil {
		return nil, seal.ErrDamaged
	}
	return d, nil
}
