package endpoint

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"wherry/storage/record"
)

// Verify reads every blob that a report of Verify names and compares its hash
// with its id. One that is not there is named too, unless somebody has said that
// they lost it. Nothing is written. It returns how many are sound.
func (b *Blobs) Verify(ctx context.Context, named []NamedBlob) (sound int, damaged []Damage, err error) {
	lost := map[record.ID]bool{}
	list, err := os.ReadDir(filepath.Join(b.dir, blobLost))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, nil, err
	}
	for _, e := range list {
		if n := e.Name(); len(n) > 65 {
			if id, err := record.ParseID(n[65:]); err == nil {
				lost[id] = true
			}
		}
	}
	seen := map[record.ID]string{} // blob → what is wrong with it
	for _, x := range named {
		if err := ctx.Err(); err != nil {
			return sound, damaged, err
		}
		reason, ok := seen[x.Blob]
		if !ok {
			reason = b.check(x.Blob, lost[x.Blob])
			seen[x.Blob] = reason
			if reason == "" {
				sound++
			}
		}
		if reason != "" {
			name := x.Blob.String()
			damaged = append(damaged, Damage{File: BlobFolder + "/" + name[:2] + "/" + name, Log: x.Log, Entry: x.Entry, Reason: reason})
		}
	}
	return sound, damaged, nil
}

// check says what is wrong with a blob; "" if it is whole or lawfully absent.
func (b *Blobs) check(id record.ID, lost bool) string {
	f, err := b.open(id)
	switch {
	case errors.Is(err, fs.ErrNotExist) && lost:
		return ""
	case errors.Is(err, fs.ErrNotExist):
		return "the attachment's file is missing"
	case err != nil:
		return "the attachment's file cannot be read"
	}
	f.Close()
	sum, err := hashFile(f.Name())
	switch {
	case err != nil:
		return "the attachment's file cannot be read"
	case sum != id:
		return "the attachment's file is damaged"
	}
	return ""
}

// BlobFolder is the name of the folder of blobs in the data folder.
const BlobFolder = "blobs"
