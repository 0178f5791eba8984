package casework

import "strings"

// NothingRecorded stands under a heading for which nothing is held. An empty
// heading says so; it is never left out.
const NothingRecorded = "Nothing recorded under this heading."

// Summary makes the case summary as data for a document: the headings of
// practice in their order, then the record of the period in full. It holds
// nothing of another child's part, because no case holds that; a confidential
// address is taken out of every text, and what was struck appears as struck,
// without its content.
func Summary(cf *CaseFile, from, until Date) []Section {
	s := &summary{cf: cf, from: from, until: until}
	for i := range cf.Entries {
		e := cf.Export(&cf.Entries[i])
		if e.Narrative() && inPeriod(e.When(), from, until) {
			s.entries = append(s.entries, e)
		}
	}
	sections := []Section{
		{"Identity and legal status", s.identity()},
		{"Family and network", s.family()},
		{"Why we are involved", s.involved()},
		{"History", s.history()},
		{"Strengths", nil},
		{"Risks", s.risks()},
		{"The child's voice", s.voice()},
		{"Parents' and carers' views", nil},
		{"Plan and progress", s.plan()},
		{"Placement, health, education and identity", s.placement()},
		{"Immigration and National Referral Mechanism", s.immigration()},
		{"Contacts", s.contacts()},
		{"Key dates due", s.dates()},
		{"Next actions", s.actions()},
		{"Record of visits, calls and notes", s.record()},
	}
	for i := range sections {
		if len(sections[i].Blocks) == 0 {
			sections[i].Blocks = []Block{{Kind: BlockText, Text: NothingRecorded}}
		}
	}
	return sections
}

type summary struct {
	cf          *CaseFile
	from, until Date
	entries     []*Entry // narrative entries of the period, newest first, as they may leave
}

// pairs shows fields as labels and values, leaving out those never set.
func (s *summary) pairs(keys ...string) []Block {
	var pairs []Labelled
	for _, k := range keys {
		f := s.cf.Field(k)
		if v := f.Display(); !blank(v) {
			if f.Conflict() {
				v += " (conflicting values are held)"
			}
			if !f.Hidden {
				v = s.cf.Withhold(v)
			}
			pairs = append(pairs, Labelled{f.Def.Label, v})
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return []Block{{Kind: BlockPairs, Pairs: pairs}}
}

func list(items []string) []Block {
	if len(items) == 0 {
		return nil
	}
	return []Block{{Kind: BlockList, Items: items}}
}

func (s *summary) identity() []Block {
	return s.pairs("ref", "name", "known_as", "dob", "dob_basis", "sex", "nhs", "upn", "ethnicity", "nationality",
		"language", "interpreter", "status", "legal_status", "address", "worker", "team")
}

func (s *summary) family() []Block {
	blocks := s.pairs("siblings")
	var items []string
	seen := map[string]bool{}
	for _, e := range s.entries {
		for _, p := range e.Present {
			if words := p.Words(); !e.IsStruck() && !seen[strings.ToLower(words)] {
				seen[strings.ToLower(words)] = true
				items = append(items, words)
			}
		}
	}
	if len(items) > 0 {
		blocks = append(blocks, Block{Kind: BlockList, Label: "Present at visits and calls in this period", Items: items})
	}
	return blocks
}

// Words is the person with their role.
func (p Person) Words() string {
	if blank(p.Role) {
		return strings.TrimSpace(p.Name)
	}
	return strings.TrimSpace(p.Name) + ", " + strings.TrimSpace(p.Role)
}

func (s *summary) involved() []Block {
	return s.pairs("cp_category", "identified", "identified_basis", "exploitation_types", "exploitation_stage", "exploited_by")
}

func (s *summary) history() []Block {
	var rows [][]string
	for _, r := range Chronology(s.cf, s.from, s.until) {
		if r.Struck {
			rows = append(rows, []string{r.Date.Words(), r.Source, r.Event})
			continue
		}
		rows = append(rows, []string{r.Date.Words(), r.Source, Shorten(r.Event, 160)})
	}
	if len(rows) == 0 {
		return nil
	}
	return []Block{{Kind: BlockTable, Header: []string{"Date", "Source", "Event"}, Rows: rows}}
}

func (s *summary) risks() []Block {
	cf := s.cf
	var blocks []Block
	for _, a := range cf.Alerts {
		blocks = append(blocks, Block{Kind: BlockNotice, Label: "Alert", Text: cf.Withhold(sentence(a))})
	}
	if n := len(cf.Attempts); n > 0 {
		blocks = append(blocks, Block{Kind: BlockNotice, Text: count(n, "visit", "visits") + " since the child was last seen did not reach the child."})
	}
	return append(blocks, s.passages(PassageAnalysis)...)
}

func (s *summary) voice() []Block { return s.passages(PassageWords) }

// passages collects one kind of passage from the entries of the period.
func (s *summary) passages(kind PassageKind) []Block {
	var out []Block
	for _, e := range s.entries {
		if e.IsStruck() {
			continue
		}
		for _, p := range e.Passages {
			if p.Kind != kind {
				continue
			}
			b := Block{Kind: BlockText, Label: p.Label, Text: p.Text, Source: e.ShortSource()}
			if kind == PassageWords {
				b.Kind, b.Asked, b.Heard = BlockQuote, p.Asked, p.Heard
			}
			out = append(out, b)
		}
	}
	return out
}

// ShortSource names the entry and its day: "Visit, 19 November 2026".
func (e *Entry) ShortSource() string { return e.Label + ", " + DateWords(e.When()) }

func (s *summary) plan() []Block {
	blocks := s.pairs("plan", "plan_start")
	pairs := []Labelled{{"Last seen", s.cf.LastSeenWords()}, {"Last seen alone", s.cf.LastSeenAloneWords()}}
	if v := s.cf.LastVirtual; !v.IsZero() {
		pairs = append(pairs, Labelled{"Last spoken to by video or phone", DateWords(v.At)})
	}
	return append(blocks, Block{Kind: BlockPairs, Pairs: pairs})
}

func (s *summary) placement() []Block {
	return s.pairs("placement", "placement_start")
}

func (s *summary) immigration() []Block { return s.pairs("nrm", "home_office_ref") }

func (s *summary) contacts() []Block { return s.pairs("worker", "team") }

func (s *summary) dates() []Block {
	var items []string
	for _, d := range Due(s.cf, DefaultRules(), s.cf.now) {
		if d.Key != "action" {
			items = append(items, d.Words())
		}
	}
	return list(items)
}

func (s *summary) actions() []Block {
	var items []string
	for _, e := range s.entries {
		for _, a := range e.Actions {
			if !e.IsStruck() {
				items = append(items, a.Words()+", from "+lowerFirst(e.ShortSource()))
			}
		}
	}
	return list(items)
}

func (s *summary) record() []Block {
	var out []Block
	for _, e := range s.entries {
		out = append(out, Block{Kind: BlockEntry, Entry: e})
	}
	return out
}
