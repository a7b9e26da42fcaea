package process_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
)

// demoApp is the demo's mini program, the one that the sandbox knows.
const demoApp = "wxd3m0c0ffee5h4n1a"

// happened is something that somebody did.
type happened struct {
	event, openid string
	at            time.Time
	props         vars
}

// eventsAtOnce is how many events a request of ours carries; it has 500 KB at most.
const eventsAtOnce = 1000

// track sends events as a site's own server does, and waits until they are committed.
func (s *site) track(events ...happened) {
	s.t.Helper()
	for part := range slices.Chunk(events, eventsAtOnce) {
		require.NoError(s.t, s.send(part))
	}
}

// send is one request; an error means that nothing is known to be stored.
func (s *site) send(events []happened) error {
	batch := make([]vars, len(events))
	for i, e := range events {
		batch[i] = vars{
			"type": "track", "event": e.event, "userId": "user " + e.openid, "timestamp": e.at.Format(time.RFC3339Nano),
			"messageId": fmt.Sprintf("%s %s %d", e.event, e.openid, e.at.UnixNano()), "properties": e.props,
			"context": vars{"externalIds": []vars{{"type": "wx_openid", "id": demoApp + ":" + e.openid}}},
		}
	}
	body, err := json.Marshal(vars{"batch": batch})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.base+"/v1/batch", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth("demo-write-key", "")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var out struct{ Accepted, Duplicate int }
	if err := json.Unmarshal(raw, &out); err != nil || out.Accepted+out.Duplicate != len(events) {
		return fmt.Errorf("%d events: %d %s (%w)", len(events), resp.StatusCode, raw, err)
	}
	return nil
}

// each is one thing that each of some people does at an instant.
func each(event string, at time.Time, props vars, ids []string) []happened {
	out := make([]happened, len(ids))
	for i, id := range ids {
		out[i] = happened{event, id, at, props}
	}
	return out
}

// alone cancels what the demo has left running: its people are ours too.
func (s *site) alone() {
	s.t.Helper()
	admin := s.signIn("admin")
	found := ask[struct {
		Tasks struct {
			Edges []struct{ Node struct{ ID string } }
		}
	}](admin, `{ tasks(first: 50, where: {typeIn: [REPEAT, DONE_A, DONE_A_NOT_B], runStatusIn: [WAITING, RUNNING]}) { edges { node { id } } } }`, nil)
	for _, e := range found.Tasks.Edges {
		ask[vars](admin, `mutation($id: ID!) { cancelTask(id: $id) { id } }`, vars{"id": e.Node.ID})
	}
}

// does is A: an event with a filter, every time, in a window of a month from now on.
func (c *campaign) does(event string, where any) vars {
	from := c.now().Add(-time.Minute).Truncate(time.Second)
	return vars{"events": []vars{{"event": event, "where": where}}, "mode": "EVERY", "n": 1, "from": from, "to": from.AddDate(0, 1, 0)}
}

// is is the filter that a property has a value.
func is(name, value string) vars {
	return vars{"op": "PROPERTY", "name": name, "test": vars{"test": "IN", "values": []string{value}}}
}

var immediately = vars{"kind": "IMMEDIATE"}

// triggered writes a task that events set off, submits it, and has it approved.
// change overwrites its fields.
func (c *campaign) triggered(name string, trigger, change vars) *task {
	c.t.Helper()
	kind := "DONE_A"
	if trigger["b"] != nil {
		kind = "DONE_A_NOT_B"
	}
	in := vars{
		"name": name, "type": kind, "audienceMode": "ALL", "trigger": trigger, "channelId": c.channel, "templateId": c.template,
		"content": content, "openMode": "NONE", "messageClass": "NORMAL",
	}
	for field, value := range change {
		in[field] = value
	}
	k := &task{c: c}
	k.id = ask[struct{ CreateTask struct{ ID string } }](c.marketer, `mutation($in: TaskInput!) { createTask(input: $in) { id } }`, vars{"in": in}).CreateTask.ID
	k.approve()
	return k
}

// standing is what a triggered task has in store and has done.
type standing struct {
	Status    string
	Discarded int
	Progress  funnel
	Standing  struct {
		Judging, Pending int
		NextAt           *time.Time
	}
}

const standingQuery = `query($id: ID!) { node(id: $id) { ... on Task { status discarded standing { judging pending nextAt }
	progress { total waiting sending sent failed notSent unconfirmed deferred reasons { status reason count } } } } }`

func (k *task) standing() standing {
	k.c.t.Helper()
	return ask[struct{ Node standing }](k.c.marketer, standingQuery, vars{"id": k.id}).Node
}

// inStore waits until so many wait for B and so many for the time of their message.
func (k *task) inStore(within time.Duration, judging, pending int) {
	k.c.t.Helper()
	var at standing
	defer func() {
		if k.c.t.Failed() {
			k.c.t.Logf("where %s stands: %+v", k.id, at)
		}
	}()
	eventually(k.c.t, within, gently, fmt.Sprintf("%d are to be judged and %d to be sent", judging, pending), func() bool {
		at = k.standing()
		return at.Standing.Judging == judging && at.Standing.Pending == pending
	})
}

// received are the messages that somebody's phone has.
func (s *site) received(openid string) []message {
	s.t.Helper()
	return s.messages("?touser=" + openid).Messages
}

// openShards is how many shards of a task are not done.
func (s *site) openShards(k *task) int {
	s.t.Helper()
	var n int
	require.NoError(s.t, s.db.SQL.QueryRowContext(s.t.Context(), `SELECT count(*) FROM shards WHERE task_id = $1 AND due_at IS NOT NULL`, k.id).Scan(&n))
	return n
}
