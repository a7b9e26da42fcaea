package delivery

import (
	"sync"

	"tidings/internal/clock"
	"tidings/internal/due"
	"tidings/outreach/channel"
)

// send makes all calls of a grant at once and waits for their answers. A call
// whose deadline the lease does not outlive is not begun: nothing was sent, and
// somebody else may hold the shard by then.
func (w *Worker) send(sender channel.Sender, r *run, lease *due.Lease, calls []*candidate) {
	deadline := clock.Wall().Add(callTimeout)
	var wg sync.WaitGroup
	wg.Add(len(calls))
	for _, c := range calls {
		go func() {
			defer wg.Done()
			if !lease.Outlives(deadline) {
				c.result = channel.Result{Outcome: channel.Later, Code: channel.NotWritten}
				return
			}
			c.result = sender.Send(deadline, &channel.Message{
				Target: c.target, TemplateID: r.plan.TemplateID, Page: r.plan.Page, State: r.plan.State, Lang: r.plan.Lang, Params: c.params,
			})
		}()
	}
	wg.Wait()
	w.Metrics.calls(r, calls)
}
