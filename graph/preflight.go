package graph

import (
	"context"

	"tidings/ent"
	"tidings/graph/model"
	"tidings/outreach/delivery"
	"tidings/outreach/preflight"
	"tidings/outreach/recipient"
)

// preflightResult is a preflight's result in the API's form.
//
// SECURITY: samples are messages to people of the audience, so the result is for
// those who may see the task's segment.
func (r *Resolver) preflightResult(ctx context.Context, p *ent.Preflight) (*model.PreflightResult, error) {
	found, err := preflight.ResultOf(p)
	if err != nil || found == nil {
		return nil, err
	}
	if err := r.viewable(ctx, p.TaskID); err != nil {
		return nil, err
	}
	out := &model.PreflightResult{
		Candidates: found.Candidates, WillSend: found.WillSend, Steps: make([]*model.PreflightStep, len(found.Steps)), Examined: found.Examined,
		Rate: found.Rate, Seconds: found.Seconds, StartsAt: found.StartsAt, SegmentAt: found.SegmentAt, Samples: samples(found.Samples),
	}
	for i, s := range found.Steps {
		out.Steps[i] = &model.PreflightStep{Reason: string(s.Reason), Count: s.Count, Explanation: explanation(delivery.NotSent, string(s.Reason))}
	}
	return out, nil
}

func preflightStale(ctx context.Context, p *ent.Preflight) (bool, error) {
	t, err := load(ctx).tasks.Load(ctx, p.TaskID)
	if err != nil {
		return false, err
	}
	return preflight.Stale(p, t)
}

func samples(found []recipient.Sample) []*model.Sample {
	out := make([]*model.Sample, len(found))
	for i, s := range found {
		out[i] = &model.Sample{Target: s.Target, Reason: s.Reason, Content: make([]*model.DeliveredParam, len(s.Params))}
		for j, p := range s.Params {
			out[i].Content[j] = &model.DeliveredParam{Key: p.Key, Label: p.Label, Value: p.Value}
		}
	}
	return out
}
