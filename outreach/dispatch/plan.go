// Package dispatch runs one task: it freezes the audience when the run is due,
// cuts it into shards, and ends the run when every candidate has an outcome.
// The shards themselves are worked by outreach/delivery.
//
// A task that runs once has one run. A repeating one goes from point to point:
//
//	approval ─Begin─▶ row of the next point ─due─▶ Prepare: its turn? refresh, freeze, cut ─▶ shards
//	                          ▲                       │ skipped, failed or begun
//	                          └───── extend ──────────┘ in the same transaction
//
// It promises that each point of the cycle after the submission has exactly one
// row, in order and within the window, whatever is killed, paused or late; that
// of one task one run is open at a time; and that the task ends when nothing is
// open and no point is left. Who makes a row holds the row before it, under the
// attempt of its lease or under its lock (docs/adr/0014).
package dispatch

import (
	"encoding/json"
	"fmt"
	"time"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/outreach/render"
)

// Plan is what a run sends and how, frozen when it starts: later edits of the
// channel or its template do not reach a run under way.
type Plan struct {
	ChannelID  string         `json:"channelId"`
	AppID      string         `json:"appId"`
	TemplateID string         `json:"templateId"` // the provider's
	Fields     []render.Field `json:"fields"`
	Content    render.Content `json:"content"`
	Page       string         `json:"page"`
	State      string         `json:"state"`
	Lang       string         `json:"lang"`
	Zone       string         `json:"zone"`
	// ResendUnconfirmed sends again what the channel never answered.
	ResendUnconfirmed bool `json:"resendUnconfirmed"`
	// Uploaded says that the audience is a list of IDs, some of which nobody may know (R42).
	Uploaded bool `json:"uploaded"`
}

// PlanOf reads a run's frozen plan.
func PlanOf(r *ent.Run) (*Plan, error) {
	p := new(Plan)
	if err := json.Unmarshal(r.Plan, p); err != nil {
		return nil, fmt.Errorf("read plan of %s: %w", r.ID, err)
	}
	return p, nil
}

// Location is the zone in which the plan's times are written.
func (p *Plan) Location() *time.Location {
	if loc, err := time.LoadLocation(p.Zone); err == nil {
		return loc
	}
	return time.UTC
}

// Class is a message class as shards order it: the smaller goes first (R79).
func Class(c enttask.MessageClass) int {
	switch c {
	case enttask.MessageClassNotice:
		return 0
	case enttask.MessageClassUrgent:
		return 1
	default:
		return 2
	}
}
