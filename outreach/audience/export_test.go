package audience

import (
	"context"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/audience/compile"
	"tidings/outreach/audience/rule"
)

// Stop lets a test stand between a computation's begin and its result.
func (s *Segments) Stop(at func(context.Context) error) {
	inner := s.evaluate
	s.evaluate = func(ctx context.Context, scope compile.Scope, tree *rule.Node, opts compile.Options) (*roaring.Bitmap, error) {
		if err := at(ctx); err != nil {
			return nil, err
		}
		return inner(ctx, scope, tree, opts)
	}
}

// Hurry shortens how long an estimate may take.
func (s *Segments) Hurry(limit time.Duration) { s.limit = limit }
