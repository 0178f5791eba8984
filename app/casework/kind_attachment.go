package casework

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// KindAttachment is a photo, document or recording, kept beside the record as a
// sealed file of its own.
const KindAttachment = "attachment"

// Limits of an attachment, in bytes.
const (
	MaxAttachment     = 200 << 20
	maxAttachmentName = 255
	maxThumb          = 40 << 10
)

// Attachment says what a sealed file holds and how to open it. The key opens
// that one file only; it is inside the seal of this entry, so that destroying
// the case's key destroys it too.
type Attachment struct {
	Target  string   `json:"target,omitempty"` // the entry that it belongs to; "": the case
	Name    string   `json:"name,omitempty"`   // as the person's file was called
	Media   string   `json:"media,omitempty"`  // by content, e.g. "image/jpeg"
	Size    int64    `json:"size,omitempty"`   // bytes, after cleaning
	SHA256  string   `json:"sha256,omitempty"` // of these bytes
	Blob    string   `json:"blob,omitempty"`   // SHA-256 of the sealed file
	Key     string   `json:"key,omitempty"`    // base64, 32 bytes
	Thumb   string   `json:"thumb,omitempty"`  // base64, a small JPEG
	Caption string   `json:"caption,omitempty"`
	Taken   string   `json:"taken,omitempty"`   // RFC 3339, by the camera's clock
	Cleaned []string `json:"cleaned,omitempty"` // what was taken out, e.g. "gps"
}

var attachmentKind = Kind{Name: KindAttachment, Label: "Attachment", Schema: 1, Decode: decodeBody[Attachment]}

// Kind is KindAttachment.
func (*Attachment) Kind() string { return KindAttachment }

// Validate wants a name, and everything that opening the file needs.
func (a *Attachment) Validate() []Item {
	items := needed(Labelled{"name", a.Name}, Labelled{"media", a.Media})
	if a.Name != "" && a.Name != CleanFileName(a.Name) {
		items = append(items, Item{Field: "name", Code: CodeBadValue})
	}
	items = append(items, writable(Labelled{"caption", a.Caption})...)
	bad := func(field string, is bool) {
		if is {
			items = append(items, Item{Field: field, Code: CodeBadValue})
		}
	}
	bad("size", a.Size < 0 || a.Size > MaxAttachment)
	bad("sha256", !hex64(a.SHA256))
	bad("blob", !hex64(a.Blob))
	key, err := base64.StdEncoding.DecodeString(a.Key)
	bad("key", err != nil || len(key) != 32)
	bad("thumb", a.Thumb != "" && a.Picture() == nil)
	bad("taken", a.Taken != "" && parseTime(a.Taken).IsZero())
	for _, c := range a.Cleaned {
		bad("cleaned", !plainKey(c))
	}
	return items
}

// Picture is the small picture as JPEG; nil if there is none.
func (a *Attachment) Picture() []byte {
	b, err := base64.StdEncoding.DecodeString(a.Thumb)
	if err != nil || len(b) > maxThumb || !strings.HasPrefix(string(b), "\xff\xd8\xff") {
		return nil
	}
	return b
}

// TakenTime is when it was taken, by the camera's clock; zero if not known.
func (a *Attachment) TakenTime() time.Time { return parseTime(a.Taken) }

// CameraTime is a camera's time in the form of entries, or "". A time without a
// zone is taken for the clock of the United Kingdom.
func CameraTime(s string) string {
	if !parseTime(s).IsZero() {
		return s
	}
	t, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		return ""
	}
	if local := t.Add(-time.Hour); summer(local) {
		t = local
	}
	return UKTime(t).Format(time.RFC3339)
}

// SearchText is the name and the caption.
func (a *Attachment) SearchText() string { return joinText(a.Name, a.Caption) }

// Line gives the caption, or else the name.
func (a *Attachment) Line() string {
	if blank(a.Caption) {
		return withText("Attachment", a.Name)
	}
	return withText("Attachment", a.Caption)
}

func (a *Attachment) details() []Labelled {
	return []Labelled{{"Name", a.Name}, {"Caption", a.Caption}, {"Kind", MediaWords(a.Media)}, {"Size", SizeWords(a.Size)}, {"Taken", TimeWords(a.TakenTime())}}
}

func hex64(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

// CleanFileName makes a name that can be shown and written anywhere: without
// folders, control characters and what a file system refuses; at most 255 bytes.
func CleanFileName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, !unicode.IsPrint(r) && r != ' ', strings.ContainsRune(`<>:"|?*`, r):
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	for len(name) > maxAttachmentName {
		// The end says what a file is: the beginning gives way.
		_, n := utf8.DecodeRuneInString(name)
		name = strings.TrimLeft(name[n:], " .")
	}
	return name
}

// MediaWords is a media type in words.
func MediaWords(media string) string {
	for _, m := range []Labelled{{"image/", "Photo or picture"}, {"audio/", "Recording"}, {"video/", "Video"}, {"application/pdf", "PDF document"}} {
		if strings.HasPrefix(media, m.Label) {
			return m.Value
		}
	}
	return "File"
}

// SizeWords is a size in words: "3.4 MB".
func SizeWords(n int64) string {
	switch {
	case n < 1000:
		return count(int(n), "byte", "bytes")
	case n < 999_500:
		return strconv.FormatInt((n+500)/1000, 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}

// Attached is an attachment as it shows with its entry. What opens the file is
// not in it.
type Attached struct {
	ID       string
	Name     string
	Caption  string
	Media    string
	Size     int64
	SHA256   string
	Taken    time.Time
	Cleaned  []string
	Thumb    []byte // JPEG, or nil
	Author   string
	AuthorID string
	Written  time.Time
	Received time.Time
	State    string
	Struck   []Struck
}

// Shown is the attachment of an entry as it shows.
func (a *Attachment) Shown(f Fact) Attached {
	return Attached{ID: f.ID, Name: a.Name, Caption: a.Caption, Media: a.Media, Size: a.Size, SHA256: a.SHA256, Taken: a.TakenTime(),
		Cleaned: a.Cleaned, Thumb: a.Picture(), Author: f.Author, AuthorID: f.AuthorID, Written: f.Written, Received: f.Received,
		State: f.State}
}

func (p *projection) attached(f Fact, a *Attachment) Attached {
	out := a.Shown(f)
	out.Struck = p.struck[f.ID]
	return out
}
