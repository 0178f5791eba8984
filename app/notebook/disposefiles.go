package notebook

import (
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"

	"wherry/app/casework"
	"wherry/storage/record"
)

// eraseBlobs erases the sealed files that the entries of disposed cases named.
// A blob belongs to one case only. Unfinished ones go whosesoever they are,
// unless another case's is just being written.
func (n *Notebook) eraseBlobs(r *remains) error {
	var errs []error
	for _, id := range r.blobs {
		name := id.String()
		errs = append(errs, eraseWhole(filepath.Join(n.dir, "blobs", name[:2], name)))
	}
	return errors.Join(append(errs, n.eraseUnfinished(r.cases))...)
}

// eraseDraftsOf erases drafts about disposed cases. From a draft of a family
// visit only that child's part is taken: the rest is about the others.
func (n *Notebook) eraseDraftsOf(r *remains, refs map[string]bool) error {
	ids, err := n.draftIDs()
	if err != nil {
		return err
	}
	errs := []error{n.eraseLeftovers()}
	for _, id := range ids {
		d, err := n.readDraft(id)
		if errors.Is(err, ErrDraftUnread) {
			errs = append(errs, err) // it may be about one of them: tried again
		}
		if err != nil {
			continue // what cannot be opened holds nothing that can be read
		}
		done, err := n.published(id)
		if err != nil { // nobody knows whether it is in a record: tried again
			errs = append(errs, err)
			continue
		}
		if done { // its attachments are the record's
			errs = append(errs, n.eraseDraft(id))
			continue
		}
		left, err := n.dropStaged(d, func(ref string) bool { return refs[refKey(ref)] })
		rest, whose := splitDraft(d, refs, r.entries)
		switch {
		case !whose && len(left) == len(d.Staged):
			continue
		case !whose: // only an attachment of it was about the case
			rest = d
		}
		if rest == nil {
			err = errors.Join(err, n.eraseHeld(left))
		} else if err == nil {
			rest.Staged = left
			err = n.replaceDraft(rest)
		}
		if err == nil {
			err = n.eraseDraft(id)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// eraseLeftovers erases what a killed save left beside the drafts: it may be
// whole, and nobody was told that it was saved.
func (n *Notebook) eraseLeftovers() error {
	left, err := filepath.Glob(filepath.Join(n.dir, "drafts", ".*.new"))
	for _, path := range left {
		err = errors.Join(err, eraseWhole(path))
	}
	return err
}

// splitDraft reports whether a draft is about one of these references, and what
// is left of it for the other children; nil if nothing is.
func splitDraft(d *casework.Draft, refs map[string]bool, entries map[record.ID]bool) (rest *casework.Draft, whose bool) {
	about := func(ref string) bool { return refs[refKey(ref)] }
	s, err := d.Decode()
	if err != nil {
		return nil, remarkOn(d, about, entries)
	}
	whose = slices.ContainsFunc(s.Children, about)
	for ref := range s.Parts {
		whose = whose || about(ref)
	}
	if !whose {
		return nil, false
	}
	s.Children = slices.DeleteFunc(s.Children, about)
	for ref := range s.Parts {
		if about(ref) {
			delete(s.Parts, ref)
		}
	}
	if len(s.Children) == 0 {
		return nil, true
	}
	return &casework.Draft{Kind: d.Kind, Submission: s.Canonical(), Caret: d.Caret, Changed: d.Changed}, true
}

// remarkOn reports whether a draft of an amendment, comment or strike is about
// one of these cases: it names the child, the case or the entry.
func remarkOn(d *casework.Draft, about func(string) bool, entries map[record.ID]bool) bool {
	var r struct {
		Children []string `json:"children"`
		Case     string   `json:"case"`
		Target   string   `json:"target"`
	}
	if json.Unmarshal(d.Submission, &r) != nil {
		return false
	}
	target, err := record.ParseID(r.Target)
	return slices.ContainsFunc(r.Children, about) || about(r.Case) || err == nil && entries[target]
}

// replaceDraft keeps what is left of a draft under an id of its own, so that
// the old one can be erased without a moment in which neither is there.
func (n *Notebook) replaceDraft(d *casework.Draft) error {
	var id record.ID
	if _, err := io.ReadFull(n.cfg.Rand, id[:]); err != nil {
		return err
	}
	d.ID = id.String()
	return n.writeDraft(id, d)
}
