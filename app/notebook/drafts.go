package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"wherry/app/casework"
	"wherry/storage/record"
	"wherry/storage/seal"
	"wherry/storage/vault"
)

// A draft is a sealed file under its own random key, in drafts/<id>.wd. It is
// never in the journal, since it must be erasable.
const (
	draftMagic  = "WHD1"
	draftSuffix = ".wd"
	maxDraft    = 4 << 20
)

// draftFile is the stored form: the draft's key under the vault's draft key,
// then the draft under its own.
type draftFile struct {
	_     struct{} `cbor:",toarray"`
	Magic string
	Key   []byte
	Body  []byte
}

func (n *Notebook) draftPath(id record.ID) string {
	return filepath.Join(n.dir, "drafts", id.String()+draftSuffix)
}

// SaveDraft writes a draft durably and returns its id; a draft without an id
// gets one. When it returns, the text survives a kill and a power cut.
func (n *Notebook) SaveDraft(_ context.Context, d *casework.Draft) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return "", ErrClosed
	}
	var id record.ID
	var err error
	if d.ID == "" {
		if _, err = io.ReadFull(n.cfg.Rand, id[:]); err != nil {
			return "", err
		}
	} else if id, err = record.ParseID(d.ID); err != nil {
		return "", ErrNotFound
	}
	published, err := n.published(id)
	if err != nil && n.view.Closed() && n.renew(context.Background()) == nil {
		published, err = n.published(id) // the view was lost in this run, and is made anew
	}
	if err != nil {
		return "", err
	}
	if published { // typed on after it was finalised: another text, kept as its own
		if _, err := io.ReadFull(n.cfg.Rand, id[:]); err != nil {
			return "", err
		}
	}
	if id, err = n.keepStaged(id, d); err != nil {
		return "", err
	}
	d.ID, d.Changed = id.String(), n.now().UTC()
	if err := n.writeDraft(id, d); err != nil {
		return "", err
	}
	n.saved = n.now()
	return d.ID, nil
}

// writeDraft writes a draft's file under a key of its own.
func (n *Notebook) writeDraft(id record.ID, d *casework.Draft) error {
	plain, err := json.Marshal(d)
	if err != nil {
		return err
	}
	key, err := seal.NewKey(n.cfg.Rand)
	if err != nil {
		return err
	}
	wrapped, err := seal.Seal(n.vault.Derive("draft"), id[:], key[:])
	if err != nil {
		return err
	}
	body, err := seal.SealPayload(key, id[:], plain)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(n.dir, "drafts"), 0o700); err != nil {
		return err
	}
	file := record.Encode(draftFile{Magic: draftMagic, Key: wrapped, Body: body})
	if len(file) > maxDraft {
		return seal.ErrTooLarge // it could not be opened again
	}
	if err = seal.WriteFileSync(n.draftPath(id), file); errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		// What is held back on the disk is held back for this.
		if err = n.j.ReleaseReserve(); err == nil {
			err = seal.WriteFileSync(n.draftPath(id), file)
		}
	}
	return err
}

// Drafts lists the drafts, newest first. One that cannot be opened is left out
// and counted in damaged; its file stays.
func (n *Notebook) Drafts(context.Context) (drafts []*casework.Draft, damaged int, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, 0, ErrClosed
	}
	ids, err := n.draftIDs()
	if err != nil {
		return nil, 0, err
	}
	for _, id := range ids {
		d, err := n.readDraft(id)
		if err != nil {
			damaged++
			continue
		}
		drafts = append(drafts, d)
	}
	slices.SortFunc(drafts, func(a, b *casework.Draft) int {
		if c := b.Changed.Compare(a.Changed); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return drafts, damaged, nil
}

// Draft returns one draft.
func (n *Notebook) Draft(_ context.Context, id string) (*casework.Draft, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	rid, err := record.ParseID(id)
	if err != nil {
		return nil, ErrNotFound
	}
	return n.readDraft(rid)
}

// DiscardDraft erases a draft and what is attached to it: its key is
// overwritten, then its file removed.
func (n *Notebook) DiscardDraft(_ context.Context, id string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	rid, err := record.ParseID(id)
	if err != nil {
		return ErrNotFound
	}
	if _, err := os.Lstat(n.draftPath(rid)); err != nil {
		return ErrNotFound
	}
	done, err := n.published(rid)
	if err != nil {
		return err
	}
	d, err := n.readDraft(rid)
	if errors.Is(err, ErrDraftUnread) {
		return err // nobody knows what would have to be erased with it
	}
	if err == nil && !done {
		if err := n.eraseStaged(d.Staged); err != nil {
			return err
		}
	}
	return n.eraseDraft(rid)
}

func (n *Notebook) eraseDraft(id record.ID) error {
	path := n.draftPath(id)
	return errors.Join(eraseFile(seal.TempPath(path)), eraseFile(path))
}

// eraseFile overwrites a file, if it is there, and removes it.
func eraseFile(path string) error {
	if st, err := os.Lstat(path); err == nil {
		// Overwriting in place is best effort on flash; the threat model says so.
		if f, err := os.OpenFile(path, os.O_WRONLY, 0o600); err == nil {
			_, werr := f.Write(make([]byte, min(st.Size(), maxDraft)))
			if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
				return err
			}
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return seal.SyncDir(filepath.Dir(path))
}

func (n *Notebook) readDraft(id record.ID) (*casework.Draft, error) {
	f, err := os.Open(n.draftPath(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, errors.Join(ErrDraftUnread, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxDraft+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(ErrDraftUnread, err)
	}
	if len(data) > maxDraft {
		return nil, seal.ErrDamaged
	}
	return openDraft(n.vault, id.String(), data)
}

func (n *Notebook) draftIDs() ([]record.ID, error) {
	ents, err := os.ReadDir(filepath.Join(n.dir, "drafts"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var ids []record.ID
	for _, e := range ents {
		if id, err := record.ParseID(strings.TrimSuffix(e.Name(), draftSuffix)); err == nil && strings.HasSuffix(e.Name(), draftSuffix) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// halfErased reports a draft that a stop kept from being erased to the end: its
// overwriting begins at the first byte, which no draft has zero.
func halfErased(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	first := []byte{1}
	_, err = io.ReadFull(f, first)
	return err == nil && first[0] == 0
}

// sweepDrafts removes drafts whose publication is already in the journal: the
// program stopped between saving the note and removing its draft.
func (n *Notebook) sweepDrafts() {
	ids, err := n.draftIDs()
	if err != nil {
		return
	}
	for _, id := range ids {
		published := halfErased(n.draftPath(id))
		err := n.view.View(context.Background(), func(tx *vault.Tx) error {
			_, ok, err := tx.Get(n.view.K(tablePublished, id))
			published = published || ok
			return err
		})
		if err == nil && published {
			_ = n.eraseDraft(id) // tried again at the next start
		}
	}
}
