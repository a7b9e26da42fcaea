package dispatch_test

import (
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/delivery"
	"tidings/outreach/task"
)

func TestResendOfATriggeredDay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		f := setup(t, db)
		d := f.approved("day", func(in *task.Input) { in.RefreshBefore = new(false) })
		require.NoError(t, db.Ent.Task.UpdateOne(d).SetRunStatus(enttask.RunStatusEnded).Exec(f.System))
		now := f.clock.Now()
		require.NoError(t, db.EnsurePartition(f.System, now))
		day, err := db.Ent.Run.Create().SetProjectID(f.Project.ID).SetTaskID(d.ID).SetNum(id.Num()).SetKind(entrun.KindTriggered).SetSlot("day 2026-03-02").
			SetPlannedAt(now).SetRunAt(now).SetStatus(entrun.StatusSending).SetAudienceSize(1).Save(f.System)
		require.NoError(t, err)
		row := func(run *ent.Run, person, seq int, status delivery.Status, reason string) {
			t.Helper()
			require.NoError(t, db.Ent.Delivery.Create().SetID(int64(person)).SetRunAt(run.RunAt).SetRunNum(run.Num).SetSeq(seq).SetProjectNum(f.Project.Num).
				SetStatus(int(status)).SetReason(reason).SetClaimedAt(f.clock.Now()).SetSettledAt(f.clock.Now()).Exec(f.System))
		}
		// ask makes a resend and works it; everybody in it gets the message.
		ask := func(named ...delivery.Key) []uint32 {
			t.Helper()
			in := task.ResendInput{TaskID: d.ID, RunID: day.ID, StatusIn: []delivery.Status{delivery.Failed, delivery.NotSent}}
			for _, key := range named {
				in.DeliveryIDs = append(in.DeliveryIDs, key.String())
			}
			run, err := f.tasks.Resend(f.AsMarketer, in)
			require.NoError(t, err)
			f.step()
			people := roaring.New()
			shards, err := db.Ent.Shard.Query().Where(entshard.RunNum(run.Num)).All(f.System)
			require.NoError(t, err)
			for _, s := range shards {
				slice := roaring.New()
				require.NoError(t, slice.UnmarshalBinary(s.Slice))
				people.Or(slice)
			}
			for _, p := range people.ToArray() {
				row(run, int(p), 0, delivery.Sent, "")
			}
			require.NoError(t, db.Ent.Run.UpdateOne(run).SetStatus(entrun.StatusDone).Exec(f.System))
			f.clock.Set(f.clock.Now().Add(time.Minute))
			return people.ToArray()
		}
		for i, reason := range []string{"NOT_IN_AUDIENCE", "LATE", "TASK_ENDED", "DUPLICATE", "MISSING_VARIABLE", "TASK_NOT_RUNNING"} {
			row(day, i+1, 1, delivery.NotSent, reason)
		}
		row(day, 7, 1, delivery.Failed, "43101")
		row(day, 7, 2, delivery.Failed, "43101")
		row(day, 8, 2, delivery.Sent, "")
		require.Empty(t, ask(delivery.Key{Run: day.Num, Person: 1, Seq: 1}), "nor when named (R61)")
		require.Equal(t, []uint32{5, 6, 7}, ask(), "nobody outside the audience, late or after the end (R61, R69, §10.1), and each once")
		require.Empty(t, ask(), "nobody twice")
		row(day, 5, 3, delivery.NotSent, "NOT_IN_AUDIENCE")
		row(day, 7, 3, delivery.Failed, "43101")
		row(day, 8, 3, delivery.Failed, "43101")
		require.Empty(t, ask(delivery.Key{Run: day.Num, Person: 7, Seq: 1}), "that one was sent again")
		require.Equal(t, []uint32{7, 8}, ask(), "a later failure is another message")
	})
}
