package process_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// campaign is the main job: one person writes a task, another approves it.
type campaign struct {
	*site
	marketer, approver *client
	channel, template  string
}

const channelsQuery = `{ channels(first: 1, where: {enabled: true}) { edges { node { id
	templates(first: 50) { edges { node { id title removedAt } } } } } } }`

// campaign signs the demo's people in and finds the demo's channel. qps is the
// channel's limit, for all workers together.
func (s *site) campaign(qps int) *campaign {
	s.t.Helper()
	c := &campaign{site: s, marketer: s.signIn("marketer"), approver: s.signIn("approver")}
	type node struct {
		ID, Title string
		Templates struct {
			Edges []struct{ Node struct{ ID, Title string } }
		}
	}
	found := ask[struct {
		Channels struct{ Edges []struct{ Node node } }
	}](c.marketer, channelsQuery, nil)
	require.NotEmpty(s.t, found.Channels.Edges, "the demo has a channel")
	c.channel = found.Channels.Edges[0].Node.ID
	for _, e := range found.Channels.Edges[0].Node.Templates.Edges {
		if e.Node.Title == "活动开始提醒" {
			c.template = e.Node.ID
		}
	}
	require.NotEmpty(s.t, c.template, "the demo has the template")
	ask[vars](s.signIn("admin"), `mutation($id: ID!, $qps: Int) { updateChannel(id: $id, input: {qpsLimit: $qps}) { id } }`,
		vars{"id": c.channel, "qps": qps})
	return c
}

// task is a task on its way.
type task struct {
	c       *campaign
	id      string
	upload  uploaded
	reachAt time.Time
}

// approved uploads a list, writes a task for it, submits it, and has it approved.
func (c *campaign) approved(name, list string) *task {
	c.t.Helper()
	k := &task{c: c, upload: c.marketer.upload(c.channel, list), reachAt: c.now().Add(5 * time.Minute).Truncate(time.Second)}
	eventually(c.t, time.Minute, gently, "the list is ready", func() bool {
		return ask[struct{ Upload struct{ Status string } }](c.marketer, `query($id: ID!) { upload(id: $id) { status } }`, vars{"id": k.upload.ID}).Upload.Status == "READY"
	})
	k.id = ask[struct{ CreateTask struct{ ID string } }](c.marketer, `mutation($in: TaskInput!) { createTask(input: $in) { id } }`, vars{"in": vars{
		"name": name, "type": "ONCE", "audienceMode": "UPLOAD", "uploadId": k.upload.ID, "reachAt": k.reachAt.Format(time.RFC3339),
		"channelId": c.channel, "templateId": c.template, "content": content, "openMode": "NONE", "messageClass": "NORMAL",
	}}).CreateTask.ID
	k.approve()
	return k
}

// content is what tasks send.
var content = []vars{
	{"key": "thing1", "text": "双十二会员日"},
	{"key": "time2", "text": "2026年12月12日 10:00"},
	{"key": "thing3", "text": "线上商城"},
	{"key": "thing4", "text": "限量商品先到先得"},
}

// approve submits the draft and has it approved.
func (k *task) approve() {
	k.c.t.Helper()
	approval := ask[struct {
		SubmitTask struct{ Approval struct{ ID string } }
	}](k.c.marketer, `mutation($id: ID!) { submitTask(id: $id) { approval { id } } }`, vars{"id": k.id}).SubmitTask.Approval.ID
	ask[vars](k.c.approver, `mutation($id: ID!) { approve(id: $id) { id } }`, vars{"id": approval})
}

// funnel is a task's progress; every candidate is in exactly one place.
type funnel struct {
	Total, Waiting, Sending, Sent, Failed, NotSent, Unconfirmed, Deferred int
	Reasons                                                               []struct {
		Status, Reason string
		Count          int
	}
}

func (f funnel) sum() int {
	return f.Waiting + f.Sending + f.Sent + f.Failed + f.NotSent + f.Unconfirmed + f.Deferred
}

// state is what the task page shows.
type state struct {
	Status   string
	Progress funnel
	Runs     struct {
		Edges []struct{ Node struct{ Status string } }
	}
}

const stateQuery = `query($id: ID!) { node(id: $id) { ... on Task { status
	progress { total waiting sending sent failed notSent unconfirmed deferred reasons { status reason count } }
	runs(first: 10) { edges { node { status } } } } } }`

func (k *task) state() state {
	k.c.t.Helper()
	return ask[struct{ Node state }](k.c.marketer, stateQuery, vars{"id": k.id}).Node
}

// reached waits until so many candidates have been sent to.
func (k *task) reached(sent int) {
	k.c.t.Helper()
	eventually(k.c.t, 2*time.Minute, gently, fmt.Sprintf("%d are sent", sent), func() bool { return k.state().Progress.Sent >= sent })
}

// over waits until the run is through and gives how it ended.
func (k *task) over(within time.Duration) state {
	k.c.t.Helper()
	var at state
	defer func() {
		if k.c.t.Failed() {
			k.c.t.Logf("where it stands: %+v", at)
		}
	}()
	eventually(k.c.t, within, gently, "the run ends", func() bool {
		at = k.state()
		return at.Status == "ENDED" && len(at.Runs.Edges) == 1 && at.Runs.Edges[0].Node.Status == "DONE"
	})
	return at
}

// people makes openids that no other task has.
func people(mark string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("o%s%0*d", mark, 27-len(mark), i)
	}
	return out
}

// list is the file of an upload.
func list(ids ...[]string) string {
	return "openid\n" + strings.Join(slices.Concat(ids...), "\n") + "\n"
}

func set(ids []string) map[string]bool {
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}
