package queue

import "slices"

// The queues, whose names are part of the command line (`worker --queues`).
const (
	Notice      = "notice"
	Urgent      = "urgent"
	Normal      = "normal"
	Trigger     = "trigger"
	Segment     = "segment"
	Metric      = "metric"
	Maintenance = "maintenance"
)

// Spec says what belongs in a queue.
type Spec struct {
	Name string
	// Express queues have slots of their own in every worker that serves them,
	// because a strict priority cannot interrupt what is already running.
	Express bool
	Holds   string
}

// specs lists all queues, the most urgent first. The order is strict: a job
// runs only when every queue above it that the worker serves is empty.
var specs = []Spec{
	{Notice, true, "shards and touch batches of notices, and what a person is waiting for: test sends, resends"},
	{Urgent, true, "shards and touch batches of urgent tasks"},
	{Normal, false, "shards and touch batches of all other tasks; freezing and cutting audiences"},
	{Trigger, false, "event batches to match: touches, counters, conversions"},
	{Segment, false, "refreshes and estimates of audiences"},
	{Metric, false, "metric computations"},
	{Maintenance, false, "imports, approval deadlines, retention, and whatever else nobody waits for"},
}

// Specs lists the queues, the most urgent first.
func Specs() []Spec { return slices.Clone(specs) }

// Names lists the queues' names, the most urgent first.
func Names() []string {
	names := make([]string, len(specs))
	for i, s := range specs {
		names[i] = s.Name
	}
	return names
}

// Known tells whether there is a queue of that name.
func Known(name string) bool {
	return slices.ContainsFunc(specs, func(s Spec) bool { return s.Name == name })
}

// priorities gives the named queues asynq's weights: the order of specs, the first the highest.
func priorities(names []string) map[string]int {
	weights := make(map[string]int, len(names))
	for i, s := range specs {
		if slices.Contains(names, s.Name) {
			weights[s.Name] = len(specs) - i
		}
	}
	return weights
}

// express picks the express queues among the named.
func express(names []string) []string {
	var picked []string
	for _, s := range specs {
		if s.Express && slices.Contains(names, s.Name) {
			picked = append(picked, s.Name)
		}
	}
	return picked
}
