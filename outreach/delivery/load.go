package delivery

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/channel"
	"tidings/outreach/gate"
	"tidings/outreach/recipient"
)

// candidate is one person of a sub-batch on the way through the pipeline.
type candidate struct {
	person uint32
	target string // without the appid; empty: none
	reason gate.Reason
	params []channel.Param
	tries  int
	result channel.Result
	read   *recipient.Person // as it was loaded
}

// load gives the next candidates of the shard, reading a window of people at a time.
func (w *Worker) load(ctx context.Context, sh *shard, r *run) ([]candidate, error) {
	if sh.cursor >= sh.base+len(sh.loaded) || len(sh.loaded) == 0 {
		end := min(sh.cursor+window, len(sh.people))
		loaded, err := w.loadPeople(ctx, sh, r, sh.people[sh.cursor:end])
		if err != nil {
			return nil, err
		}
		sh.loaded, sh.base = loaded, sh.cursor
	}
	from := sh.cursor - sh.base
	return sh.loaded[from:min(from+maxGrant, len(sh.loaded))], nil
}

// loadPeople reads people as everybody reads them who has to know what a run
// sends, and what only this run knows of them.
func (w *Worker) loadPeople(ctx context.Context, sh *shard, r *run, people []uint32) ([]candidate, error) {
	loader := recipient.Loader{
		DB: w.DB, ProjectNum: sh.projectNum, AppID: r.plan.AppID, Message: r.message,
		InRun: func(ctx context.Context, among *roaring.Bitmap) (*roaring.Bitmap, error) {
			return w.inRun(ctx, sh, r, among)
		},
		Note: func(ctx context.Context, b *recipient.Batch) error { return w.followReached(ctx, sh, r, b) },
	}
	if sh.touch {
		loader.Add = func(ctx context.Context, b *recipient.Batch) error { return w.loadTouches(ctx, sh, b) }
	}
	read, err := loader.Load(ctx, people)
	if err != nil {
		return nil, err
	}
	out := make([]candidate, len(read))
	for i := range read {
		p := &read[i]
		out[i] = candidate{person: p.Num, target: p.Target, reason: p.Reason, tries: 1, read: p}
	}
	return out, nil
}

// render fills in the messages, or why there is none.
func (w *Worker) render(batch []candidate, r *run) {
	for i := range batch {
		c := &batch[i]
		r.message.Fill(c.read)
		c.reason, c.params = c.read.Reason, c.read.Params
	}
}
