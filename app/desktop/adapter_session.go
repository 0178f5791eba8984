package desktop

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"wherry/app/casework"
	"wherry/app/notebook"
)

// book is the window's Notebook over the real one.
type book struct {
	n    *notebook.Notebook
	door *door

	mu        sync.Mutex // guards what follows
	tried     time.Time
	reachable bool
	shown     map[string]uint64 // by case id: how far the page drawn last went
	locking   bool              // no more files are taken

	beside   besides
	takers   sync.WaitGroup // those that seal a file now
	ends     context.Context
	endFiles context.CancelFunc
}

func newBook(n *notebook.Notebook, d *door) *book {
	b := &book{n: n, door: d, shown: map[string]uint64{}}
	b.ends, b.endFiles = context.WithCancel(context.Background())
	return b
}

var _ Notebook = (*book)(nil)

func (b *book) Who() Who {
	s, err := b.n.Status(context.Background())
	if err != nil {
		return Who{}
	}
	w := Who{ID: s.Person.String(), Name: s.Name, Role: s.Role, Team: s.Team, CanExport: b.n.MayExport()}
	if s.Enrolled {
		w.Council = s.CouncilIs
		w.CanComment = s.Role == "lead"
		w.SeesTeam = s.Role == "lead"
	}
	return w
}

func (b *book) SavedAt() time.Time { return b.n.SavedAt() }

func (b *book) Status(ctx context.Context) (Status, error) {
	s, err := b.n.Status(ctx)
	if err != nil {
		return Status{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	out := Status{SavedAt: s.SavedAt, Entries: s.Entries, Local: s.Local, Sending: s.Sending, CouncilHas: s.CouncilHas,
		Held: s.Held, Refused: s.Refused, Drafts: s.Drafts, ReadOnly: s.ReadOnly, HasSample: s.Sample, Enrolled: s.Enrolled,
		Sync: s.Complete, LastTried: b.tried, Reachable: b.reachable, State: least(s)}
	if s.Damaged > 0 {
		out.Warnings = append(out.Warnings, "Part of this notebook is damaged; the rest can be read. Keep a copy of its folder and tell your administrator.")
	}
	if s.Healed {
		out.Warnings = append(out.Warnings, "A damaged copy of a key or mark file was mended from its twin.")
	}
	if s.Refused+s.Held == 0 {
		return out, nil
	}
	refused, err := b.n.Refusals(ctx)
	if err != nil {
		return Status{}, err
	}
	for _, r := range refused {
		out.Refusals = append(out.Refusals, Refusal{Entry: r.Entry.String(), Case: r.Case.String(), Child: r.Ref,
			Sentence: "The council did not take this entry (" + r.Code + " " + r.Reason + "). It is safe on this laptop."})
	}
	return out, nil
}

// least is the least advanced state of own entries.
func least(s *notebook.Status) string {
	switch {
	case !s.Enrolled:
		return casework.StateLocal
	case s.Refused > 0:
		return casework.StateRefused
	case s.Held > 0:
		return casework.StateHeld
	case s.Local > 0:
		return casework.StateLocal
	case s.Sending > 0:
		return casework.StateSending
	}
	return casework.StateCouncil
}

func (b *book) Health(ctx context.Context) (Health, error) {
	h, err := b.n.Health(ctx)
	if err != nil || h.Well() {
		return Health{}, err
	}
	s, err := b.n.Status(ctx)
	if err != nil {
		return Health{}, err
	}
	out := Health{MadeAnew: h.SetAside, Places: h.Places, Kept: len(h.Quarantined), Enrolled: s.Enrolled}
	for _, c := range h.Cases {
		title := cmp.Or(c.Ref, c.Case.Short())
		if c.Name != "" {
			title = c.Name + ", " + c.Ref
		}
		out.Cases = append(out.Cases, HarmedCase{Title: title, Count: c.Missing + len(c.Unreadable), Council: c.Council})
	}
	return out, nil
}

func (b *book) Settings(ctx context.Context) (Settings, error) {
	s, err := b.n.Settings(ctx)
	return Settings{LockMinutes: int(s.LockMinutes), TextPercent: int(s.TextPercent), Theme: s.Theme}, err
}

func (b *book) SaveSettings(ctx context.Context, s Settings) error {
	return b.n.SaveSettings(ctx, notebook.Settings{LockMinutes: uint64(max(s.LockMinutes, 0)), TextPercent: uint64(max(s.TextPercent, 0)), Theme: s.Theme})
}

func (b *book) ChangePassphrase(_ context.Context, current, next []byte) error {
	return b.door.guessed(b.n.ChangePassphrase(current, next))
}

func (b *book) Lock(context.Context) error {
	b.endTaking()
	b.beside.end()
	return b.n.Close()
}

func (b *book) AddSample(ctx context.Context) error    { return b.n.AddSample(ctx) }
func (b *book) RemoveSample(ctx context.Context) error { return b.n.RemoveSample(ctx) }

func (b *book) ReadInvitation(_ context.Context, path string) (Invitation, error) {
	text, err := readFile(path, 256<<10)
	if err != nil {
		return Invitation{}, err
	}
	i, err := notebook.ReadInvitation(text)
	if err != nil {
		return Invitation{}, err
	}
	return Invitation{Council: i.Council, Address: i.URL, Person: i.Name, Role: i.Role, Team: i.Team, Expires: i.Expires}, nil
}

func (b *book) Enrol(ctx context.Context, path string) error {
	text, err := readFile(path, 256<<10)
	if err != nil {
		return err
	}
	_, err = b.n.Enrol(ctx, text, notebook.EnrolOptions{})
	return err
}

func (b *book) Sync(ctx context.Context) (SyncReport, error) {
	r, err := b.n.Sync(ctx, "")
	b.mu.Lock()
	b.tried, b.reachable = time.Now(), err == nil
	b.mu.Unlock()
	if r == nil {
		return SyncReport{}, err
	}
	out := SyncReport{Pushed: r.Pushed, Pulled: r.Pulled, Held: r.Held, Refused: len(r.Refused), Queued: r.Queued, CompleteTo: r.CompleteTo}
	for _, w := range r.Warnings {
		if w == notebook.WarnTwoFaces {
			out.Warnings = append(out.Warnings, "A colleague was shown another history of a case than you were. Tell your administrator.")
		}
		if w == notebook.WarnWorkersUnsynced {
			out.Warnings = append(out.Warnings, "Some colleagues have not synced for more than a day.")
		}
	}
	return out, err
}

// readFile reads a file that a person chose, up to limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > limit {
		return nil, notebook.ErrImportTooLarge
	}
	data, err := os.ReadFile(path)
	if err == nil && int64(len(data)) > limit {
		return nil, errors.Join(notebook.ErrImportTooLarge)
	}
	return data, err
}
