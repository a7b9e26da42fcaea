package schedule

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"

	"tidings/outreach/fault"
)

// CycleKind says by what a cycle chooses its days (§10.5).
type CycleKind string

const (
	// EveryDays: the day of Start in the zone, and every so many days from it.
	EveryDays CycleKind = "DAYS"
	// OnWeekdays: the named days of every week.
	OnWeekdays CycleKind = "WEEKDAYS"
	// OnMonthDays: the numbered days of every month; 29 to 31 skip the months that are too short for them.
	OnMonthDays CycleKind = "MONTH_DAYS"
)

// Cycle is when a recurring task runs (R57, R58): at each of Times on each of
// its days, as far as that lies in the window from Start to End, both included.
// This is also its form in the API and in the store:
//
//	{"kind":"DAYS","every":2,"times":["10:00","18:30"],"start":"2026-03-01T00:00:00Z","end":"2026-03-31T15:59:59Z"}
//	{"kind":"WEEKDAYS","weekdays":["MONDAY","FRIDAY"],"times":["10:00"],…}
//	{"kind":"MONTH_DAYS","monthDays":[1,15,31],"times":["10:00"],…}
//
// EveryDays counts from the day of Start even when Start is later on it than
// all Times; the first point is then on the next day of the cycle.
//
// A cycle in which Validate finds a wrong field has no points.
type Cycle struct {
	Kind CycleKind `json:"kind"`
	// Every is the step of EveryDays, 1 to 365: 1 is each day.
	Every int `json:"every,omitempty"`
	// Weekdays are for OnWeekdays: MONDAY to SUNDAY.
	Weekdays []string `json:"weekdays,omitempty"`
	// MonthDays are for OnMonthDays: 1 to 31.
	MonthDays []int `json:"monthDays,omitempty"`
	// Times are 1 to 24 distinct times of day, "HH:MM", in any order.
	Times []string `json:"times"`
	// Start and End bound the points, both included.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// ParseCycle reads the JSON form. It refuses what is not that form, above all
// names it does not know: a misspelt condition must not silently be none. Whether
// the cycle makes sense is Validate's to say. INVALID (JSON), at path "cycle".
func ParseCycle(data []byte) (Cycle, error) {
	var c Cycle
	if err := parse(data, "cycle", &c); err != nil {
		return Cycle{}, err
	}
	return c, nil
}

// parse decodes exactly one JSON object into a form.
func parse(data []byte, path string, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err == nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("null")) {
		err = errors.New("null is no object")
	}
	if err != nil {
		return fault.At(path, "JSON", "not the JSON object that is wanted here: %v", err)
	}
	return nil
}
