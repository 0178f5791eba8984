package casework

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func attachmentFact(id, target string) Fact {
	payload := strings.Replace(bodyExamples[KindAttachment][0], `"target":"aa",`, "", 1)
	if target != "" {
		payload = strings.Replace(payload, `{"name"`, `{"target":"`+target+`","name"`, 1)
	}
	return Fact{ID: id, Kind: KindAttachment, Schema: 1, Payload: []byte(payload), Author: "Amina", AuthorID: "p1", State: StateLocal, HLC: uint64(len(id))}
}

// An attachment shows with its entry, an amendment's with the amended one; alone
// while that has not arrived, and alone if it belongs to the case.
func TestAttachmentsShowWithTheirEntry(t *testing.T) {
	visit := Fact{ID: "v", Kind: KindVisit, Schema: 1, Payload: []byte(visitExample)}
	amend := Fact{ID: "m", Kind: KindAmend, Schema: 1, Payload: []byte(`{"target":"v","text":"x"}`)}
	facts := []Fact{visit, amend, attachmentFact("a", "v"), attachmentFact("b", "m"), attachmentFact("c", "absent"), attachmentFact("d", ""),
		{ID: "s", Kind: KindStrike, Schema: 1, Payload: []byte(`{"target":"b","reason":"Another child"}`), Author: "Grace"}}
	cf := Project("NCC-1", facts, time.Unix(1e9, 0))
	e, ok := cf.Entry("v")
	if !ok || len(e.Attachments) != 2 {
		t.Fatalf("%+v", e)
	}
	at := map[string]Attached{}
	for _, a := range e.Attachments {
		at[a.ID] = a
	}
	if at["a"].Name != "room.jpg" || at["a"].Caption != "Bedroom" || len(at["a"].Thumb) != 3 || at["a"].Taken.IsZero() || len(at["a"].Struck) != 0 {
		t.Errorf("%+v", at["a"])
	}
	if len(at["b"].Struck) != 1 {
		t.Error("a struck one does not say so")
	}
	if c, ok := cf.Entry("c"); !ok || !c.Pending || c.Target != "absent" {
		t.Errorf("%+v", c)
	}
	d, ok := cf.Entry("d")
	if !ok || d.Pending || len(d.Details) != 5 {
		t.Errorf("%+v", d)
	}
	out := cf.Export(e)
	for _, a := range out.Attachments {
		if a.ID == "b" && (a.Name != "" || a.Caption != "" || a.Thumb != nil) {
			t.Error("a struck attachment leaves with an export")
		}
	}
	if len(e.Attachments[0].Name) == 0 || len(e.Attachments[1].Name) == 0 {
		t.Error("an export changed the case")
	}
}

func TestAttachmentMustOpen(t *testing.T) {
	good := func() *Attachment {
		b, err := DecodeBody(KindAttachment, 1, []byte(bodyExamples[KindAttachment][0]))
		if err != nil {
			t.Fatal(err)
		}
		return b.(*Attachment)
	}
	for field, spoil := range map[string]func(*Attachment){
		"name": func(a *Attachment) { a.Name = "../x" }, "media": func(a *Attachment) { a.Media = "" },
		"size": func(a *Attachment) { a.Size = MaxAttachment + 1 }, "sha256": func(a *Attachment) { a.SHA256 = "AB" },
		"blob": func(a *Attachment) { a.Blob = "" }, "key": func(a *Attachment) { a.Key = "AAAA" },
		"thumb": func(a *Attachment) { a.Thumb = "AAAA" }, "taken": func(a *Attachment) { a.Taken = "yesterday" },
		"cleaned": func(a *Attachment) { a.Cleaned = []string{"GPS!"} }, "caption": func(a *Attachment) { a.Caption = "\x00" },
	} {
		a := good()
		spoil(a)
		if items := Blocking(a.Validate()); !slices.ContainsFunc(items, func(i Item) bool { return i.Field == field }) {
			t.Errorf("%s: %v", field, items)
		}
	}
}

func TestFileNames(t *testing.T) {
	for in, want := range map[string]string{
		"room.jpg": "room.jpg", `C:\Users\x\bed room.jpg`: "bed room.jpg", "../../etc/passwd": "passwd", "a\x00b\n.pdf": "ab.pdf",
		"...": "", "con<>:\"|?*x": "conx", "  Nguyễn 房间.png ": "Nguyễn 房间.png", "\xff\xfe.jpg": "jpg",
	} {
		if got := CleanFileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	long := CleanFileName(strings.Repeat("é", 300) + ".jpg")
	if len(long) > maxAttachmentName || !strings.HasSuffix(long, "é.jpg") || CleanFileName(long) != long {
		t.Error(len(long), long[len(long)-10:])
	}
}

func TestCameraTimes(t *testing.T) {
	for in, want := range map[string]string{
		"2026-07-01T12:00:00": "2026-07-01T12:00:00+01:00", "2026-12-01T12:00:00": "2026-12-01T12:00:00Z",
		"2026-07-01T12:00:00+02:00": "2026-07-01T12:00:00+02:00", "": "", "nonsense": "",
	} {
		if got := CameraTime(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for n, want := range map[int64]string{1: "1 byte", 999: "999 bytes", 1500: "2 KB", 3_400_000: "3.4 MB"} {
		if got := SizeWords(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
