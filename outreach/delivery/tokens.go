package delivery

import (
	"context"
	"errors"
	"fmt"

	"tidings/internal/ratelimit"
)

// tokens asks the channel's limiter for as many messages as the batch has to
// send, and cuts the batch behind the last one it may. Nothing is sent while
// the limiter does not answer.
func (w *Worker) tokens(ctx context.Context, sh *shard, ch *channelState, batch []candidate) (cut []candidate, granted int, err error) {
	want := 0
	for i := range batch {
		if batch[i].reason == "" {
			want++
		}
	}
	if want == 0 {
		return batch, 0, nil
	}
	patient, cancel := context.WithTimeout(ctx, tokenPatience)
	defer cancel()
	granted, err = w.Limiter.Acquire(patient, ratelimit.Request{
		Key: sh.channelID, Class: ratelimit.Class(sh.class) + ratelimit.Notice, Rate: ch.row.QPSLimit, Want: want,
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, 0, errStop
	}
	if err != nil {
		return nil, 0, fmt.Errorf("tokens of %s: %w", sh.channelID, err)
	}
	left := granted
	for i := range batch {
		if batch[i].reason != "" {
			continue
		}
		if left == 0 {
			return batch[:i], granted, nil
		}
		left--
	}
	return batch, granted, nil
}
