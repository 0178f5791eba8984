package endpoint

import (
	"io"
	"log"
	"log/slog"
	"slices"
	"strings"
)

// logKeys are the only keys that reach the log. A key that is not here is
// dropped, so that a careless line cannot spill a name or a note.
var logKeys = []string{
	slog.TimeKey, slog.LevelKey, slog.MessageKey,
	"route", "status", "code", "ms", "bytes", "count", "seq",
	"device", "person", "case", "remote",
	"listen", "admin", "pid", "council", "version", "reason", "stack",
}

// NewLogger returns a JSON logger to w that writes the allowed keys only.
func NewLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) > 0 || !slices.Contains(logKeys, a.Key) {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// ServerErrorLog turns net/http's own complaints into log lines. TLS failures
// are passed on, because an administrator needs them; of the rest only that
// they happened, since they can quote what a client sent.
func ServerErrorLog(l *slog.Logger) *log.Logger { return log.New(serverErrors{l}, "", 0) }

type serverErrors struct{ l *slog.Logger }

func (s serverErrors) Write(p []byte) (int, error) {
	text := strings.TrimSpace(string(p))
	if rest, ok := strings.CutPrefix(text, "http: TLS handshake error from "); ok {
		remote, reason, _ := strings.Cut(rest, ": ")
		s.l.Warn("TLS handshake failed", "remote", remote, "reason", reason)
	} else {
		s.l.Warn("connection error")
	}
	return len(p), nil
}
