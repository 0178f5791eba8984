package notebook

import (
	"context"
	"errors"

	"wherry/app/casework"
	"wherry/storage/record"
)

// RowReport is one thing that an import has to say about a row.
type RowReport struct {
	Row    int    // data row, from 1
	Line   int    // physical line on which the row starts, from 1
	Status string // refused, conflict, lossy
	Field  string
	Code   string
}

// ImportReport says what an import did, or would do.
type ImportReport struct {
	Mapping   casework.Mapping
	Encoding  string
	Sample    [][]string // the first rows, for a preview
	Reports   []RowReport
	Rows      int
	Created   int
	Changed   int
	Unchanged int
	Conflicts int
	Refused   int
	Cut       bool // the file ended inside a quoted field
}

// importFrame is how many cases one frame may begin or change: enough to be
// quick, few enough to stay within a transaction of the view.
const importFrame = 64

// previewRows is how many rows a preview shows.
const previewRows = 20

// Import reads a caseload file. Good rows are kept whatever the others hold;
// importing the same file again appends nothing. mapping overrides the field
// that a header stands for. With dry set nothing is written.
func (n *Notebook) Import(ctx context.Context, data []byte, mapping map[string]string, dry bool) (*ImportReport, error) {
	t, err := readTable(data)
	if err != nil {
		return nil, err
	}
	m := casework.MatchHeaders(t.Header, mapping)
	if !m.Usable() || len(m.BadKeys) > 0 {
		return nil, ErrImportHeader
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	im := &importer{n: n, ctx: ctx, dry: dry, rep: &ImportReport{Mapping: m, Encoding: t.Encoding, Cut: t.Cut},
		refs: map[string]bool{}, nhs: map[string]bool{}, pen: n.newPen()}
	if err := im.numbers(); err != nil {
		return nil, err
	}
	for i, r := range t.Rows {
		if i < previewRows {
			im.rep.Sample = append(im.rep.Sample, r.Fields)
		}
		im.row, im.line = i+1, r.Line
		if r.Bad {
			im.rep.Rows++
			im.refuse("", "bad_quote")
			continue
		}
		if err := im.take(m, r.Fields); err != nil {
			return im.rep, errors.Join(err, im.flush())
		}
	}
	if t.Cut {
		im.rep.Rows++
		im.rep.Refused++
		im.rep.Reports = append(im.rep.Reports, RowReport{Row: len(t.Rows) + 1, Line: t.CutAt, Status: "refused", Code: "cut_off"})
	}
	return im.rep, im.flush()
}

type importer struct {
	n         *Notebook
	ctx       context.Context
	dry       bool
	rep       *ImportReport
	pen       *pen
	cases     int
	byNHS     map[string]record.ID
	refs, nhs map[string]bool // met in this file
	row, line int
	// what the pen holds counts only once it is durable
	created, changed int
}

// numbers maps the NHS numbers held to their cases.
func (im *importer) numbers() error {
	im.byNHS = map[string]record.ID{}
	for _, c := range im.n.st.sorted() {
		b, err := im.n.brief(im.ctx, c)
		if err != nil {
			return err
		}
		if b.NHS != "" {
			im.byNHS[b.NHS] = c.ID
		}
	}
	return nil
}

func (im *importer) say(status, field, code string) {
	im.rep.Reports = append(im.rep.Reports, RowReport{Row: im.row, Line: im.line, Status: status, Field: field, Code: code})
}

func (im *importer) refuse(field, code string) {
	im.rep.Refused++
	im.say("refused", field, code)
}

// take handles one row: refused with its reason, or reconciled with what is
// held. Rows match on child reference, then NHS number.
func (im *importer) take(m casework.Mapping, fields []string) error {
	row, problems := casework.ParseRow(m, fields)
	if row.Blank {
		return nil
	}
	im.rep.Rows++
	for _, p := range problems {
		if p.Refuse {
			im.refuse(p.Field, p.Code)
			return nil
		}
	}
	c := im.match(&row)
	switch {
	case row.Ref == "":
		im.refuse("ref", casework.RowMissingRef)
		return nil
	case im.refs[refKey(row.Ref)]:
		im.refuse("ref", casework.RowDuplicateRef)
		return nil
	case row.NHS != "" && im.nhs[row.NHS]:
		im.refuse("nhs", casework.RowDuplicateNHS)
		return nil
	}
	if other, ok := im.byNHS[row.NHS]; row.NHS != "" && ok && (c == nil || c.ID != other) {
		im.refuse("nhs", casework.RowNHSOtherChild)
		return nil
	}
	im.refs[refKey(row.Ref)] = true
	if row.NHS != "" {
		im.nhs[row.NHS] = true
	}
	return im.reconcile(c, row)
}

func (im *importer) match(row *casework.Row) *caseRow {
	st := im.n.st
	if row.Ref != "" {
		if id, ok := st.byRef[refKey(row.Ref)]; ok {
			return st.cases[id]
		}
		return nil
	}
	if id, ok := im.byNHS[row.NHS]; ok && row.NHS != "" {
		row.Ref = st.cases[id].Ref
		return st.cases[id]
	}
	return nil
}

func (im *importer) reconcile(c *caseRow, row casework.Row) error {
	var held []casework.Field
	if c != nil {
		cf, err := im.n.project(im.ctx, c)
		if err != nil {
			return err
		}
		held = cf.Fields
	}
	ch := casework.Reconcile(held, row, c == nil)
	for _, x := range ch.Conflicts {
		im.rep.Conflicts++
		im.say("conflict", x.Key, casework.RowConflict)
	}
	for _, x := range ch.Lossy {
		im.say("lossy", x.Key, casework.RowLossy)
	}
	if c != nil && !ch.Changed() {
		im.rep.Unchanged++
		return nil
	}
	if im.dry {
		im.count(c == nil)
		im.counted()
		return nil
	}
	var err error
	if c == nil {
		_, err = im.n.beginCase(im.pen, ch.Sets, "import")
	} else {
		_, err = im.pen.fields(c.ID, ch.Sets, "import")
	}
	if errors.Is(err, errNoKey) {
		im.refuse("ref", "no_key")
		return nil
	}
	if err != nil {
		return err
	}
	im.count(c == nil)
	if im.cases++; im.cases%importFrame == 0 {
		return im.flush()
	}
	return nil
}

func (im *importer) flush() error {
	if len(im.pen.out) == 0 {
		return nil
	}
	p := im.pen
	im.pen = im.n.newPen()
	if err := im.n.commit(im.ctx, p, ownItem{Ack: p.ids[len(p.ids)-1]}); err != nil {
		im.created, im.changed = 0, 0
		return err
	}
	im.counted()
	return nil
}

func (im *importer) count(created bool) {
	if created {
		im.created++
	} else {
		im.changed++
	}
}

func (im *importer) counted() {
	im.rep.Created, im.rep.Changed = im.rep.Created+im.created, im.rep.Changed+im.changed
	im.created, im.changed = 0, 0
}
