package casework

import "strings"

// title names a visit, call or note: "CP statutory visit at home, unannounced".
func (s *Submission) title() string {
	noun := map[string]string{KindCall: "phone call", KindNote: "note"}[s.Kind]
	if noun == "" {
		noun = "visit"
	}
	kind := strings.TrimSpace(s.Type)
	if s.Kind == KindCall && (kind == "" || same(kind, "telephone")) {
		kind = "phone call"
	} else if s.Kind == KindCall && same(kind, "video") {
		kind = "video call"
	} else if !strings.Contains(strings.ToLower(kind), noun) && s.Kind != KindCall {
		kind = strings.TrimSpace(kind + " " + noun)
	}
	var b strings.Builder
	if s.Unsuccessful() {
		b.WriteString("Unsuccessful ")
		b.WriteString(lowerFirst(kind))
	} else {
		b.WriteString(sentence(kind))
	}
	if p := placeWords(s.Place); p != "" {
		b.WriteString(" " + p)
	}
	if same(s.Mode, ModeVirtual) {
		b.WriteString(", virtual")
	}
	if s.Announced != nil && !*s.Announced {
		b.WriteString(", unannounced")
	}
	if s.Unsuccessful() && !blank(s.Reason) {
		b.WriteString(": " + strings.TrimSpace(s.Reason))
	}
	return b.String()
}

// lowerFirst lowers a leading capital unless the word is an abbreviation.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

func placeWords(place string) string {
	switch p := strings.ToLower(strings.TrimSpace(place)); p {
	case "":
		return ""
	case "home", "school", "placement":
		return "at " + p
	case "office":
		return "at the office"
	case "community":
		return "in the community"
	case "hospital", "custody":
		return "in " + p
	case "online":
		return p
	}
	return "at " + strings.TrimSpace(place)
}

func (s *Submission) line() string {
	text := s.Shared
	if blank(text) {
		for _, ref := range s.Children {
			p := s.Parts[ref]
			text = joinText(p.Observations, p.Analysis)
		}
	}
	return withText(s.title(), text)
}

// Words is what an item asks for, as a sentence for the "what is missing"
// panel. It names no child; the caller puts the name before it.
func (it Item) Words() string {
	if s, ok := itemWords[it.Field+" "+it.Code]; ok {
		return s
	}
	label, ok := itemLabels[it.Field]
	if !ok {
		label = sentence(strings.ReplaceAll(it.Field[strings.LastIndexByte(it.Field, '.')+1:], "_", " "))
	}
	switch it.Code {
	case CodeMissing:
		return label + " is missing."
	case CodeTooLong:
		return label + " is too long."
	case CodeInFuture:
		return label + " is in the future."
	case CodeUnknownCode:
		return label + " is not one of the usual words. It is kept as it is."
	}
	return label + " is not right."
}

var itemLabels = map[string]string{
	"children":                        "The child",
	"occurred":                        "When it happened",
	"ended":                           "When it ended",
	"type":                            "The type",
	"unsuccessful_reason":             "The reason",
	"actions.due":                     "The date of an action",
	"actions.what":                    "The action",
	"children_parts.not_seen_reason":  "The reason for not seeing the child",
	"children_parts.not_alone_reason": "The reason for not seeing the child alone",
	"children_parts.bedroom_seen":     "Where the child sleeps",
}

var itemWords = map[string]string{
	"children missing":                        "Choose at least one child.",
	"children bad_value":                      "A child is named twice, or a child reference cannot be used.",
	"occurred missing":                        "Say when it happened.",
	"occurred bad_value":                      "The date and time cannot be read.",
	"ended bad_value":                         "The end is before the beginning, or cannot be read.",
	"shared missing":                          "Write what happened.",
	"unsuccessful_reason missing":             "Say why the visit was unsuccessful.",
	"present.name missing":                    "Name everyone present, or describe an unknown adult.",
	"actions.what missing":                    "Say what is to be done.",
	"interpreter.language missing":            "Say which language was interpreted.",
	"children_parts bad_value":                "There is a part for a child who is not in this visit.",
	"children_parts.seen missing":             "Was the child seen?",
	"children_parts.seen bad_value":           "The child cannot be seen on an unsuccessful visit.",
	"children_parts.not_seen_reason missing":  "Say why the child was not seen.",
	"children_parts.seen_alone missing":       "Was the child seen alone? If not, say why.",
	"children_parts.not_alone_reason missing": "Say why the child was not seen alone.",
	"children_parts.voice.said missing":       "Write the child's words, or remove the empty line.",
}
