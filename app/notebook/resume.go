package notebook

import (
	"os"
	"path/filepath"
)

// Where a person was when the notebook locked is kept sealed in the folder, so
// that the program may end and a new one bring them back. It holds ids only,
// and is erased when it is read.

func (n *Notebook) resumeFile() string { return filepath.Join(n.dir, "resume.sealed") }

// KeepPlace keeps up to 4 KiB about where the person was.
func (n *Notebook) KeepPlace(place []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	return n.sealSmall(n.resumeFile(), "resume", place)
}

// TakePlace returns what KeepPlace kept, once; nil if there is nothing.
func (n *Notebook) TakePlace() []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil
	}
	place, err := n.openSmall(n.resumeFile(), "resume")
	if !os.IsNotExist(err) {
		_ = os.Remove(n.resumeFile()) // read again, it would only lead to an old place
	}
	if err != nil {
		return nil
	}
	return place
}
