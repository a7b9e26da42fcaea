package audience_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entproperty "tidings/ent/property"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
	"tidings/outreach/person"
)

func (w *world) authorise(t *testing.T, tpl *ent.Template, num uint32, remaining int) {
	t.Helper()
	require.NoError(t, w.DB.Ent.WechatSubscription.Create().SetProjectNum(w.Project.Num).SetAppID(w.Channel.AppID).SetTemplateID(tpl.ProviderID).
		SetPersonNum(int64(num)).SetOpenid(person.WechatValue("", string(rune('a'+num)))).SetRemaining(remaining).SetUpdatedAt(start).Exec(w.System))
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		count := func(in audience.EstimateInput) *audience.Estimate {
			t.Helper()
			e, err := w.segments.Estimate(w.AsMarketer, in, nil)
			require.NoError(t, err)
			return e
		}
		e := count(audience.EstimateInput{Rule: in("杭州")})
		require.Equal(t, 4, e.People, "R30 the OneID count")
		require.Nil(t, e.Reachable, "nobody asked for a channel")
		require.False(t, e.Approximate, "§9.3 exact")

		e = count(audience.EstimateInput{Rule: in("杭州"), ChannelID: w.Channel.ID, TemplateID: w.Template.ID})
		require.Equal(t, 2, *e.Reachable, "R30 those with an ID of the channel")
		require.Nil(t, e.Authorised, "nothing is known of the template")

		w.authorise(t, w.Template, w.people[0], 2)
		w.authorise(t, w.Template, w.people[1], 2) // no openid
		w.authorise(t, w.Template, w.people[2], 0)
		e = count(audience.EstimateInput{Rule: in("杭州"), ChannelID: w.Channel.ID, TemplateID: w.Template.ID})
		require.Equal(t, 1, *e.Authorised)
		require.Zero(t, *count(audience.EstimateInput{Rule: in("杭州"), ChannelID: w.NewChannel(t).ID}).Reachable, "an openid is of one mini program")

		_, err := db.SQL.ExecContext(w.System, db.Rebind("UPDATE identities SET invalid = ? WHERE project_num = ? AND person_num = ? AND type = 'wx_openid'"), true, w.Project.Num, w.people[0])
		require.NoError(t, err)
		require.Equal(t, 1, *count(audience.EstimateInput{Rule: in("杭州"), ChannelID: w.Channel.ID}).Reachable, "dead IDs do not count")

		t.Run("R36 of a segment it is what is held", func(t *testing.T) { //nolint:paralleltest // one world
			s := w.make(t, "杭州人", nil)
			require.Equal(t, 4, count(audience.EstimateInput{SegmentID: s.ID}).People, "before its first computation its rule is counted")
			w.work(t)
			w.set(t, w.people[9], map[string]any{"city": "杭州"})
			e := count(audience.EstimateInput{SegmentID: s.ID, ChannelID: w.Channel.ID})
			require.Equal(t, 4, e.People)
			require.Equal(t, 1, *e.Reachable)
			require.Equal(t, start, e.ComputedAt.UTC())
		})
		t.Run("progress goes to its end", func(t *testing.T) { //nolint:paralleltest // one world
			var last [2]int
			_, err := w.segments.Estimate(w.AsMarketer, audience.EstimateInput{Rule: in("上海"), ChannelID: w.Channel.ID}, func(done, total int) {
				require.GreaterOrEqual(t, done, last[0])
				last = [2]int{done, total}
			})
			require.NoError(t, err)
			require.Equal(t, last[1], last[0])
		})
		t.Run("what is wrong has its path", func(t *testing.T) { //nolint:paralleltest // one world
			_, err := w.segments.Estimate(w.AsMarketer, audience.EstimateInput{ChannelID: "chn_x", TemplateID: "tpl_x"}, nil)
			require.Equal(t, []string{"channelId NOT_FOUND", "templateId NOT_FOUND"}, wrong(t, err))
			_, err = w.segments.Estimate(w.AsMarketer, audience.EstimateInput{}, nil)
			require.Equal(t, []string{"rule REQUIRED"}, wrong(t, err))
			other := w.NewChannel(t)
			_, err = w.segments.Estimate(w.AsMarketer, audience.EstimateInput{Rule: in("上海"), ChannelID: other.ID, TemplateID: w.Template.ID}, nil)
			require.Equal(t, []string{"templateId OTHER_CHANNEL"}, wrong(t, err))
		})
	})
}

