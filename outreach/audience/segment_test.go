package audience_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entauditentry "tidings/ent/auditentry"
	entproject "tidings/ent/project"
	entproperty "tidings/ent/property"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// start is 09:00 on a Sunday in Shanghai.
var start = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)

type world struct {
	*factory.Team
	clock    *clock.Fake
	segments *audience.Segments
	people   []uint32
}

// inWorld is a project with ten people, the first four of Hangzhou, the even ones
// with an openid of the channel.
func inWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	c := clock.NewFake(start)
	w := &world{
		Team: factory.NewTeam(t, db), clock: c,
		segments: audience.NewSegments(audience.SegmentDeps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler)}),
	}
	w.attribute(t, "city", entproperty.TypeText)
	values := make([]string, 10)
	for i := range values {
		values[i] = fmt.Sprintf("138%08d", i)
	}
	var err error
	w.people, err = person.Resolve(w.System, db, w.Project.Num, person.Phone, values, false)
	require.NoError(t, err)
	for i, num := range w.people {
		city := "上海"
		if i < 4 {
			city = "杭州"
		}
		w.set(t, num, map[string]any{"city": city})
		if i%2 == 0 {
			require.NoError(t, db.Ent.Identity.Create().SetProjectNum(w.Project.Num).SetType(person.WechatOpenID).
				SetValue(person.WechatValue(w.Channel.AppID, factory.OpenID(i))).SetPersonNum(int64(num)).Exec(w.System))
		}
	}
	return w
}

func (w *world) attribute(t *testing.T, name string, kind entproperty.Type) {
	t.Helper()
	require.NoError(t, w.DB.Ent.Property.Create().SetProjectID(w.Project.ID).SetOwner(entproperty.OwnerAttribute).SetName(name).SetType(kind).Exec(w.System))
}

func (w *world) set(t *testing.T, num uint32, attributes map[string]any) {
	t.Helper()
	text, err := json.Marshal(attributes)
	require.NoError(t, err)
	require.NoError(t, w.DB.Ent.Person.UpdateOneID(person.ID(w.Project.Num, num)).SetAttributes(text).Exec(w.System))
}

// in is a rule that selects the people of a city.
func in(city string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":[%q]}}`, city))
}

