package headless

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wherry/app/notebook"
)

func initVerb(a *App) *cobra.Command {
	var name, memory, out string
	c := &cobra.Command{
		Use: "init", Short: "Create a notebook", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			dir, err := a.folder()
			if err != nil {
				return err
			}
			if name == "" || out == "" {
				return usage("usage", "init needs --name and --recovery-out.", "See wherryctl help init.")
			}
			if memory != "" {
				if a.Config.KDF, err = notebook.KDFMemory(memory); err != nil {
					return err
				}
			}
			pass, err := a.passphrase()
			if err != nil {
				return err
			}
			if err := notebook.MayCreate(dir); err != nil {
				return err
			}
			kit, err := a.openKit(out)
			if err != nil {
				return err
			}
			n, code, err := notebook.CreateWithCode(c.Context(), dir, name, pass, a.Config)
			if err != nil {
				return errors.Join(err, kit.discard())
			}
			s, err := n.Status(c.Context())
			if err = errors.Join(err, kit.write(notebook.KitText(name, code, s.Notebook, a.now())), n.Close()); err != nil {
				return err
			}
			return a.say(struct {
				V        int    `json:"v"`
				Notebook string `json:"notebook"`
				Person   string `json:"person"`
				Device   string `json:"device"`
				Recovery string `json:"recovery"`
			}{1, s.Notebook.String(), s.Person.String(), s.Device.String(), "written"},
				"The notebook is ready. Keep the recovery kit away from this laptop.")
		},
	}
	c.Flags().StringVar(&name, "name", "", "your name, as your team knows it")
	c.Flags().StringVar(&memory, "kdf-memory", "", "memory of the passphrase protection, 64MiB to 2GiB (default 256MiB)")
	c.Flags().StringVar(&out, "recovery-out", "", "file for the recovery kit, or - for standard output")
	return c
}

func (a *App) now() time.Time {
	if a.Config.Clock != nil {
		return a.Config.Clock()
	}
	return time.Now()
}

// kitFile is where the recovery kit goes: a new file that only its owner may
// read, opened before anything is created so that a bad name changes nothing.
type kitFile struct {
	f    *os.File
	path string
	w    io.Writer
}

func (a *App) openKit(out string) (*kitFile, error) {
	if out == "-" {
		w := a.Stdout
		if a.json {
			w = a.Stderr
		}
		return &kitFile{w: w}, nil
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, notebook.ErrExists
	}
	if err != nil {
		return nil, err
	}
	return &kitFile{f: f, path: out, w: f}, nil
}

func (k *kitFile) write(text string) error {
	_, err := io.WriteString(k.w, text)
	if k.f == nil {
		return err
	}
	return errors.Join(err, k.f.Sync(), k.f.Close())
}

func (k *kitFile) discard() error {
	if k.f == nil {
		return nil
	}
	return errors.Join(k.f.Close(), os.Remove(k.path))
}

// readKit finds the recovery code in a recovery kit's text.
func readKit(path string) (notebook.RecoveryCode, error) {
	f, err := os.Open(path)
	if err != nil {
		return notebook.RecoveryCode{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return notebook.RecoveryCode{}, err
	}
	return notebook.CodeInKit(string(b))
}

func enrolVerb(a *App) *cobra.Command {
	var invite, ca, endpoint string
	c := &cobra.Command{
		Use: "enrol", Short: "Join a council with an invitation", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if invite == "" {
				return usage("usage", "enrol needs --invite.", "See wherryctl help enrol.")
			}
			text, err := readBounded(invite, 256<<10)
			if err != nil {
				return err
			}
			o := notebook.EnrolOptions{URL: endpoint}
			if err := address(endpoint); err != nil {
				return err
			}
			if ca != "" {
				if o.CA, err = readBounded(ca, 256<<10); err != nil {
					return err
				}
				if !x509.NewCertPool().AppendCertsFromPEM(o.CA) {
					return usage("bad_ca", "That file holds no certificate.", "Give the council's certificate authority as PEM, or leave --ca out.")
				}
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				e, err := n.Enrol(c.Context(), text, o)
				if err != nil {
					return err
				}
				return a.say(struct {
					V       int    `json:"v"`
					Council string `json:"council"`
					Person  string `json:"person"`
					Role    string `json:"role"`
					Team    string `json:"team"`
				}{1, e.Council.String(), e.Person.String(), e.Role, e.Team}, "Joined %s as %s of %s.", e.Name, e.Role, e.Team)
			})
		},
	}
	c.Flags().StringVar(&invite, "invite", "", "invitation file")
	c.Flags().StringVar(&ca, "ca", "", "certificate authority to trust for this endpoint, PEM")
	c.Flags().StringVar(&endpoint, "endpoint", "", "address to use instead of the invitation's")
	return c
}

