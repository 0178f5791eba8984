package wire

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"wherry/storage/record"
	"wherry/storage/trust"
)

var update = flag.Bool("update", false, "rewrite golden bytes")

func id(s string) record.ID { return record.Hash("wire-test", []byte(s)) }

func testHead(c record.ID, seq uint64) record.SignedHead {
	return record.Head{Realm: id("realm"), Case: c, Gen: 1, Seq: seq, Chain: id("chain"), DirSeq: 3, Time: 1_790_000_000_000}.Sign(testKey(7))
}

func testSame() record.SignedUnchanged {
	return record.Unchanged{Realm: id("realm"), Digest: id("digest"), Time: 1_790_000_000_000}.Sign(testKey(7))
}

func testRecord(c record.ID, seq uint64, body string) PulledRecord {
	e := id("entry" + strconv.FormatUint(seq, 10))
	return PulledRecord{Log: record.LogRecord{Seq: seq, Entry: e, DirSeq: 3}, Entry: []byte(body), Wraps: []Wrap{},
		Receipt: record.Receipt{Realm: id("realm"), Case: c, Entry: e, Gen: 1, Seq: seq, Chain: id("chain"), Time: 1_790_000_000_001}.Sign(testKey(7))}
}

// samples holds one of every message.
func samples() []Message {
	c, d := id("case"), record.DirectoryLog(id("realm"))
	rec := testRecord(c, 4, "entry")
	rec.Wraps = []Wrap{{Reader: id("person"), Data: []byte("wrap")}}
	page := Page{Case: c, Gen: 1, From: 4, Records: []PulledRecord{rec, testRecord(c, 5, "next")}, Head: testHead(c, 9), More: true}
	receipt := rec.Receipt
	return []Message{
		&EnrolRequest{Invite: []byte("invite"), Device: []byte("device")},
		&EnrolResponse{Directory: Page{Case: d, Gen: 1, From: 1, Records: []PulledRecord{testRecord(d, 1, "root")}, Head: testHead(d, 1)}, Time: 5},
		&HeadsRequest{Known: []CasePos{{Case: c, Gen: 1, Seq: 3}}, Dir: CasePos{Case: d, Gen: 1, Seq: 1}},
		&HeadsResponse{Heads: []record.SignedHead{testHead(c, 9)}, Dir: testHead(d, 1), Same: testSame(), Workers: []WorkerSeen{{Person: id("person"), Last: 4}}, Time: 5},
		&PullRequest{Cases: []CasePos{{Case: c, Gen: 1, Seq: 3}}, MaxBytes: TargetBatch},
		&PullResponse{Pages: []Page{page}, Time: 5},
		&PushRequest{Items: []PushItem{{Entry: []byte("entry"), Wraps: []Wrap{{Reader: id("person"), Data: []byte("wrap")}}}, {Entry: []byte("next"), Wraps: []Wrap{}}}},
		&PushResponse{Results: []Result{{Entry: rec.Log.Entry, Code: CodeOK, Receipt: &receipt}, {Entry: id("x"), Code: CodeRefused, Reason: "not_entitled"}},
			Heads: []record.SignedHead{testHead(c, 9)}, Time: 5},
		&ErrorBody{Code: ErrCodeTooLarge, Message: "the request is larger than 8 MiB"},
		&BlobState{Offset: 4 << 20, Whole: true},
	}
}

// fresh makes an empty message of m's type.
func fresh(m Message) Message {
	return reflect.New(reflect.TypeOf(m).Elem()).Interface().(Message)
}

type goldenMessage struct {
	Type  string `json:"type"`
	Bytes string `json:"bytes"`
}

