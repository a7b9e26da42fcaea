package outcome

import (
	"encoding/json"
	"fmt"
	"sync"

	"tidings/outreach/channel"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/render"
)

// Param is one parameter as it was sent.
type Param struct{ Key, Label, Value string }

// Contents says what deliveries were sent, reading each run's plan once. The
// zero value is ready; it is safe for concurrent use.
type Contents struct {
	mu   sync.Mutex
	runs map[int64]*planned
}

// planned is a run's plan with what everybody gets, where that is the same.
type planned struct {
	fields []render.Field
	fixed  []channel.Param
}

// Of gives what a delivery said, label by label. The row keeps it where it
// differs by person; where it does not, it follows from the run's plan. It is
// empty for somebody whose message was never made.
func (c *Contents) Of(row Row) ([]Param, error) {
	if delivery.Status(row.Status) == delivery.NotSent || len(row.Run.Plan) == 0 {
		return nil, nil
	}
	plan, err := c.plan(row)
	if err != nil {
		return nil, err
	}
	params := plan.fixed
	if row.Content != "" {
		params = nil
		if err = json.Unmarshal([]byte(row.Content), &params); err != nil {
			return nil, fmt.Errorf("read content of %s: %w", row.Key(), err)
		}
	}
	values := make(map[string]string, len(params))
	for _, p := range params {
		values[p.Key] = p.Value
	}
	out := make([]Param, 0, len(params))
	for _, f := range plan.fields {
		if v, ok := values[f.Key]; ok {
			out = append(out, Param{Key: f.Key, Label: f.Label, Value: v})
		}
	}
	return out, nil
}

func (c *Contents) plan(row Row) (*planned, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.runs[row.RunNum]; known != nil {
		return known, nil
	}
	plan, err := dispatch.PlanOf(row.Run)
	if err != nil {
		return nil, err
	}
	out := &planned{fields: plan.Fields}
	program, err := render.Compile(plan.Fields, plan.Content, plan.Location())
	if err != nil {
		return nil, fmt.Errorf("compile plan of %s: %w", row.Run.ID, err)
	}
	if program.Constant() {
		params, refusal := program.Render(nil, nil)
		if !refusal.Refused() {
			out.fixed = params
		}
	}
	if c.runs == nil {
		c.runs = map[int64]*planned{}
	}
	c.runs[row.RunNum] = out
	return out, nil
}
