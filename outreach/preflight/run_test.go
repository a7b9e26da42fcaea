package preflight_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entdelivery "tidings/ent/delivery"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/delivery"
	"tidings/outreach/gate"
	"tidings/outreach/person"
	"tidings/outreach/preflight"
	"tidings/outreach/task"
)

// varied is a message that every person may spoil in a way of their own.
func varied(in *task.Input) {
	in.Content = []task.Param{{Key: "thing1", Text: "{{attr.nickname}}"}, {Key: "date2", Text: "{{attr.day|2026年3月8日}}"}}
}

// list makes a list of people and the openids of strangers that is ready.
func (w *world) list(nums ...uint32) *ent.Upload {
	w.t.Helper()
	members, err := roaring.BitmapOf(nums...).ToBytes()
	require.NoError(w.t, err)
	up, err := w.DB.Ent.Upload.Create().SetProjectID(w.Project.ID).SetFileName("list.csv").SetChannelID(w.Channel.ID).SetCreatorID(w.Marketer.ID).
		SetStatus(entupload.StatusReady).SetTotal(len(nums)).SetValid(len(nums)).SetMembers(members).Save(w.System)
	require.NoError(w.t, err)
	return up
}

// merge makes the people of two openids one.
func (w *world) merge(a, b string) {
	w.t.Helper()
	phone, user := person.Key{Type: person.Phone, Value: a + b}, person.Key{Type: person.UserID, Value: a + b}
	openID := func(o string) person.Key {
		return person.Key{Type: person.WechatOpenID, Value: person.WechatValue(w.Channel.AppID, o)}
	}
	for _, keys := range [][]person.Key{{openID(a), phone}, {openID(b), user}, {user, phone}} {
		_, err := person.NewResolver(w.DB).Identify(w.System, w.Project.Num, []person.Claim{{Keys: keys, Merge: true}})
		require.NoError(w.t, err)
	}
}

