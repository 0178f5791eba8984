package trust

import (
	"crypto/ed25519"
	"slices"
	"testing"

	"wherry/storage/record"
)

// attempt offers one entry to the scene's case.
type attempt struct {
	name   string
	make   func(s *scene) (*record.Entry, []Wrap)
	code   Code
	reason string
}

func plain(e *record.Entry) (*record.Entry, []Wrap) { return e, nil }

func signedBy(priv ed25519.PrivateKey) func(*pen) { return func(p *pen) { p.device = priv } }

func TestDoor(t *testing.T) {
	for _, a := range []attempt{
		{"honest note", func(s *scene) (*record.Entry, []Wrap) { return plain(s.pen.note("x")) }, OK, ""},
		{"the same again", func(s *scene) (*record.Entry, []Wrap) { return plain(s.log.entries[1]) }, Dup, ""},

		// Whose hand?
		{"forged author: a stranger's device", func(s *scene) (*record.Entry, []Wrap) {
			signedBy(signer("stranger"))(s.pen)
			return plain(s.pen.note("x"))
		}, Refused, ReasonAuthor},
		{"forged author: Amina named, Bo signs", func(s *scene) (*record.Entry, []Wrap) {
			h := s.pen.header(record.Content)
			e, err := record.New(h, []byte("x"), s.bo.device)
			check(t, err)
			return plain(e)
		}, Refused, ReasonSignature},
		{"member of the team, but not of the case", func(s *scene) (*record.Entry, []Wrap) {
			p := s.bo.pen(s.pen.caseID, 1)
			p.epoch = s.pen.epoch
			return plain(p.note("x"))
		}, Gap, ReasonNotFound},
		{"lead of another team", func(s *scene) (*record.Entry, []Wrap) {
			p := s.otto.pen(s.pen.caseID, 1)
			p.epoch = s.pen.epoch
			return plain(p.note("x"))
		}, Gap, ReasonNotFound},
		{"a member writing in another's lane", func(s *scene) (*record.Entry, []Wrap) {
			signedBy(s.lee.device)(s.pen)
			return plain(s.pen.note("x"))
		}, Refused, ReasonAuthor},

		// Which case?
		{"entry of another case", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Content, []byte("x"), func(h *record.Header) { h.Case = record.Hash("other") }))
		}, Refused, ReasonWrongCase},
		{"realm of nobody", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Content, []byte("x"), func(h *record.Header) { h.Realm = record.Hash("other") }))
		}, Refused, ReasonWrongRealm},
		{"second genesis", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Access, GenesisBody(s.amina.person, "North", [16]byte{7}).Bytes()))
		}, Refused, ReasonBegun},
		{"someone else's genesis for this case", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.bo.pen(s.pen.caseID, 1).write(record.Access, GenesisBody(s.bo.person, "North", [16]byte{7}).Bytes()))
		}, Refused, ReasonCaseID},

		// Which place in the lane?
		{"the lane's last again, unknown to the caller", func(s *scene) (*record.Entry, []Wrap) {
			e := s.log.entries[1]
			delete(s.log.held, e.ID())
			return plain(e)
		}, Dup, ""},
		{"number given twice", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Content, []byte("x"), func(h *record.Header) { h.LaneSeq-- }))
		}, Fork, ""},
		{"gap in the lane", func(s *scene) (*record.Entry, []Wrap) {
			s.pen.note("skipped")
			return plain(s.pen.note("x"))
		}, Gap, ""},
		{"wrong predecessor", func(s *scene) (*record.Entry, []Wrap) {
			s.pen.prev = record.Hash("other")
			return plain(s.pen.note("x"))
		}, Fork, ""},
		{"a restored disk image goes on from the past", func(s *scene) (*record.Entry, []Wrap) {
			old := *s.pen
			s.log.must(s.pen.note("lost to the image"))
			return plain(old.note("written again"))
		}, Fork, ""},
		{"far in the past of the lane", func(s *scene) (*record.Entry, []Wrap) {
			old := *s.pen
			s.log.must(s.pen.note("one"))
			s.log.must(s.pen.note("two"))
			return plain(old.note("other"))
		}, Fork, ""},
		{"new lane that does not start at one", func(s *scene) (*record.Entry, []Wrap) {
			p := s.amina.pen(s.pen.caseID, 2)
			p.epoch = s.pen.epoch
			p.note("skipped")
			return plain(p.note("x"))
		}, Gap, ""},
		{"new lane of the same device", func(s *scene) (*record.Entry, []Wrap) {
			p := s.amina.pen(s.pen.caseID, 2)
			p.epoch = s.pen.epoch
			return plain(p.note("x"))
		}, OK, ""},

		// What is in it?
		{"body removed", func(s *scene) (*record.Entry, []Wrap) { return plain(s.pen.note("x").WithoutBody()) }, Refused, ReasonNoBody},
		{"key body removed", func(s *scene) (*record.Entry, []Wrap) {
			e, w := s.pen.grantTo(s.pen.epoch, s.lee.person)
			return e.WithoutBody(), w
		}, Refused, ReasonNoBody},
		{"attachments", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Content, []byte("x"), naming(MaxBlobs)))
		}, OK, ""},
		{"more attachments than an entry may name", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Content, []byte("x"), naming(MaxBlobs+1)))
		}, Refused, ReasonBlobs},
		{"attachment of an opened receipt", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.ReceiptClass, []byte("x"), naming(1)))
		}, Refused, ReasonBlobs},
		{"attachment of a key entry", func(s *scene) (*record.Entry, []Wrap) {
			refs, w := wrapsFor(s.lee.person)
			return s.pen.write(record.Key, GrantBody(s.pen.epoch, make([]byte, 32), refs).Bytes(), naming(1)), w
		}, Refused, ReasonBlobs},
		{"sealed under an epoch that is not there", func(s *scene) (*record.Entry, []Wrap) {
			s.pen.epoch = record.Hash("other")
			return plain(s.pen.note("x"))
		}, Refused, ReasonEpoch},
		{"content without an epoch", func(s *scene) (*record.Entry, []Wrap) {
			s.pen.epoch = record.ID{}
			return plain(s.pen.note("x"))
		}, Refused, ReasonEpoch},
		{"content with a wrap beside it", func(s *scene) (*record.Entry, []Wrap) {
			_, w := wrapsFor(s.amina.person)
			return s.pen.note("x"), w
		}, Refused, ReasonWrapExtra},
		{"access body that is noise", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Access, []byte("noise")))
		}, Refused, ReasonBody},
		{"key body that is noise", func(s *scene) (*record.Entry, []Wrap) {
			return plain(s.pen.write(record.Key, []byte("noise")))
		}, Refused, ReasonBody},
		{"action of a newer release", func(s *scene) (*record.Entry, []Wrap) {
			b := GenesisBody(s.amina.person, "North", [16]byte{7})
			b.Action = "remove"
			return plain(s.pen.write(record.Access, b.Bytes()))
		}, Refused, ReasonNewer},

		// Who gets a key?
		{"grant to a worker of the team", func(s *scene) (*record.Entry, []Wrap) { return s.pen.grantTo(s.pen.epoch, s.bo.person) }, Refused, ReasonNotEntitled},
		{"grant to the lead of another team", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.grantTo(s.pen.epoch, s.lee.person, s.otto.person)
		}, Refused, ReasonNotEntitled},
		{"grant to nobody known", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.grantTo(s.pen.epoch, record.Hash("nobody"))
		}, Refused, ReasonNotEntitled},
		{"grant to the lead again", func(s *scene) (*record.Entry, []Wrap) { return s.pen.grantTo(s.pen.epoch, s.lee.person) }, OK, ""},
		{"grant of an unknown epoch", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.grantTo(record.Hash("other"), s.lee.person)
		}, Refused, ReasonEpoch},
		{"grant of another key", func(s *scene) (*record.Entry, []Wrap) {
			refs, w := wrapsFor(s.lee.person)
			other := record.Hash("other")
			return s.pen.write(record.Key, GrantBody(s.pen.epoch, other[:], refs).Bytes()), w
		}, Refused, ReasonCheck},
		{"wrap with other bytes than named", func(s *scene) (*record.Entry, []Wrap) {
			e, w := s.pen.grantTo(s.pen.epoch, s.lee.person)
			w[0].Data = []byte("other")
			return e, w
		}, Refused, ReasonWrapHash},
		{"wrap left out", func(s *scene) (*record.Entry, []Wrap) {
			e, w := s.pen.grantTo(s.pen.epoch, s.lee.person, s.amina.person)
			return e, w[:1]
		}, Refused, ReasonWrapMissing},
		{"wrap slipped in", func(s *scene) (*record.Entry, []Wrap) {
			e, w := s.pen.grantTo(s.pen.epoch, s.lee.person)
			_, more := wrapsFor(s.otto.person)
			return e, append(w, more...)
		}, Refused, ReasonWrapExtra},
		{"one wrap twice", func(s *scene) (*record.Entry, []Wrap) {
			e, w := s.pen.grantTo(s.pen.epoch, s.lee.person)
			return e, append(w, w[0])
		}, Refused, ReasonWrapExtra},
		{"epoch without the recovery key", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.epochTo(s.pen.epoch, s.amina.person, s.lee.person)
		}, Refused, ReasonWrapMissing},
		{"epoch without its author", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.epochTo(s.pen.epoch, RecoveryReader, s.lee.person)
		}, Refused, ReasonWrapMissing},
		{"epoch that forgets the one before", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.epochTo(record.ID{}, RecoveryReader, s.amina.person)
		}, Refused, ReasonEpoch},
		{"epoch after one that is not there", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.epochTo(record.Hash("other"), RecoveryReader, s.amina.person)
		}, Refused, ReasonEpoch},
		{"next epoch", func(s *scene) (*record.Entry, []Wrap) {
			return s.pen.epochTo(s.pen.epoch, RecoveryReader, s.amina.person, s.lee.person)
		}, OK, ""},
		{"epoch by the lead, sealed to the worker too", func(s *scene) (*record.Entry, []Wrap) {
			p := s.lee.pen(s.pen.caseID, 1)
			return p.epochTo(s.pen.epoch, RecoveryReader, s.amina.person, s.lee.person)
		}, OK, ""},
	} {
		t.Run(a.name, func(t *testing.T) {
			s := newScene(t)
			e, wraps := a.make(s)
			v := s.log.offer(e, wraps...)
			if v.Code != a.code || v.Reason != a.reason {
				t.Fatalf("got %s %q, want %s %q", v.Code, v.Reason, a.code, a.reason)
			}
			if v.Ahead {
				t.Fatal("false alarm")
			}
			followLie(t, s.log, e, v)
		})
	}
}

