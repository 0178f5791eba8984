package journal

import (
	"context"
	"os"

	"wherry/storage/seal"
)

// Append writes the items as one frame and returns its number once the frame
// is durable: free-space gate, write, sync. ErrFull means that nothing was
// written; ErrFailed that it cannot be known whether the frame is there, so
// that the caller keeps its text. A context that ends later than the first
// write is not looked at.
func (j *Journal) Append(ctx context.Context, items []Item) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if len(items) == 0 {
		return 0, ErrEmpty
	}
	if len(items) > MaxItems || roughSize(items) > MaxFrame {
		return 0, ErrTooLarge
	}
	plain := encodeItems(items)
	size := int64(frameHead + seal.Overhead + len(plain) + macSize)
	if size > MaxFrame {
		return 0, ErrTooLarge
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return 0, err
	}
	free, err := j.opt.FS.FreeBytes(j.dir)
	if err != nil {
		return 0, j.fail(err)
	}
	if free < j.opt.MinFree+uint64(size) {
		return 0, ErrFull
	}
	if j.file == nil || j.end > headerSize && j.end+size > j.opt.SegmentBytes {
		if err := j.roll(); err != nil {
			return 0, err
		}
	}
	return j.write(plain)
}

func roughSize(items []Item) int {
	n := 0
	for _, it := range items {
		if n += len(it.Data); n > MaxFrame {
			break
		}
	}
	return n
}

// write puts one frame at the end of the last segment and syncs it.
func (j *Journal) write(plain []byte) (uint64, error) {
	seg := j.segs[len(j.segs)-1]
	f := frameRef{seq: j.next.seq, prev: j.next.link}
	raw, err := f.encode(j.keys, j.mac, seg.number, plain)
	if err != nil {
		return 0, err // nothing was written
	}
	if _, err := j.file.WriteAt(raw, j.end); err != nil {
		return 0, j.fail(err)
	}
	if err := j.file.Sync(); err != nil {
		return 0, j.fail(err)
	}
	seg.frames.add(f.seq, j.end)
	copy(seg.last[:], raw[len(raw)-macSize:])
	j.end += int64(len(raw))
	seg.size, seg.upto = j.end, f.seq
	j.next, j.uncertain = chain{seq: f.seq + 1, link: seg.last}, false
	return f.seq, nil
}

// roll begins a new segment: the mark notes the end of the old one, then the
// new file, its header and its name are made durable before any frame goes
// into it.
func (j *Journal) roll() error {
	if err := j.writeMark(); err != nil {
		return err
	}
	if j.file != nil {
		j.file.Close() // all in it is synced
		j.file = nil
	}
	f, number, err := j.create()
	if err != nil {
		return j.fail(err)
	}
	h := header{version: Version, segment: number, notebook: j.opt.Notebook, first: j.next.seq, prev: j.next.link}
	if _, err = f.WriteAt(h.bytes(j.keys.header), 0); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = j.opt.FS.SyncDir(j.dir)
	}
	if err != nil {
		f.Close()
		return j.fail(err)
	}
	j.segs = append(j.segs, &segment{name: segmentName(number), number: number, size: headerSize,
		head: true, version: Version, last: j.next.link, upto: j.next.seq - 1})
	j.number = number + 1
	j.take(f)
	return nil
}

// create makes the next segment's file. A name that is already there belongs
// to a file that was named as damage; its number is passed over.
func (j *Journal) create() (File, uint64, error) {
	for number := j.number; number <= maxSegment; number++ {
		f, err := j.opt.FS.Create(join(j.dir, segmentName(number)))
		if err == nil || !os.IsExist(err) {
			return f, number, err
		}
	}
	return nil, 0, errNumbers
}

// take makes f, the file of the last segment, the one that frames go to.
func (j *Journal) take(f File) {
	seg := j.segs[len(j.segs)-1]
	j.file, j.end, j.mac = f, seg.size, newChecksum(j.keys.frame(seg.number))
}
