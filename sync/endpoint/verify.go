package endpoint

import (
	"context"
	"errors"
	"io"
	"slices"

	"wherry/storage/record"
	"wherry/storage/trust"
)

// Report is what verifying a stopped endpoint found.
type Report struct {
	Entries uint64 // of cases; the directory is not counted
	Cases   uint64
	Damaged []Damage
	Blobs   []NamedBlob // each blob of each case once, in order of the logs
}

// NamedBlob is a blob with the first entry of a case that names it.
type NamedBlob struct{ Blob, Log, Entry record.ID }

// Verify reads everything that a store holds and checks it: each value against
// its checksum, each log's numbers, chain and receipts, each entry by the rules
// under which it was accepted, and each log's length against what the audit
// log says was reached. Nothing is written. audit may be nil.
func Verify(ctx context.Context, s Store, root []byte, audit io.Reader) (*Report, error) {
	stmt, err := trust.ParseStatement(root)
	if err != nil {
		return nil, err
	}
	body, err := trust.VerifyRoot(stmt, stmt.Realm)
	if err != nil {
		return nil, err
	}
	v := &verifier{realm: stmt.Realm, endpoint: body.Endpoint, dir: trust.NewDirectory(stmt.Realm), ends: map[string]Position{}}
	if v.report.Damaged, err = s.Check(ctx); err != nil {
		return nil, err
	}
	if err := s.View(ctx, func(r Reader) error { return v.logs(ctx, r) }); err != nil && !errors.Is(err, ErrStoreDamaged) {
		return nil, err
	}
	if audit != nil {
		if err := v.audit(audit); err != nil {
			return nil, err
		}
	}
	return &v.report, nil
}

type verifier struct {
	realm    record.ID
	endpoint []byte
	dir      *trust.Directory
	ends     map[string]Position // where each log stands
	report   Report
}

func (v *verifier) bad(log, entry record.ID, seq uint64, reason string) {
	for _, d := range v.report.Damaged {
		if d.Log == log && d.Seq == seq && seq > 0 {
			return // named already
		}
	}
	v.report.Damaged = append(v.report.Damaged, Damage{Log: log, Entry: entry, Seq: seq, Reason: reason})
}

