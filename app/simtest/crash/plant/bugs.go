package plant

// The bugs that the harnesses are seen to catch.

const (
	journalAppend = "storage/journal/append.go"
	verifyFile    = "app/notebook/verify.go"
	aeadFile      = "storage/seal/aead.go"

	syncFrame = "if err := j.file.Sync(); err != nil {"
	openBlob  = "plain, err := aead.Open(nil, nil, rest[commitSize:], aad)"
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
	if h.raw == nil || f == nil {
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
	{File: "storage/journal/journal.go", Old: "	err := j.failed\n", New: "	late.flush(j.file)\n	err := j.failed\n"},
}}

// NoSync acknowledges without syncing the frame.
var NoSync = Bug{Name: "no fsync of the frame", Edits: []Edit{
	{File: journalAppend, Old: syncFrame, New: "if err := error(nil); err != nil {"},
}}

// SyncIgnored syncs, and acknowledges whatever the disk answered.
var SyncIgnored = Bug{Name: "a failed fsync is ignored", Edits: []Edit{
	{File: journalAppend, Old: syncFrame, New: "if err := j.file.Sync(); err != nil && len(raw) == 0 {"},
}}

// NoDirSync does not make a new segment's name durable.
var NoDirSync = Bug{Name: "no fsync of the folder of a new segment", Edits: []Edit{
	{File: journalAppend, Old: "err = j.opt.FS.SyncDir(j.dir)", New: "err = nil"},
}}

// KeysLast writes the frame before the key that opens it.
var KeysLast = Bug{Name: "the frame before the key box", Edits: []Edit{
	{File: "app/notebook/commit.go",
		Old: "	if len(p.wraps) > 0 {\n",
		New: "	if keys := p.wraps; len(keys) > 0 {\n		defer func() { _ = n.box.Put(keys...) }()\n		p.wraps = nil\n	}\n	if len(p.wraps) > 0 {\n"},
}}

// TwoFrames saves a visit to many children in two frames, so that a stop
// between them leaves a half.
var TwoFrames = Bug{Name: "a save in two frames", Edits: []Edit{
	{File: "app/notebook/commit.go",
		Old: "	own.Entries = p.out\n",
		New: "	if half := len(p.out) / 2; half > 4 {\n		first := own\n		first.Entries = p.out[:half]\n		if err := n.append(ctx, item(itemOwn, first)); err != nil {\n			return err\n		}\n		p.out = p.out[half:]\n	}\n	own.Entries = p.out\n"},
}}

// NoGate writes on until the disk is full to the last byte, and dies of the
// memory map.
var NoGate = Bug{Name: "no free-space gate", Edits: []Edit{
	{File: "storage/journal/journal.go", Old: "DefaultMinFree = 24 << 20", New: "DefaultMinFree = 1"},
	{File: "storage/vault/options.go", Old: "DefaultMinFree = 20 << 20", New: "DefaultMinFree = 1"},
	{File: "storage/vault/options.go", Old: "flushRoom = 12 << 20", New: "flushRoom = 0"},
}}

// DiskIgnored writes and syncs, and acknowledges whatever the disk answered.
var DiskIgnored = Bug{Name: "what the disk answers is ignored", Edits: []Edit{
	{File: journalAppend, Old: "if _, err := j.file.WriteAt(raw, j.end); err != nil {", New: "if _, err := j.file.WriteAt(raw, j.end); err != nil && len(raw) == 0 {"},
	{File: journalAppend, Old: syncFrame, New: "if err := j.file.Sync(); err != nil && len(raw) == 0 {"},
	{File: journalAppend, Old: "	if err != nil {\n		return 0, j.fail(err)\n	}\n	if free <", New: "	if err != nil {\n		free = 1 << 40\n	}\n	if free <"},
}}

// NoLock takes every folder, whoever holds it.
var NoLock = Bug{Name: "the lock locks nothing", Edits: []Edit{
	{File: "storage/journal/lock.go", Old: "if err := tryLock(f, true); err != nil {", New: "if err := error(nil); err != nil {"},
}}

// Deaf is a program that dies when it is told to go.
var Deaf = Bug{Name: "SIGTERM is not handled", Edits: []Edit{
	{File: "cmd/wherryctl/main.go", Old: "signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)", New: "signal.NotifyContext(context.Background(), os.Interrupt)"},
}}

