package notebook

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"wherry/storage/index"
	"wherry/storage/journal"
	"wherry/storage/record"
	"wherry/storage/seal"
)

// Carrying out a disposal. The order is fixed, and every step may be repeated,
// so that a stop anywhere is resumed at the next opening:
//
//	item 14 in the journal    from here on the case shows as disposed of
//	the case's keys           destroyed in the key box; replaced copies overwritten
//	the journal               written anew without the bodies that they opened
//	blobs and drafts          erased
//	view, lines and index     erased, and made anew from the journal
//	copies                    quarantine and backups from before upgrades, erased
//	item 14 again             nothing is left to destroy

// disposingPrefix keeps in the key box, while a disposal is under way, by what
// references the case was known: drafts name children by nothing else.
const disposingPrefix = "disposing/"

// beginDisposal makes the intent durable. The case is gone from the lists when
// it returns nil.
func (n *Notebook) beginDisposal(ctx context.Context, c *caseRow, d *disposedItem) error {
	refs := record.Encode(append([]string{c.Ref}, c.Refs...))
	if err := n.putKeys(seal.Secret{Name: disposingPrefix + c.ID.String(), Value: refs}); err != nil {
		return err
	}
	return n.append(ctx, item(itemDisposed, *d))
}

// unfinished lists the cases whose disposal was begun and not ended.
func (n *Notebook) unfinished() []*caseRow {
	var out []*caseRow
	for _, c := range n.st.sorted() {
		if c.Disposed != nil && !c.Disposed.Done {
			out = append(out, c)
		}
	}
	return out
}

// resumeDisposals ends at an opening what a stop left undone, and takes from
// the key box what a damaged journal no longer says. Failing to erase is tried
// again at the next opening; only a view that cannot be had is an error.
func (n *Notebook) resumeDisposals(ctx context.Context) error {
	if n.readOnly {
		return nil
	}
	for _, c := range n.st.sorted() {
		b, ok := n.box.Secret(disposedPrefix + c.ID.String())
		d := new(disposedItem)
		if c.Disposed != nil || !ok || record.Decode(b, d) != nil || d.Case != c.ID {
			continue
		}
		if err := n.append(ctx, item(itemDisposed, *d)); err != nil {
			return nil //nolint:nilerr // the keys are gone all the same; tried again
		}
	}
	left := len(n.unfinished())
	if left == 0 {
		return nil
	}
	release, err := n.holdFiles()
	if err != nil {
		return nil //nolint:nilerr // another process is copying the files: the next opening ends it
	}
	defer release()
	if err = n.finishDisposals(ctx); err == nil {
		n.resumed = left
	}
	var lost viewLost
	if errors.As(err, &lost) {
		return lost.error
	}
	return nil
}

// viewLost says that the view could not be made anew.
type viewLost struct{ error }

// finishDisposals destroys what is left of every case whose disposal was begun.
// It is done when it returns nil.
func (n *Notebook) finishDisposals(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx) // half a disposal helps nobody
	cases := map[record.ID]*disposedItem{}
	refs := map[string]bool{}
	for _, c := range n.unfinished() {
		d := *c.Disposed
		cases[c.ID] = &d
		var names []string
		if b, ok := n.box.Secret(disposingPrefix + c.ID.String()); ok && record.Decode(b, &names) == nil {
			for _, r := range names {
				refs[refKey(r)] = r != ""
			}
		}
		refs[refKey(c.ID.String())] = true
	}
	if err := n.destroyKeys(cases); err != nil {
		return err
	}
	gone, err := n.survey(ctx, cases)
	if err != nil {
		return err
	}
	if done, err := n.j.Rewrite(ctx, gone.rewrite); err != nil {
		return n.failed(err)
	} else if done.Damaged > 0 {
		return journal.ErrDamaged // sound at this opening, and not to be read now
	}
	err = errors.Join(n.eraseBlobs(gone), n.eraseDraftsOf(gone, refs))
	if err := n.renewView(ctx); err != nil {
		return err
	}
	if err := errors.Join(err, n.eraseWords(), n.eraseCopies()); err != nil {
		return err
	}
	for id := range cases {
		// The references go first: a stop after the note would leave them.
		if err := n.box.Put(seal.DropSecret{Name: disposingPrefix + id.String()}); err != nil {
			return n.failed(err)
		}
		d := *cases[id]
		d.Done = true
		if err := n.append(ctx, item(itemDisposed, d)); err != nil {
			return err
		}
	}
	return nil
}

// destroyKeys destroys the keys of disposed cases. That a replaced copy of the
// box was not overwritten yet is an error here: the disposal is then not done.
func (n *Notebook) destroyKeys(cases map[record.ID]*disposedItem) error {
	var items []seal.BoxItem
	for id, d := range cases {
		items = append(items, seal.Destroy{Case: id}, seal.Secret{Name: disposedPrefix + id.String(), Value: record.Encode(*d)})
		for _, e := range n.st.cases[id].Epochs {
			items = append(items, seal.DropSecret{Name: prevPrefix + e.String()})
		}
	}
	if err := n.box.Put(items...); err != nil {
		return n.failed(err)
	}
	return nil
}

// renewView overwrites the view's files, the lines of the caseload with them,
// and makes both anew from the journal as it is now.
func (n *Notebook) renewView(ctx context.Context) error {
	_ = n.view.Abandon() // whatever state it is in, it goes
	err := errors.Join(eraseTree(viewDir(n.dir)), eraseWhole(briefsFile(n.dir)), eraseWhole(seal.TempPath(briefsFile(n.dir))))
	clear(n.sending)
	clear(n.facts)
	n.briefsMoved = true
	if _, verr := n.openView(ctx); verr != nil {
		return viewLost{verr}
	}
	if ierr := n.identities(); ierr != nil {
		return viewLost{ierr}
	}
	return err
}

