package casework

// submission reads the fields of Submission by their JSON names. A null is not
// regular here.
func (q *quick) submission(s *Submission) bool {
	return q.object(func(name string) int {
		switch name {
		case "v":
			return q.digit(&s.V, 0)
		case "kind":
			return q.into(&s.Kind, 1)
		case "ref":
			return q.into(&s.Ref, 2)
		case "children":
			return quickList(q, &s.Children, 3, q.into)
		case "type":
			return q.into(&s.Type, 4)
		case "occurred":
			return q.into(&s.Occurred, 5)
		case "ended":
			return q.into(&s.Ended, 6)
		case "place":
			return q.into(&s.Place, 7)
		case "announced":
			return q.flag(&s.Announced, 8)
		case "mode":
			return q.into(&s.Mode, 9)
		case "unsuccessful_reason":
			return q.into(&s.Reason, 10)
		case "interpreter":
			s.Interpreter = new(Interpreter)
			return q.interpreter(s.Interpreter, 11)
		case "present":
			return quickList(q, &s.Present, 12, q.person)
		case "shared":
			return q.into(&s.Shared, 13)
		case "children_parts":
			return q.parts(&s.Parts, 14)
		case "actions":
			return quickList(q, &s.Actions, 15, q.action)
		case "author":
			return q.into(&s.Author, 16)
		}
		return -1
	})
}

// quickList reads an array, whose rows one reads. An empty one is not nil, as in
// encoding/json.
func quickList[T any](q *quick, to *[]T, n int, one func(*T, int) int) int {
	out := []T{}
	ok := q.rows('[', ']', func() bool {
		var zero T
		out = append(out, zero)
		return one(&out[len(out)-1], n) >= 0
	})
	if !ok {
		return -1
	}
	*to = out
	return n
}

// whole is n if an object was read, else -1.
func whole(ok bool, n int) int {
	if !ok {
		return -1
	}
	return n
}

func (q *quick) interpreter(in *Interpreter, n int) int {
	return whole(q.object(func(name string) int {
		switch name {
		case "language":
			return q.into(&in.Language, 0)
		case "independent":
			return q.flag(&in.Independent, 1)
		case "ref":
			return q.into(&in.Ref, 2)
		}
		return -1
	}), n)
}

func (q *quick) person(p *Person, n int) int {
	return whole(q.object(func(name string) int {
		switch name {
		case "name":
			return q.into(&p.Name, 0)
		case "role":
			return q.into(&p.Role, 1)
		}
		return -1
	}), n)
}

func (q *quick) action(a *Action, n int) int {
	return whole(q.object(func(name string) int {
		switch name {
		case "what":
			return q.into(&a.What, 0)
		case "owner":
			return q.into(&a.Owner, 1)
		case "due":
			return q.into(&a.Due, 2)
		}
		return -1
	}), n)
}

func (q *quick) voice(v *Voice, n int) int {
	return whole(q.object(func(name string) int {
		switch name {
		case "asked":
			return q.into(&v.Asked, 0)
		case "said":
			return q.into(&v.Said, 1)
		case "heard":
			return q.into(&v.Heard, 2)
		}
		return -1
	}), n)
}

func (q *quick) part(p *ChildPart) bool {
	return q.object(func(name string) int {
		switch name {
		case "seen":
			return q.answer(&p.Seen, 0)
		case "not_seen_reason":
			return q.into(&p.NotSeenReason, 1)
		case "seen_alone":
			return q.answer(&p.SeenAlone, 2)
		case "not_alone_reason":
			return q.into(&p.NotAloneReason, 3)
		case "bedroom_seen":
			return q.answer(&p.BedroomSeen, 4)
		case "voice":
			return quickList(q, &p.Voice, 5, q.voice)
		case "observations":
			return q.into(&p.Observations, 6)
		case "analysis":
			return q.into(&p.Analysis, 7)
		}
		return -1
	})
}

func (q *quick) parts(to *map[string]ChildPart, n int) int {
	out := map[string]ChildPart{}
	ok := q.rows('{', '}', func() bool {
		ref, ok := q.str()
		if _, twice := out[ref]; !ok || twice || !q.take(':') {
			return false
		}
		var p ChildPart
		if !q.part(&p) {
			return false
		}
		out[ref] = p
		return true
	})
	if !ok {
		return -1
	}
	*to = out
	return n
}
