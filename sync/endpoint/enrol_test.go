package endpoint_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
	"wherry/sync/remote"
	"wherry/sync/wire"
)

// refusedWith fails the test unless err is a refusal with this status and code.
func refusedWith(t *testing.T, err error, status int, code string) {
	t.Helper()
	var r *remote.RefusedError
	if !errors.As(err, &r) || r.Status != status || r.Code != code {
		t.Errorf("got %v, want %d %s", err, status, code)
	}
}

func TestEnrolment(t *testing.T) {
	w := newTown(t)
	invite := w.invite("Amina", trust.RoleWorker, "North", 72*time.Hour)
	req := enrolRequest(invite, w.accept("Amina", "laptop", nil))
	laptop := w.client(signer("laptop"))
	first, err := laptop.Enrol(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	checkPage(w, &first.Directory)
	if n := len(first.Directory.Records); n != 3 {
		t.Errorf("directory of %d records, want root, invitation and device", n)
	}
	dir := trust.NewDirectory(w.realm)
	for _, r := range first.Directory.Records {
		if err := dir.Apply(r.Log.Seq, r.Entry, r.Receipt.Receipt.Time); err != nil {
			t.Fatalf("record %d: %v", r.Log.Seq, err)
		}
	}
	if p, ok := dir.PersonOf(record.DeviceID(public("laptop")), dir.Seq()); !ok || p.Name != "Amina" {
		t.Errorf("the device belongs to %+v", p)
	}

	second, err := laptop.Enrol(ctx, req)
	if err != nil {
		t.Fatalf("the same device again: %v", err)
	}
	if len(second.Directory.Records) != 3 || second.Directory.Head.Head.Chain != first.Directory.Head.Head.Chain {
		t.Error("the same device got another answer the second time")
	}
	thief := w.client(signer("other laptop"))
	_, err = thief.Enrol(ctx, enrolRequest(invite, w.accept("Amina", "other laptop", nil)))
	refusedWith(t, err, http.StatusForbidden, wire.ErrCodeInvitation)

	// With the first device's statement, but signed by another's key.
	_, err = thief.Enrol(ctx, req)
	refusedWith(t, err, http.StatusUnauthorized, wire.ErrCodeUnsigned)
}

func TestEnrolmentRefusals(t *testing.T) {
	w := newTown(t)
	for _, c := range []struct {
		name   string
		spoil  func(invite, device *trust.Statement) (*trust.Statement, *trust.Statement)
		wait   time.Duration
		role   string
		status int
		code   string
	}{
		{name: "expired", wait: 73 * time.Hour, status: http.StatusForbidden, code: wire.ErrCodeExpired},
		{name: "admin's signature missing", status: http.StatusForbidden, code: wire.ErrCodeInvitation,
			spoil: func(i, d *trust.Statement) (*trust.Statement, *trust.Statement) {
				i.Sigs = nil
				i.Sign(signer("stranger"))
				return i, d
			}},
		{name: "lead without second signature", role: trust.RoleLead, status: http.StatusForbidden, code: wire.ErrCodeCountersign,
			spoil: func(i, d *trust.Statement) (*trust.Statement, *trust.Statement) {
				i.Sigs = i.Sigs[:1]
				return i, d
			}},
		{name: "not signed with the secret", status: http.StatusForbidden, code: wire.ErrCodeInvitation,
			spoil: func(i, d *trust.Statement) (*trust.Statement, *trust.Statement) {
				d.Sigs[0] = d.Sigs[1]
				return i, d
			}},
		{name: "another council", status: http.StatusForbidden, code: wire.ErrCodeCouncil,
			spoil: func(i, d *trust.Statement) (*trust.Statement, *trust.Statement) {
				i.Realm = record.Hash("elsewhere")
				return i, d
			}},
		{name: "two invitations", status: http.StatusBadRequest, code: wire.ErrCodeMalformed,
			spoil: func(i, d *trust.Statement) (*trust.Statement, *trust.Statement) {
				return i, &trust.Statement{Kind: "unheard", Realm: d.Realm, Body: d.Body, Sigs: d.Sigs}
			}},
	} {
		role := c.role
		if role == "" {
			role = trust.RoleWorker
		}
		invite, device := w.invite(c.name, role, "North", 72*time.Hour), w.accept(c.name, c.name, nil)
		if c.spoil != nil {
			invite, device = c.spoil(invite, device)
		}
		w.now.add(c.wait)
		_, err := w.client(signer(c.name)).Enrol(ctx, enrolRequest(invite, device))
		if c.code == wire.ErrCodeMalformed { // the body names no device, so nobody has signed
			refusedWith(t, err, http.StatusUnauthorized, wire.ErrCodeUnsigned)
			continue
		}
		t.Run(c.name, func(t *testing.T) { refusedWith(t, err, c.status, c.code) })
	}
	a := w.enrol("Amina", trust.RoleWorker, "North")
	page := a.pullAll(record.DirectoryLog(w.realm))
	if n := len(page.Records); n != 3 {
		t.Errorf("refused enrolments left something: directory of %d records", n)
	}
}

func TestEnrolRateLimit(t *testing.T) {
	w := newTown(t, func(w *town) { w.limits.EnrolRate, w.limits.EnrolBurst = 1.0/12, 2 })
	c := w.client(signer("stranger"))
	req := enrolRequest(w.invite("x", trust.RoleWorker, "North", time.Hour), w.accept("y", "stranger", nil))
	for range 2 {
		_, err := c.Enrol(ctx, req)
		refusedWith(t, err, http.StatusForbidden, wire.ErrCodeInvitation)
	}
	_, err := c.Enrol(ctx, req)
	var busy *remote.BusyError
	if !errors.As(err, &busy) || busy.Status != http.StatusTooManyRequests || busy.RetryAfter < time.Second || busy.RetryAfter > 12*time.Second {
		t.Errorf("third try: %v", err)
	}
	w.now.add(13 * time.Second)
	_, err = c.Enrol(ctx, req)
	refusedWith(t, err, http.StatusForbidden, wire.ErrCodeInvitation)
}