// naming makes an entry name so many blobs.
func naming(n int) func(*record.Header) {
	return func(h *record.Header) {
		for i := range n {
			h.Blobs = append(h.Blobs, record.Hash("blob", []byte{byte(i)}))
		}
	}
}

// followLie numbers an entry that the door did not take, as a lying endpoint
// would: the notebook must say so, go on, and believe nothing of it.
func followLie(t *testing.T, l *caseLog, e *record.Entry, v Verdict) {
	if v.Code == OK || v.Reason == ReasonWrapMissing || v.Reason == ReasonNoBody || v.Reason == ReasonWrapHash || v.Reason == ReasonWrapExtra {
		return // what only the door can see has its own tests
	}
	f := l.follower.Clone()
	members, before := f.Members(), f.Seq()
	got, err := f.Follow(l.w.dir, record.LogRecord{Seq: before + 1, Entry: e.ID(), DirSeq: l.w.dir.Seq()}, e, nil)
	check(t, err)
	want := v.Code
	if want == Dup { // to a follower a number given twice is a fork of its lane
		want = Fork
	}
	if got.Code != want && got.Code != v.Code || got.Code == OK || got.Reason != v.Reason {
		t.Fatalf("follower says %s %q, door said %s %q", got.Code, got.Reason, v.Code, v.Reason)
	}
	if f.Seq() != before+1 || !slices.Equal(f.Members(), members) {
		t.Fatal("the lie had an effect, or the cursor stuck")
	}
}
