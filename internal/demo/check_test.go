package demo_test

import (
	"encoding/json"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entdelivery "tidings/ent/delivery"
	entidentity "tidings/ent/identity"
	entperson "tidings/ent/person"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	entshardreason "tidings/ent/shardreason"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/demo"
	"tidings/internal/sandbox"
	"tidings/internal/secret"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/event"
	"tidings/outreach/person"
	"tidings/outreach/task/state"
)

// checkCast: everybody signs in with the public password and has their role.
func (b *testBundle) checkCast() {
	b.t.Helper()
	service := access.New(access.Deps{Store: b.db.Ent, Passwords: b.deps.Passwords, Now: clock.Wall, Log: b.deps.Log})
	for email, role := range map[string]access.Role{
		"owner@tidings.local": access.TenantAdmin, "admin@tidings.local": access.ProjectAdmin, "marketer@tidings.local": access.Marketer,
		"approver@tidings.local": access.Approver, "viewer@tidings.local": access.Viewer,
	} {
		token, who, err := service.SignIn(b.t.Context(), email, demo.Password, "127.0.0.1", "test")
		require.NoError(b.t, err, email)
		require.Equal(b.t, role == access.TenantAdmin, who.TenantAdmin)
		session, err := service.Session(b.t.Context(), token, "")
		require.NoError(b.t, err, email)
		require.Equal(b.t, role, session.Role)
		require.Equal(b.t, "Asia/Shanghai", session.Project.TimeZone)
	}
}

func (b *testBundle) checkPeople() {
	b.t.Helper()
	known, err := b.db.Ent.Person.Query().Where(entperson.Stub(false)).All(b.ctx)
	require.NoError(b.t, err)
	require.Len(b.t, known, 5000)
	nicknames := 0
	for _, p := range known {
		var a map[string]any
		require.NoError(b.t, json.Unmarshal(p.Attributes, &a))
		for _, name := range []string{"city", "gender", "member_level", "points", "favourite"} {
			require.Contains(b.t, a, name)
		}
		if a["nickname"] != nil {
			nicknames++
		}
	}
	require.Greater(b.t, nicknames, 4500)
	require.Less(b.t, nicknames, 5000, "some are known without a nickname")
	ids, err := b.db.Ent.Identity.Query().Where(entidentity.Type(person.WechatOpenID)).All(b.ctx)
	require.NoError(b.t, err)
	for _, i := range ids {
		require.Len(b.t, i.Value, len(demo.AppID)+1+28)
		require.Equal(b.t, byte('o'), i.Value[len(demo.AppID)+1])
	}
	// What they did came through the SDKs' door, and the catalogue learned from it.
	source, err := event.NewSources(b.db).ByKey(b.ctx, demo.WriteKey)
	require.NoError(b.t, err)
	var events int
	require.NoError(b.t, b.db.SQL.QueryRowContext(b.ctx, b.db.Rebind(`SELECT count(*) FROM events WHERE project_num = ?`), source.ProjectNum).Scan(&events))
	require.Greater(b.t, events, 4000)
	var late int
	const lateSQL = `SELECT count(*) FROM events WHERE project_num = ? AND received_at - at > 3600000`
	require.NoError(b.t, b.db.SQL.QueryRowContext(b.ctx, b.db.Rebind(lateSQL), source.ProjectNum).Scan(&late))
	require.Zero(b.t, late, "they arrived as they happened")
	require.Equal(b.t, 5, b.db.Ent.EventType.Query().CountX(b.ctx))
	require.Greater(b.t, b.db.Ent.Property.Query().CountX(b.ctx), 20)
}

