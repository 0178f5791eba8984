package notebook

import (
	"wherry/storage/record"
	"wherry/storage/trust"
)

func (n *Notebook) isOwnDevice(id record.ID) bool {
	return id == n.solo.id || (n.council != nil && id == n.council.id)
}

// person is who writes here: the directory's id once enrolled.
func (n *Notebook) person() record.ID {
	if n.st.enrolled() {
		return n.st.meta.Joining.Person
	}
	return n.st.meta.Pin.Person
}

func (n *Notebook) team() string {
	if n.st.enrolled() {
		return n.st.meta.Joining.Team
	}
	return ""
}

// reader is somebody whom a case key is sealed to.
type reader struct {
	id  record.ID
	kem []byte
}

// readers lists whom a new case key is sealed to: the writer, the team's leads
// at the known directory position, and the council's recovery key.
func (n *Notebook) readers(team string) []reader {
	if !n.st.enrolled() {
		return []reader{{n.person(), n.st.meta.Pin.PersonKEM}}
	}
	return n.withKeys(trust.Entitled(n.st.dir, n.st.dir.Seq(), team, n.person()))
}

// withKeys looks up the readers' public keys in the verified directory.
func (n *Notebook) withKeys(ids trust.Readers) []reader {
	var out []reader
	for _, id := range ids {
		if id == trust.RecoveryReader {
			out = append(out, reader{id, n.st.dir.RecoveryKEM()})
		} else if p, ok := n.st.dir.Person(id); ok {
			out = append(out, reader{id, p.KEM})
		}
	}
	return out
}
