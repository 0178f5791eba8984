package export

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"wherry/app/casework"
	"wherry/app/export/pdf/pdftest"
)

var now = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// builder collects the facts of one child's case as a notebook would hand
// them over.
type builder struct {
	t     testing.TB
	ref   string
	facts []casework.Fact
}

const (
	amina = "Amina Yusuf"
	grace = "Grace Okafor"
)

// add puts an entry into the case and returns its id.
func (b *builder) add(author string, written time.Time, body casework.Body) string {
	b.t.Helper()
	payload, schema, err := casework.EncodeBody(body)
	if err != nil {
		b.t.Fatalf("encode %s: %v", body.Kind(), err)
	}
	return b.raw(author, written, body.Kind(), schema, payload)
}

func (b *builder) raw(author string, written time.Time, kind string, schema int, payload []byte) string {
	id := fmt.Sprintf("%s-%04d", b.ref, len(b.facts))
	b.facts = append(b.facts, casework.Fact{
		ID: id, Case: b.ref, Kind: kind, Schema: schema, Payload: payload, Author: author, AuthorID: author,
		HLC: uint64(written.UnixMilli()) << 16, Written: written, Received: written.Add(90 * time.Minute), State: casework.StateCouncil,
	})
	return id
}

func (b *builder) fields(author string, written time.Time, kv ...string) string {
	var f casework.FieldEntry
	for i := 0; i+1 < len(kv); i += 2 {
		f.Set = append(f.Set, casework.FieldSet{Key: kv[i], Value: kv[i+1]})
	}
	return b.add(author, written, &f)
}

// record adds this child's part of a submission and returns its id.
func (b *builder) record(author string, written time.Time, line string) string {
	b.t.Helper()
	s, err := casework.DecodeSubmission([]byte(line), casework.KindVisit)
	if err != nil {
		b.t.Fatalf("decode: %v", err)
	}
	for _, p := range s.Split() {
		if p.Ref == b.ref {
			return b.raw(author, written, s.Kind, 1, p.Payload)
		}
	}
	b.t.Fatalf("no part for %s", b.ref)
	return ""
}

func (b *builder) caseFile() *casework.CaseFile { return casework.Project(b.ref, b.facts, now) }

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC)
}

// family is the visit to three siblings: what is Ruby's own is in Ruby's part
// only, and so for Alfie, whose words carry the canary.
const family = `{"children":["NCC-5301","NCC-5302","NCC-5303"],"type":"CP statutory","occurred":"2026-11-19T16:05:00Z","ended":"2026-11-19T17:00:00Z","place":"home","announced":false,"mode":"face to face",` +
	`"present":[{"name":"Kelly Larter","role":"parent with parental responsibility"},{"name":"unknown adult: man, about 40, grey hoodie, said he was 'Daz'","role":"unknown adult"}],` +
	`"shared":"Unannounced visit. Knocked three times before Kelly came to the door. Downstairs was warm; dishes stacked but food in the fridge (milk in date, bread, ham, yoghurts). The man who called himself Daz left by the back door when I asked who he was.\n\nKelly said he had come to mend the boiler.",` +
	`"children_parts":{"NCC-5301":{"seen":true,"seen_alone":true,"bedroom_seen":true,"voice":[{"asked":"Who has been at home this week?","said":"Daz sleeps on the sofa. I don't like it when he shouts.","heard":"verbatim"}],"observations":"Ruby was in school uniform, clean. She looked at the kitchen door before answering.","analysis":"Ruby describes an adult staying who is not in the plan. Possible breach of the safety agreement."},` +
	`"NCC-5302":{"seen":true,"seen_alone":false,"not_alone_reason":"CANARY-ALFIE declined","bedroom_seen":true,"voice":[{"asked":"CANARY-ALFIE question","said":"CANARY-ALFIE words"}],"observations":"CANARY-ALFIE stayed behind the sofa","analysis":"CANARY-ALFIE opinion"},` +
	`"NCC-5303":{"seen":true,"seen_alone":false,"not_alone_reason":"too young","bedroom_seen":true,"observations":"Asleep."}},` +
	`"actions":[{"what":"Ask police for checks on 'Daz' and tell the CP chair","owner":"Amina Yusuf","due":"2026-11-20"},{"what":"Kelly to tell me who stays at the house","owner":"Kelly Larter","due":"2026-11-25"}],"author":"Amina Yusuf"}`

