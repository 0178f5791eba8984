package journal

import (
	"math/rand/v2"
	"os"
)

const reserveName = "reserve"

// ReleaseReserve gives the reserve's space free, so that drafts, the mark and
// what else must be kept can be written on a full disk. The next Open with
// room enough puts it back.
func (j *Journal) ReleaseReserve() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.releaseReserve()
}

func (j *Journal) releaseReserve() error {
	return j.opt.FS.Remove(join(j.dir, reserveName))
}

// roomy runs a small write of a whole file, and once more with the reserve
// given up if the disk is full.
func (j *Journal) roomy(write func() error) error {
	err := write()
	if err != nil && diskFull(err) && j.releaseReserve() == nil {
		err = write()
	}
	return err
}

// fillReserve writes the reserve if it is missing or short and there is room.
// It is ballast: failing to have it is no failure of the journal. The bytes
// have no meaning; they do not compress, so that they take up their space.
func (j *Journal) fillReserve() {
	want := j.opt.ReserveBytes
	if want < 0 {
		return
	}
	fsys, name := j.opt.FS, join(j.dir, reserveName)
	if f, err := fsys.Open(name); err == nil {
		size, err := f.Size()
		f.Close()
		if err == nil && size == want {
			return
		}
	} else if !os.IsNotExist(err) {
		return
	}
	free, err := fsys.FreeBytes(j.dir)
	if err != nil || free < j.opt.MinFree+2*uint64(want) {
		return
	}
	ballast := make([]byte, want)
	rand.NewChaCha8([32]byte{'w', 'h', 'e', 'r', 'r', 'y'}).Read(ballast)
	if writeAtomic(fsys, j.dir, reserveName, ballast) != nil {
		fsys.Remove(name)
	}
}
