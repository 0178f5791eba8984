package wire

import (
	"crypto/ed25519"
	"errors"

	"wherry/storage/record"
	"wherry/storage/trust"
)

// ErrMalformed reports a message that is not canonical, or beyond a limit.
var ErrMalformed = errors.New("wire: malformed message")

// Message is any request or response of this package.
type Message interface{ check() error }

// Encode returns the bytes of a message. A message beyond the limits is a
// programming error of the sender and is returned as ErrMalformed.
func Encode(m Message) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	b := record.Encode(m)
	if len(b) > MaxBody {
		return nil, ErrMalformed
	}
	return b, nil
}

// Decode reads a message strictly into the pointer m: canonical bytes, within
// every limit. Entries and statements inside are opaque bytes to it.
func Decode(data []byte, m Message) error {
	if len(data) > MaxBody || record.Decode(data, m) != nil {
		return ErrMalformed
	}
	return m.check()
}

func within(ok bool) error {
	if !ok {
		return ErrMalformed
	}
	return nil
}

func (m *EnrolRequest) check() error {
	return within(len(m.Invite) > 0 && len(m.Invite) <= MaxStatement && len(m.Device) > 0 && len(m.Device) <= MaxStatement)
}

func (m *EnrolResponse) check() error {
	return within(m.Directory.ok() && clock(m.Time))
}

func (m *HeadsRequest) check() error {
	return within(positions(m.Known) && !m.Dir.Case.IsZero())
}

func (m *HeadsResponse) check() error {
	if len(m.Heads) > MaxCases || len(m.Workers) > MaxWorkers || !headOK(m.Dir) || !clock(m.Time) {
		return ErrMalformed
	}
	for _, w := range m.Workers {
		if w.Person.IsZero() || !clock(w.Last) {
			return ErrMalformed
		}
	}
	for _, h := range m.Heads {
		if !headOK(h) {
			return ErrMalformed
		}
	}
	return within(len(m.Same.Sig) == ed25519.SignatureSize && !m.Same.Unchanged.Realm.IsZero() && clock(m.Same.Unchanged.Time))
}

func (m *PullRequest) check() error {
	return within(len(m.Cases) > 0 && positions(m.Cases) && m.MaxBytes <= MaxBody)
}

func (m *PullResponse) check() error {
	if len(m.Pages) > MaxPages || !clock(m.Time) {
		return ErrMalformed
	}
	for i := range m.Pages {
		if !m.Pages[i].ok() {
			return ErrMalformed
		}
	}
	return nil
}

func (m *PushRequest) check() error {
	if len(m.Items) == 0 || len(m.Items) > MaxPushItems {
		return ErrMalformed
	}
	for _, it := range m.Items {
		if len(it.Entry) == 0 || len(it.Entry) > MaxEntry || !wrapsOK(it.Wraps) {
			return ErrMalformed
		}
	}
	return nil
}

func (m *PushResponse) check() error {
	if len(m.Results) > MaxPushItems || len(m.Heads) > MaxPushItems || !clock(m.Time) {
		return ErrMalformed
	}
	for _, r := range m.Results {
		got := r.Code == CodeOK || r.Code == CodeDup
		if !trust.Code(r.Code).Known() || len(r.Reason) > MaxReason || got != (r.Receipt != nil) {
			return ErrMalformed
		}
	}
	for _, h := range m.Heads {
		if !headOK(h) {
			return ErrMalformed
		}
	}
	return nil
}

func (m *ErrorBody) check() error {
	return within(m.Code != "" && len(m.Code) <= MaxReason && len(m.Message) <= MaxMessage)
}

// ok: one log, numbers without a gap, receipts of the very records.
func (p *Page) ok() bool {
	if p.Case.IsZero() || p.From == 0 || len(p.Records) > MaxRecords || !headOK(p.Head) ||
		p.Head.Head.Case != p.Case || p.Head.Head.Gen != p.Gen {
		return false
	}
	for i, r := range p.Records {
		rc := r.Receipt.Receipt
		if r.Log.Seq != p.From+uint64(i) || len(r.Entry) == 0 || len(r.Entry) > MaxEntry || !wrapsOK(r.Wraps) ||
			rc.Case != p.Case || rc.Gen != p.Gen || rc.Seq != r.Log.Seq || rc.Entry != r.Log.Entry || !clock(rc.Time) {
			return false
		}
	}
	return true
}

func positions(ps []CasePos) bool {
	if len(ps) > MaxCases {
		return false
	}
	seen := make(map[record.ID]bool, len(ps))
	for _, p := range ps {
		if p.Case.IsZero() || seen[p.Case] {
			return false
		}
		seen[p.Case] = true
	}
	return true
}

func headOK(h record.SignedHead) bool { return !h.Head.Case.IsZero() && clock(h.Head.Time) }

func wrapsOK(ws []Wrap) bool {
	if len(ws) > trust.MaxWraps {
		return false
	}
	for _, w := range ws {
		if w.Reader.IsZero() || len(w.Data) == 0 || len(w.Data) > trust.MaxWrapBytes {
			return false
		}
	}
	return true
}

func clock(ms int64) bool { return ms >= 0 && ms <= MaxTime }
