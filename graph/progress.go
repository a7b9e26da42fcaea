package graph

import (
	"tidings/graph/model"
	"tidings/internal/clock"
	"tidings/outreach/delivery"
	"tidings/outreach/outcome"
)

// progressModel is a progress in the API's form; the rate is that of the key's readings.
func (r *Resolver) progressModel(key string, p *outcome.Progress) *model.Progress {
	out := &model.Progress{
		Total: p.Total(), Waiting: p.Waiting, Sending: p.Sending, Sent: p.Sent, Failed: p.Failed, NotSent: p.NotSent,
		Unconfirmed: p.Unconfirmed, Deferred: p.Deferred,
		Reasons: make([]*model.ReasonCount, len(p.Reasons)),
		Rate:    r.Rates.Note(key, p.Called(), clock.Wall()),
	}
	for i, reason := range p.Reasons {
		out.Reasons[i] = &model.ReasonCount{
			Status: model.DeliveryStatus(reason.Status.String()), Reason: reason.Reason, Count: reason.Count,
			Explanation: explanation(reason.Status, reason.Reason),
		}
	}
	return out
}

// explanation is a reason in words; null where there is nothing to explain.
func explanation(status delivery.Status, reason string) *model.Explanation {
	zh, en, ok := outcome.Explain(status, reason)
	if !ok {
		return nil
	}
	return &model.Explanation{Code: reason, Zh: zh, En: en}
}
