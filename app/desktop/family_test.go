package desktop

import (
	"time"

	"wherry/app/casework"
)

// The invented family of the tests. Refs, names and numbers belong to nobody.
const ruby, alfie, baby = "NCC-5301", "NCC-5302", "NCC-5303"

var larters = []struct{ ref, nhs, name, known, dob, sex string }{
	{ruby, "9990034664", "Ruby Mae Larter", "Ruby", "2014-05-02", "F"},
	{alfie, "9990036039", "Alfie James Larter", "Alfie", "2017-11-19", "M"},
	{baby, "9990038775", "Baby Larter", "", "2026-09-30", "U"},
}

// family puts three siblings with a visit, a call and an unsuccessful visit
// into a notebook. The first visit is e004 to e006, the call e007.
func family(b *fakeBook) {
	written := func(t time.Time) func(*casework.Fact) { return func(f *casework.Fact) { f.Written = t } }
	for _, c := range larters {
		sets := []casework.FieldSet{}
		for _, kv := range [][2]string{{"ref", c.ref}, {"nhs", c.nhs}, {"name", c.name}, {"known_as", c.known}, {"dob", c.dob}, {"dob_basis", "verified"},
			{"sex", c.sex}, {"language", "English"}, {"status", "child protection"}, {"plan", "CP plan"}, {"cp_category", "NEG"},
			{"worker", "Amina Yusuf"}, {"team", "Norwich Family Support 2"}, {"address", "7 Staithe Close, Great Yarmouth, NR30 9ZZ"},
			{"siblings", "Larter"}, {"alerts", "dog on premises; do not visit alone after dark"}} {
			if kv[1] != "" {
				sets = append(sets, casework.FieldSet{Key: kv[0], Value: kv[1]})
			}
		}
		b.body(c.ref, &casework.FieldEntry{Set: sets, Source: "import"}, written(start.AddDate(0, 0, -30)))
	}
	at := func(days, hour, minute int) string {
		return time.Date(2026, 11, 23-days, hour, minute, 0, 0, time.UTC).Format(time.RFC3339)
	}
	unannounced, announced := false, true
	visit := casework.Submission{
		Kind: casework.KindVisit, Children: []string{ruby, alfie, baby}, Type: "CP statutory", Occurred: at(4, 16, 5), Ended: at(4, 17, 0),
		Place: "home", Announced: &unannounced, Mode: casework.ModeFaceToFace, Author: "Amina Yusuf",
		Present: []casework.Person{{Name: "Kelly Larter", Role: "parent with parental responsibility"},
			{Name: "unknown adult: man, about 40, grey hoodie, said he was 'Daz'", Role: "unknown adult"}},
		Shared: "Unannounced visit. Knocked three times before Kelly came to the door. Downstairs was warm; dishes stacked but food in the fridge (milk in date, bread, ham, yoghurts). " +
			"The man who called himself Daz left by the back door when I asked who he was. Kelly said he had come to mend the boiler.",
		Parts: map[string]casework.ChildPart{
			ruby: {Seen: casework.Yes, SeenAlone: casework.Yes, BedroomSeen: casework.Yes,
				Voice:        []casework.Voice{{Asked: "Who has been at home this week?", Said: "Daz sleeps on the sofa. I don't like it when he shouts.", Heard: "verbatim"}},
				Observations: "Ruby was in school uniform, clean. She looked at the kitchen door before answering.",
				Analysis:     "Ruby describes an adult staying who is not in the plan. Possible breach of the safety agreement."},
			alfie: {Seen: casework.Yes, SeenAlone: casework.No, NotAloneReason: "child declined", BedroomSeen: casework.Yes,
				Observations: "Alfie stayed behind the sofa with a toy tractor. He showed me his bed: new mattress, no sheet."},
			baby: {Seen: casework.Yes, SeenAlone: casework.No, NotAloneReason: "too young", BedroomSeen: casework.Yes,
				Observations: "Asleep on her back in the Moses basket in Kelly's room. Red book seen."},
		},
		Actions: []casework.Action{{What: "Ask police for checks on 'Daz' and tell the CP chair", Owner: "Amina Yusuf", Due: "2026-11-20"},
			{What: "Kelly to tell me who stays at the house", Owner: "Kelly Larter", Due: "2026-11-24"}},
	}
	b.submit(visit, written(visit.EndedTime().Add(71*time.Minute)))
	call := casework.Submission{Kind: casework.KindCall, Children: []string{ruby}, Type: "telephone", Occurred: at(3, 10, 20),
		Present: []casework.Person{{Name: "Mrs Boyce", Role: "designated safeguarding lead"}},
		Shared:  "Rang the school. Ruby was on time and had breakfast at the club. She told her teacher that she was tired."}
	b.submit(call, written(call.OccurredTime().Add(9*time.Minute)))
	missed := casework.Submission{Kind: casework.KindVisit, Children: []string{ruby, alfie, baby}, Type: "CP statutory", Occurred: at(1, 15, 40),
		Place: "home", Announced: &announced, Mode: casework.ModeUnsuccessful, Reason: "no reply",
		Shared:  "No reply at the door. Curtains drawn, a light on upstairs. Rang Kelly twice, voicemail. Card left.",
		Actions: []casework.Action{{What: "Visit again unannounced", Owner: "Amina Yusuf", Due: "2026-11-24"}}}
	b.submit(missed, written(missed.OccurredTime().Add(20*time.Minute)))
	b.saved = time.Time{}
}

// others puts what colleagues wrote into the notebook: an oversight comment, two
// amendments at the same time, and another value of a field.
func others(b *fakeBook) {
	by := func(name, id string, at time.Time) func(*casework.Fact) {
		return func(f *casework.Fact) {
			f.Author, f.AuthorID, f.Device, f.Lane, f.Written, f.Received, f.State = name, id, id, "l-"+id, at, at.Add(time.Minute), casework.StateCouncil
		}
	}
	b.body(ruby, &casework.Amend{Target: "e004", Text: "The man gave his name as Darren, not Daz, when asked a second time."}, by("Tom Garrod", "p3", start.Add(-26*time.Hour)))
	b.body(ruby, &casework.Amend{Target: "e004", Text: "Ruby's school jumper was torn at the left sleeve."})
	b.body(ruby, &casework.Comment{Target: "e004", Text: "Read. Please tell me today what the police say about the man, and see Ruby again before Friday."}, by("Grace Okafor", "p2", start.Add(-3*time.Hour)))
	b.body(ruby, &casework.FieldEntry{Set: []casework.FieldSet{{Key: "address", Value: "11 Quay Street, Gorleston, NR31 9ZZ"}}}, by("Tom Garrod", "p3", start.Add(-25*time.Hour)))
	b.saved = time.Time{}
}
