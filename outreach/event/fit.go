package event

import (
	"context"

	"github.com/tidwall/gjson"
)

// Notice says what was done to a value that was taken: not stored, or stored as
// it came though another type was expected.
type Notice struct {
	Field string // the property's name
	Rule  string // BAD_NAME, TYPE_CONFLICT, DISABLED
}

// Fitter makes objects of values as they are stored. It is for one batch of one
// project and for one goroutine.
type Fitter struct {
	c         *Catalogue
	projectID string
	view      *snapshot
	unknown   []Unknown
	scratch   []byte
}

// Fitter begins a batch.
func (c *Catalogue) Fitter(ctx context.Context, projectID string) (*Fitter, error) {
	view, err := c.view(ctx, projectID)
	if err != nil {
		return nil, err
	}
	return &Fitter{c: c, projectID: projectID, view: view}, nil
}

// Fit gives a JSON object with its values as they are stored for the owner.
// Nulls are left out, or kept where they take something away. known is false
// when the catalogue lacks one of the properties; then Learn has to be called
// and Fit again, and what is given is nothing.
func (f *Fitter) Fit(owner Owner, object []byte, keepNull bool) (out []byte, notices []Notice, known bool) {
	props := f.view.properties[owner]
	out, known = append(f.scratch[:0], '{'), true
	repeated := false
	var names, conflicts []string
	gjson.ParseBytes(object).ForEach(func(key, v gjson.Result) bool {
		name := key.Str
		if !GoodName(name) {
			notices = append(notices, Notice{Field: cut(name, maxPropertyName), Rule: "BAD_NAME"})
			return true
		}
		p := props[name]
		var stored string
		switch {
		case v.Type == gjson.Null && !keepNull:
			return true
		case v.Type == gjson.Null:
			stored = "null"
		case p == nil && f.full():
			stored, _ = Fit(KindOf(v), v)
		case p == nil:
			f.unknown = append(f.unknown, Unknown{Owner: owner, Name: name, Kind: KindOf(v)})
			known = false
			return true
		case !p.Enabled:
			notices = append(notices, Notice{Field: name, Rule: "DISABLED"})
			return true
		default:
			var fits bool
			if stored, fits = Fit(p.Kind, v); !fits {
				notices = append(notices, Notice{Field: name, Rule: "TYPE_CONFLICT"})
				conflicts = append(conflicts, p.ID)
			}
		}
		for _, n := range names {
			repeated = repeated || n == name
		}
		names = append(names, name)
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, key.Raw...), ':'), stored...)
		return true
	})
	out = append(out, '}')
	f.scratch = out
	if !known {
		return nil, nil, false
	}
	for _, id := range conflicts {
		f.c.conflict(id, 1)
	}
	if repeated {
		return lastOfEach(out), notices, true
	}
	return append([]byte(nil), out...), notices, true
}

// Learn adds what Fit did not know to the catalogue.
func (f *Fitter) Learn(ctx context.Context) error {
	if len(f.unknown) == 0 {
		return nil
	}
	view, err := f.c.learn(ctx, f.projectID, nil, f.unknown)
	if err != nil {
		return err
	}
	f.view, f.unknown = view, nil
	return nil
}

// LearnTypes is Learn for event types.
func (f *Fitter) LearnTypes(ctx context.Context, names []string) error {
	view, err := f.c.learn(ctx, f.projectID, names, nil)
	if err != nil {
		return err
	}
	f.view = view
	return nil
}

// Type gives an event type that the catalogue has; nil otherwise.
func (f *Fitter) Type(name string) *Type { return f.view.types[name] }

// Full tells whether no event type can be learned any more.
func (f *Fitter) Full() bool { return len(f.view.types) >= MaxEventTypes }

func (f *Fitter) full() bool { return f.view.count >= MaxProperties }

// lastOfEach keeps of values with one name the last, as JSON parsers do.
func lastOfEach(object []byte) []byte {
	last, order := map[string]string{}, []string(nil)
	gjson.ParseBytes(object).ForEach(func(key, v gjson.Result) bool {
		if _, ok := last[key.Str]; !ok {
			order = append(order, key.Raw, key.Str)
		}
		last[key.Str] = v.Raw
		return true
	})
	out := []byte{'{'}
	for i := 0; i < len(order); i += 2 {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, order[i]...), ':'), last[order[i+1]]...)
	}
	return append(out, '}')
}

// cut shortens a text to n runes, for messages.
func cut(s string, n int) string {
	i := 0
	for at := range s {
		if i == n {
			return s[:at]
		}
		i++
	}
	return s
}