func vip(more ...any) map[string]any {
	out := map[string]any{"vip": true}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

// funnel is what a preflight says and what a run records, in one form.
type funnel map[string]int

func expected(r *preflight.Result) funnel {
	out := funnel{}
	if r.WillSend > 0 {
		out["SENT "] = r.WillSend
	}
	for _, s := range r.Steps {
		status := "NOT_SENT "
		if s.Reason == gate.UnknownUserVariable {
			status = "FAILED " // spec §9.5
		}
		out[status+string(s.Reason)] = s.Count
	}
	return out
}

func (w *world) recorded(d *ent.Task) funnel {
	w.t.Helper()
	run := w.DB.Ent.Run.Query().Where(entrun.TaskID(d.ID)).OnlyX(w.System)
	require.Equal(w.t, entrun.StatusDone, run.Status)
	out := funnel{}
	for _, row := range w.DB.Ent.Delivery.Query().Where(entdelivery.RunNum(run.Num)).AllX(w.System) {
		out[delivery.Status(row.Status).String()+" "+row.Reason]++
	}
	return out
}

// ran submits, approves and runs a task.
func (w *world) ran(d *ent.Task) {
	w.t.Helper()
	_, err := w.tasks.Submit(w.AsMarketer, d.ID)
	require.NoError(w.t, err)
	found, err := w.approvals.OfTasks(w.AsMarketer, []string{d.ID})
	require.NoError(w.t, err)
	_, err = w.approvals.Approve(w.AsApprover, found[d.ID].ID, "")
	require.NoError(w.t, err)
	w.clock.Set(*d.ReachAt)
	w.step()
}

func TestAPreflightSaysWhatTheRunThenRecords(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for _, c := range []struct {
			name  string
			build func(w *world, in *task.Input)
			want  funnel
		}{
			{"everybody gets a constant message", func(w *world, _ *task.Input) {
				for i := range 7 {
					w.person(factory.OpenID(i), vip())
				}
				w.person(factory.OpenID(8), map[string]any{})
			}, funnel{"SENT ": 7}},
			{"nobody is there", func(*world, *task.Input) {}, funnel{}},
			{"some have no ID on this channel, or one that is dead", func(w *world, _ *task.Input) {
				w.person(factory.OpenID(1), vip())
				w.person("", vip())
				w.person("", vip())
				num := w.person(factory.OpenID(2), vip())
				_, err := w.DB.SQL.ExecContext(w.System, w.DB.Rebind(`UPDATE identities SET invalid = ? WHERE project_num = ? AND person_num = ?`), true, w.Project.Num, num)
				require.NoError(w.t, err)
			}, funnel{"SENT ": 1, "NOT_SENT NO_TARGET_ID": 3}},
			{"variables are missing, too long and of the wrong kind (R84, R85)", func(w *world, in *task.Input) {
				varied(in)
				w.person(factory.OpenID(1), vip("nickname", "小明"))
				w.person(factory.OpenID(2), vip("nickname", "小红", "day", "2026-03-09"))
				w.person(factory.OpenID(3), vip())
				w.person(factory.OpenID(4), vip("nickname", strings.Repeat("长", 30)))
				w.person(factory.OpenID(5), vip("nickname", "小刚", "day", "不是日期"))
				w.person(factory.OpenID(6), vip("day", "不是日期"))
				w.person("", vip())
			}, funnel{"SENT ": 2, "NOT_SENT NO_TARGET_ID": 1, "NOT_SENT MISSING_VARIABLE": 2, "NOT_SENT VALUE_TOO_LONG": 1, "NOT_SENT VALUE_INVALID": 1}},
			{"tags are variables too", func(w *world, in *task.Input) {
				in.Content[0].Text = "{{tag.level}}"
				num := w.person(factory.OpenID(1), vip())
				w.person(factory.OpenID(2), vip())
				require.NoError(w.t, w.DB.Ent.Person.UpdateOneID(person.ID(w.Project.Num, num)).SetTags([]byte(`{"level":"gold"}`)).Exec(w.System))
			}, funnel{"SENT ": 1, "NOT_SENT MISSING_VARIABLE": 1}},
			{"uploaded IDs that nobody knows fail with variables (R42), supplementary recipients too (R32)", func(w *world, in *task.Input) {
				varied(in)
				in.AudienceMode, in.Rule = new(enttask.AudienceModeUpload), nil
				known := w.person(factory.OpenID(1), vip("nickname", "小明"))
				in.UploadID = &w.list(known, w.person(factory.OpenID(2), nil), w.person(factory.OpenID(3), nil)).ID
				in.Supplementary = []string{factory.OpenID(1), factory.OpenID(3), factory.OpenID(9)}
			}, funnel{"SENT ": 1, "FAILED UNKNOWN_USER_VARIABLE": 3}},
			{"and are sent to without (R42)", func(w *world, in *task.Input) {
				in.AudienceMode, in.Rule = new(enttask.AudienceModeUpload), nil
				in.UploadID = &w.list(w.person(factory.OpenID(1), vip()), w.person(factory.OpenID(2), nil)).ID
				in.Supplementary = []string{factory.OpenID(2), factory.OpenID(9)}
			}, funnel{"SENT ": 3}},
			{"a supplementary recipient of a segment whom nobody knows has no attributes", func(w *world, in *task.Input) {
				varied(in)
				w.person(factory.OpenID(1), vip("nickname", "小明"))
				in.Supplementary = []string{factory.OpenID(9)}
			}, funnel{"SENT ": 1, "NOT_SENT MISSING_VARIABLE": 1}},
			{"two who became one get one message (§12.1)", func(w *world, in *task.Input) {
				in.AudienceMode, in.Rule = new(enttask.AudienceModeUpload), nil
				a, b := w.person(factory.OpenID(1), vip()), w.person(factory.OpenID(2), vip())
				in.UploadID = &w.list(a, b, w.person(factory.OpenID(3), vip())).ID
				w.merge(factory.OpenID(1), factory.OpenID(2))
			}, funnel{"SENT ": 2}},
			{"a record that a list still has from before a merge is a duplicate", func(w *world, in *task.Input) {
				in.AudienceMode, in.Rule = new(enttask.AudienceModeUpload), nil
				a, b := w.person(factory.OpenID(1), vip()), w.person(factory.OpenID(2), vip())
				w.merge(factory.OpenID(1), factory.OpenID(2))
				in.UploadID = &w.list(a, b).ID
				_, err := w.DB.SQL.ExecContext(w.System, w.DB.Rebind(`UPDATE person_aliases SET merged_at = ? WHERE project_num = ?`), nine.AddDate(-1, 0, 0), w.Project.Num)
				require.NoError(w.t, err)
			}, funnel{"SENT ": 1, "NOT_SENT " + string(gate.Duplicate): 1}},
		} {
			t.Run(c.name, func(t *testing.T) { //nolint:paralleltest // they share what is due
				w := setup(t, db)
				in := w.input("task")
				c.build(w, &in)
				d := w.create(in)
				people := db.Ent.Person.Query().CountX(w.System)
				r := w.result(w.rehearsed(d))
				require.Equal(t, people, db.Ent.Person.Query().CountX(w.System), "a rehearsal makes nobody")
				require.Equal(t, c.want, expected(r))
				require.Equal(t, r.Candidates, r.Examined)
				require.Equal(t, &three, r.StartsAt)
				require.Equal(t, *in.AudienceMode == enttask.AudienceModeRule, r.SegmentAt != nil)
				w.ran(d)
				require.Equal(t, c.want, w.recorded(d))
				require.Equal(t, r.Candidates, db.Ent.Run.Query().Where(entrun.TaskID(d.ID)).OnlyX(w.System).AudienceSize)
			})
		}
		t.Run("whatever people are like", func(t *testing.T) { //nolint:paralleltest // they share what is due
			for seed := range uint64(3) {
				w := setup(t, db)
				g := rand.New(rand.NewPCG(seed, 9)) //nolint:gosec // repeatable on purpose
				in := w.input("task")
				varied(&in)
				for i := range 60 {
					openID, attributes := factory.OpenID(i), vip()
					if g.IntN(5) == 0 {
						openID = ""
					}
					for name, values := range map[string][]any{"nickname": {"小明", strings.Repeat("长", 30), 7, "", nil}, "day": {"2026-03-09", "不是日期", true, nil}} {
						if v := values[g.IntN(len(values))]; v != nil {
							attributes[name] = v
						}
					}
					w.person(openID, attributes)
					if i > 0 && g.IntN(8) == 0 {
						w.merge(factory.OpenID(i-1), factory.OpenID(i))
					}
				}
				d := w.create(in)
				r := w.result(w.rehearsed(d))
				require.NotZero(t, r.WillSend)
				require.NotEmpty(t, r.Steps)
				w.ran(d)
				require.Equal(t, expected(r), w.recorded(d), fmt.Sprintf("seed %d", seed))
			}
		})
	})
}
