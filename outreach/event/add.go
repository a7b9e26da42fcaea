package event

import (
	"context"
	"time"

	"github.com/tidwall/gjson"

	"tidings/outreach/fault"
	"tidings/outreach/person"
)

const (
	// deadBody is how much of a refused event is kept.
	deadBody = 4 << 10
	// maxDead is how many refused events of a request are kept.
	maxDead = 100
	// maxWarnings bounds what an answer says beside refusals.
	maxWarnings = 100
)

// Batch is a request: messages as they came. Each item is one JSON value, or
// says why it is none.
type Batch struct {
	// Kind is the call that all are, where the path says so; empty: each says its own.
	Kind   string
	SentAt string // of the batch; messages may say their own
	Items  []Item
}

// Item is one message of a batch.
type Item struct {
	Raw    []byte // valid JSON
	Broken string // why it is not; Raw is then what there was
}

// Add takes the messages of a request and answers when they are committed, or
// refused one by one. An error means that nothing is known to be stored: LIMITED
// when too much waits already, ctx's when the caller gave up.
func (s *Store) Add(ctx context.Context, source *Source, b *Batch) (*Result, error) {
	kinds, err := s.People.Kinds(ctx, source.ProjectNum)
	if err != nil {
		return nil, err
	}
	e := &envelope{source: source, kind: b.Kind, received: s.Clock.Now(), types: kinds.Types}
	out := &Result{}
	var readable bool
	if e.sentAt, readable = sentAtOf(b.SentAt); !readable {
		out.Warnings = append(out.Warnings, Refusal{Index: -1, Field: "sentAt", Rule: "INVALID_TIME", Message: "the time of sending cannot be read"})
	}
	req := &request{source: source}
	refuse := func(r Refusal, event string, raw []byte) {
		out.Refused = append(out.Refused, r)
		if event == "" && r.Rule != "JSON" {
			event = cut(gjson.GetBytes(raw, "event").Str, maxEventName)
		}
		if len(req.refused) < maxDead {
			req.refused = append(req.refused, dead{Refusal: r, event: event, body: cleanText(string(raw[:min(len(raw), deadBody)]))})
		}
	}
	messages := make([]*message, 0, len(b.Items))
	for i, item := range b.Items {
		if item.Broken != "" {
			refuse(Refusal{Index: i, Rule: "JSON", Message: item.Broken}, "", item.Raw)
			continue
		}
		m, r := e.read(i, item.Raw)
		if r != nil {
			refuse(*r, "", item.Raw)
			continue
		}
		messages = append(messages, m)
	}
	if err := s.prepare(ctx, e, kinds, messages, req, refuse); err != nil {
		return nil, err
	}
	for _, m := range messages {
		out.Warnings = append(out.Warnings, m.warnings...)
	}
	out.Warnings = out.Warnings[:min(len(out.Warnings), maxWarnings)]
	if err := s.submit(ctx, req); err != nil {
		return nil, err
	}
	for _, r := range req.messages {
		switch {
		case r.duplicate:
			out.Duplicate++
		case r.person == 0:
			out.Refused = append(out.Refused, Refusal{Index: r.index, Field: "userId", Rule: "INVALID_ID", Message: "the IDs are of something that is no person"})
		default:
			out.Accepted++
		}
	}
	return out, nil
}

// sentAtOf reads a batch's time of sending; one that cannot be read is no reason
// to lose the batch.
func sentAtOf(text string) (at time.Time, readable bool) {
	if text == "" {
		return at, true
	}
	return readTime(gjson.Result{Type: gjson.String, Str: text})
}

