package task

import (
	"context"

	"tidings/ent"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/recipient"
)

// Examination is what a draft still lacks, and what its first recipients would read.
type Examination struct {
	Problems fault.Fields // stop the submission
	Warnings fault.Fields // do not
	Samples  []recipient.Sample
}

// Examine checks a draft without changing it. It needs outreach.task.view.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
func (s *Service) Examine(ctx context.Context, taskID string) (*Examination, error) {
	if err := access.Require(ctx, access.TaskView); err != nil {
		return nil, err
	}
	var facts Facts
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		t, err := load(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if err := viewable(ctx, tx.Client(), t); err != nil {
			return err
		}
		facts, err = s.gather(ctx, tx, t, s.clock.Now())
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &Examination{}
	if out.Problems, err = Check(facts); err != nil {
		return nil, err
	}
	if out.Warnings, err = Warnings(facts); err != nil {
		return nil, err
	}
	out.Samples, err = s.samples(ctx, facts)
	return out, err
}
