package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
	"tidings/outreach/schedule"
)

const (
	// path is where a definition stands in the API's input.
	path = "trigger"
	// maxBytes bounds a definition.
	maxBytes = 64 << 10
	// MaxEvents is how many events A, and B, may name.
	MaxEvents = 10
)

// form is a definition as it is read: its events are read one by one, so that
// what is wrong with them is said where it stands.
type form struct {
	A *struct {
		Events []json.RawMessage `json:"events"`
		Mode   Mode              `json:"mode"`
		N      int               `json:"n"`
		From   *time.Time        `json:"from"`
		To     *time.Time        `json:"to"`
	} `json:"a"`
	B *struct {
		Events []json.RawMessage `json:"events"`
		Wait   schedule.Span     `json:"wait"`
	} `json:"b"`
	Timing          *schedule.Timing `json:"timing"`
	RecheckAudience bool             `json:"recheckAudience"`
}

// Parse reads the JSON form, complete or not. It refuses what is not that form,
// above all names it does not know: a misspelt condition must not silently be
// none. Whether it makes sense is Validate's to say. INVALID: JSON and TOO_LONG
// at trigger, and what rule.Parse says of filters, at the filter.
func Parse(data []byte) (Definition, error) {
	if len(data) > maxBytes {
		return Definition{}, fault.At(path, "TOO_LONG", "a trigger has at most %d bytes", maxBytes)
	}
	var f form
	if err := decode(data, &f); err != nil {
		return Definition{}, fault.At(path, "JSON", "not the JSON object that is wanted here: %v", err)
	}
	var (
		d     Definition
		wrong fault.Fields
	)
	if f.A != nil {
		d.A = A{Mode: f.A.Mode, N: f.A.N, Events: events(path+".a.events", f.A.Events, &wrong)}
		if f.A.From != nil {
			d.A.From = f.A.From.UTC()
		}
		if f.A.To != nil {
			d.A.To = f.A.To.UTC()
		}
	}
	if f.B != nil {
		d.B = &B{Wait: f.B.Wait, Events: events(path+".b.events", f.B.Events, &wrong)}
	}
	if f.Timing != nil {
		d.Timing = *f.Timing
	}
	d.RecheckAudience = f.RecheckAudience
	return d, wrong.Err()
}

// decode reads exactly one object with known names.
func decode(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the object")
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("null")) {
		return errors.New("null is no object")
	}
	return nil
}

// events reads events as the rule language does, in which each is a condition
// "did it" without a window or a measure.
func events(at string, raws []json.RawMessage, wrong *fault.Fields) []Event {
	if len(raws) > MaxEvents {
		wrong.Add(at, "TOO_MANY", "at most %d events", MaxEvents)
		wrong.With(map[string]any{"limit": MaxEvents})
		return nil
	}
	out := make([]Event, 0, len(raws))
	for i, raw := range raws {
		here := fmt.Sprintf("%s.%d", at, i)
		var e struct {
			Event json.RawMessage `json:"event,omitempty"`
			Where json.RawMessage `json:"where,omitempty"`
		}
		if err := decode(raw, &e); err != nil {
			wrong.Add(here, "JSON", "not the JSON object that is wanted here: %v", err)
			continue
		}
		if string(e.Where) == "null" {
			e.Where = nil
		}
		node, err := json.Marshal(struct {
			Op string `json:"op"`
			E  any    `json:"event,omitempty"`
			W  any    `json:"where,omitempty"`
		}{Op: string(rule.Event), E: present(e.Event), W: present(e.Where)})
		if err != nil {
			wrong.Add(here, "JSON", "not the JSON object that is wanted here")
			continue
		}
		n, err := rule.Parse(node)
		if err != nil {
			add(wrong, here, err)
			continue
		}
		out = append(out, Event{Event: n.Event, Where: n.Where})
	}
	return out
}

// present is nil for what is not chosen yet.
func present(raw json.RawMessage) any {
	if len(raw) == 0 || string(raw) == `""` {
		return nil
	}
	return raw
}

// add notes what the rule language says, at the place where the event stands.
func add(wrong *fault.Fields, at string, err error) {
	refusal, ok := errors.AsType[*fault.Error](err)
	if !ok {
		wrong.Add(at, "JSON", "%v", err)
		return
	}
	for _, f := range refusal.Fields {
		f.Path = at + strings.TrimPrefix(f.Path, "rule")
		*wrong = append(*wrong, f)
	}
}