func TestEstimatesEndWithTheirClients(t *testing.T) {
	t.Parallel()
	w := inWorld(t, testdb.New(t))
	w.segments = audience.NewSegments(audience.SegmentDeps{DB: w.DB, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Estimates: 1})
	began := make(chan struct{}, 2)
	w.segments.Stop(func(ctx context.Context) error { began <- struct{}{}; <-ctx.Done(); return ctx.Err() })
	ask := func(ctx context.Context) chan error {
		out := make(chan error, 1)
		go func() {
			_, err := w.segments.Estimate(ctx, audience.EstimateInput{Rule: in("杭州")}, nil)
			out <- err
		}()
		return out
	}
	first, stopFirst := context.WithCancel(w.AsMarketer)
	one := ask(first)
	<-began
	second, stopSecond := context.WithCancel(w.AsMarketer)
	two := ask(second)
	stopSecond()
	require.ErrorIs(t, <-two, context.Canceled, "also while it waits for its turn")
	require.Empty(t, began)
	stopFirst()
	require.ErrorIs(t, <-one, context.Canceled)
}

func TestHeldPeopleAreLiving(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "杭州人", nil)
		w.work(t)
		require.NoError(t, db.Ent.PersonAlias.Create().SetID(person.ID(w.Project.Num, w.people[0])).SetProjectNum(w.Project.Num).
			SetToID(person.ID(w.Project.Num, w.people[8])).SetMergedAt(clock.Wall().Add(time.Second)).Exec(w.System))
		require.Equal(t, append(append([]uint32{}, w.people[1:4]...), w.people[8]), w.held(t, s), "a merged person is whom they were merged into")
	})
}

func TestEntitiesBecomePeople(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		_, err := w.segments.UpdateSettings(w.AsAdmin, audience.SettingsInput{MultiSubject: new(true)})
		require.NoError(t, err)
		store := db.Ent.Subject.Create().SetProjectID(w.Project.ID).SetNum(w.Project.Num*100 + 1).SetCode("store").SetName("店").SetIDType("store_id").
			SetResolveAttribute("店长").SetResolveIDType(person.Phone).SaveX(w.System)
		w.attribute(t, "店长", entproperty.TypeText)
		first, err := person.Take(w.System, db, w.Project.Num, 3)
		require.NoError(t, err)
		for i, owner := range []string{"13800000000", "13800000001", "nobody"} {
			db.Ent.Person.Create().SetID(person.ID(w.Project.Num, first+uint32(i))).SetProjectNum(w.Project.Num).SetSubject(store.Num).
				SetAttributes([]byte(`{"店长":"` + owner + `","city":"杭州"}`)).ExecX(w.System)
		}
		s := w.make(t, "杭州店", func(in *audience.SegmentInput) { in.Subject = new("store") })
		w.work(t)
		require.Equal(t, []uint32{first, first + 1, first + 2}, w.held(t, s), "R12 rules work on entities as on people")
		got, err := audience.ToPeople(w.System, db, w.Project.ID, w.Project.Num, "store", roaring.BitmapOf(w.held(t, s)...))
		require.NoError(t, err)
		require.ElementsMatch(t, []uint32{w.people[0], w.people[1], first + 2}, got.ToArray(), "R12 one that names nobody stays itself, and ends NO_TARGET_ID")
		e, err := w.segments.Estimate(w.AsMarketer, audience.EstimateInput{Subject: "store", Rule: in("杭州"), ChannelID: w.Channel.ID}, nil)
		require.NoError(t, err)
		require.Equal(t, []int{3, 1}, []int{e.People, *e.Reachable})
		_, err = w.segments.Create(w.AsMarketer, audience.SegmentInput{Name: new("x"), Rule: of(s.ID)})
		require.Equal(t, []string{"rule.segment OTHER_SUBJECT"}, wrong(t, err))
		_, err = w.segments.Create(w.AsMarketer, audience.SegmentInput{Name: new("x"), Subject: new("car"), Rule: in("杭州")})
		require.Equal(t, []string{"subject NOT_FOUND"}, wrong(t, err))
	})
}

func TestASlowEstimateSaysSo(t *testing.T) {
	t.Parallel()
	w := inWorld(t, testdb.New(t))
	w.segments.Hurry(time.Millisecond)
	w.segments.Stop(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	_, err := w.segments.Estimate(w.AsMarketer, audience.EstimateInput{Rule: in("杭州")}, nil)
	require.Equal(t, []string{"UNAVAILABLE ESTIMATE_TIMEOUT"}, wrong(t, err), "§9.3")
}
