package plant

const disposeFile = "app/notebook/dispose.go"

// FramesKept destroys the keys of a case and leaves its frames as they are.
var FramesKept = Bug{Name: "key destroyed but frames not rewritten", Edits: []Edit{
	{File: disposeFile,
		Old: "if done, err := n.j.Rewrite(ctx, gone.rewrite); err != nil {",
		New: "if done, err := (journal.Rewritten{}), error(nil); err != nil {"},
}}

// ViewKept leaves the rows of the view as they are.
var ViewKept = Bug{Name: "view kept", Edits: []Edit{
	{File: disposeFile, Old: "if err := n.renewView(ctx); err != nil {", New: "if err := error(nil); err != nil {"},
}}

// KeysKept forgets the key box.
var KeysKept = Bug{Name: "keys not destroyed", Edits: []Edit{
	{File: disposeFile, Old: "items = append(items, seal.Destroy{Case: id}, ", New: "items = append(items, "},
}}

// DraftsKept forgets drafts.
var DraftsKept = Bug{Name: "drafts of the case kept", Edits: []Edit{
	{File: disposeFile, Old: "n.eraseDraftsOf(gone, refs)", New: "error(nil)"},
}}

// BlobsKept forgets the attachments.
var BlobsKept = Bug{Name: "attachments of the case kept", Edits: []Edit{
	{File: disposeFile, Old: "n.eraseBlobs(gone)", New: "error(nil)"},
}}

// IndexKept forgets the saved index, in which words stand outside their case's
// keys.
var IndexKept = Bug{Name: "saved index kept", Edits: []Edit{
	{File: disposeFile, Old: "errors.Join(err, n.eraseWords(), n.eraseCopies())", New: "errors.Join(err, n.eraseCopies())"},
}}
