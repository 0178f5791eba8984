package plant

// BackupToMark backs up to the journal's mark instead of its end: all is sound,
// and what was acknowledged since the mark is not in it.
var BackupToMark = Bug{Name: "a backup ends at the mark", Edits: []Edit{
	{File: "app/notebook/backup.go", Old: "s.j.Files(); err != nil", New: "s.j.AtMark(); err != nil"},
	{File: "storage/journal/files.go", Old: "// zero overwrites the whole of a file", New: "// zero overwrites the whole of a file",
		More: `
// AtMark is Files up to the mark.
func (j *Journal) AtMark() ([]FileRef, Tip, error) {
	refs, _, err := j.Files()
	var kept []FileRef
	for _, r := range refs {
		number, ok := segmentNumber(r.Name)
		switch {
		case ok && number > j.mark.segment:
			continue
		case ok && number == j.mark.segment:
			r.Size = int64(j.mark.offset)
		case !ok:
			r.Data = j.mark.bytes(j.keys.mark)
		}
		kept = append(kept, r)
	}
	return kept, Tip{Seq: j.mark.seq, MAC: j.mark.mac}, err
}
`},
}}