// TestGolden: today's messages are yesterday's, byte for byte.
func TestGolden(t *testing.T) {
	const file = "testdata/golden.json"
	if *update {
		var out []goldenMessage
		for _, m := range samples() {
			b, err := Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, goldenMessage{reflect.TypeOf(m).Elem().Name(), hex.EncodeToString(b)})
		}
		text, err := json.MarshalIndent(out, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var golden []goldenMessage
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden) != len(samples()) {
		t.Fatal("a message has no golden bytes")
	}
	for i, m := range samples() {
		b, err := Encode(m)
		if err != nil || hex.EncodeToString(b) != golden[i].Bytes || reflect.TypeOf(m).Elem().Name() != golden[i].Type {
			t.Errorf("%s changed: %v", golden[i].Type, err)
		}
		got := fresh(m)
		if err := Decode(b, got); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%s does not read back: %v", golden[i].Type, err)
		}
		for _, hostile := range [][]byte{nil, b[:len(b)-1], append(bytes.Clone(b), 0), {0xf6}, {0x80}, {0xa0}} {
			if Decode(hostile, fresh(m)) == nil {
				t.Errorf("%s: %x accepted", golden[i].Type, hostile[:min(len(hostile), 8)])
			}
		}
	}
}

func TestLimits(t *testing.T) {
	c := id("case")
	page := func(change func(*Page)) Message {
		p := Page{Case: c, Gen: 1, From: 4, Records: []PulledRecord{testRecord(c, 4, "a"), testRecord(c, 5, "b")}, Head: testHead(c, 9)}
		change(&p)
		return &PullResponse{Pages: []Page{p}}
	}
	push := func(n int, change func(*PushItem)) Message {
		m := &PushRequest{}
		for range n {
			it := PushItem{Entry: []byte("e"), Wraps: []Wrap{}}
			change(&it)
			m.Items = append(m.Items, it)
		}
		return m
	}
	same := func(*PushItem) {}
	result := func(r Result) Message { return &PushResponse{Results: []Result{r}} }
	receipt := testRecord(c, 4, "a").Receipt
	for name, m := range map[string]Message{
		"page of no case":               page(func(p *Page) { p.Case = record.ID{} }),
		"page from nothing":             page(func(p *Page) { p.From = 0 }),
		"gap in a page":                 page(func(p *Page) { p.Records[1] = testRecord(c, 6, "b") }),
		"page starts elsewhere":         page(func(p *Page) { p.From = 3 }),
		"head of another case":          page(func(p *Page) { p.Head = testHead(id("other"), 9) }),
		"head of another generation":    page(func(p *Page) { p.Gen = 2 }),
		"receipt of another entry":      page(func(p *Page) { p.Records[0].Receipt.Receipt.Entry = id("other") }),
		"receipt of another number":     page(func(p *Page) { p.Records[0].Receipt.Receipt.Seq = 5 }),
		"receipt of another case":       page(func(p *Page) { p.Records[0].Receipt.Receipt.Case = id("other") }),
		"receipt of no time":            page(func(p *Page) { p.Records[0].Receipt.Receipt.Time = -1 }),
		"record without an entry":       page(func(p *Page) { p.Records[0].Entry = nil }),
		"wrap to nobody":                page(func(p *Page) { p.Records[0].Wraps = []Wrap{{Data: []byte("w")}} }),
		"push of nothing":               push(0, same),
		"push of too many":              push(MaxPushItems+1, same),
		"push of an empty entry":        push(1, func(p *PushItem) { p.Entry = nil }),
		"push of a huge entry":          push(1, func(p *PushItem) { p.Entry = make([]byte, MaxEntry+1) }),
		"push of an empty wrap":         push(1, func(p *PushItem) { p.Wraps = []Wrap{{Reader: c}} }),
		"push beyond the body limit":    push(5, func(p *PushItem) { p.Entry = make([]byte, MaxEntry) }),
		"pull of nothing":               &PullRequest{},
		"pull of one case twice":        &PullRequest{Cases: []CasePos{{Case: c}, {Case: c, Seq: 1}}},
		"pull of too much":              &PullRequest{Cases: []CasePos{{Case: c}}, MaxBytes: MaxBody + 1},
		"heads of no case":              &HeadsRequest{Known: []CasePos{{}}, Dir: CasePos{Case: c}},
		"heads without the directory":   &HeadsRequest{},
		"enrolment without a device":    &EnrolRequest{Invite: []byte("i")},
		"enrolment with a huge one":     &EnrolRequest{Invite: []byte("i"), Device: make([]byte, MaxStatement+1)},
		"heads of nothing":              &HeadsResponse{Heads: []record.SignedHead{{}}, Dir: testHead(c, 1), Same: testSame()},
		"heads with no directory":       &HeadsResponse{Same: testSame()},
		"heads and no word of the rest": &HeadsResponse{Dir: testHead(c, 1)},
		"heads of nobody":               &HeadsResponse{Dir: testHead(c, 1), Same: testSame(), Workers: []WorkerSeen{{Last: 1}}},
		"heads of too many":             &HeadsResponse{Dir: testHead(c, 1), Same: testSame(), Workers: make([]WorkerSeen, MaxWorkers+1)},
		"pages of too many":             &PullResponse{Pages: make([]Page, MaxPages+1)},
		"pages before time":             &PullResponse{Time: -1},
		"push touches nothing":          &PushResponse{Heads: []record.SignedHead{{}}},
		"positions of too many":         &PullRequest{Cases: manyCases(MaxCases + 1)},
		"wraps of too many":             push(1, func(p *PushItem) { p.Wraps = slices.Repeat([]Wrap{{Reader: c, Data: []byte("w")}}, trust.MaxWraps+1) }),
		"unknown result":                result(Result{Code: "fine"}),
		"ok without a receipt":          result(Result{Code: CodeOK}),
		"refused with a receipt":        result(Result{Code: CodeRefused, Receipt: &receipt}),
		"long reason":                   result(Result{Code: CodeRefused, Reason: string(make([]byte, MaxReason+1))}),
		"error of no code":              &ErrorBody{Message: "m"},
		"long message":                  &ErrorBody{Code: "c", Message: string(make([]byte, MaxMessage+1))},
		"time beyond clocks":            &PushResponse{Time: MaxTime + 1},
	} {
		if _, err := Encode(m); err == nil {
			t.Errorf("%s is sent", name)
		}
		if Decode(record.Encode(m), fresh(m)) == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if Decode(make([]byte, MaxBody+1), &PushRequest{}) == nil {
		t.Error("a body beyond the limit is taken")
	}
}

func manyCases(n int) (ps []CasePos) {
	for i := range n {
		ps = append(ps, CasePos{Case: id(strconv.Itoa(i))})
	}
	return ps
}

func TestStatuses(t *testing.T) {
	for code, want := range map[string]int{ErrCodeUnsigned: 401, ErrCodeClock: 401, ErrCodeReplay: 401, ErrCodeInvitation: 403, ErrCodeNotFound: 404,
		ErrCodeTooLarge: 413, ErrCodeNewer: 426, ErrCodeBusy: 429, ErrCodeFull: 507, ErrCodeMalformed: 400, "other": 500} {
		if Status(code) != want {
			t.Error(code, Status(code))
		}
	}
}

func TestHeaders(t *testing.T) {
	h := http.Header{}
	if _, ok := ServerTime(h); ok {
		t.Error("time from nothing")
	}
	SetTime(h, time.UnixMilli(1_790_000_000_123))
	if at, ok := ServerTime(h); !ok || at.UnixMilli() != 1_790_000_000_123 || h.Get("Wherry-Time") != "1790000000123" {
		t.Error("time", at, ok)
	}
	for _, v := range []string{"", "x", "-1", "9999999999999999", "1 "} {
		h.Set(HeaderTime, v)
		if _, ok := ServerTime(h); ok {
			t.Error("time from", v)
		}
	}
	for v, want := range map[string]bool{"": false, "1": false, "0": false, "2": true, "x": true, "-1": true, "99999999": true} {
		h := http.Header{}
		if v != "" {
			h.Set(HeaderVersion, v)
		}
		if Newer(h) != want {
			t.Error("version", v)
		}
	}
}

// FuzzDecode: no bytes make any message panic, and what is taken is canonical.
func FuzzDecode(f *testing.F) {
	for i, m := range samples() {
		b, err := Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), b)
	}
	all := samples()
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		m := fresh(all[int(kind)%len(all)])
		if Decode(data, m) != nil {
			return
		}
		if b, err := Encode(m); err != nil || !bytes.Equal(b, data) {
			t.Fatal("two forms of one message", err)
		}
	})
}
