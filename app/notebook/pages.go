package notebook

import (
	"slices"

	"wherry/storage/record"
)

func (n *Notebook) applyPulled(p *pulledItem, s sink) error {
	c := n.st.caseRow(p.Case)
	// Else the journal lost a page before this one, or what we wrote ourselves.
	whole := p.From == c.Seq+1 && !n.lacks(p)
	for i, r := range p.Records {
		n.at.pos = uint64(i)
		if whole {
			if c.Seq == 0 {
				c.Chain = record.ChainStart(p.Head.Head.Realm, p.Case, p.Gen)
			}
			c.Gen, c.Seq, c.Chain = p.Gen, r.Log.Seq, record.Chain(c.Chain, r.Log)
			if err := s.put(tableChain, [16]byte(c.Chain[:16]), p.Case, c.Seq); err != nil {
				return err
			}
			if i := slices.Index(c.Beyond, r.Log.Entry); i >= 0 {
				c.Beyond = slices.Delete(c.Beyond, i, i+1) // stored from a page beyond a gap
				continue
			}
		} else if !n.lost(&r) {
			if len(c.Beyond) >= maxBeyond {
				continue // it comes again behind the lost page, and must not be there twice
			}
			c.Beyond = append(c.Beyond, r.Log.Entry)
		}
		// A page of the long form has the bytes of what was held: if the frame
		// that held it is lost since, they are what is left of it.
		only := n.frameless(&r) && r.Problem == "" && len(r.Entry) > 0
		if r.Held && !only && (r.Problem == "" || parses(r.Entry)) {
			if n.lost(&r) {
				continue
			}
			if err := n.prove(r.Log.Entry, proofRow{Seq: r.Log.Seq, Received: r.Received}, s); err != nil {
				return err
			}
			continue
		}
		e, err := p.entry(i)
		if err != nil || r.Problem != "" {
			// Kept raw, counted in the log, without effect.
			n.st.meta.Arrivals++
			row := entryRow{Entry: r.Entry, LogSeq: r.Log.Seq, Received: r.Received, Problem: r.Problem}
			n.placed(&row, r.Log.Entry)
			if err := s.put(tableEntry, row, p.Case, n.st.meta.Arrivals); err != nil {
				return err
			}
			// It can be asked for by its id, and is named.
			if err := s.put(tableWhere, whereRow{Case: p.Case, Arrival: n.st.meta.Arrivals}, r.Log.Entry); err != nil {
				return err
			}
			continue
		}
		row := entryRow{Entry: r.Entry, LogSeq: r.Log.Seq, Received: r.Received}
		if _, _, err := n.store(e, row, s); err != nil {
			return err
		}
		if h := e.Header(); n.isOwnDevice(h.Author) {
			// Ours, and lost here until now: going on in that lane would fork it.
			c.fill(h.Lane, h.LaneSeq, e.ID())
			if h.Lane == c.Lane {
				c.Lane, c.LaneSeq, c.LaneHead = record.ID{}, 0, record.ID{}
			}
		}
		n.meaning(c, e)
	}
	n.forget(p.Case)
	c.Summary = nil
	if whole {
		if err := putPieces(s, tableAuthority, p.Case, p.Authority); err != nil {
			return err
		}
	}
	if c.Behind = c.Seq < p.Head.Head.Seq; !c.Behind {
		c.HeadTime = p.Head.Head.Time
	}
	return nil
}

// prove notes the endpoint's answer for an entry of ours.
func (n *Notebook) prove(id record.ID, p proofRow, s sink) error {
	o, ours := n.st.dropOut(id)
	if ours {
		n.st.touched[o.Case] = true
		n.forget(o.Case)
		if err := s.del(tableOutbox, o.Arrival); err != nil {
			return err
		}
		if p.Code == "" {
			if err := n.thin(o, s); err != nil {
				return err
			}
		}
		if o.Class == record.Content && p.Code == "held" {
			n.st.meta.Held++
			n.st.caseRow(o.Case).Held++
		} else if o.Class == record.Content && p.Code != "" {
			n.st.meta.Refused++
			n.st.caseRow(o.Case).Refused++
		}
		if p.Code != "" {
			c := n.st.caseRow(o.Case)
			if c.Lane == o.Lane {
				c.Lane, c.LaneSeq, c.LaneHead = record.ID{}, 0, record.ID{} // close that lane
			}
			// What follows in a lane can never be taken after this.
			for _, next := range n.st.held() {
				if next.Lane == o.Lane && next.LaneSeq > o.LaneSeq {
					if err := n.prove(next.Entry, proofRow{Code: p.Code, Reason: "follows"}, s); err != nil {
						return err
					}
				}
			}
		}
	}
	return s.put(tableReceipt, p, id)
}

func (n *Notebook) applyDirectory(d *directoryItem, s sink) error {
	m := &n.st.meta
	if d.From != m.DirSeq+1 {
		return nil // the journal lost a page before this one: it is pulled again
	}
	if m.DirSeq == 0 {
		m.DirChain = record.ChainStart(m.Joining.Root, record.DirectoryLog(m.Joining.Root), d.Gen)
	}
	for _, r := range d.Records {
		m.DirGen, m.DirSeq, m.DirChain = d.Gen, r.Log.Seq, record.Chain(m.DirChain, r.Log)
		if err := s.put(tableChain, [16]byte(m.DirChain[:16]), record.DirectoryLog(m.Joining.Root), m.DirSeq); err != nil {
			return err
		}
		if err := s.put(tableDirectory, r, r.Log.Seq); err != nil {
			return err
		}
		if n.st.dir.Seq() < r.Log.Seq {
			if err := n.st.dir.Apply(r.Log.Seq, r.Statement, r.At); err != nil {
				return err
			}
		}
	}
	m.DirTime = d.Head.Head.Time
	if _, ok := n.st.dir.Device(record.DeviceID(m.Joining.Device)); ok && m.Joined == 0 {
		m.Joined = max(m.DirTime, 1)
	}
	return nil
}