const noReply = `{"children":["NCC-5301"],"type":"CP statutory","occurred":"2026-11-22T15:40:00Z","place":"home","announced":true,"mode":"unsuccessful","unsuccessful_reason":"no reply","shared":"No reply at the door. Rang Kelly twice, voicemail. Card left.","children_parts":{"NCC-5301":{"seen":false,"not_seen_reason":"no access"}},"author":"Tom Garrod"}`

const schoolCall = `{"kind":"call","children":["NCC-5301"],"type":"telephone","occurred":"2026-11-20T10:20:00Z","present":[{"name":"Đặng Thị Hà","role":"designated safeguarding lead"}],"shared":"Rang the school. Ruby was on time. Her friend Selam (ሰላም) says they walk together. The interpreter line gave 王芳 and محمد رحيمي; Llŷr Ŵyn and Şükrü will call back.","children_parts":{"NCC-5301":{"observations":"قالت إنها تحب المدرسة، وعمرها 12 سنة، وتذهب مع أختها كل يوم منذ 23/11/2025 بعد أن انتقلت العائلة إلى البيت الجديد."}}}`

const wrongChild = `{"kind":"note","children":["NCC-5301"],"occurred":"2026-11-18T09:00:00Z","shared":"CANARY-STRUCK another child's note"}`

const secretAddress = "14 Canary Row, Norwich, NR9 9CD"

// ruby is a case with something of everything.
func ruby(t testing.TB) *builder {
	b := &builder{t: t, ref: "NCC-5301"}
	b.fields(amina, at(2, 9, 0), "ref", "NCC-5301", "nhs", "9990034664", "name", "Ruby Mae Larter", "known_as", "Ruby", "dob", "2014-05-02",
		"dob_basis", "verified", "sex", "F", "ethnicity", "WBRI", "nationality", "British", "language", "English", "interpreter", "no",
		"status", "child protection", "plan", "CP plan", "plan_start", "2026-10-15", "cp_category", "NEG", "worker", amina,
		"team", "Norwich Family Support 2", "address", secretAddress, "address_confidential", "yes", "siblings", "Larter",
		"alerts", "dog on premises; do not visit alone after dark")
	b.fields(grace, at(3, 10, 0), "language", "English and Polish")
	visit := b.record(amina, at(19, 18, 12), family)
	call := b.record(grace, at(20, 11, 0), schoolCall)
	b.record(amina, at(22, 17, 5), noReply)
	wrong := b.record(amina, at(18, 9, 30), wrongChild)
	b.add(amina, at(20, 9, 0), &casework.Amend{Target: visit, Text: "The sofa is in the back room, not the front.", Reason: "I misread my own note."})
	b.add(grace, at(20, 14, 0), &casework.Amend{Target: visit, Text: "Daz has been named by police as Darren Pike.", Reason: "police reply"})
	b.add(grace, at(20, 14, 30), &casework.Comment{Target: visit, Text: "Strategy discussion agreed for Monday. Please see Ruby again this week."})
	b.add(amina, at(21, 9, 0), &casework.Comment{Target: call, Text: "Thank you."})
	b.add(amina, at(18, 10, 0), &casework.Strike{Target: wrong, Reason: "Recorded on the wrong child."})
	return b
}

func stamp() Stamp {
	return Stamp{ExportedBy: grace, Role: "team lead", Recipient: "Norwich Family Court", Purpose: "Interim care hearing, 30 November 2026",
		Basis: "Children Act 1989, section 31", At: now, CompleteTo: at(24, 9, 12), Audit: "5f2c9a0b7d", App: "0.1.0",
		Unsynced: []string{"Tom Garrod not synced since 20 November 2026"}}
}

func export(t testing.TB, doc Document) (*pdftest.File, []byte) {
	t.Helper()
	f, ok := Lookup("pdf")
	if !ok {
		t.Fatal("no PDF format")
	}
	var b bytes.Buffer
	pages, err := f.Write(&b, doc)
	if err != nil {
		t.Fatalf("write: %v", err)
	}
	file, err := pdftest.Read(b.Bytes())
	if err != nil {
		t.Fatalf("read back: %v", err)
	}
	if pages != len(file.Pages) {
		t.Fatalf("counted %d pages of %d", pages, len(file.Pages))
	}
	return file, b.Bytes()
}