// checkTasks: every state is legal, and what visitors should find is there.
func (b *testBundle) checkTasks(result *demo.Result) {
	b.t.Helper()
	legal := []state.State{
		state.Draft, state.Pending, state.Rejected, state.Waiting, state.Cancelled, state.Ended,
	}
	tasks, err := b.db.Ent.Task.Query().WithApprovals().WithRuns().All(b.ctx)
	require.NoError(b.t, err)
	found := map[state.State]int{}
	for _, t := range tasks {
		s := state.Of(t)
		require.Contains(b.t, legal, s, t.Name)
		found[s]++
		require.False(b.t, t.CreatedAt.After(now), t.Name)
		require.False(b.t, t.UpdatedAt.Before(t.CreatedAt), t.Name)
		if t.ID == result.TaskID {
			require.Equal(b.t, state.Waiting, s)
			require.Equal(b.t, result.DueAt, t.ReachAt.UTC())
			require.Len(b.t, t.Edges.Runs, 1)
			require.Equal(b.t, result.DueAt, t.Edges.Runs[0].DueAt.UTC())
		}
		if t.Type != enttask.TypeOnce {
			b.checkLiving(t)
			continue
		}
		b.checkTimes(t)
		switch s {
		case state.Rejected:
			require.NotEmpty(b.t, t.StatusText)
			require.Empty(b.t, t.Edges.Runs)
		case state.Pending:
			require.True(b.t, t.ReachAt.After(now))
			require.Len(b.t, t.Edges.Approvals, 1)
			require.Equal(b.t, t.ReachAt.UTC(), t.Edges.Approvals[0].DueAt.UTC())
		}
	}
	require.Equal(b.t, map[state.State]int{state.Ended: 5, state.Cancelled: 1, state.Rejected: 1, state.Pending: 1, state.Draft: 1, state.Waiting: 3}, found)
}

// checkLiving: what goes on by itself waits for its next point, or for people.
func (b *testBundle) checkLiving(t *ent.Task) {
	b.t.Helper()
	require.Equal(b.t, state.Waiting, state.Of(t), t.Name)
	require.True(b.t, t.EndsAt.After(now.AddDate(0, 5, 0)), t.Name)
	if t.Type == enttask.TypeRepeat {
		require.Len(b.t, t.Edges.Runs, 1)
		require.True(b.t, t.Edges.Runs[0].PlannedAt.After(now))
		return
	}
	require.Empty(b.t, t.Edges.Runs)
	project, err := b.db.Ent.Project.Get(b.ctx, t.ProjectID)
	require.NoError(b.t, err)
	require.Equal(b.t, 1, project.LiveTriggers, "its events count")
}

// checkTimes: what happened to a task happened in order, and in the past.
func (b *testBundle) checkTimes(t *ent.Task) {
	b.t.Helper()
	last := t.CreatedAt
	for _, at := range []*time.Time{t.SubmittedAt, t.ApprovedAt, t.StartedAt, t.EndedAt} {
		if at == nil {
			continue
		}
		require.False(b.t, at.Before(last), "%s: %s after %s", t.Name, at, last)
		require.False(b.t, at.After(now), t.Name)
		last = *at
	}
	if t.StartedAt != nil {
		require.False(b.t, t.StartedAt.Before(*t.ReachAt), t.Name)
		require.Less(b.t, t.StartedAt.Sub(*t.ReachAt), time.Minute, t.Name)
	}
	for _, a := range t.Edges.Approvals {
		require.Equal(b.t, t.SubmittedAt.UTC(), a.SubmittedAt.UTC(), t.Name)
		var snapshot struct{ ReachAt time.Time }
		require.NoError(b.t, json.Unmarshal(a.Snapshot, &snapshot))
		if t.ApprovalStatus != enttask.ApprovalStatusRejected || t.ReachAt != nil {
			require.Equal(b.t, t.ReachAt.UTC(), snapshot.ReachAt.UTC(), t.Name)
			require.Equal(b.t, t.ReachAt.UTC(), a.ExpiresAt.UTC(), t.Name)
		}
	}
}