// prepare judges messages by the catalogue, which learns what it does not know,
// and makes them ready.
func (s *Store) prepare(ctx context.Context, e *envelope, kinds person.Kinds, messages []*message, req *request, refuse func(Refusal, string, []byte)) error {
	if len(messages) == 0 {
		return nil
	}
	f, err := s.Catalogue.Fitter(ctx, e.source.ProjectID)
	if err != nil {
		return err
	}
	if err := learnTypes(ctx, f, messages); err != nil {
		return err
	}
	var again []*message
	out := make([]*ready, 0, len(messages))
	for _, m := range messages {
		r, known, refusal := e.ready(f, kinds, m)
		switch {
		case refusal != nil:
			refuse(*refusal, m.event, m.raw)
		case !known:
			again = append(again, m)
		default:
			out = append(out, r)
		}
	}
	if len(again) > 0 {
		if err := f.Learn(ctx); err != nil {
			return err
		}
		for _, m := range again {
			r, known, refusal := e.ready(f, kinds, m)
			if refusal != nil || !known {
				return fault.Errorf(fault.Unavailable, "the catalogue changed meanwhile; send the events again")
			}
			out = append(out, r)
		}
	}
	req.messages = out
	return nil
}

func learnTypes(ctx context.Context, f *Fitter, messages []*message) error {
	var names []string
	for _, m := range messages {
		if m.event != "" && f.Type(m.event) == nil {
			names = append(names, m.event)
		}
	}
	if len(names) == 0 || f.Full() {
		return nil
	}
	return f.LearnTypes(ctx, names)
}

// ready makes a message as it is stored. known is false when the catalogue has
// to learn first.
func (e *envelope) ready(f *Fitter, kinds person.Kinds, m *message) (r *ready, known bool, refused *Refusal) {
	no := func(rule, says string) (*ready, bool, *Refusal) {
		return nil, true, &Refusal{Index: m.index, Field: "event", Rule: rule, Message: says}
	}
	r = &ready{
		hash: m.hash(e.source.ProjectNum), at: m.at.UnixMilli(), received: e.received.UnixMilli(), index: m.index,
		sourceNum: e.source.Num, projectNum: e.source.ProjectNum, identity: m.keys[0].Type + ":" + m.keys[0].Value,
		kind:  m.kind,
		claim: person.Claim{Keys: m.keys, Previous: m.previous, Merge: m.kind == "identify" || m.kind == "alias"},
	}
	if m.kind != "alias" {
		r.claim.Previous = ""
	}
	known = true
	if m.event != "" {
		if r.event = f.Type(m.event); r.event == nil {
			return no("CATALOGUE_FULL", "the project has as many kinds of events as it can have")
		}
		if !r.event.Enabled {
			return no("EVENT_DISABLED", "the event is switched off in the catalogue")
		}
		var ok bool
		if r.props, ok = m.fit(f, OfEvent(r.event.ID), "properties", m.props, false); !ok {
			known = false
		}
	}
	if subject, ok := kinds.Subjects[m.groupType]; ok && m.kind == "group" {
		r.entity = &person.Claim{Keys: []person.Key{{Type: subject.IDType, Value: m.group}}, Subject: subject.Num}
	}
	if len(m.traits) > 2 && (m.kind == "identify" || r.entity != nil) {
		var ok bool
		if r.traits, ok = m.fit(f, Attributes, "traits", m.traits, true); !ok {
			known = false
		}
	}
	return r, known, nil
}

// fit makes values as they are stored; what was done to them is a warning.
func (m *message) fit(f *Fitter, owner Owner, field string, object []byte, keepNull bool) ([]byte, bool) {
	if len(object) <= 2 {
		return nil, true
	}
	out, notices, known := f.Fit(owner, object, keepNull)
	if !known {
		return nil, false
	}
	for _, n := range notices {
		switch n.Rule {
		case "BAD_NAME":
			m.warn(field, n.Rule, "left out: a name has 1 to 128 characters, none of them \" or \\")
		case "TYPE_CONFLICT":
			m.warn(field+"."+n.Field, n.Rule, "kept as it came, but rules pass over it: its type is not the catalogue's")
		case "DISABLED":
			m.warn(field+"."+n.Field, n.Rule, "left out: it is switched off in the catalogue")
		}
	}
	return out, true
}