// oldIndex is the index as releases before 0.2 kept it.
const oldIndex = "index.sealed"

// eraseWords overwrites the saved index; the one in memory no longer holds the
// case, and is saved anew at the next lock.
func (n *Notebook) eraseWords() error {
	old := filepath.Join(n.dir, oldIndex)
	return errors.Join(eraseWhole(old), eraseWhole(seal.TempPath(old)), index.EraseDir(indexDir(n.dir)))
}

// eraseCopies overwrites the copies inside the notebook's folder that may still
// hold the case: bytes in quarantine, views that were set aside, backups taken
// before an upgrade, and the note of where the person was.
func (n *Notebook) eraseCopies() error {
	return errors.Join(n.j.EraseQuarantine(), eraseTree(quarantineDir(n.dir)), eraseTree(filepath.Join(n.dir, "before-upgrade")),
		eraseWhole(n.resumeFile()))
}

// eraseTree overwrites every file below a folder and removes them all. A folder
// that is not there is no error.
func eraseTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.IsDir() {
			err = errors.Join(err, eraseTree(path))
		} else {
			err = errors.Join(err, eraseWhole(path))
		}
	}
	if err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil {
		return err
	}
	return seal.SyncDir(filepath.Dir(dir))
}

// eraseWhole overwrites a file of any size with zeros, syncs it and removes it.
// Overwriting in place is best effort on flash; the threat model says so.
func eraseWhole(path string) error {
	st, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if st.Mode().IsRegular() {
		if err := zeroFile(path, st.Size()); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return seal.SyncDir(filepath.Dir(path))
}

func zeroFile(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	zeros := make([]byte, min(size, 1<<20))
	for left := size; left > 0 && err == nil; {
		var w int
		w, err = f.Write(zeros[:min(left, int64(len(zeros)))])
		left -= int64(w)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// remains is what the journal holds of disposed cases.
type remains struct {
	cases   map[record.ID]*disposedItem
	entries map[record.ID]bool
	blobs   []record.ID
	shared  map[record.ID]bool // blobs that another case names: no honest program does that
}

// survey looks through the journal for the entries and blobs of disposed cases.
// Frames that the opening found damaged are passed over: nothing that is left
// opens their bodies. One that was sound then and cannot be read now is an
// error, since nobody knows what would be left undone.
func (n *Notebook) survey(ctx context.Context, cases map[record.ID]*disposedItem) (*remains, error) {
	r := &remains{cases: cases, entries: map[record.ID]bool{}, shared: map[record.ID]bool{}}
	err := n.j.Replay(ctx, 0, func(f journal.Frame) error {
		for _, it := range f.Items {
			entriesOf(it, func(b []byte) {
				e, err := record.Parse(b)
				if err != nil {
					return
				}
				if h := e.Header(); cases[h.Case] != nil {
					r.entries[e.ID()] = true
					r.blobs = append(r.blobs, h.Blobs...)
				} else {
					for _, id := range h.Blobs {
						r.shared[id] = true
					}
				}
			})
		}
		return nil
	})
	r.blobs = slices.DeleteFunc(r.blobs, func(id record.ID) bool { return r.shared[id] })
	return r, err
}

// rewrite takes what belongs to disposed cases out of a frame: the bodies, and
// the references under which they were submitted. Heads, receipts, entries in
// clear and everything of other cases stay, each in its place.
func (r *remains) rewrite(f journal.Frame) ([]journal.Item, bool, error) {
	changed := false
	items := slices.Clone(f.Items)
	for i, it := range items {
		next, ok := r.rewriteItem(it)
		if ok {
			items[i], changed = next, true
		}
	}
	return items, changed, nil
}

func (r *remains) rewriteItem(it journal.Item) (journal.Item, bool) {
	switch it.Type {
	case itemOwn:
		var own ownItem
		if record.Decode(it.Data, &own) != nil {
			return it, false
		}
		mine, changed := false, false
		for i, b := range own.Entries {
			if e, err := record.Parse(b); err == nil && r.entries[e.ID()] {
				mine = true
				own.Entries[i] = withoutBody(b, e.Header().Case)
				changed = changed || len(own.Entries[i]) != len(b)
			}
		}
		if mine && lineName(own.Ref, own.RefHash) != "" {
			own.Ref, own.RefHash, changed = "", record.ID{}, true
		}
		return item(it.Type, own), changed
	case itemPulled, itemPage:
		if p, err := readPage(it); err != nil || r.cases[p.Case] == nil {
			return it, false
		}
		return rewritePage(it)
	case itemSalvaged:
		var s salvagedItem
		if record.Decode(it.Data, &s) != nil {
			return it, false
		}
		changed := false
		for i := range s.Entries {
			row := &s.Entries[i].Row
			if e, err := record.Parse(row.Entry); err == nil && r.entries[e.ID()] {
				b := withoutBody(row.Entry, e.Header().Case)
				changed = changed || len(b) != len(row.Entry)
				row.Entry = b
			}
		}
		return item(it.Type, s), changed
	case itemRefs:
		var refs refsItem
		if record.Decode(it.Data, &refs) != nil {
			return it, false
		}
		n := len(refs.Refs)
		refs.Refs = slices.DeleteFunc(refs.Refs, func(row refRow) bool {
			return slices.ContainsFunc(row.Entries, func(id record.ID) bool { return r.entries[id] })
		})
		return item(it.Type, refs), len(refs.Refs) != n
	}
	return it, false
}
