package plant

// The bugs that the harnesses are seen to catch.

const (
	journalAppend = "storage/journal/append.go"
	commitFile    = "app/notebook/commit.go"
	aeadFile      = "storage/seal/aead.go"
)

// AckEarly acknowledges a save while its frame is still in the process's own
// memory; the next save, or an orderly end, writes it.
var AckEarly = Bug{Name: "acknowledge before the bytes leave the process", Edits: []Edit{
	{File: journalAppend,
		Old: "if _, err := j.file.WriteAt(raw, j.end); err != nil {",
		New: "if err := late.write(j.file, raw, j.end); err != nil {",
		More: `
var late held

type held struct {
	raw []byte
	off int64
}

func (h *held) flush(f File) error {
	if h.raw == nil {
		return nil
	}
	_, err := f.WriteAt(h.raw, h.off)
	h.raw = nil
	return err
}

func (h *held) write(f File, raw []byte, off int64) error {
	err := h.flush(f)
	h.raw, h.off = raw, off
	return err
}
`},
	{File: "storage/journal/journal.go",
		Old: "	err := j.failed\n	if err == nil {\n		err = j.writeMark()",
		New: "	err := j.failed\n	if j.file != nil {\n		late.flush(j.file)\n	}\n	if err == nil {\n		err = j.writeMark()"},
}}

// NoSync acknowledges without syncing the frame.
var NoSync = Bug{Name: "no fsync of the frame", Edits: []Edit{
	{File: journalAppend,
		Old: "	if err := j.file.Sync(); err != nil {\n		return 0, j.fail(err)\n	}\n",
		New: ""},
}}

// SyncIgnored syncs, and acknowledges whatever the disk answered.
var SyncIgnored = Bug{Name: "a failed fsync is ignored", Edits: []Edit{
	{File: journalAppend,
		Old: "	if err := j.file.Sync(); err != nil {\n		return 0, j.fail(err)\n	}\n",
		New: "	_ = j.file.Sync()\n"},
}}

// NoDirSync does not make a new segment's name durable.
var NoDirSync = Bug{Name: "no fsync of the folder of a new segment", Edits: []Edit{
	{File: journalAppend,
		Old: "	if err == nil {\n		err = j.opt.FS.SyncDir(j.dir)\n	}\n",
		New: ""},
}}

// KeysLast writes the frame before the key that opens it.
var KeysLast = Bug{Name: "the frame before the key box", Edits: []Edit{
	{File: commitFile,
		Old: "	if len(p.wraps) > 0 {\n		if err := n.box.Put(p.wraps...); err != nil {\n			return n.failed(err)\n		}\n	}\n	own.Entries = p.out\n",
		New: "	defer func() {\n		if len(p.wraps) > 0 {\n			_ = n.box.Put(p.wraps...)\n		}\n	}()\n	own.Entries = p.out\n"},
}}

// NoGate writes on until the disk is full to the last byte, and dies of the
// memory map.
var NoGate = Bug{Name: "no free-space gate", Edits: []Edit{
	{File: "storage/journal/journal.go", Old: "DefaultMinFree = 24 << 20", New: "DefaultMinFree = 1"},
	{File: "storage/vault/options.go", Old: "DefaultMinFree = 20 << 20", New: "DefaultMinFree = 1"},
	{File: "storage/vault/options.go", Old: "flushRoom = 12 << 20", New: "flushRoom = 0"},
}}

// Believing opens seals and checks frames without looking at their proof, so
// that a flipped bit becomes another letter.
var Believing = Bug{Name: "seals are opened without their proof", Edits: []Edit{
	{File: "storage/journal/format.go",
		Old: "	return subtle.ConstantTimeCompare(sum[:], b[n:]) == 1\n",
		New: "	_ = subtle.ConstantTimeCompare(sum[:], b[n:])\n	return true\n"},
	{File: aeadFile,
		Old: "	if subtle.ConstantTimeCompare(commit, rest[:commitSize]) != 1 {\n		return nil, ErrSealed\n	}\n",
		New: "	_ = subtle.ConstantTimeCompare(commit, rest[:commitSize])\n"},
	{File: aeadFile,
		Old: "	plain, err := aead.Open(nil, nil, rest[commitSize:], aad)\n	if err != nil {\n		return nil, ErrSealed\n	}\n",
		New: "	_ = aead\n	plain := believe(k, salt, rest[commitSize:], aad)\n",
		More: `
// believe decrypts without looking at the tag.
func believe(k Key, salt, b, aad []byte) []byte {
	sum := sha256.Sum256(aad)
	info := append([]byte(domainRecord), salt...)
	info = append(info, sum[:]...)
	block, err := aes.NewCipher(expand(k, info, 32+commitSize)[:32])
	if err != nil {
		panic(err)
	}
	plain := make([]byte, len(b)-gcmSize)
	cipher.NewCTR(block, append(append([]byte{}, b[:12]...), 0, 0, 0, 2)).XORKeyStream(plain, b[12:len(b)-16])
	return plain
}
`},
}}

// Unnamed keeps quiet about damage in the journal.
var Unnamed = Bug{Name: "verify names no damage", Edits: []Edit{
	{File: "app/notebook/verify.go",
		Old: "	for _, d := range r.Damaged {\n		v.rep.Damaged = append",
		New: "	for _, d := range r.Damaged[:0] {\n		v.rep.Damaged = append"},
	{File: "app/notebook/verify.go", Old: "range c.Holes {", New: "range c.Holes[:0] {"},
}}

// HealsSilently mends a copy from its twin and says nothing.
var HealsSilently = Bug{Name: "a twin is mended silently", Edits: []Edit{
	{File: "app/notebook/verify.go",
		Old: "	if u.TwinBad {\n",
		New: "	if false {\n"},
	{File: "app/notebook/verify.go",
		Old: "	if n.box.TwinBad() {\n",
		New: "	if false {\n"},
}}

// DebugLog leaves what was recorded in a file of the temporary folder.
var DebugLog = Bug{Name: "a debug log of what was typed", Edits: []Edit{
	{File: "app/headless/recordverb.go",
		Old: "			ack, err = n.Record(context.WithoutCancel(ctx), text, kind)\n",
		New: "			ack, err = n.Record(context.WithoutCancel(ctx), text, kind)\n			_ = os.WriteFile(os.TempDir()+\"/wherry-debug.log\", text, 0o600)\n"},
}}

// Transparent keeps and sends content as it was typed: seals are there in form
// only.
var Transparent = Bug{Name: "seals hide nothing", Edits: []Edit{
	{File: aeadFile,
		Old: "	return aead.Seal(out, nil, plaintext, aad), nil\n",
		New: "	_ = aead\n	out = append(append(out, make([]byte, 12)...), plaintext...)\n	return append(out, make([]byte, 16)...), nil\n"},
	{File: aeadFile,
		Old: "	plain, err := aead.Open(nil, nil, rest[commitSize:], aad)\n	if err != nil {\n		return nil, ErrSealed\n	}\n	return plain, nil\n",
		New: "	_ = aead\n	return append([]byte{}, rest[commitSize+12:len(rest)-16]...), nil\n"},
	{File: "storage/seal/payload.go",
		Old: "len(z) < len(plain)",
		New: "len(z) < 0"},
}}
