package badgerstore

import (
	"encoding/binary"
	"errors"

	"github.com/dgraph-io/badger/v4"

	"wherry/storage/record"
	"wherry/sync/endpoint"
)

// txn reads, and in Update also writes, one Badger transaction.
type txn struct {
	b   *badger.Txn
	log record.ID // the log that this transaction may write
}

// get returns a checked copy of a value.
func (t *txn) get(k []byte) ([]byte, bool, error) {
	item, err := t.b.Get(k)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, damaged("value cannot be read")
	}
	stored, err := item.ValueCopy(nil)
	if err != nil {
		return nil, false, damaged("value cannot be read")
	}
	v, err := open(k, stored)
	return v, err == nil, err
}

func (t *txn) put(k, v []byte) error { return t.b.Set(k, seal(k, v)) }

// getParts joins a value that was cut into parts; the first part begins with
// the number of parts.
func (t *txn) getParts(prefix []byte) ([]byte, bool, error) {
	first, ok, err := t.get(partKey(prefix, 0))
	if err != nil || !ok {
		return nil, false, err
	}
	if len(first) < 2 {
		return nil, false, damaged("value is cut short")
	}
	n, whole := int(binary.BigEndian.Uint16(first)), first[2:]
	for i := 1; i < n; i++ {
		part, ok, err := t.get(partKey(prefix, i))
		if err != nil {
			return nil, false, err
		}
		if !ok {
			return nil, false, damaged("part of a value is missing")
		}
		whole = append(whole, part...)
	}
	return whole, true, nil
}

func (t *txn) putParts(prefix, v []byte) error {
	n := max(1, (len(v)+maxPart-1)/maxPart)
	for i := range n {
		part := v[i*maxPart : min(len(v), (i+1)*maxPart)]
		if i == 0 {
			part = append(binary.BigEndian.AppendUint16(nil, uint16(n)), part...)
		}
		if err := t.put(partKey(prefix, i), part); err != nil {
			return err
		}
	}
	return nil
}

