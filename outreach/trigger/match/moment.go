package match

import (
	"encoding/json"
	"time"

	"tidings/outreach/audience/rule"
)

// instantLayout is the one form in which instants are stored.
const instantLayout = "2006-01-02T15:04:05.000Z"

// fits tells whether a value is of its property's type; any but null where the
// catalogue knows none.
func fits(v any, typ rule.Type) bool {
	switch typ {
	case rule.Text:
		_, ok := v.(string)
		return ok
	case rule.Number:
		_, ok := v.(json.Number)
		return ok
	case rule.Boolean:
		_, ok := v.(bool)
		return ok
	case rule.Date:
		_, ok := moment(v, time.DateOnly)
		return ok
	case rule.Datetime:
		_, ok := moment(v, instantLayout)
		return ok
	case rule.List:
		_, ok := v.([]any)
		return ok
	case rule.Object:
		_, ok := v.(map[string]any)
		return ok
	}
	return v != nil
}

// moment reads a date or an instant in exactly the stored form.
func moment(v any, layout string) (time.Time, bool) {
	s, ok := v.(string)
	if !ok || len(s) != len(layout) || s[0] == '0' {
		return time.Time{}, false
	}
	t, err := time.Parse(layout, s)
	return t, err == nil
}

// during tells whether a date or an instant lies in a window.
func during(v any, typ rule.Type, w *rule.Window, at *frame) bool {
	if typ != rule.Datetime {
		if _, ok := moment(v, time.DateOnly); ok {
			day, r := v.(string), w.ResolveDates(at.now, at.zone) //nolint:errcheck,forcetypeassert // moment looked
			return (r.From == "" || day >= r.From) && (r.To == "" || day < r.To)
		}
	}
	if typ != rule.Date {
		if t, ok := moment(v, instantLayout); ok {
			ms, r := t.UnixMilli(), w.Resolve(at.now, at.zone)
			return ms >= r.From && ms < r.To
		}
	}
	return false
}