// checkRuns: Σ candidates = audience = rows, and Σ shards = rows, by status and reason.
func (b *testBundle) checkRuns(result *demo.Result) {
	b.t.Helper()
	runs, err := b.db.Ent.Run.Query().Where(entrun.TaskIDNEQ(result.TaskID), entrun.HasTaskWith(enttask.TypeEQ(enttask.TypeOnce))).WithTask(func(q *ent.TaskQuery) { q.WithUpload() }).All(b.ctx)
	require.NoError(b.t, err)
	require.Len(b.t, runs, 6)
	all := map[string]int{}
	for _, run := range runs {
		name := run.Edges.Task.Name
		require.Equal(b.t, entrun.StatusDone, run.Status, name)
		require.Nil(b.t, run.DueAt, name)
		require.Equal(b.t, run.Edges.Task.ReachAt.UTC(), run.RunAt.UTC(), name)
		_, err := dispatch.PlanOf(run)
		require.NoError(b.t, err)
		members := roaring.New()
		require.NoError(b.t, members.UnmarshalBinary(run.Edges.Task.Edges.Upload.Members))
		rows, err := b.db.Ent.Delivery.Query().Where(entdelivery.RunNum(run.Num)).All(b.ctx)
		require.NoError(b.t, err)
		require.Len(b.t, rows, run.AudienceSize, name)
		require.Equal(b.t, int(members.GetCardinality()), run.AudienceSize, name) //nolint:gosec // small
		byStatus, byReason := map[delivery.Status]int{}, map[string]int{}
		for _, r := range rows {
			s := delivery.Status(r.Status)
			require.Contains(b.t, []delivery.Status{delivery.Sent, delivery.Failed, delivery.NotSent}, s, name)
			require.True(b.t, members.Contains(uint32(r.ID)), name) //nolint:gosec // person numbers are 32-bit
			require.Equal(b.t, run.RunAt.UTC(), r.RunAt.UTC(), name)
			require.NotNil(b.t, r.SettledAt)
			require.Less(b.t, r.SettledAt.Sub(run.RunAt), time.Minute, name)
			byStatus[s]++
			if s != delivery.Sent {
				byReason[s.String()+" "+r.Reason]++
				all[s.String()+" "+r.Reason]++
			}
		}
		b.checkShards(run, byStatus, byReason)
	}
	require.Positive(b.t, all["FAILED 43101"])
	require.Positive(b.t, all["FAILED UNKNOWN_USER_VARIABLE"])
	require.Positive(b.t, all["NOT_SENT MISSING_VARIABLE"])
	require.Equal(b.t, 400, all["NOT_SENT TASK_NOT_RUNNING"])
}

func (b *testBundle) checkShards(run *ent.Run, byStatus map[delivery.Status]int, byReason map[string]int) {
	b.t.Helper()
	shards, err := b.db.Ent.Shard.Query().Where(entshard.RunNum(run.Num)).All(b.ctx)
	require.NoError(b.t, err)
	got := map[delivery.Status]int{}
	for _, s := range shards {
		require.True(b.t, s.Done)
		require.Nil(b.t, s.DueAt)
		require.Zero(b.t, s.Sending+s.Unconfirmed+s.Deferred)
		for status, n := range map[delivery.Status]int{delivery.Sent: s.Sent, delivery.Failed: s.Failed, delivery.NotSent: s.NotSent} {
			if n > 0 {
				got[status] += n
			}
		}
	}
	require.Equal(b.t, byStatus, got)
	reasons, err := b.db.Ent.ShardReason.Query().Where(entshardreason.RunNum(run.Num)).All(b.ctx)
	require.NoError(b.t, err)
	counted := map[string]int{}
	for _, r := range reasons {
		counted[delivery.Status(r.Status).String()+" "+r.Reason] += r.Count
	}
	require.Equal(b.t, byReason, counted)
}

func (b *testBundle) checkChannel() {
	b.t.Helper()
	ch, err := b.db.Ent.Channel.Query().WithTemplates().Only(b.ctx)
	require.NoError(b.t, err)
	require.Equal(b.t, "READY", string(ch.State))
	require.Nil(b.t, ch.PausedUntil)
	require.Len(b.t, ch.Edges.Templates, len(sandbox.DemoTemplates()))
	plain, err := b.deps.Box.Open(ch.Secret, secret.Place(ch.ProjectID, ch.ID, "secret"))
	require.NoError(b.t, err)
	require.Equal(b.t, demo.Apps()[0].Secret, string(plain))
}
