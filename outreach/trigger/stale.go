package trigger

import (
	"bytes"
	"encoding/json"
	"time"

	"tidings/ent"
)

// Stale tells whether a task's trigger, or whom it is for, is another than when it
// was tested. Its window and its end are left out of account, here as there; so is
// who happens to be in its segment.
func Stale(b *ent.Backtest, t *ent.Task) bool {
	return !bytes.Equal(withoutTimes(b.Trigger), withoutTimes(t.Trigger)) || !sameAudience(b.Audience, t)
}

// withoutTimes is a definition's one form, without A's window.
func withoutTimes(raw json.RawMessage) []byte {
	d, err := Parse(raw)
	if err != nil {
		return raw
	}
	d.A.From, d.A.To = time.Time{}, time.Time{}
	text, err := d.JSON()
	if err != nil {
		return raw
	}
	return text
}

func sameAudience(tested json.RawMessage, t *ent.Task) bool {
	now, ok := AudienceOf(t)
	if !ok {
		return false
	}
	text, err := json.Marshal(now)
	if err != nil {
		return false
	}
	return bytes.Equal(canonical(tested), canonical(text))
}

// canonical is JSON in one form: the stores keep it in theirs.
func canonical(raw json.RawMessage) []byte {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return raw
	}
	text, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return text
}
