package casework

import "time"

// SampleKey is the field that marks a case of the sample caseload.
const SampleKey = "sample"

// MarkSample is the field value that marks a case as sample.
func MarkSample() FieldSet { return FieldSet{Key: SampleKey, Value: "yes"} }

// SampleChild is an invented child.
type SampleChild struct {
	Ref  string
	Sets []FieldSet // without the mark, see MarkSample
}

// Sample is an invented family with a few days of work.
type Sample struct {
	Children []SampleChild
	Visits   []Submission // visits and calls, oldest first
}

// SampleFamily is three invented siblings with an unannounced visit, an
// unsuccessful one and a phone call in the days before now. Names, references
// and NHS numbers (test range) belong to nobody.
func SampleFamily(now time.Time) Sample {
	var s Sample
	for _, c := range []struct{ ref, nhs, name, known, dob, sex string }{
		{"SAMPLE-1", "9990034664", "Ruby Mae Larter (sample)", "Ruby", "2014-05-02", "F"},
		{"SAMPLE-2", "9990036039", "Alfie James Larter (sample)", "Alfie", "2017-11-19", "M"},
		{"SAMPLE-3", "9990038775", "Baby Larter (sample)", "", DateOf(now).AddDays(-56).String(), "U"},
	} {
		row := Row{Ref: c.ref, NHS: c.nhs, Values: map[string]string{
			"ref": c.ref, "nhs": c.nhs, "name": c.name, "known_as": c.known, "dob": c.dob, "dob_basis": "verified", "sex": c.sex,
			"ethnicity": "WBRI", "nationality": "British", "language": "English", "interpreter": "no",
			"status": "child protection", "plan": "CP plan", "cp_category": "NEG",
			"plan_start": DateOf(now).AddDays(-40).String(), "worker": "Amina Yusuf", "team": "Norwich Family Support 2",
			"address": "7 Staithe Close, Great Yarmouth, NR30 9ZZ", "address_confidential": "no", "siblings": "Larter",
			"alerts": "dog on premises; do not visit alone after dark",
		}}
		s.Children = append(s.Children, SampleChild{Ref: c.ref, Sets: Reconcile(nil, row, true).Sets})
	}
	at := func(days, hour, minute int) string {
		t := DateOf(now).AddDays(-days).Time()
		return t.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute).UTC().Format(time.RFC3339)
	}
	all := []string{"SAMPLE-1", "SAMPLE-2", "SAMPLE-3"}
	kelly := Person{Name: "Kelly Larter", Role: "parent with parental responsibility"}
	unannounced, announced := false, true
	s.Visits = []Submission{
		{
			Kind: KindVisit, Children: all, Type: "CP statutory", Occurred: at(6, 16, 5), Ended: at(6, 17, 0),
			Place: "home", Announced: &unannounced, Mode: ModeFaceToFace,
			Present: []Person{kelly, {Name: "unknown adult: man, about 40, grey hoodie, said he was 'Daz'", Role: "unknown adult"}},
			Shared: "Unannounced visit. Knocked three times before Kelly came to the door. Downstairs was warm; dishes stacked but food in the fridge (milk in date, bread, ham, yoghurts). " +
				"The man who called himself Daz left by the back door when I asked who he was. Kelly said he had come to mend the boiler.",
			Parts: map[string]ChildPart{
				"SAMPLE-1": {Seen: Yes, SeenAlone: Yes, BedroomSeen: Yes,
					Voice:        []Voice{{Asked: "Who has been at home this week?", Said: "Daz sleeps on the sofa. I don't like it when he shouts.", Heard: "verbatim"}},
					Observations: "Ruby was in school uniform, clean. She looked at the kitchen door before answering.",
					Analysis:     "Ruby describes an adult staying who is not in the plan. Possible breach of the safety agreement."},
				"SAMPLE-2": {Seen: Yes, SeenAlone: No, NotAloneReason: "child declined", BedroomSeen: Yes,
					Observations: "Alfie stayed behind the sofa with a toy tractor. He showed me his bed: new mattress, no sheet."},
				"SAMPLE-3": {Seen: Yes, SeenAlone: No, NotAloneReason: "too young", BedroomSeen: Yes,
					Observations: "Asleep on her back in the Moses basket in Kelly's room. Red book seen."},
			},
			Actions: []Action{
				{What: "Ask police for checks on 'Daz' and tell the CP chair", Owner: "Amina Yusuf", Due: DateOf(now).AddDays(-5).String()},
				{What: "Kelly to tell me who stays at the house", Owner: "Kelly Larter", Due: DateOf(now).AddDays(1).String()},
			},
			Author: "Amina Yusuf",
		},
		{
			Kind: KindCall, Children: []string{"SAMPLE-1"}, Type: "telephone", Occurred: at(5, 10, 20),
			Present: []Person{{Name: "Mrs Boyce (sample)", Role: "designated safeguarding lead"}},
			Shared:  "Rang the school. Ruby was on time and had breakfast at the club. She told her teacher that she was tired.",
			Author:  "Amina Yusuf",
		},
		{
			Kind: KindVisit, Children: all, Type: "CP statutory", Occurred: at(2, 15, 40), Place: "home",
			Announced: &announced, Mode: ModeUnsuccessful, Reason: "no reply",
			Shared:  "No reply at the door. Curtains drawn, a light on upstairs. Rang Kelly twice, voicemail. Card left.",
			Actions: []Action{{What: "Visit again unannounced", Owner: "Amina Yusuf", Due: DateOf(now).AddDays(1).String()}},
			Author:  "Amina Yusuf",
		},
	}
	return s
}
