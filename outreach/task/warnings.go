package task

import (
	"slices"

	enttask "tidings/ent/task"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/render"
)

// Warnings are what a marketer should know before submitting; they stop nothing.
func Warnings(f Facts) (fault.Fields, error) {
	var fs fault.Fields
	if f.Template == nil {
		return nil, nil
	}
	content, err := storedContent(f.Task.Content)
	if err != nil {
		return nil, err
	}
	unknownUsers := f.Upload != nil && f.Task.AudienceMode == enttask.AudienceModeUpload
	properties, err := eventProperties(f)
	if err != nil {
		return nil, err
	}
	for _, p := range content.Params {
		if unknownUsers && slices.ContainsFunc(p.Parts, func(part render.Part) bool { return part.Var != nil }) {
			fs.Add("content."+p.Key, "UNKNOWN_USERS_FAIL", "uploaded IDs that nobody knows are not sent to, because the content inserts a variable")
		}
		for _, part := range p.Parts {
			if part.Var != nil && part.Var.Source == render.Event && properties != nil && !properties(part.Var.Name) {
				fs.Add("content."+p.Key, "UNKNOWN_EVENT_PROPERTY", "none of the events that start the task was ever seen with %s", part.Var.Name)
				fs.With(map[string]any{"name": part.Var.Name})
			}
		}
	}
	return fs, nil
}

// eventProperties tells whether any of A's events has a property; nil where the
// task has no events to ask.
func eventProperties(f Facts) (func(name string) bool, error) {
	d, _, err := readTrigger(f.Task)
	if err != nil || d == nil || f.Events == nil || audience.Scheduled(f.Task.Type) {
		return nil, err
	}
	names, _ := d.EventNames()
	return func(property string) bool {
		return slices.ContainsFunc(names, func(event string) bool { return f.Events.EventProperty(event, property).Known })
	}, nil
}