// Impatient takes a pause of a second between two lines for the end.
var Impatient = Bug{Name: "a long pause is taken for the end", Edits: []Edit{
	{File: "app/headless/recordverb.go", Old: "	\"os\"\n", New: "	\"os\"\n	\"time\"\n"},
	{File: "app/headless/recordverb.go", Old: "		text, err := next()\n", New: "		if late := time.Since(lastLine); line > 1 && late > 900*time.Millisecond {\n			return nil\n		}\n		lastLine = time.Now()\n		text, err := next()\n",
		More: "\nvar lastLine time.Time\n"},
}}

// AnyPlace looks at names and marks only, not at the settings of programs that
// copy folders.
var AnyPlace = Bug{Name: "settings of copying programs are not read", Edits: []Edit{
	{File: "app/notebook/place.go", Old: "checkSettings(existing(abs), home, os.Getenv)", New: "checkSettings(existing(abs), home[:0], os.Getenv)"},
}}

// StubbornView opens on the disk or not at all.
var StubbornView = Bug{Name: "a view that cannot be opened on the disk is fatal", Edits: []Edit{
	{File: "storage/vault/vault.go", Old: "	if state, err := v.openDisk(clean); err == nil {\n		return v, state, nil\n	}\n", New: "	state, err := v.openDisk(clean)\n	if err == nil {\n		return v, state, nil\n	} else if !v.memory {\n		return nil, state, err\n	}\n"},
}}

// LockWrites refuses a folder whose lock cannot be written.
var LockWrites = Bug{Name: "the lock must be written", Edits: []Edit{
	{File: "storage/journal/lock.go", Old: "return lockToRead(dir, err)", New: "return nil, err"},
}}

// TrustsClock never doubts the clock.
var TrustsClock = Bug{Name: "the clock is never doubted", Edits: []Edit{
	{File: "app/notebook/clock.go", Old: "return milli(newest).Sub(n.now()) > clockSlack", New: "return milli(newest).Sub(n.now()) > 1<<62"},
}}

// Believing opens seals and checks frames without looking at their proof, so
// that a flipped bit becomes another letter.
var Believing = Bug{Name: "seals are opened without their proof", Edits: []Edit{
	{File: "storage/journal/mac.go",
		Old: "subtle.ConstantTimeCompare(sum[:], b[n:]) == 1",
		New: "subtle.ConstantTimeCompare(sum[:], b[n:]) >= 0"},
	{File: aeadFile,
		Old: "subtle.ConstantTimeCompare(commit, rest[:commitSize]) != 1",
		New: "subtle.ConstantTimeCompare(commit, rest[:commitSize]) < 0"},
	{File: aeadFile, Old: openBlob, New: "_ = aead\n	plain, err := believe(k, salt, rest[commitSize:], aad), error(nil)",
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
	{File: verifyFile, Old: "range r.Damaged {", New: "range r.Damaged[:0] {"},
	{File: verifyFile, Old: "range c.Holes {", New: "range c.Holes[:0] {"},
}}

// HealsSilently mends a copy from its twin and says nothing.
var HealsSilently = Bug{Name: "a twin is mended silently", Edits: []Edit{
	{File: verifyFile, Old: "if u.TwinBad {", New: "if u.TwinBad && n == nil {"},
	{File: verifyFile, Old: "if n.box.TwinBad() {", New: "if n.box.TwinBad() && n == nil {"},
}}

// DebugLog leaves what was recorded in a file of the temporary folder.
var DebugLog = Bug{Name: "a debug log of what was typed", Edits: []Edit{
	{File: "app/headless/recordverb.go",
		Old: "ack, err = n.Record(",
		New: "_ = os.WriteFile(os.TempDir()+\"/wherry-debug.log\", text, 0o600)\n			ack, err = n.Record("},
}}

// Transparent keeps and sends content as it was typed: seals are there in form
// only.
var Transparent = Bug{Name: "seals hide nothing", Edits: []Edit{
	{File: aeadFile, Old: "return aead.Seal(out, nil, plaintext, aad), nil",
		New:  "_ = aead\n	return disguise(out, plaintext), nil",
		More: "\nfunc disguise(out, plain []byte) []byte {\n	out = append(append(out, make([]byte, 12)...), plain...)\n	return append(out, make([]byte, 16)...)\n}\n"},
	{File: aeadFile, Old: openBlob, New: "_ = aead\n	plain, err := append([]byte{}, rest[commitSize+12:len(rest)-16]...), error(nil)"},
	{File: "storage/seal/payload.go", Old: "len(z) < len(plain)", New: "len(z) < 0"},
}}
