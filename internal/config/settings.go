package config

import (
	"fmt"
	"reflect"
	"strings"
)

// setting is one field of Config with what its tags say.
type setting struct {
	field      string
	name       string
	byDefault  string
	doc        string
	secret     bool
	typeName   string
	fieldIndex int
}

// settings are the fields of Config that an operator may set, in their order.
var settings = readSettings()

func readSettings() []setting {
	typ := reflect.TypeFor[Config]()
	var all []setting
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := f.Tag.Get("env")
		if name == "-" || name == "" {
			continue
		}
		all = append(all, setting{
			field:      f.Name,
			name:       name,
			byDefault:  f.Tag.Get("envDefault"),
			doc:        f.Tag.Get("doc"),
			secret:     f.Tag.Get("secret") == "true",
			typeName:   f.Type.String(),
			fieldIndex: i,
		})
	}
	return all
}

// settingOf finds the setting behind a field of Config.
func settingOf(field string) (setting, bool) {
	for _, s := range settings {
		if s.field == field {
			return s, true
		}
	}
	return setting{}, false
}

func (s setting) value(c *Config) string {
	v := reflect.ValueOf(c).Elem().Field(s.fieldIndex).Interface()
	if list, ok := v.([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(v)
}

// kind names the form of the value for a sentence and for the reference page.
func (s setting) kind() string {
	switch s.typeName {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "time.Duration":
		return "a duration such as 8s or 1m30s"
	case "slog.Level":
		return "debug, info, warn or error"
	case "[]string":
		return "words separated by commas"
	default:
		return "text"
	}
}
