package badgerstore

import (
	"context"
	"sync"

	"wherry/storage/record"
)

// keyedMutex serialises work on one log. A log that nobody works on takes no
// memory.
type keyedMutex struct {
	mu   sync.Mutex
	held map[record.ID]*waiters // guarded by mu
}

type waiters struct {
	turn  chan struct{} // holds one token while the log is free
	count int           // guarded by keyedMutex.mu
}

// Lock waits for the log's turn, or for ctx to end.
func (m *keyedMutex) Lock(ctx context.Context, log record.ID) (unlock func(), err error) {
	m.mu.Lock()
	if m.held == nil {
		m.held = map[record.ID]*waiters{}
	}
	w := m.held[log]
	if w == nil {
		w = &waiters{turn: make(chan struct{}, 1)}
		w.turn <- struct{}{}
		m.held[log] = w
	}
	w.count++
	m.mu.Unlock()
	leave := func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if w.count--; w.count == 0 {
			delete(m.held, log)
		}
	}
	select {
	case <-w.turn:
		return func() { w.turn <- struct{}{}; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
