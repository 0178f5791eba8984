// Package remote is the way from a notebook to its council's endpoint: HTTPS
// to a pinned certificate authority, each request signed by the device. It
// keeps nothing and decides nothing; what to ask is the engine's business.
package remote

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"wherry/sync/wire"
)

// Options say where the endpoint is, how it is known, and who calls.
type Options struct {
	URL  string             // https://HOST[:PORT]
	CA   []byte             // PEM: the only authorities that are believed
	Key  ed25519.PrivateKey // of the calling device
	Now  func() time.Time   // nil: the system's clock
	Rand io.Reader          // nil: crypto/rand
}

// Client calls one endpoint. It is safe for concurrent use.
type Client struct {
	base   string
	key    ed25519.PrivateKey
	now    func() time.Time
	random io.Reader
	wait   func(context.Context, time.Duration) error
	http   *http.Client
	// ahead is how far the endpoint's clock is ahead of ours, in nanoseconds.
	// It is used to sign requests and for nothing else.
	ahead atomic.Int64
}

// ErrURL: the address is not one of an endpoint.
var ErrURL = errors.New("remote: not the address of an endpoint")

// New returns a client. Nothing is sent yet.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, ErrURL
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(o.CA) {
		return nil, fmt.Errorf("%w: no certificate to trust", ErrCertificate)
	}
	if len(o.Key) != ed25519.PrivateKeySize {
		return nil, errors.New("remote: no device key")
	}
	c := &Client{base: "https://" + u.Host, key: o.Key, now: o.Now, random: o.Rand, wait: pause}
	if c.now == nil {
		c.now = time.Now
	}
	if c.random == nil {
		c.random = rand.Reader
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  60 * time.Second,
			IdleConnTimeout:        50 * time.Second, // before the endpoint's 60
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // bodies are ciphertext
			TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Enrol presents an invitation.
func (c *Client) Enrol(ctx context.Context, req *wire.EnrolRequest) (*wire.EnrolResponse, error) {
	return call[wire.EnrolResponse](ctx, c, wire.PathEnrol, req)
}

// Heads asks which logs have moved.
func (c *Client) Heads(ctx context.Context, req *wire.HeadsRequest) (*wire.HeadsResponse, error) {
	return call[wire.HeadsResponse](ctx, c, wire.PathHeads, req)
}

// Pull fetches what follows the given positions.
func (c *Client) Pull(ctx context.Context, req *wire.PullRequest) (*wire.PullResponse, error) {
	return call[wire.PullResponse](ctx, c, wire.PathPull, req)
}

// Push offers entries.
func (c *Client) Push(ctx context.Context, req *wire.PushRequest) (*wire.PushResponse, error) {
	return call[wire.PushResponse](ctx, c, wire.PathPush, req)
}

// message is a pointer to a response that decodes itself.
type message[T any] interface {
	*T
	wire.Message
}

// call sends one request and reads its answer. If the endpoint finds that our
// clock is wrong, its clock is taken for signing and the call tried once more.
func call[T any, P message[T]](ctx context.Context, c *Client, path string, req wire.Message) (P, error) {
	body, err := wire.Encode(req)
	if err != nil {
		return nil, err
	}
	data, err := c.post(ctx, path, body)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code == wire.ErrCodeClock {
		data, err = c.post(ctx, path, body)
	}
	if err != nil {
		return nil, err
	}
	resp := P(new(T))
	if wire.Decode(data, resp) != nil {
		return nil, ErrAnswer
	}
	return resp, nil
}

// post signs and sends one body and returns the body of a 200.
func (c *Client) post(ctx context.Context, path string, body []byte) ([]byte, error) {
	for waited := time.Duration(0); ; {
		data, _, err := c.send(ctx, http.MethodPost, c.base+path, wire.ContentType, body)
		var busy *BusyError
		if !errors.As(err, &busy) || !busy.passing() || waited+busy.RetryAfter > moments {
			return data, err
		}
		waited += busy.RetryAfter
		if err := c.wait(ctx, busy.RetryAfter); err != nil {
			return nil, err
		}
	}
}

// send signs and sends one request and returns body and header of a 200, and
// the header of a refusal. kind is the content type of a body.
func (c *Client) send(ctx context.Context, method, target, kind string, body []byte) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if method == http.MethodPost || method == http.MethodPut {
		req.Header.Set("Content-Type", kind)
	} else {
		req.Body, req.GetBody = nil, nil
	}
	var nonce [wire.NonceBytes]byte
	if _, err := io.ReadFull(c.random, nonce[:]); err != nil {
		return nil, nil, err
	}
	if err := wire.Sign(req, body, c.key, c.now().Add(time.Duration(c.ahead.Load())), nonce); err != nil {
		return nil, nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, networkError(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxBody+1))
	if err != nil {
		return nil, nil, networkError(err)
	}
	if len(data) > wire.MaxBody {
		return nil, nil, ErrAnswer
	}
	if resp.StatusCode == http.StatusOK {
		return data, resp.Header, nil
	}
	err = answerError(resp.StatusCode, resp.Header, data)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code == wire.ErrCodeClock {
		if t, ok := wire.ServerTime(resp.Header); ok {
			c.ahead.Store(int64(t.Sub(c.now())))
		}
	}
	return nil, resp.Header, err
}