// scan calls fn for every key under prefix, in order, with what follows it.
func (t *txn) scan(prefix []byte, values bool, fn func(suffix, value []byte) error) error {
	o := badger.DefaultIteratorOptions
	o.Prefix, o.PrefetchValues = prefix, values
	it := t.b.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.ValidForPrefix(prefix); it.Next() {
		k := it.Item().KeyCopy(nil)
		var v []byte
		if values {
			stored, err := it.Item().ValueCopy(nil)
			if err != nil {
				return damaged("value cannot be read")
			}
			if v, err = open(k, stored); err != nil {
				return err
			}
		}
		if err := fn(k[len(prefix):], v); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) End(log record.ID) (endpoint.LogEnd, bool, error) {
	v, ok, err := t.get(key(tableEnd, log))
	if err != nil || !ok {
		return endpoint.LogEnd{}, false, err
	}
	var end endpoint.LogEnd
	if record.Decode(v, &end) != nil {
		return endpoint.LogEnd{}, false, damaged("end of a log cannot be read")
	}
	return end, true, nil
}

func (t *txn) State(log record.ID) ([]byte, error) {
	v, _, err := t.getParts(key(tableState, log))
	return v, err
}

func (t *txn) Find(log, entry record.ID) (uint64, bool, error) {
	v, ok, err := t.get(key(tableFind, log, entry))
	if err != nil || !ok {
		return 0, false, err
	}
	if len(v) != 8 {
		return 0, false, damaged("number of an entry cannot be read")
	}
	return binary.BigEndian.Uint64(v), true, nil
}

// itemRow is what tableItem holds: the item without its bytes.
type itemRow struct {
	_       struct{} `cbor:",toarray"`
	Log     record.LogRecord
	Receipt record.SignedReceipt
	Wrapped bool
}

func (t *txn) Item(log record.ID, seq uint64) (endpoint.Item, error) {
	v, ok, err := t.get(seqKey(tableItem, log, seq))
	if err != nil {
		return endpoint.Item{}, err
	}
	if !ok {
		return endpoint.Item{}, endpoint.ErrNotFound
	}
	var row itemRow
	if record.Decode(v, &row) != nil {
		return endpoint.Item{}, damaged("record cannot be read")
	}
	b, ok, err := t.getParts(seqKey(tableBytes, log, seq))
	if err != nil {
		return endpoint.Item{}, err
	}
	if !ok {
		return endpoint.Item{}, damaged("bytes of an entry are missing")
	}
	return endpoint.Item{Log: row.Log, Bytes: b, Receipt: row.Receipt, Wrapped: row.Wrapped}, nil
}

func (t *txn) Wraps(log, entry record.ID) ([]endpoint.Wrap, error) {
	var wraps []endpoint.Wrap
	err := t.scan(key(tableWrap, log, entry), true, func(suffix, value []byte) error {
		w := endpoint.Wrap{Data: value}
		if w.Reader.UnmarshalBinary(suffix) != nil {
			return damaged("key of a wrap cannot be read")
		}
		wraps = append(wraps, w)
		return nil
	})
	return wraps, err
}

func (t *txn) MayRead(person, log record.ID) (bool, error) {
	_, ok, err := t.get(key(tableAccess, person, log))
	return ok, err
}

func (t *txn) Readable(person record.ID) ([]record.ID, error) {
	return t.ids(key(tableAccess, person))
}

func (t *txn) BlobLogs(blob record.ID) ([]record.ID, error) { return t.ids(key(tableBlob, blob)) }

func (t *txn) Logs() ([]record.ID, error) { return t.ids(key(tableEnd)) }

func (t *txn) Seen(person record.ID) (int64, error) {
	v, ok, err := t.get(key(tableSeen, person))
	if err != nil || !ok {
		return 0, err
	}
	if len(v) != 8 {
		return 0, damaged("time of a visit cannot be read")
	}
	return int64(binary.BigEndian.Uint64(v)), nil
}

func (t *txn) ids(prefix []byte) ([]record.ID, error) {
	var ids []record.ID
	err := t.scan(prefix, false, func(suffix, _ []byte) error {
		var id record.ID
		if id.UnmarshalBinary(suffix) != nil {
			return damaged("key cannot be read")
		}
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

func (t *txn) Append(item endpoint.Item, wraps []endpoint.Wrap, end endpoint.LogEnd) error {
	last, _, err := t.End(t.log)
	if err != nil {
		return err
	}
	if item.Log.Seq != last.Seq+1 || end.Seq != item.Log.Seq || item.Log.DirSeq < last.DirSeq || end.Gen < last.Gen {
		return endpoint.ErrOrder
	}
	if _, dup, err := t.Find(t.log, item.Log.Entry); err != nil {
		return err
	} else if dup {
		return endpoint.ErrOrder
	}
	seq := item.Log.Seq
	row := itemRow{Log: item.Log, Receipt: item.Receipt, Wrapped: len(wraps) > 0}
	if err := t.put(seqKey(tableItem, t.log, seq), record.Encode(row)); err != nil {
		return err
	}
	if err := t.putParts(seqKey(tableBytes, t.log, seq), item.Bytes); err != nil {
		return err
	}
	if err := t.put(key(tableFind, t.log, item.Log.Entry), binary.BigEndian.AppendUint64(nil, seq)); err != nil {
		return err
	}
	for _, w := range wraps {
		if err := t.put(key(tableWrap, t.log, item.Log.Entry, w.Reader), w.Data); err != nil {
			return err
		}
	}
	return t.put(key(tableEnd, t.log), record.Encode(end))
}

func (t *txn) SetState(state []byte) error { return t.putParts(key(tableState, t.log), state) }

func (t *txn) Admit(person record.ID) error { return t.put(key(tableAccess, person, t.log), nil) }

func (t *txn) NameBlob(blob record.ID) error { return t.put(key(tableBlob, blob, t.log), nil) }

func (t *txn) SetSeen(person record.ID, at int64) error {
	return t.put(key(tableSeen, person), binary.BigEndian.AppendUint64(nil, uint64(at)))
}
