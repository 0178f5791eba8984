package endpoint

import (
	"context"
	"errors"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/wire"
)

// parseEnrol reads an enrolment and the device statement in it. Nothing is
// verified yet.
func parseEnrol(body []byte) (*enrolment, *trust.DeviceBody, error) {
	var req wire.EnrolRequest
	if err := wire.Decode(body, &req); err != nil {
		return nil, nil, err
	}
	var e enrolment
	var err error
	if e.invite, err = trust.ParseStatement(req.Invite); err != nil {
		return nil, nil, err
	}
	if e.device, err = trust.ParseStatement(req.Device); err != nil {
		return nil, nil, err
	}
	var b trust.DeviceBody
	if e.device.Kind != trust.KindDeviceAdd || record.Decode(e.device.Body, &b) != nil {
		return nil, nil, trust.ErrMalformed
	}
	return &e, &b, nil
}

type enrolment struct{ invite, device *trust.Statement }

// enrol takes an invitation: both statements enter the directory in one
// transaction. The same device asking again gets the same answer, so that a
// lost answer costs nothing; any other device is refused.
func (s *Server) enrol(ctx context.Context, c *call) (wire.Message, error) {
	e, b, err := parseEnrol(c.body)
	if err != nil {
		return nil, err
	}
	err = s.extend(ctx, e, b)
	result := "ok"
	if err != nil {
		result = s.translate(ctx, c.route, err).code
	}
	s.metrics.Add("wherry_enrolments_total", label("result", result), 1)
	if p, ok := s.dir.Load().PersonOf(c.Device, s.dir.Load().Seq()); ok {
		c.Person = p.ID
	}
	s.audit(c, AuditEvent{Action: "enrol", Result: result, Remote: c.remote})
	if err != nil {
		return nil, err
	}
	return s.directoryPage(ctx, c.now)
}

// extend adds an enrolment to the directory, unless it is there already.
func (s *Server) extend(ctx context.Context, e *enrolment, b *trust.DeviceBody) error {
	s.enrolling.Lock()
	defer s.enrolling.Unlock()
	now := s.Now()
	dir := s.dir.Load().Clone()
	inv, known := dir.Invitation(b.Invitation)
	if known && inv.Spent && inv.Device == record.DeviceID(b.Device) {
		return nil // the request's signature has proved that it is this device
	}
	add := []*trust.Statement{e.invite, e.device}
	if known {
		add = add[1:]
	}
	for _, stmt := range add {
		if err := dir.Apply(dir.Seq()+1, stmt.Bytes(), now.UnixMilli()); err != nil {
			return err
		}
	}
	if _, ok := dir.Device(record.DeviceID(b.Device)); !ok {
		return trust.ErrNotTrusted
	}
	err := s.Store.Update(ctx, s.dirLog, func(w Writer) error {
		for _, stmt := range add {
			if err := s.appendStatement(w, stmt, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.dir.Store(dir)
	}
	return err
}

// directoryPage is the directory from its first record.
func (s *Server) directoryPage(ctx context.Context, now time.Time) (wire.Message, error) {
	resp := &wire.EnrolResponse{Time: now.UnixMilli()}
	err := s.Store.View(ctx, func(r Reader) error {
		p := puller{s: s, r: r, room: maxDirectory, now: now}
		page, ok, err := p.page(wire.CasePos{Case: s.dirLog})
		if err == nil && !ok {
			err = errors.New("endpoint: the directory is empty")
		}
		if err == nil {
			resp.Directory = *page
		}
		return err
	})
	return resp, err
}
