package endpoint

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wherry/storage/record"
)

// lose notes that a person cannot supply a blob that an entry of theirs names.
// Without it, one lost file would keep all that its writer wrote behind it in
// the case from ever arriving.
func (b *Blobs) lose(person, id record.ID) error {
	defer b.lock(person)()
	if b.isLost(person, id) {
		return nil
	}
	dir := filepath.Join(b.dir, blobLost)
	if err := b.room(person, 0); err != nil {
		return err
	}
	if err := makeFolder(dir); err != nil {
		return fail(err)
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return fail(err)
	}
	mine := 0
	for _, e := range list {
		if strings.HasPrefix(e.Name(), person.String()) {
			mine++
		}
	}
	if mine > 16*b.o.Files {
		return errBlobWaiting
	}
	f, err := os.OpenFile(b.lostPath(person, id), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fail(err)
	}
	if err := errors.Join(f.Sync(), f.Close(), syncFolder(dir)); err != nil {
		return fail(err)
	}
	return nil
}

func (b *Blobs) isLost(person, id record.ID) bool {
	_, ok := size(b.lostPath(person, id))
	return ok
}

// keep gives an uploaded blob its place, after an entry that names it was
// accepted. If it fails, or is cut short, open and sweep find it where it is.
func (b *Blobs) keep(c Caller, id record.ID) error {
	defer b.lock(c.Person)()
	return b.move(b.part(c, id, extDone), id)
}

func (b *Blobs) move(from string, id record.ID) error {
	if _, ok := size(from); !ok {
		return nil
	}
	to := b.path(id)
	if err := makeFolder(filepath.Dir(to)); err != nil {
		return err
	}
	return errors.Join(os.Rename(from, to), syncFolder(filepath.Dir(to)), syncFolder(b.parts()))
}

// sweep removes what no entry names and was last changed before it would be
// kept, and makes good namings that were cut short. It looks at most once an
// hour.
func (b *Blobs) sweep(ctx context.Context, s Store, now time.Time) error {
	b.mu.Lock()
	due := now.Sub(b.swept) >= time.Hour
	if due {
		b.swept = now
	}
	b.mu.Unlock()
	if !due {
		return nil
	}
	return s.View(ctx, func(r Reader) error {
		return errors.Join(b.sweepFolder(r, blobParts, now), b.sweepFolder(r, blobLost, now))
	})
}

func (b *Blobs) sweepFolder(r Reader, name string, now time.Time) error {
	dir := filepath.Join(b.dir, name)
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			continue // gone meanwhile
		}
		stem, ext := e.Name(), filepath.Ext(e.Name())
		stem = strings.TrimSuffix(stem, ext)
		path := filepath.Join(dir, e.Name())
		if id, err := record.ParseID(stem[strings.LastIndexByte(stem, '-')+1:]); err == nil && ext != extPart {
			logs, err := r.BlobLogs(id)
			if err != nil {
				return err
			}
			if len(logs) > 0 {
				if ext == extDone {
					err = b.move(path, id)
				}
				if err != nil {
					return err
				}
				continue
			}
		}
		if now.Sub(info.ModTime()) > b.o.Keep {
			if err := b.drop(path); err != nil {
				return err
			}
		}
	}
	return nil
}
