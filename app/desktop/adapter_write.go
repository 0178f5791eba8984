package desktop

import (
	"context"
	"io"
	"path/filepath"

	"wherry/app/casework"
	"wherry/app/export"
	"wherry/app/notebook"
)

func (b *book) AddChild(ctx context.Context, c NewChild) (string, error) {
	ref := c.Ref
	if ref == "" {
		var err error
		if ref, err = b.n.FreeRef(); err != nil {
			return "", err
		}
	}
	yes := func(v bool) string {
		if v {
			return "yes"
		}
		return ""
	}
	ack, err := b.n.AddChild(ctx, map[string]string{
		"ref": ref, "name": c.Name, "known_as": c.KnownAs, "nhs": c.NHS, "dob": c.Born, "dob_basis": c.BornBasis, "sex": c.Sex,
		"language": c.Language, "interpreter": yes(c.Interpreter), "status": c.Status, "address": c.Address,
		"address_confidential": yes(c.Confidential), "siblings": c.Siblings, "alerts": c.Alerts,
	})
	if err != nil {
		return "", err
	}
	id, _, err := b.n.CaseFile(ctx, ack.Entries[0].Ref)
	return id.String(), err
}

func (b *book) Record(ctx context.Context, draft string, s *casework.Submission) ([]string, error) {
	ack, err := b.n.Submit(ctx, s, draft)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range ack.Entries {
		out = append(out, e.ID.String())
	}
	return out, nil
}

func (b *book) Amend(ctx context.Context, entry, text string) error {
	_, err := b.n.Amend(ctx, entry, text, "")
	return err
}

func (b *book) Strike(ctx context.Context, entry, reason string) error {
	_, err := b.n.Strike(ctx, entry, reason)
	return err
}

func (b *book) Comment(ctx context.Context, entry, text string) error {
	_, err := b.n.Comment(ctx, entry, text)
	return err
}

func (b *book) Choose(ctx context.Context, caseID, field, value string, replaces []string) error {
	_, err := b.n.SetFields(ctx, caseID, []casework.FieldSet{{Key: field, Value: value, Replaces: replaces}})
	return err
}

// runImport reads the file and imports it, or says what it would do.
func (b *book) runImport(ctx context.Context, path string, mapping []string, dry bool) (*notebook.ImportReport, error) {
	data, err := readFile(path, notebook.MaxImport)
	if err != nil {
		return nil, err
	}
	var byHeader map[string]string
	if mapping != nil {
		first, err := b.n.Import(ctx, data, nil, true)
		if err != nil && first == nil {
			return nil, err
		}
		byHeader = map[string]string{}
		for i, h := range first.Mapping.Headers {
			if i < len(mapping) {
				byHeader[h] = mapping[i]
			}
		}
	}
	return b.n.Import(ctx, data, byHeader, dry)
}

func (b *book) PreviewImport(ctx context.Context, path string, mapping []string) (ImportPreview, error) {
	r, err := b.runImport(ctx, path, mapping, true)
	if err != nil {
		return ImportPreview{}, err
	}
	out := ImportPreview{File: filepath.Base(path), Encoding: r.Encoding, Headers: r.Mapping.Headers, Mapping: r.Mapping.Keys,
		Sample: r.Sample, Rows: r.Rows, Created: r.Created, Changed: r.Changed, Same: r.Unchanged, Cut: r.Cut, Issues: issues(r)}
	for _, d := range casework.FieldDefs() {
		if !d.Internal {
			out.Fields = append(out.Fields, ImportField{Key: d.Key, Label: d.Label})
		}
	}
	return out, nil
}

func (b *book) Import(ctx context.Context, path string, mapping []string) (ImportResult, error) {
	r, err := b.runImport(ctx, path, mapping, false)
	if r == nil {
		return ImportResult{}, err
	}
	out := ImportResult{Rows: r.Rows, Created: r.Created, Changed: r.Changed, Same: r.Unchanged, Conflicts: r.Conflicts,
		Refused: r.Refused, Issues: issues(r)}
	for _, i := range out.Issues {
		if i.Status == "lossy" {
			out.Lossy++
		}
	}
	return out, err
}

func issues(r *notebook.ImportReport) []ImportIssue {
	var out []ImportIssue
	for _, x := range r.Reports {
		i := ImportIssue{Row: x.Row, Line: x.Line, Status: x.Status, Sentence: rowSentence(x.Code)}
		if x.Field != "" {
			i.Label = casework.FieldDefinition(x.Field).Label
		}
		out = append(out, i)
	}
	return out
}

// rowSentences say why a row, or a field of it, is not taken as it stands.
var rowSentences = map[string]string{
	casework.RowMissingRef:    "There is no child reference, and no NHS number that is known here.",
	casework.RowBadRef:        "The child reference has characters that references do not have.",
	casework.RowBadDate:       "The date cannot be read. Write it as day/month/year.",
	casework.RowBadNHS:        "The NHS number fails its check digit.",
	casework.RowBadUPN:        "The unique pupil number fails its check letter.",
	casework.RowTooManyCols:   "The row has more columns than the header.",
	casework.RowTooFewCols:    "The row has fewer columns than the header.",
	casework.RowTooLong:       "A value is too long.",
	casework.RowDuplicateRef:  "An earlier row of this file has the same reference.",
	casework.RowDuplicateNHS:  "An earlier row of this file has the same NHS number.",
	casework.RowNHSOtherChild: "The NHS number belongs to another child here.",
	casework.RowUnknownCode:   "The value is not one that Wherry knows. It is kept as written.",
	casework.RowConflict:      "The value differs from the one held. Both are kept until somebody chooses.",
	casework.RowLossy:         "Letters were lost by the spreadsheet. The value held is better and stays.",
	"cut_off":                 "The file ends in the middle of this row.",
}

func rowSentence(code string) string {
	if s, ok := rowSentences[code]; ok {
		return s
	}
	return "This row cannot be taken."
}

func (b *book) Export(ctx context.Context, r ExportRequest) (ExportResult, error) {
	f, ok := export.Lookup("pdf")
	if !ok {
		return ExportResult{}, export.ErrKind
	}
	req := notebook.ExportRequest{Case: r.Case, Format: f.Name, Kind: export.KindSummary, Path: absolute(r.Path), Recipient: r.Recipient,
		Purpose: r.Purpose, Basis: r.Basis, Replace: r.Replace}
	if !r.From.IsZero() {
		req.From = casework.DateOf(r.From)
	}
	if !r.Until.IsZero() {
		req.Until = casework.DateOf(r.Until)
	}
	res, err := b.n.Export(ctx, req, renderer(f, req.Kind))
	if err != nil {
		return ExportResult{}, err
	}
	return ExportResult{Path: res.Path, Bytes: res.Bytes, Pages: res.Pages, SHA256: res.SHA256.String(), CompleteTo: res.CompleteTo}, nil
}

// renderer adapts an export format to the notebook's door.
func renderer(f export.Format, kind string) notebook.Render {
	return func(w io.Writer, cf *casework.CaseFile, s notebook.ExportStamp) (int, error) {
		return f.Write(w, export.Document{Kind: kind, Case: cf, From: s.From, Until: s.Until, Stamp: export.Stamp{
			ExportedBy: s.By, Role: s.Role, Recipient: s.Recipient, Purpose: s.Purpose, Basis: s.Basis,
			At: s.At, CompleteTo: s.CompleteTo, App: s.Version,
		}})
	}
}
