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
		still, err := s.unchanged(r, req.Known, cases)
		if err != nil {
			return err
		}
		resp.Same = record.Unchanged{Realm: s.realm, Digest: still, Time: resp.Time}.Sign(s.Key)
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

// unchanged folds the known logs that stand where the caller holds them to, in
// the caller's order. One that is not there, or not the caller's, is left out,
// and the digest shows it.
func (*Server) unchanged(r Reader, known []wire.CasePos, readable []record.ID) (record.ID, error) {
	may := make(map[record.ID]bool, len(readable))
	for _, id := range readable {
		may[id] = true
	}
	var digest record.ID
	for _, k := range known {
		if !may[k.Case] {
			continue
		}
		end, ok, err := r.End(k.Case)
		if err != nil {
			return digest, err
		}
		if ok && k.Gen == end.Gen && k.Seq == end.Seq {
			digest = record.Same(digest, k.Case, end.Gen, end.Seq, end.Chain)
		}
	}
	return digest, nil
}
