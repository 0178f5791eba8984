package notebook

import (
	"wherry/storage/journal"
	"wherry/storage/record"
)

// What is written for every entry is written short: a million of them make each
// byte a megabyte.

// proofsItem is item 18: the receipts of item 5, without what several of them
// say alike.
type proofsItem struct {
	_     struct{} `cbor:",toarray"`
	Realm record.ID
	Cases []caseProofs
}

type caseProofs struct {
	_      struct{} `cbor:",toarray"`
	Case   record.ID
	Gen    uint64
	Proofs []proof
}

type proof struct {
	_     struct{} `cbor:",toarray"`
	Entry record.ID
	Seq   uint64
	Chain record.ID
	Time  int64
	Sig   []byte
}

// proofsOf makes the journal's item of receipts, which are of one realm.
func proofsOf(r receiptsItem) journal.Item {
	var p proofsItem
	at := map[record.ID]int{}
	for _, sr := range r.Receipts {
		x := sr.Receipt
		i, ok := at[x.Case]
		if !ok || p.Cases[i].Gen != x.Gen {
			i, p.Realm = len(p.Cases), x.Realm
			at[x.Case] = i
			p.Cases = append(p.Cases, caseProofs{Case: x.Case, Gen: x.Gen})
		}
		p.Cases[i].Proofs = append(p.Cases[i].Proofs, proof{Entry: x.Entry, Seq: x.Seq, Chain: x.Chain, Time: x.Time, Sig: sr.Sig})
	}
	return item(itemProofs, p)
}

// readReceipts reads receipts of either form.
func readReceipts(it journal.Item) (*receiptsItem, error) {
	r := new(receiptsItem)
	if it.Type == itemReceipts {
		return r, record.Decode(it.Data, r)
	}
	var p proofsItem
	if err := record.Decode(it.Data, &p); err != nil {
		return nil, err
	}
	for _, c := range p.Cases {
		for _, x := range c.Proofs {
			r.Receipts = append(r.Receipts, record.SignedReceipt{Sig: x.Sig, Receipt: record.Receipt{
				Realm: p.Realm, Case: c.Case, Entry: x.Entry, Gen: c.Gen, Seq: x.Seq, Chain: x.Chain, Time: x.Time}})
		}
	}
	return r, nil
}

// lineName is the reference of a use-case: its own, or that of a line without
// one, which is known by the hash of its content and has nothing else written
// down. Empty for what has no reference at all.
func lineName(ref string, hash record.ID) string {
	if ref != "" || hash.IsZero() {
		return ref
	}
	return "line:" + hash.String()
}

// shortName is a reference as it is kept beside the hash.
func shortName(ref string, hash record.ID) string {
	if ref == "line:"+hash.String() {
		return ""
	}
	return ref
}