// address refuses what is no address of an endpoint; "" means the usual one.
func address(s string) error {
	u, err := url.Parse(s)
	if s == "" || err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return nil
	}
	return usage("bad_url", "That is not the address of an endpoint.", "Write it like https://HOST:PORT.")
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, usage("too_large", "That file is too large to be what is needed.", "Check the name.")
	}
	return b, err
}

func syncVerb(a *App) *cobra.Command {
	var once bool
	var timeout time.Duration
	var endpoint string
	c := &cobra.Command{
		Use: "sync", Short: "Exchange with the council's endpoint", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if !once {
				return usage("usage", "sync needs --once.", "See wherryctl help sync.")
			}
			if err := address(endpoint); err != nil {
				return err
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				ctx, cancel := context.WithTimeout(c.Context(), timeout)
				defer cancel()
				r, err := n.Sync(ctx, endpoint)
				if r == nil {
					return err
				}
				if werr := a.saySync(r, err == nil); werr != nil {
					return werr
				}
				if err != nil {
					return err
				}
				if len(r.Refused)+r.Held > 0 {
					return usage("entries_refused", "The council did not take everything. What it did not take is kept on this laptop.",
						"See list --entries for what is refused or held, and tell your team lead.")
				}
				if r.Queued > 0 {
					return problemError{notebook.Explain(notebook.ErrOffline)}
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&once, "once", false, "one exchange, then stop")
	c.Flags().DurationVar(&timeout, "timeout", time.Minute, "give up after this long; what was done is kept")
	c.Flags().StringVar(&endpoint, "endpoint", "", "address to use instead of the council's")
	return c
}

type refusal struct {
	ID   string `json:"id"`
	Code string `json:"code"`
}

func (a *App) saySync(r *notebook.SyncReport, whole bool) error {
	line := struct {
		V          int       `json:"v"`
		Pushed     int       `json:"pushed"`
		Pulled     int       `json:"pulled"`
		Dup        int       `json:"dup"`
		Held       int       `json:"held"`
		Refused    []refusal `json:"refused"`
		Queued     int       `json:"queued"`
		Cases      int       `json:"cases"`
		CompleteTo *stamp    `json:"complete_to,omitempty"`
		Warnings   []string  `json:"warnings"`
		// Attachments that reached the council, that came, and that are to come.
		BlobsSent    int `json:"blobs_sent,omitempty"`
		BlobsFetched int `json:"blobs_fetched,omitempty"`
		BlobsWaiting int `json:"blobs_waiting,omitempty"`
	}{V: 1, Pushed: r.Pushed, Pulled: r.Pulled, Dup: r.Dup, Held: r.Held, Refused: []refusal{}, Queued: r.Queued,
		Cases: r.Cases, CompleteTo: when(r.CompleteTo), Warnings: append([]string{}, r.Warnings...),
		BlobsSent: r.BlobsSent, BlobsFetched: r.BlobsFetched, BlobsWaiting: r.BlobsWaiting}
	for _, x := range r.Refused {
		line.Refused = append(line.Refused, refusal{x.Entry.String(), x.Code})
	}
	if !whole && !a.json {
		return nil // the sentence of the failure follows
	}
	return a.say(line, "Sent %d, received %d, %d still on this laptop.%s", r.Pushed, r.Pulled, r.Queued, blobWords(r))
}

// blobWords is the sentence about attachments; "" if none moved or waits.
func blobWords(r *notebook.SyncReport) string {
	if r.BlobsSent+r.BlobsFetched+r.BlobsWaiting == 0 {
		return ""
	}
	return fmt.Sprintf(" Attachments: %d sent, %d received, %d still to come.", r.BlobsSent, r.BlobsFetched, r.BlobsWaiting)
}