// of is a rule that selects a segment's members.
func of(id string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"op":"SEGMENT","segment":%q,"in":true}`, id))
}

func (w *world) make(t *testing.T, name string, change func(*audience.SegmentInput)) *ent.Segment {
	t.Helper()
	input := audience.SegmentInput{Name: &name, Rule: in("杭州")}
	if change != nil {
		change(&input)
	}
	s, err := w.segments.Create(w.AsMarketer, input)
	require.NoError(t, err)
	return s
}

// work computes what is due, as a worker does.
func (w *world) work(t *testing.T) int {
	t.Helper()
	rows, err := due.HandOut(w.System, w.DB, due.Segments, w.clock.Now(), 100, "")
	require.NoError(t, err)
	for _, r := range rows {
		require.NoError(t, w.segments.Compute(w.System, r.ID, r.Attempt, nil))
	}
	return len(rows)
}

func (w *world) reload(t *testing.T, s *ent.Segment) *ent.Segment {
	t.Helper()
	out, err := w.DB.Ent.Segment.Get(w.System, s.ID)
	require.NoError(t, err)
	return out
}

func (w *world) held(t *testing.T, s *ent.Segment) []uint32 {
	t.Helper()
	v, err := audience.Held(w.System, w.DB, w.Project.ID, w.Project.Num, s.ID)
	require.NoError(t, err)
	if v == nil {
		return nil
	}
	return v.Members.ToArray()
}

func wrong(t *testing.T, err error) []string {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	if len(f.Fields) == 0 {
		return []string{string(f.Code) + " " + f.Reason}
	}
	var out []string
	for _, field := range f.Fields {
		out = append(out, field.Path+" "+field.Rule)
	}
	return out
}

func TestSegmentIsComputed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "杭州人", nil)
		require.Equal(t, entsegment.StatusComputing, s.Status)
		require.Equal(t, w.Marketer.ID, s.CreatorID)
		require.True(t, s.Listed, "R27 a segment made by hand is in the list")

		require.Equal(t, 1, w.work(t))
		s = w.reload(t, s)
		require.Equal(t, entsegment.StatusReady, s.Status)
		require.Equal(t, 4, s.Size)
		require.Equal(t, start, s.ComputedAt.UTC())
		require.Nil(t, s.DueAt, "an on-demand segment plans nothing")
		require.Equal(t, w.people[:4], w.held(t, s))
		require.Zero(t, w.work(t), "it is done once")

		v := db.Ent.SegmentVersion.Query().Where(entsegmentversion.SegmentID(s.ID)).OnlyX(w.System)
		require.Equal(t, entsegmentversion.CauseSave, v.Cause)
		require.Equal(t, 1, v.Seq)
		require.JSONEq(t, string(s.Rule), string(v.Rule))

		w.set(t, w.people[9], map[string]any{"city": "杭州"})
		w.clock.Advance(time.Hour)
		_, err := w.segments.Refresh(w.AsMarketer, s.ID)
		require.NoError(t, err)
		_, err = w.segments.Refresh(w.AsMarketer, s.ID)
		require.Equal(t, []string{"CONFLICT COMPUTING"}, wrong(t, err), "§9.4 it is being computed already")
		w.work(t)
		require.Equal(t, append(append([]uint32{}, w.people[:4]...), w.people[9]), w.held(t, s))
		require.Equal(t, 2, w.reload(t, s).NextSeq-1)

		actions, err := db.Ent.AuditEntry.Query().Where(entauditentry.ObjectID(s.ID)).Select(entauditentry.FieldAction).Strings(w.System)
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"segment.create", "segment.refresh"}, actions, "commands are logged, computations are not")
	})
}

func TestFailedRefreshKeepsWhatIsHeld(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "杭州人", nil)
		w.work(t)
		w.segments.Stop(func(context.Context) error {
			return fault.Errorf(fault.Conflict, "a table is gone").Because("TABLE_GONE")
		})
		_, err := w.segments.Refresh(w.AsMarketer, s.ID)
		require.NoError(t, err)
		w.work(t)
		s = w.reload(t, s)
		require.Equal(t, entsegment.StatusFailed, s.Status)
		require.Equal(t, "TABLE_GONE", s.Failure)
		require.Equal(t, 4, s.Size)
		require.Equal(t, w.people[:4], w.held(t, s))
		failed := db.Ent.SegmentVersion.Query().Where(entsegmentversion.StatusEQ(entsegmentversion.StatusFailed)).OnlyX(w.System)
		require.Equal(t, "TABLE_GONE", failed.Failure)

		t.Run("a fault of ours is masked", func(t *testing.T) { //nolint:paralleltest // one segment
			w.segments.Stop(func(context.Context) error { return errors.New("pq: secret detail") })
			_, err := w.segments.Refresh(w.AsMarketer, s.ID)
			require.NoError(t, err)
			w.work(t)
			s = w.reload(t, s)
			require.Equal(t, audience.FailureInternal, s.Failure)
			require.NotContains(t, s.FailureText, "secret")
		})
	})
}

func TestSevenVersionsKeepTheirMembers(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "杭州人", nil)
		w.work(t)
		for range 8 {
			w.clock.Advance(time.Minute)
			_, err := w.segments.Refresh(w.AsMarketer, s.ID)
			require.NoError(t, err)
			w.work(t)
		}
		all := db.Ent.SegmentVersion.Query().Where(entsegmentversion.SegmentID(s.ID)).Order(ent.Asc(entsegmentversion.FieldSeq)).AllX(w.System)
		require.Len(t, all, 9)
		for i, v := range all {
			require.Equal(t, i+1, v.Seq)
			require.Equal(t, 4, v.Size, "the history stays")
			require.Equal(t, i >= 2, len(v.Members) > 0, "version %d", v.Seq)
		}
	})
}

func TestDailySegment(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "每天", func(in *audience.SegmentInput) {
			in.UpdateMode, in.DailyAt = new(entsegment.UpdateModeDaily), new("08:30")
		})
		w.work(t)
		next := func() time.Time { return w.reload(t, s).DueAt.UTC() }
		require.Equal(t, time.Date(2026, 3, 2, 0, 30, 0, 0, time.UTC), next(), "R53 08:30 in Shanghai, tomorrow")
		w.clock.Set(next().Add(-time.Second))
		require.Zero(t, w.work(t))
		w.clock.Advance(time.Second)
		require.Equal(t, 1, w.work(t))
		require.Equal(t, entsegmentversion.CauseDaily, db.Ent.SegmentVersion.Query().Where(entsegmentversion.Seq(2)).OnlyX(w.System).Cause)
		require.Equal(t, time.Date(2026, 3, 3, 0, 30, 0, 0, time.UTC), next())

		t.Run("a refresh by hand leaves the plan", func(t *testing.T) { //nolint:paralleltest // one segment
			_, err := w.segments.Refresh(w.AsMarketer, s.ID)
			require.NoError(t, err)
			w.work(t)
			require.Equal(t, time.Date(2026, 3, 3, 0, 30, 0, 0, time.UTC), next())
		})
		t.Run("another time is planned at once", func(t *testing.T) { //nolint:paralleltest // one segment
			_, err := w.segments.Update(w.AsMarketer, s.ID, audience.SegmentInput{DailyAt: new("09:00")})
			require.NoError(t, err)
			require.Equal(t, time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), next())
			_, err = w.segments.Update(w.AsMarketer, s.ID, audience.SegmentInput{UpdateMode: new(entsegment.UpdateModeOnDemand)})
			require.NoError(t, err)
			require.Nil(t, w.reload(t, s).DueAt)
		})
		t.Run("a failure does not end the days", func(t *testing.T) { //nolint:paralleltest // one segment
			_, err := w.segments.Update(w.AsMarketer, s.ID, audience.SegmentInput{UpdateMode: new(entsegment.UpdateModeDaily)})
			require.NoError(t, err)
			w.segments.Stop(func(context.Context) error { return errors.New("down") })
			w.clock.Set(next())
			require.Equal(t, 1, w.work(t))
			require.Equal(t, entsegment.StatusFailed, w.reload(t, s).Status)
			require.True(t, next().After(w.clock.Now()))
		})
	})
}

func TestSegmentInput(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		w.make(t, "Taken", nil)
		own := w.make(t, "mine", nil)
		for name, row := range map[string]struct {
			change func(*audience.SegmentInput)
			want   string
		}{
			"a name is needed":               {func(in *audience.SegmentInput) { in.Name = new(" ") }, "name REQUIRED"},
			"of at most 100 characters":      {func(in *audience.SegmentInput) { in.Name = new(long(101)) }, "name TOO_LONG"},
			"that no other has, in any case": {func(in *audience.SegmentInput) { in.Name = new(" tAKEN") }, "name NAME_TAKEN"},
			"a description is bounded":       {func(in *audience.SegmentInput) { in.Description = new(long(501)) }, "description TOO_LONG"},
			"a rule is needed":               {func(in *audience.SegmentInput) { in.Rule = json.RawMessage("null") }, "rule REQUIRED"},
			"one that is whole":              {func(in *audience.SegmentInput) { in.Rule = json.RawMessage(`{"op":"NOPE"}`) }, "rule.op UNKNOWN"},
			"of attributes that there are": {func(in *audience.SegmentInput) {
				in.Rule = json.RawMessage(`{"op":"ATTRIBUTE","name":"x","test":{"test":"IS_NULL"}}`)
			}, "rule.name NOT_FOUND"},
			"of segments that there are":  {func(in *audience.SegmentInput) { in.Rule = of("seg_none") }, "rule.segment NOT_FOUND"},
			"a daily time is one":         {func(in *audience.SegmentInput) { in.DailyAt = new("6:00") }, "dailyAt INVALID_FORMAT"},
			"R31 roles are known":         {func(in *audience.SegmentInput) { in.Roles = []string{"KING"} }, "roles UNKNOWN"},
			"a channel is of the project": {func(in *audience.SegmentInput) { in.ChannelID = new("chn_none") }, "channelId NOT_FOUND"},
			"R12 there are people only":   {func(in *audience.SegmentInput) { in.Subject = new("store") }, "subject NOT_ALLOWED"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				input := audience.SegmentInput{Name: new("new " + name), Rule: in("杭州")}
				row.change(&input)
				_, err := w.segments.Create(w.AsMarketer, input)
				require.Equal(t, []string{row.want}, wrong(t, err))
				if input.Subject != nil {
					row.want = "subject NOT_ALLOWED"
				}
				_, err = w.segments.Update(w.AsMarketer, own.ID, input)
				require.Equal(t, []string{row.want}, wrong(t, err))
			})
		}
	})
}

func long(n int) string {
	out := make([]rune, n)
	for i := range out {
		out[i] = '群'
	}
	return string(out)
}

func TestSegmentsOfSegments(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		a := w.make(t, "a", nil)
		w.work(t)
		b := w.make(t, "b", func(in *audience.SegmentInput) { in.Rule = of(a.ID) })
		w.work(t)
		require.Equal(t, w.people[:4], w.held(t, b))
		c := w.make(t, "c", func(in *audience.SegmentInput) { in.Rule = of(b.ID) })
		_, err := w.segments.Create(w.AsMarketer, audience.SegmentInput{Name: new("d"), Rule: of(c.ID)})
		require.Equal(t, []string{"rule.segment TOO_DEEP"}, wrong(t, err), "§9.2 three deep at most")
		other := w.make(t, "other", nil)
		_, err = w.segments.Update(w.AsMarketer, a.ID, audience.SegmentInput{Rule: of(other.ID)})
		require.Equal(t, []string{"rule.segment TOO_DEEP"}, wrong(t, err), "nor by deepening what others lead to")
		for _, s := range []*ent.Segment{a, b, c} {
			_, err = w.segments.Update(w.AsMarketer, a.ID, audience.SegmentInput{Rule: of(s.ID)})
			require.Equal(t, []string{"rule.segment CYCLE"}, wrong(t, err), "§9.2 no circle through %s", s.Name)
		}
		require.Equal(t, []string{"CONFLICT SEGMENT_IN_USE"}, wrong(t, w.segments.Delete(w.AsMarketer, a.ID)))
		_, err = w.segments.Update(w.AsMarketer, a.ID, audience.SegmentInput{Listed: new(false)})
		require.Equal(t, []string{"CONFLICT SEGMENT_IN_USE"}, wrong(t, err))
		_, err = w.segments.Update(w.AsMarketer, other.ID, audience.SegmentInput{Listed: new(false)})
		require.NoError(t, err)
		_, err = w.segments.Update(w.AsMarketer, c.ID, audience.SegmentInput{Rule: of(other.ID)})
		require.Equal(t, []string{"rule.segment NOT_LISTED"}, wrong(t, err), "R27 off the list it cannot be used again")
		_, err = w.segments.Update(w.AsMarketer, c.ID, audience.SegmentInput{Rule: in("上海")})
		require.NoError(t, err)
		require.NoError(t, w.segments.Delete(w.AsMarketer, b.ID))
		require.NoError(t, w.segments.Delete(w.AsMarketer, a.ID))
		w.make(t, "a", nil) // its name is free again

		t.Run("one that was never computed says so", func(t *testing.T) { //nolint:paralleltest // one world
			w.work(t)
			fresh := w.make(t, "fresh", nil)
			on := w.make(t, "on it", func(in *audience.SegmentInput) { in.Rule = of(fresh.ID) })
			rows, err := due.HandOut(w.System, db, due.Segments, w.clock.Now(), 10, "w.id = ?", on.ID)
			require.NoError(t, err)
			require.NoError(t, w.segments.Compute(w.System, on.ID, rows[0].Attempt, nil))
			require.Equal(t, "SEGMENT_NOT_COMPUTED", w.reload(t, on).Failure)
		})
	})
}

func TestSegmentRoles(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "for approvers", func(in *audience.SegmentInput) { in.Roles = []string{string(access.Approver)} })
		w.work(t)
		_, asOther := w.Member(t, access.Marketer)
		for name, row := range map[string]struct {
			ctx  context.Context //nolint:containedctx // a row of a table
			sees bool
		}{
			"its creator": {w.AsMarketer, true}, "the role": {w.AsApprover, true}, "an administrator": {w.AsAdmin, true},
			"another of the creator's role": {asOther, false}, "another role": {w.AsViewer, false},
		} {
			t.Run("R31 "+name, func(t *testing.T) {
				n, err := db.Ent.Segment.Query().Where(entsegment.ID(s.ID)).Count(row.ctx)
				require.NoError(t, err)
				versions, err := db.Ent.SegmentVersion.Query().Where(entsegmentversion.SegmentID(s.ID)).Count(row.ctx)
				require.NoError(t, err)
				_, err = audience.Find(row.ctx, db.Ent, s.ID)
				_, estimated := w.segments.Estimate(row.ctx, audience.EstimateInput{SegmentID: s.ID}, nil)
				_, named := w.segments.Estimate(row.ctx, audience.EstimateInput{Rule: of(s.ID)}, nil)
				if row.sees {
					require.NoError(t, errors.Join(err, estimated, named))
					require.Equal(t, []int{1, 1}, []int{n, versions})
					return
				}
				require.Equal(t, []string{"FORBIDDEN NO_SEGMENT_PERMISSION"}, wrong(t, err))
				require.Equal(t, []string{"FORBIDDEN NO_SEGMENT_PERMISSION"}, wrong(t, estimated))
				require.Equal(t, []string{"rule.segment NO_SEGMENT_PERMISSION"}, wrong(t, named))
				require.Equal(t, []int{0, 0}, []int{n, versions})
			})
		}
		for name, do := range map[string]func(context.Context) error{
			"update": func(ctx context.Context) error {
				_, err := w.segments.Update(ctx, s.ID, audience.SegmentInput{Name: new("x")})
				return err
			},
			"refresh": func(ctx context.Context) error { _, err := w.segments.Refresh(ctx, s.ID); return err },
			"delete":  func(ctx context.Context) error { return w.segments.Delete(ctx, s.ID) },
		} {
			t.Run("R26 R31 "+name, func(t *testing.T) {
				require.Equal(t, []string{"FORBIDDEN NO_SEGMENT_PERMISSION"}, wrong(t, do(asOther)))
				require.Equal(t, []string{"FORBIDDEN segment.edit"}, wrong(t, do(w.AsApprover)), "R26 seeing is not editing")
				stranger := factory.NewTeam(t, db)
				require.Equal(t, []string{"NOT_FOUND "}, wrong(t, do(stranger.AsAdmin)), "§11.2 nothing crosses projects")
			})
		}
	})
}

func TestNoneKeepsNoSegments(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		_, err := w.segments.UpdateSettings(w.AsMarketer, audience.SettingsInput{})
		require.Equal(t, []string{"FORBIDDEN ADMIN_ONLY"}, wrong(t, err))
		_, err = w.segments.UpdateSettings(w.AsAdmin, audience.SettingsInput{RefreshLead: new(4), EventRetentionDays: new(-1)})
		require.Equal(t, []string{"refreshLead OUT_OF_RANGE", "eventRetentionDays OUT_OF_RANGE"}, wrong(t, err), "R52")
		p, err := w.segments.UpdateSettings(w.AsAdmin, audience.SettingsInput{AudienceSource: new(entproject.AudienceSourceNone), RefreshLead: new(5), ListedDefault: new(false)})
		require.NoError(t, err)
		require.Equal(t, 5, p.RefreshLead)
		require.False(t, p.ListedDefault, "R29")
		entry := db.Ent.AuditEntry.Query().Where(entauditentry.Action("project.settings")).OnlyX(w.System)
		require.Contains(t, entry.Detail, "audienceSource")
		_, err = w.segments.Create(w.AsMarketer, audience.SegmentInput{Name: new("x"), Rule: in("杭州")})
		require.Equal(t, []string{"CONFLICT NO_SEGMENTS"}, wrong(t, err), "R23 R37")
		_, err = w.segments.Estimate(w.AsMarketer, audience.EstimateInput{Rule: in("杭州")}, nil)
		require.Equal(t, []string{"CONFLICT NO_SEGMENTS"}, wrong(t, err))
	})
}

func TestSegmentListIsBounded(t *testing.T) {
	t.Parallel()
	w := inWorld(t, testdb.New(t))
	creates := make([]*ent.SegmentCreate, 500)
	for i := range creates {
		name := fmt.Sprintf("s%d", i)
		creates[i] = w.DB.Ent.Segment.Create().SetProjectID(w.Project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.Marketer.ID)
	}
	require.NoError(t, w.DB.Ent.Segment.CreateBulk(creates...).Exec(w.System))
	_, err := w.segments.Create(w.AsMarketer, audience.SegmentInput{Name: new("x"), Rule: in("杭州")})
	require.Equal(t, []string{"name TOO_MANY"}, wrong(t, err), "§9.1 500 a project")
}
