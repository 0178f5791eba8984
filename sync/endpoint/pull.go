package endpoint

import (
	"context"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// maxPage bounds the bytes of one answer well below the wire's limit, since
// the last record may go over it.
const maxPage = 2 << 20

// maxDirectory is the same for the directory at enrolment, which a notebook
// takes whole: room for some 2,000 devices.
const maxDirectory = 6 << 20

// overhead is what a record or page costs beside its entry and wraps.
const overhead = 512

// pull hands out what follows each position, for the logs that the caller may
// read. Any other is left out, whether or not it exists; if nothing is left
// the answer is 404.
func (s *Server) pull(ctx context.Context, c *call) (wire.Message, error) {
	var req wire.PullRequest
	if err := wire.Decode(c.body, &req); err != nil {
		return nil, err
	}
	resp := &wire.PullResponse{Pages: []wire.Page{}, Time: c.now.UnixMilli()}
	denied := 0
	err := s.Store.View(ctx, func(r Reader) error {
		p := puller{s: s, r: r, person: c.Person, now: c.now, room: min(maxPage, int(req.MaxBytes))}
		for _, pos := range req.Cases {
			if p.room <= 0 && len(resp.Pages) > 0 || len(resp.Pages) == wire.MaxPages {
				break
			}
			if ok, err := s.mayRead(r, c.Person, pos.Case); err != nil {
				return err
			} else if !ok {
				denied++
				continue
			}
			page, ok, err := p.page(pos)
			if err != nil {
				return err
			}
			if ok {
				resp.Pages = append(resp.Pages, *page)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.auditPull(c, resp.Pages, denied)
	if len(resp.Pages) == 0 {
		return nil, refusal{code: wire.ErrCodeNotFound}
	}
	return resp, nil
}

// auditPull notes each case that was handed out, and how many were asked for
// that are not the caller's.
func (s *Server) auditPull(c *call, pages []wire.Page, denied int) {
	for _, p := range pages {
		if len(p.Records) > 0 && p.Case != s.dirLog {
			last := p.Records[len(p.Records)-1].Log.Seq
			s.audit(c, AuditEvent{Case: p.Case.String(), Action: "pull", Result: "ok", Count: len(p.Records), Gen: p.Gen, Seq: last})
		}
		bytes := 0
		for _, r := range p.Records {
			bytes += len(r.Entry)
		}
		s.metrics.Add("wherry_pull_entries_total", "", float64(len(p.Records)))
		s.metrics.Add("wherry_pull_bytes_total", "", float64(bytes))
	}
	if denied > 0 {
		s.audit(c, AuditEvent{Action: "pull", Result: wire.ErrCodeNotFound, Count: denied})
	}
}

// puller fills pages until its room is used up.
type puller struct {
	s      *Server
	r      Reader
	person record.ID
	now    time.Time
	room   int // bytes left
}

// page returns what follows pos. A position beyond the log's end, or of
// another generation, gets the head alone: the notebook must see for itself
// that its log and ours differ.
func (p *puller) page(pos wire.CasePos) (*wire.Page, bool, error) {
	end, ok, err := p.r.End(pos.Case)
	if err != nil || !ok {
		return nil, false, err
	}
	page := &wire.Page{Case: pos.Case, Gen: end.Gen, From: pos.Seq + 1, Records: []wire.PulledRecord{}, Head: p.s.head(pos.Case, end, p.now)}
	p.room -= overhead
	if pos.Gen != end.Gen && pos.Seq > 0 {
		return page, true, nil
	}
	for seq := page.From; seq <= end.Seq; seq++ {
		if len(page.Records) > 0 && p.room <= 0 || len(page.Records) == wire.MaxRecords {
			page.More = true
			break
		}
		rec, size, err := p.record(pos.Case, seq)
		if err != nil {
			return nil, false, err
		}
		page.Records = append(page.Records, rec)
		p.room -= size + overhead
	}
	return page, true, nil
}

// record reads one record with the wraps that the caller may have: to their
// own person, and the previous epoch's key, which opens only with the new one.
func (p *puller) record(log record.ID, seq uint64) (wire.PulledRecord, int, error) {
	it, err := p.r.Item(log, seq)
	if err != nil {
		return wire.PulledRecord{}, 0, err
	}
	rec := wire.PulledRecord{Log: it.Log, Entry: it.Bytes, Wraps: []wire.Wrap{}, Receipt: it.Receipt}
	size := len(it.Bytes)
	if !it.Wrapped {
		return rec, size, nil
	}
	wraps, err := p.r.Wraps(log, it.Log.Entry)
	for _, w := range wraps {
		if w.Reader == p.person || w.Reader == trust.PrevReader {
			rec.Wraps = append(rec.Wraps, w)
			size += len(w.Data)
		}
	}
	return rec, size, err
}

// mayRead is the access rule: everyone enrolled reads the directory, and a
// case is read by those whom its log has let in.
func (s *Server) mayRead(r Reader, person, log record.ID) (bool, error) {
	if log == s.dirLog {
		return true, nil
	}
	return r.MayRead(person, log)
}
