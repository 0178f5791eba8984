package notebook

import (
	"context"
	"errors"
	"image"
	"io"
	"slices"

	"wherry/app/casework"
	"wherry/app/media"
)

// What the window needs beside Stage and Unstage: to list what a draft holds,
// to say what a file shows, and to mend the choice of the wrong child.

var (
	// ErrSource says that a file that a person chose cannot be read. It names
	// no file, and it hides what the system said: a stick that fails is not the
	// notebook's disk.
	ErrSource = errors.New("notebook: the chosen file cannot be read")
	// ErrSameStaged says that the child has the same bytes in the draft already.
	ErrSameStaged = errors.New("notebook: the same attachment is there already")
	// ErrLargeFile says that a chosen file is larger than an attachment may be.
	ErrLargeFile = media.ErrTooLarge
	// ErrNoPicture says that an attachment cannot be shown as a picture.
	ErrNoPicture = media.ErrNoView
)

// ShowsPicture reports whether Picture can show attachments of a media type.
func ShowsPicture(mediaType string) bool { return media.Viewable(mediaType) }

// Picture decodes an attachment in memory, no longer than side pixels on its
// longer side. Nothing readable is written anywhere. What is no picture, or too
// large to be decoded at once, is ErrNoPicture.
func (n *Notebook) Picture(ctx context.Context, id string, side int) (img image.Image, err error) {
	r, _, err := n.OpenAttachment(ctx, id)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	data, err := io.ReadAll(io.LimitReader(r, media.MaxImage+1))
	defer clear(data)
	switch {
	case err != nil:
		return nil, err
	case len(data) > media.MaxImage:
		return nil, ErrNoPicture
	}
	return media.View(data, side)
}

// Staged lists the attachments of a draft, in the order in which they came.
func (n *Notebook) Staged(_ context.Context, draft string) ([]casework.Staged, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, d, err := n.openDraft(draft)
	if err != nil {
		return nil, err
	}
	return d.Staged, nil
}

// CaptionStaged changes what is said of an attachment of a draft.
func (n *Notebook) CaptionStaged(_ context.Context, draft, blobID, caption string) error {
	return n.changeStaged(draft, blobID, func(_ *casework.Draft, s *casework.Staged) error {
		s.Caption = caption
		if ie := casework.Refusal(s.Validate()); ie != nil {
			return ie
		}
		return nil
	})
}

// MoveStaged puts an attachment of a draft into the record of another child.
// Its sealed file stays: its key is its own and lies in the draft only. If that
// child has the same bytes in this draft already, it is refused.
func (n *Notebook) MoveStaged(_ context.Context, draft, blobID, child string) error {
	return n.changeStaged(draft, blobID, func(d *casework.Draft, s *casework.Staged) error {
		c, err := n.lookup(child)
		if err != nil {
			return err
		}
		if _, ok := n.box.Case(c.ID, n.writable(c)); !ok {
			return errNoKey
		}
		for _, other := range d.Staged {
			if other.Blob != s.Blob && other.SHA256 == s.SHA256 && other.Case == c.ID.String() {
				return ErrSameStaged
			}
		}
		s.Child, s.Case = c.Ref, c.ID.String()
		return nil
	})
}

func (n *Notebook) changeStaged(draft, blobID string, change func(*casework.Draft, *casework.Staged) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	id, d, err := n.openDraft(draft)
	if err != nil {
		return err
	}
	if n.readOnly {
		return n.closedToWriting()
	}
	i := slices.IndexFunc(d.Staged, func(s casework.Staged) bool { return s.Blob == blobID })
	if i < 0 {
		return ErrNotFound
	}
	if err := change(d, &d.Staged[i]); err != nil {
		return err
	}
	return n.writeDraft(id, d)
}
