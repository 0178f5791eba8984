package endpoint

import (
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// doorman judges the entries that a caller offers to one log, inside the
// transaction that appends them.
type doorman struct {
	s   *Server
	c   *call
	w   Writer
	log record.ID
	now time.Time        // of this transaction
	dir *trust.Directory // the position at which this transaction judges
	met positions        // what earlier entries of this push have claimed

	end     LogEnd
	exists  bool // the log has a record
	may     bool // the caller may read it
	state   *trust.CaseAuthority
	changed bool
	blobs   []record.ID // named by what was accepted
}

// open reads where the log stands.
func (d *doorman) open() error {
	var err error
	if d.end, d.exists, err = d.w.End(d.log); err != nil {
		return err
	}
	if d.may, err = d.w.MayRead(d.c.Person, d.log); err != nil {
		return err
	}
	if !d.exists {
		d.state = d.fresh()
		return nil
	}
	data, err := d.w.State(d.log)
	if err != nil {
		return err
	}
	if d.state, err = trust.ParseCaseAuthority(data); err != nil || d.state.Seq() != d.end.Seq {
		return ErrStoreDamaged
	}
	return nil
}

func (d *doorman) fresh() *trust.CaseAuthority {
	return trust.NewCaseAuthority(d.s.realm, d.log, firstGen)
}

// offer answers one entry and, if it is accepted, appends it.
func (d *doorman) offer(o offer) (wire.Result, error) {
	res := wire.Result{Entry: o.entry.ID()}
	if d.log == d.s.dirLog {
		return refused(res, trust.Verdict{Code: trust.Refused, Reason: trust.ReasonWrongCase}), nil
	}
	if !d.may {
		if v, stop := d.stranger(o); stop {
			return refused(res, v), nil
		}
	}
	seq, known, err := d.w.Find(d.log, o.entry.ID())
	if err != nil {
		return res, err
	}
	if known {
		it, err := d.w.Item(d.log, seq)
		if err != nil {
			return res, err
		}
		res.Code, res.Receipt = wire.CodeDup, &it.Receipt
		return res, nil
	}
	if ok, err := d.honestSeen(o.entry.Header()); err != nil {
		return res, err
	} else if !ok {
		// A false claim, or the mark of a store that was put back from a copy.
		d.s.Log.Warn("an entry's author had read another log than this one", "case", d.log.String(), "seq", d.end.Seq)
		return refused(res, trust.Verdict{Code: trust.Refused, Reason: trust.ReasonSeen}), nil
	}
	named := o.entry.Header().Blobs
	if len(named) == 0 {
		v := d.state.Offer(d.dir, o.entry, o.wraps, false)
		if v.Code != trust.OK {
			return refused(res, v), nil
		}
		return d.accept(o, v, res)
	}
	// The blobs come last: who is refused for another reason is told that, and
	// uploads nothing in vain.
	state := d.state.Clone()
	v := state.Offer(d.dir, o.entry, o.wraps, false)
	if v.Code != trust.OK {
		return refused(res, v), nil
	}
	if here, err := d.blobsHere(named); err != nil {
		return res, err
	} else if !here {
		return refused(res, trust.Verdict{Code: trust.Gap, Reason: trust.ReasonBlobs}), nil
	}
	d.state = state
	for _, id := range named {
		if err := d.w.NameBlob(id); err != nil {
			return res, err
		}
	}
	d.blobs = append(d.blobs, named...)
	return d.accept(o, v, res)
}

// stranger judges for someone whom the log has not let in, exactly as if there
// were no such case: whether there is one is none of their business. It lets
// through only the beginning of a case that is not there yet.
func (d *doorman) stranger(o offer) (trust.Verdict, bool) {
	v := d.fresh().Offer(d.dir, o.entry, o.wraps, false)
	if v.Code != trust.OK {
		return v, true
	}
	if d.exists || d.author(o.entry) != d.c.Person {
		return trust.Verdict{Code: trust.Gap, Reason: trust.ReasonNotFound}, true
	}
	return v, false
}

// author is the person whose device wrote an entry.
func (d *doorman) author(e *record.Entry) record.ID {
	p, _ := d.dir.PersonOf(e.Header().Author, d.dir.Seq())
	return p.ID
}

// accept numbers an entry and lets in whom it admits.
func (d *doorman) accept(o offer, v trust.Verdict, res wire.Result) (wire.Result, error) {
	item, end := d.s.number(d.log, d.end, v.Log, o.entry.Bytes(), d.now)
	if err := d.w.Append(item, o.wraps, end); err != nil {
		return res, err
	}
	for _, p := range v.Admit {
		if err := d.w.Admit(p); err != nil {
			return res, err
		}
		d.may = d.may || p == d.c.Person
	}
	d.end, d.exists, d.changed = end, true, true
	res.Code, res.Receipt = wire.CodeOK, &item.Receipt
	return res, nil
}

// close keeps the state that the next transaction continues from.
func (d *doorman) close() error {
	if !d.changed {
		return nil
	}
	return d.w.SetState(d.state.Bytes())
}

func refused(res wire.Result, v trust.Verdict) wire.Result {
	res.Code, res.Reason = string(v.Code), v.Reason
	return res
}
