package notebook

import (
	"io"
	"io/fs"
	"path"
	"strings"

	"wherry/storage/archive"
	"wherry/storage/journal"
)

// archiveFS is the journal's folder inside a backup, for reading only. Nothing
// of it reaches a disk.
type archiveFS struct{ a *archive.Archive }

func (s archiveFS) Open(name string) (journal.File, error) {
	r, err := s.a.File("journal/" + path.Base(slashed(name)))
	if err != nil {
		return nil, fs.ErrNotExist
	}
	return archiveFile{r}, nil
}

// List names the files of the journal; there is no quarantine in a backup.
func (s archiveFS) List(dir string) ([]string, error) {
	if path.Base(slashed(dir)) != "journal" {
		return nil, fs.ErrNotExist
	}
	var names []string
	for _, m := range s.a.Members {
		if name, ok := strings.CutPrefix(m.Name, "journal/"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

func slashed(name string) string { return strings.ReplaceAll(name, `\`, "/") }

func (archiveFS) Edit(string) (journal.File, error)   { return nil, fs.ErrPermission }
func (archiveFS) Create(string) (journal.File, error) { return nil, fs.ErrPermission }
func (archiveFS) Rename(string, string) error         { return fs.ErrPermission }
func (archiveFS) Link(string, string) error           { return fs.ErrPermission }
func (archiveFS) Remove(string) error                 { return fs.ErrPermission }
func (archiveFS) MkdirAll(string) error               { return fs.ErrPermission }
func (archiveFS) SyncDir(string) error                { return fs.ErrPermission }
func (archiveFS) FreeBytes(string) (uint64, error)    { return 0, nil }

type archiveFile struct{ *io.SectionReader }

func (archiveFile) WriteAt([]byte, int64) (int, error) { return 0, fs.ErrPermission }
func (archiveFile) Truncate(int64) error               { return fs.ErrPermission }
func (archiveFile) Sync() error                        { return nil }
func (archiveFile) Close() error                       { return nil }
func (f archiveFile) Size() (int64, error)             { return f.SectionReader.Size(), nil }
