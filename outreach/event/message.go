package event

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"tidings/outreach/person"
)

const (
	// MaxBytes is how large one event may be.
	MaxBytes = 32 << 10
	// maxID is the most bytes of a user's or a message's ID.
	maxID = 256
	// maxExternal is how many further IDs a message may carry.
	maxExternal = 20
)

// Refusal is an event that was not taken, and why.
type Refusal struct {
	Index   int    `json:"index"`
	Field   string `json:"field"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// message is one call of the tracking API, read and not yet judged by the
// catalogue. Its slices are parts of the body.
type message struct {
	index     int
	raw       []byte
	kind      string // identify, track, page, screen, group, alias
	event     string // the name under which it is stored; empty: it is not
	messageID string
	keys      []person.Key
	previous  string
	group     string // of group: the entity's ID
	groupType string
	at        time.Time
	props     []byte
	traits    []byte
	warnings  []Refusal
}

// kinds are the calls there are.
var kinds = []string{"identify", "track", "page", "screen", "group", "alias"}

// envelope is what a request says of all its messages.
type envelope struct {
	source   *Source
	kind     string // of a request with one message; a batch's say their own
	sentAt   time.Time
	received time.Time
	types    person.Types
}

// read makes a message of valid JSON, or refuses it.
func (e *envelope) read(index int, raw []byte) (*message, *Refusal) {
	no := func(field, rule, text string) (*message, *Refusal) {
		return nil, &Refusal{Index: index, Field: field, Rule: rule, Message: text}
	}
	if len(raw) > MaxBytes {
		return no("", "TOO_LARGE", "an event has at most 32 KB")
	}
	raw, rule := Clean(raw)
	switch rule {
	case "TOO_DEEP":
		return no("", rule, "values are nested 20 deep at most")
	case "OUT_OF_RANGE":
		return no("", rule, "a number is too large")
	case "JSON":
		return no("", rule, "the event is not JSON")
	}
	m := &message{index: index, raw: raw, kind: e.kind}
	var f fields
	if !f.read(raw) {
		return no("", "JSON", "an event is a JSON object")
	}
	if m.kind == "" {
		m.kind = f.kind.Str
	}
	if !slices.Contains(kinds, m.kind) {
		return no("type", "UNKNOWN", "the type is identify, track, page, screen, group or alias")
	}
	if text, field, rule := m.identify(&f, e.types); rule != "" {
		return no(field, rule, text)
	}
	if text, field, rule := m.describe(&f); rule != "" {
		return no(field, rule, text)
	}
	if text, rule := m.date(&f, e); rule != "" {
		return no("timestamp", rule, text)
	}
	return m, nil
}

// fields are the members of a message that matter.
type fields struct {
	kind, userID, anonymousID, messageID, previousID, groupID, event, name, category gjson.Result
	timestamp, original, sentAt, properties, traits, context                         gjson.Result
}

func (f *fields) read(raw []byte) bool {
	v := gjson.ParseBytes(raw)
	if !v.IsObject() {
		return false
	}
	v.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "type":
			f.kind = v
		case "userId":
			f.userID = v
		case "anonymousId":
			f.anonymousID = v
		case "messageId":
			f.messageID = v
		case "previousId":
			f.previousID = v
		case "groupId":
			f.groupID = v
		case "event":
			f.event = v
		case "name":
			f.name = v
		case "category":
			f.category = v
		case "timestamp":
			f.timestamp = v
		case "originalTimestamp":
			f.original = v
		case "sentAt":
			f.sentAt = v
		case "properties":
			f.properties = v
		case "traits":
			f.traits = v
		case "context":
			f.context = v
		}
		return true
	})
	return true
}

// text is a member that is a text; numbers are taken as they are written,
// because some senders have numeric user IDs.
func text(v gjson.Result) (string, bool) {
	switch v.Type {
	case gjson.Null:
		return "", true
	case gjson.String:
		return strings.TrimSpace(v.Str), true
	case gjson.Number:
		return v.Raw, true
	case gjson.True, gjson.False, gjson.JSON:
	}
	return "", false
}

// identify reads the IDs.
func (m *message) identify(f *fields, types person.Types) (says, field, rule string) {
	for _, id := range []struct {
		field, kind string
		v           gjson.Result
	}{{"userId", person.UserID, f.userID}, {"anonymousId", person.AnonymousID, f.anonymousID}} {
		value, ok := text(id.v)
		if !ok || len(value) > maxID {
			return "an ID is a text of 256 bytes at most", id.field, "INVALID_ID"
		}
		if value != "" {
			m.keys = append(m.keys, person.Key{Type: id.kind, Value: value})
		}
	}
	if f.context.Exists() && strings.Contains(f.context.Raw, "externalIds") {
		m.external(f.context.Get("externalIds"), types)
	}
	var ok bool
	if m.previous, ok = text(f.previousID); !ok || len(m.previous) > maxID {
		return "an ID is a text of 256 bytes at most", "previousId", "INVALID_ID"
	}
	if m.group, ok = text(f.groupID); !ok || len(m.group) > maxID {
		return "an ID is a text of 256 bytes at most", "groupId", "INVALID_ID"
	}
	if m.messageID, ok = text(f.messageID); !ok || len(m.messageID) > maxID {
		return "a message ID is a text of 256 bytes at most", "messageId", "INVALID_ID"
	}
	switch {
	case len(m.keys) == 0:
		return "userId or anonymousId is needed", "userId", "REQUIRED"
	case m.kind == "alias" && m.previous == "":
		return "an alias names the earlier ID", "previousId", "REQUIRED"
	case m.kind == "group" && m.group == "":
		return "a group call names the group", "groupId", "REQUIRED"
	}
	return "", "", ""
}

// external reads further IDs: [{"type": "phone", "id": "…"}].
func (m *message) external(list gjson.Result, types person.Types) {
	n := 0
	list.ForEach(func(_, v gjson.Result) bool {
		kind := v.Get("type").Str
		value, ok := text(v.Get("id"))
		switch _, known := types[kind]; {
		case !known:
			m.warn("context.externalIds", "UNKNOWN", "there is no ID type "+cut(kind, 40))
		case !ok || value == "" || len(value) > maxID:
			m.warn("context.externalIds", "INVALID_ID", "an ID is a text of 256 bytes at most")
		default:
			m.keys = append(m.keys, person.Key{Type: kind, Value: value})
		}
		n++
		return n < maxExternal
	})
}

// describe reads what happened.
func (m *message) describe(f *fields) (says, field, rule string) {
	for _, o := range []struct {
		field string
		v     gjson.Result
	}{{"properties", f.properties}, {"traits", f.traits}, {"context", f.context}} {
		if o.v.Exists() && o.v.Type != gjson.Null && !o.v.IsObject() {
			return o.field + " is an object", o.field, "INVALID_VALUE"
		}
	}
	switch m.kind {
	case "track":
		if f.event.Type != gjson.String || strings.TrimSpace(f.event.Str) == "" {
			return "a track call names the event", "event", "REQUIRED"
		}
		m.event = strings.TrimSpace(f.event.Str)
		if utf8.RuneCountInString(m.event) > maxEventName {
			return "an event's name has at most 200 characters", "event", "TOO_LONG"
		}
		if strings.ContainsFunc(m.event, unicode.IsControl) {
			return "an event's name has no control characters", "event", "INVALID_VALUE"
		}
		m.props = objectOf(f.properties)
	case "page", "screen":
		m.event = m.kind
		m.props = with(with(objectOf(f.properties), "name", f.name), "category", f.category)
	case "group":
		m.event = "group"
		m.traits = objectOf(f.traits)
		m.groupType = "group"
		for _, v := range []gjson.Result{f.context.Get("groupType"), f.traits.Get("groupType")} {
			if v.Type == gjson.String && v.Str != "" {
				m.groupType = v.Str
				break
			}
		}
		m.props = with(with(m.traits, "groupId", f.groupID), "groupType", gjson.Result{Type: gjson.String, Str: m.groupType, Raw: string(gjson.AppendJSONString(nil, m.groupType))})
	case "identify":
		m.traits = objectOf(f.traits)
		if len(m.traits) == 0 {
			m.traits = objectOf(f.context.Get("traits"))
		}
	}
	return "", "", ""
}

func objectOf(v gjson.Result) []byte {
	if !v.IsObject() {
		return nil
	}
	return []byte(v.Raw)
}

// with adds a member to an object that lacks it.
func with(object []byte, name string, v gjson.Result) []byte {
	if v.Type == gjson.Null || gjson.GetBytes(object, name).Exists() {
		return object
	}
	out := append(append(append([]byte(`{"`), name...), `":`...), v.Raw...)
	if len(object) > 2 && gjson.GetBytes(object, "@keys.#").Int() > 0 {
		return append(append(out, ','), object[1:]...)
	}
	return append(out, '}')
}

// date works out when it happened.
func (m *message) date(f *fields, e *envelope) (says, rule string) {
	stamp := f.timestamp
	if !stamp.Exists() || stamp.Type == gjson.Null {
		stamp = f.original
	}
	timestamp, ok := readTime(stamp)
	if !ok {
		return "the time stamp is not a time such as 2026-11-22T08:30:00.000Z", "INVALID_TIME"
	}
	sentAt := e.sentAt
	if f.sentAt.Exists() {
		if t, ok := readTime(f.sentAt); !ok {
			m.warn("sentAt", "INVALID_TIME", "the time of sending cannot be read")
		} else if !t.IsZero() {
			sentAt = t
		}
	}
	at, clamped, rule := when(timestamp, sentAt, e.received, e.source.RetentionDays)
	switch rule {
	case "IN_THE_FUTURE":
		return "the event is more than a day ahead", rule
	case "TOO_OLD":
		return "the event is older than what the project keeps", rule
	}
	if clamped {
		m.warn("timestamp", "CLOCK_AHEAD", "the event was ahead of time and counts as just received")
	}
	m.at = at
	return "", ""
}

func (m *message) warn(field, rule, says string) {
	m.warnings = append(m.warnings, Refusal{Index: m.index, Field: field, Rule: rule, Message: says})
}

// hash is what a message is known by: its project and ID, whatever else it
// carries. A message without an ID is like no other.
func (m *message) hash(projectNum int64) [16]byte {
	return HashID(projectNum, m.messageID)
}

// HashID is the hash of a message's ID in a project; of an empty one a random.
func HashID(projectNum int64, messageID string) (out [16]byte) {
	if messageID == "" {
		_, _ = rand.Read(out[:]) // it never fails
		return out
	}
	b := make([]byte, 8, 8+len(messageID))
	binary.BigEndian.PutUint64(b, uint64(projectNum)) //nolint:gosec // a key, not a number
	sum := sha256.Sum256(append(b, messageID...))
	copy(out[:], sum[:])
	return out
}

// NumOf is the event's number: 63 bits of its hash.
func NumOf(hash [16]byte) int64 {
	return int64(binary.BigEndian.Uint64(hash[:8]) >> 1) //nolint:gosec // 63 bits
}
