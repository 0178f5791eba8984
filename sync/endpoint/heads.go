package endpoint

import (
	"context"

	"wherry/storage/record"
	"wherry/sync/wire"
)

// heads answers with the signed head of every case that the caller may read
// and does not hold to its end, and with the directory's.
func (s *Server) heads(ctx context.Context, c *call) (wire.Message, error) {
	var req wire.HeadsRequest
	if err := wire.Decode(c.body, &req); err != nil {
		return nil, err
	}
	known := make(map[record.ID]wire.CasePos, len(req.Known))
	for _, k := range req.Known {
		known[k.Case] = k
	}
	s.noteSeen(ctx, c)
	resp := &wire.HeadsResponse{Heads: []record.SignedHead{}, Workers: []wire.WorkerSeen{}, Time: c.now.UnixMilli()}
	err := s.Store.View(ctx, func(r Reader) error {
		end, _, err := r.End(s.dirLog)
		if err != nil {
			return err
		}
		resp.Dir = s.head(s.dirLog, end, c.now)
		cases, err := r.Readable(c.Person)
		if err != nil {
			return err
		}
		if resp.Workers, err = s.workers(r, c, cases); err != nil {
			return err
		}
		for _, id := range cases {
			end, ok, err := r.End(id)
			if err != nil {
				return err
			}
			if k := known[id]; !ok || k.Gen == end.Gen && k.Seq == end.Seq {
				continue
			}
			if len(resp.Heads) == wire.MaxCases {
				break // the rest follows when these are known
			}
			resp.Heads = append(resp.Heads, s.head(id, end, c.now))
		}
		return nil
	})
	return resp, err
}
