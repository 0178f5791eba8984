package endpoint

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"
)

// TLS is the only transport: version 1.3, and HTTP/1.1 inside it, whose slow
// clients can be held to a deadline one by one.
func TLS(cert tls.Certificate) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{cert},
		MinVersion:   tls.VersionTLS13,
		NextProtos:   []string{"http/1.1"},
	}
}

// HTTPServer returns a server with limits on headers, idle connections and
// handshakes. Bodies have limits of their own (slow.go).
func HTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          ServerErrorLog(log),
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
}
