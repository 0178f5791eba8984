package notebook

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"wherry/storage/record"
	"wherry/storage/seal"
)

// Settings are the person's own, kept sealed in the notebook's folder.
type Settings struct {
	_           struct{} `cbor:",toarray"`
	LockMinutes uint64   // 1 to 15
	TextPercent uint64   // 100 to 200
	Theme       string   // "light", "dark", "contrast"
}

// DefaultSettings are those of a new notebook.
var DefaultSettings = Settings{LockMinutes: 5, TextPercent: 100, Theme: "light"}

func (n *Notebook) settingsFile() string { return filepath.Join(n.dir, "settings.sealed") }

// Settings reads the settings; damaged or missing ones are the defaults.
func (n *Notebook) Settings(context.Context) (Settings, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return DefaultSettings, ErrClosed
	}
	data, err := os.ReadFile(n.settingsFile())
	if errors.Is(err, os.ErrNotExist) {
		return DefaultSettings, nil
	}
	if err != nil {
		return DefaultSettings, err
	}
	var s Settings
	plain, err := seal.Open(n.vault.Derive("settings"), n.st.meta.Pin.Notebook[:], data)
	if err != nil || record.Decode(plain, &s) != nil {
		return DefaultSettings, nil
	}
	return s.bounded(), nil
}

// SaveSettings writes them durably.
func (n *Notebook) SaveSettings(_ context.Context, s Settings) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrClosed
	}
	data, err := seal.Seal(n.vault.Derive("settings"), n.st.meta.Pin.Notebook[:], record.Encode(s.bounded()))
	if err != nil {
		return err
	}
	return seal.WriteFileSync(n.settingsFile(), data)
}

func (s Settings) bounded() Settings {
	s.LockMinutes = min(max(s.LockMinutes, 1), 15)
	s.TextPercent = min(max(s.TextPercent, 100), 200)
	if s.Theme != "dark" && s.Theme != "contrast" {
		s.Theme = "light"
	}
	return s
}
