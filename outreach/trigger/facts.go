package trigger

import (
	"time"

	"tidings/outreach/schedule"
)

// Facts are what a trigger comes to, for the sentence that the console shows.
type Facts struct {
	Events   []string        `json:"events"`
	Filtered bool            `json:"filtered"` // whether any of them has a filter
	Mode     Mode            `json:"mode"`
	N        int             `json:"n"`
	Without  []string        `json:"without,omitempty"` // B's events
	Wait     *schedule.Span  `json:"wait,omitempty"`
	Timing   schedule.Timing `json:"timing"`
	// Example is what follows when A is met at an instant.
	Example *Example `json:"example,omitempty"`
}

// Example is one person's way through the trigger.
type Example struct {
	DoneAt   time.Time  `json:"doneAt"`
	JudgedAt *time.Time `json:"judgedAt,omitempty"` // of A, not B
	SentAt   time.Time  `json:"sentAt"`
	// TooLate says that the task has ended by then.
	TooLate bool `json:"tooLate"`
}

// Facts of a definition; the example is of somebody who meets A now, or at the
// window's edge that is nearer to now. There is none while times are missing.
func (d Definition) Facts(end, now time.Time, zone *time.Location) Facts {
	f := Facts{Mode: d.A.Mode, N: d.A.N, Timing: d.Timing}
	f.Events, f.Without = d.EventNames()
	for _, e := range d.A.Events {
		f.Filtered = f.Filtered || e.Where != nil
	}
	if d.B != nil {
		wait := d.B.Wait
		f.Wait = &wait
		for _, e := range d.B.Events {
			f.Filtered = f.Filtered || e.Where != nil
		}
	}
	if d.A.From.IsZero() || d.A.To.IsZero() || len(d.Timing.Validate("")) > 0 {
		return f
	}
	at := now
	if at.After(d.A.To) {
		at = d.A.To
	}
	if at.Before(d.A.From) {
		at = d.A.From
	}
	base := at
	ex := &Example{DoneAt: at.In(zone)}
	if d.B != nil {
		judged := at.Add(d.B.Wait.Duration()).In(zone)
		ex.JudgedAt, base = &judged, judged
	}
	ex.SentAt = d.Timing.Due(base, zone)
	ex.TooLate = !end.IsZero() && !ex.SentAt.Before(end)
	f.Example = ex
	return f
}
