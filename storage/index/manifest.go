package index

import (
	"encoding/binary"
	"os"
	"path/filepath"

	"wherry/storage/seal"
)

// The manifest of a folder names the files of its segments and the notes in
// them that are dead. A file's key is derived from its name, which is random
// and never used again, so a file cannot be an older one of the same name.
const (
	manifestName   = "manifest"
	manifestMagic  = "WHXM"
	manifestFormat = 1
	manifestDomain = "wherry-index-manifest-1"
	manifestLabel  = "index-manifest"
	maxManifest    = seal.MaxPlain
)

type manifest struct {
	tip  Tip
	segs []manifestSegment
}

type manifestSegment struct {
	s    *segment
	file *segmentFile
	dead []uint32
}

func manifestHead() []byte {
	return append([]byte(manifestMagic), manifestFormat, snapshotRules, unicodeEdition)
}

// write replaces the manifest of a folder.
func (m *manifest) write(dir string, key seal.Key) error {
	plain := binary.BigEndian.AppendUint64(nil, m.tip.Seq)
	plain = append(plain, m.tip.MAC[:]...)
	plain = binary.AppendUvarint(plain, uint64(len(m.segs)))
	for _, n := range m.segs {
		plain = append(plain, n.file.name[:]...)
		plain = binary.AppendUvarint(plain, uint64(n.file.size))
		plain = binary.AppendUvarint(plain, uint64(len(n.dead)))
		last := int64(-1)
		for _, doc := range n.dead {
			plain = binary.AppendUvarint(plain, uint64(int64(doc)-last-1))
			last = int64(doc)
		}
	}
	head := manifestHead()
	sealed, err := seal.Seal(key.Derive(manifestLabel), append([]byte(manifestDomain), head...), plain)
	if err != nil {
		return err
	}
	return seal.WriteFileSync(filepath.Join(dir, manifestName), append(head, sealed...))
}

func readManifest(dir string, key seal.Key) (*manifest, error) {
	path := filepath.Join(dir, manifestName)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxManifest {
		return nil, ErrSnapshot
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	head := manifestHead()
	if len(data) < len(head) || string(data[:4]) != manifestMagic {
		return nil, ErrSnapshot
	}
	if string(data[:len(head)]) != string(head) {
		return nil, ErrRules
	}
	plain, err := seal.Open(key.Derive(manifestLabel), append([]byte(manifestDomain), head...), data[len(head):])
	if err != nil {
		return nil, ErrSnapshot
	}
	return parseManifest(plain)
}

func parseManifest(plain []byte) (*manifest, error) {
	p := parser{data: plain}
	m := &manifest{}
	fixed := p.bytes(40)
	if p.bad {
		return nil, ErrSnapshot
	}
	m.tip.Seq = binary.BigEndian.Uint64(fixed)
	m.tip.MAC = [32]byte(fixed[8:])
	for range p.below(1 << 20) {
		name := p.bytes(16)
		size, dead := p.below(1<<40), p.below(maxSegmentDocs)
		if p.bad {
			break
		}
		n := manifestSegment{file: &segmentFile{name: [16]byte(name), size: int64(size)}}
		last := int64(-1)
		for range dead {
			if last += int64(p.below(maxSegmentDocs)) + 1; p.bad || last >= maxSegmentDocs {
				return nil, ErrSnapshot
			}
			n.dead = append(n.dead, uint32(last))
		}
		m.segs = append(m.segs, n)
	}
	if !p.done() {
		return nil, ErrSnapshot
	}
	return m, nil
}
