package headless

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"wherry/app/casework"
	"wherry/app/notebook"
)

func attachVerb(a *App) *cobra.Command {
	var file, name, caption string
	c := &cobra.Command{
		Use: "attach ENTRY|CASE", Short: "Attach a photo, document or recording", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				return usage("usage", "--file is needed.", "Give the file to attach.")
			}
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			if st, err := f.Stat(); err != nil || st.IsDir() {
				return usage("usage", "That is no file.", "Give the file to attach.")
			}
			if name == "" {
				name = filepath.Base(file)
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				ack, err := n.Attach(c.Context(), operand(args[0]), name, f, notebook.AttachOptions{Caption: caption})
				if err != nil {
					return err
				}
				line := struct {
					V         int      `json:"v"`
					Ack       string   `json:"ack"`
					Target    string   `json:"target"`
					Blob      string   `json:"blob"`
					Size      int64    `json:"size"`
					SHA256    string   `json:"sha256"`
					Cleaned   []string `json:"cleaned"`
					Duplicate bool     `json:"duplicate"`
				}{1, ack.ID.String(), args[0], ack.Blob.String(), ack.Size, ack.SHA256.String(), append([]string{}, ack.Cleaned...), ack.Duplicate}
				return a.say(line, "Attached: %s.%s", casework.SizeWords(ack.Size), cleanedWords(ack.Cleaned))
			})
		},
	}
	c.Flags().StringVar(&file, "file", "", "the file to attach")
	c.Flags().StringVar(&name, "name", "", "the name to keep (default: that of the file)")
	c.Flags().StringVar(&caption, "caption", "", "what it shows")
	return c
}

func cleanedWords(cleaned []string) string {
	if len(cleaned) == 0 {
		return ""
	}
	return " Taken out first: " + strings.Join(cleaned, ", ") + "."
}

// operand folds an entry id; a child reference is left as it was typed.
func operand(s string) string {
	if len(s) == 64 {
		return strings.ToLower(s)
	}
	return s
}

// shownPayload is an entry's payload as show prints it: of an attachment without
// the key that opens its file.
func shownPayload(r notebook.EntryDetail) json.RawMessage {
	var a casework.Attachment
	if r.Kind != casework.KindAttachment || json.Unmarshal(r.Payload, &a) != nil {
		return r.Payload
	}
	a.Key = ""
	b, err := json.Marshal(a)
	if err != nil {
		return nil
	}
	return b
}

type attachmentLine struct {
	V       int      `json:"v"`
	ID      string   `json:"id"`
	Case    string   `json:"case"`
	Ref     string   `json:"ref"`
	Target  string   `json:"target,omitempty"`
	Name    string   `json:"name"`
	Media   string   `json:"media"`
	Size    int64    `json:"size"`
	SHA256  string   `json:"sha256"`
	Blob    string   `json:"blob"`
	Caption string   `json:"caption,omitempty"`
	Taken   *stamp   `json:"taken,omitempty"`
	Cleaned []string `json:"cleaned"`
	Written *stamp   `json:"written,omitempty"`
	State   string   `json:"state"`
	Thumb   bool     `json:"thumb"`
	Struck  bool     `json:"struck,omitempty"`
	Missing bool     `json:"missing,omitempty"`
}

func attachmentsVerb(a *App) *cobra.Command {
	return &cobra.Command{
		Use: "attachments CASE", Short: "List the attachments of a case", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				rows, err := n.Attachments(c.Context(), args[0])
				if err != nil {
					return err
				}
				missing := false
				for _, r := range rows {
					missing = missing || !r.Here && !r.Coming
					l := attachmentLine{V: 1, ID: r.ID.String(), Case: r.Case.String(), Ref: r.Ref, Target: r.Target, Name: r.Name, Media: r.Media,
						Size: r.Size, SHA256: r.SHA256, Blob: r.Blob.String(), Caption: r.Caption, Taken: when(r.Taken), Cleaned: append([]string{}, r.Cleaned...),
						Written: when(r.Written), State: r.State, Thumb: len(r.Thumb) > 0, Struck: len(r.Struck) > 0, Missing: !r.Here}
					if err := a.say(l, "%s %-24s %-18s %9s  %s", r.ID.Short(), r.Name, casework.MediaWords(r.Media), casework.SizeWords(r.Size), r.Caption); err != nil {
						return err
					}
				}
				if missing {
					return exitError{notebook.ExitDamaged}
				}
				return a.whole(c, n)
			})
		},
	}
}

func attachmentVerb(a *App) *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "attachment ENTRY", Short: "Save a readable copy of an attachment", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if to == "" {
				return usage("usage", "--to is needed.", "Give the file to write. It must not exist.")
			}
			return a.withNotebook(c.Context(), func(n *notebook.Notebook) error {
				res, err := n.SaveAttachment(c.Context(), operand(args[0]), to)
				if err != nil {
					return err
				}
				line := struct {
					V      int    `json:"v"`
					File   string `json:"file"`
					Bytes  int64  `json:"bytes"`
					SHA256 string `json:"sha256"`
					Audit  string `json:"audit"`
				}{1, res.Path, res.Bytes, res.SHA256.String(), res.Audit.String()}
				return a.say(line, "Saved a copy that anybody can read. It is noted in the record.")
			})
		},
	}
	c.Flags().StringVar(&to, "to", "", "the file to write, which must not exist")
	return c
}
