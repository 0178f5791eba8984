package trust

import "wherry/storage/record"

// Holders lists who was given the key of an epoch, by id, the council's
// recovery key among them; nil for an epoch that the log does not have. Whoever
// holds a later epoch's key can open this one too, and is not listed for that.
func (c *CaseAuthority) Holders(epoch record.ID) Readers {
	e := find(c.s.Epochs, epoch, epochID)
	if e == nil {
		return nil
	}
	out := make(Readers, len(e.Held))
	for i, h := range e.Held {
		out[i] = h.Reader
	}
	return out
}
