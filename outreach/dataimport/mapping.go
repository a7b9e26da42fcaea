package dataimport

import (
	"encoding/json"
	"fmt"

	entimport "tidings/ent/dataimport"
	entproperty "tidings/ent/property"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

// Mapping says which column is what. A column that is not named keeps its header as name.
type Mapping struct {
	PersonColumn  string   `json:"personColumn"`
	IDType        string   `json:"idType"`
	EventColumn   string   `json:"eventColumn,omitempty"`
	Event         string   `json:"event,omitempty"`
	TimeColumn    string   `json:"timeColumn,omitempty"`
	MessageColumn string   `json:"messageColumn,omitempty"`
	TagColumn     string   `json:"tagColumn,omitempty"`
	ValueColumn   string   `json:"valueColumn,omitempty"`
	Columns       []Column `json:"columns,omitempty"`
}

// Column renames a column, leaves it out (empty name), or says its type.
type Column struct {
	Header string            `json:"header"`
	Name   string            `json:"name"`
	Type   *entproperty.Type `json:"type,omitempty"`
}

// stored is what an import's row keeps as its mapping: what was asked for, and
// what the worker found out of the file, for whoever takes over.
type stored struct {
	Mapping
	Found *found `json:"found,omitempty"`
}

// found is what the beginning of the file told.
type found struct {
	Charset charset `json:"charset"`
	Errors  int     `json:"errors"` // refused rows kept so far
}

// check notes what is wrong with a mapping by itself; path is where it stands in the input.
func (m *Mapping) check(fs *fault.Fields, path string, kind entimport.Kind) {
	need := func(field, value, why string) {
		if value == "" {
			fs.Add(path+field, "REQUIRED", "%s", why)
		}
	}
	no := func(field, value string) {
		if value != "" {
			fs.Add(path+field, "NOT_ALLOWED", "this has no meaning for %s", kind)
		}
	}
	if kind != entimport.KindRows {
		need("personColumn", m.PersonColumn, "say which column has the person's ID")
		need("idType", m.IDType, "say of which type that ID is")
	}
	if kind == entimport.KindEvents {
		need("timeColumn", m.TimeColumn, "say which column has the time")
		if (m.Event == "") == (m.EventColumn == "") {
			fs.Add(path+"event", "REQUIRED", "name either the event of all rows or the column with its name")
		}
	} else {
		no("eventColumn", m.EventColumn)
		no("event", m.Event)
		no("timeColumn", m.TimeColumn)
		no("messageColumn", m.MessageColumn)
	}
	if kind == entimport.KindTags {
		if (m.TagColumn == "") != (m.ValueColumn == "") {
			fs.Add(path+"valueColumn", "REQUIRED", "a column with tags needs one with their values")
		}
	} else {
		no("tagColumn", m.TagColumn)
		no("valueColumn", m.ValueColumn)
	}
	if len(m.Columns) > MaxColumns {
		fs.Add(path+"columns", "TOO_MANY", "a file has at most %d columns", MaxColumns)
		fs.With(map[string]any{"limit": MaxColumns})
		return
	}
	seen := map[string]bool{}
	for i, c := range m.Columns {
		at := fmt.Sprintf("%scolumns.%d.", path, i)
		if c.Name != "" && !event.GoodName(c.Name) {
			fs.Add(at+"name", "INVALID_FORMAT", "1 to 128 characters, without quotes, backslashes and control characters")
		}
		if seen[c.Header] {
			fs.Add(at+"header", "DUPLICATE", "the column is listed twice")
		}
		if c.Type != nil && *c.Type == entproperty.TypeObject {
			fs.Add(at+"type", "INVALID_VALUE", "a cell holds no object")
		}
		seen[c.Header] = true
	}
}

func (s *stored) encode() json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		panic("dataimport: mapping: " + err.Error()) // texts and numbers only
	}
	return b
}