// logs checks the directory first, because every case is judged by it.
func (v *verifier) logs(ctx context.Context, r Reader) error {
	directory := record.DirectoryLog(v.realm)
	logs, err := r.Logs()
	if err != nil {
		v.bad(record.ID{}, record.ID{}, 0, "the list of logs cannot be read")
		return err
	}
	v.log(ctx, r, directory, v.statement)
	judge := v.dir.Seq() == v.ends[directory.String()].Seq // a damaged directory must not cast doubt on cases
	for _, log := range logs {
		if log == directory {
			continue
		}
		v.report.Cases++
		c := &caseCheck{v: v, r: r, log: log, state: trust.NewCaseAuthority(v.realm, log, firstGen), whole: judge, named: map[record.ID]bool{}}
		v.log(ctx, r, log, c.entry)
		c.finish()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// log walks one log and checks its numbers, chain and receipts; each checks
// what a record stands for.
func (v *verifier) log(ctx context.Context, r Reader, log record.ID, each func(Item) string) {
	end, ok, err := r.End(log)
	if err != nil || !ok {
		if err != nil {
			v.bad(log, record.ID{}, 0, "the end of the log cannot be read")
		}
		return
	}
	v.ends[log.String()] = Position{end.Gen, end.Seq}
	chain := record.ChainStart(v.realm, log, end.Gen)
	linked := true // the record before this one was read
	for seq := uint64(1); seq <= end.Seq && ctx.Err() == nil; seq++ {
		it, err := r.Item(log, seq)
		if err != nil {
			v.bad(log, record.ID{}, seq, "the record cannot be read")
			linked = false
			each(Item{})
			continue
		}
		rc := it.Receipt.Receipt
		next := record.Chain(chain, it.Log)
		switch {
		case it.Log.Seq != seq || rc.Case != log || rc.Seq != seq || rc.Entry != it.Log.Entry || !it.Receipt.Verify(v.endpoint):
			v.bad(log, it.Log.Entry, seq, "the receipt does not belong to the record")
		case linked && rc.Chain != next:
			v.bad(log, it.Log.Entry, seq, "the chain is broken")
		}
		chain, linked = rc.Chain, true
		if reason := each(it); reason != "" {
			v.bad(log, it.Log.Entry, seq, reason)
		}
	}
	if linked && chain != end.Chain {
		v.bad(log, record.ID{}, 0, "the chain does not end where the log does")
	}
}

// statement checks a record of the directory.
func (v *verifier) statement(it Item) string {
	if it.Bytes == nil {
		return ""
	}
	if err := v.dir.Apply(it.Log.Seq, it.Bytes, it.Receipt.Receipt.Time); err != nil {
		return "the statement does not hold"
	}
	return ""
}

// caseCheck follows one case by the rules of the door.
type caseCheck struct {
	v     *verifier
	r     Reader
	log   record.ID
	state *trust.CaseAuthority
	whole bool // every record so far was read and judged
	named map[record.ID]bool
}

func (c *caseCheck) entry(it Item) string {
	c.v.report.Entries++
	if it.Bytes == nil {
		c.whole = false
		return ""
	}
	e, err := record.Parse(it.Bytes)
	if err != nil || e.ID() != it.Log.Entry || e.Header().Case != c.log {
		c.whole = false
		return "the entry is not the one that was numbered"
	}
	wraps, err := c.r.Wraps(c.log, e.ID())
	if err != nil {
		return "a wrapped key cannot be read"
	}
	if reason := c.blobs(e); reason != "" {
		return reason
	}
	if !c.whole {
		return "" // judging needs all that came before
	}
	verdict, err := c.state.Follow(c.v.dir, it.Log, e, wraps)
	if err != nil || verdict.Code != trust.OK {
		c.whole = false
		return "the entry does not satisfy the rules"
	}
	return ""
}

// blobs notes the blobs that an entry names, and that the store lets the case's
// readers have them.
func (c *caseCheck) blobs(e *record.Entry) string {
	for _, id := range e.Header().Blobs {
		logs, err := c.r.BlobLogs(id)
		if err != nil || !slices.Contains(logs, c.log) {
			return "an attachment of the entry is not noted"
		}
		if !c.named[id] {
			c.named[id] = true
			c.v.report.Blobs = append(c.v.report.Blobs, NamedBlob{id, c.log, e.ID()})
		}
	}
	return ""
}

// finish compares the kept state with the one that the log gives.
func (c *caseCheck) finish() {
	if !c.whole {
		return
	}
	kept, err := c.r.State(c.log)
	if err != nil || string(kept) != string(c.state.Bytes()) {
		c.v.bad(c.log, record.ID{}, 0, "what is kept about the case does not follow from its log")
		return
	}
	for _, p := range c.state.Members() {
		if ok, err := c.r.MayRead(p, c.log); err != nil || !ok {
			c.v.bad(c.log, record.ID{}, 0, "a reader of the case is missing")
		}
	}
}

// audit checks the audit log, and that no case is shorter than it was.
func (v *verifier) audit(in io.Reader) error {
	reached, bad, err := CheckAudit(in)
	if err != nil {
		return err
	}
	if bad > 0 {
		v.report.Damaged = append(v.report.Damaged, Damage{File: AuditFile, Seq: bad, Reason: "the chain of the audit log is broken at this line"})
	}
	for log, p := range reached {
		if after(p, v.ends[log]) {
			id, err := record.ParseID(log)
			if err != nil {
				continue
			}
			v.bad(id, record.ID{}, 0, "the log is shorter than the audit log says it was")
		}
	}
	return nil
}

// AuditFile is the name of the audit log in the data folder.
const AuditFile = "audit.log"
