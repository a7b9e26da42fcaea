package task_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entproject "tidings/ent/project"
	entproperty "tidings/ent/property"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/fault"
	"tidings/outreach/render"
	"tidings/outreach/task"
)

// object is part of a cycle or trigger as the API's clients write it.
type object = map[string]any

func text(t *testing.T, v any) json.RawMessage {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return out
}

// march is every day at 10:00 in Shanghai during March (R46).
func march() object {
	return object{"kind": "DAYS", "every": 1, "times": []any{"10:00"}, "start": "2026-03-01T00:00:00+08:00", "end": "2026-03-31T23:59:59+08:00"}
}

// cart is every second cart over 100, an hour later.
func cart() object {
	return object{
		"a": object{
			"events": []any{object{"event": "add_to_cart", "where": over(100)}, object{"event": "favourite"}}, "mode": "EVERY", "n": 2,
			"from": "2026-03-02T00:00:00+08:00", "to": "2026-03-20T00:00:00+08:00",
		},
		"timing": object{"kind": "DELAY", "hours": 1},
	}
}

// unpaid is a cart that is not paid for within 20 minutes.
func unpaid() object {
	out := cart()
	out["b"] = object{"events": []any{object{"event": "pay"}}, "wait": object{"value": 20, "unit": "MINUTE"}}
	return out
}

func over(amount int) object {
	return object{"op": "PROPERTY", "name": "amount", "test": object{"test": "GT", "values": []any{amount}}}
}

// with changes one field of a copy: with(cart(), 3, "a", "n").
func with(in object, value any, path ...string) object {
	out := object{}
	for k, v := range in {
		out[k] = v
	}
	switch {
	case len(path) > 1:
		inner, _ := out[path[0]].(object)
		out[path[0]] = with(inner, value, path[1:]...)
	case value == nil:
		delete(out, path[0])
	default:
		out[path[0]] = value
	}
	return out
}

func timed(kind string, more object) object {
	out := object{"kind": kind}
	for k, v := range more {
		out[k] = v
	}
	return with(cart(), out, "timing")
}

// learn makes the project know events and a property of one.
func (b *bundle) learn(t *testing.T) map[string]int64 {
	t.Helper()
	nums := map[string]int64{}
	for _, name := range []string{"add_to_cart", "favourite", "pay"} {
		nums[name] = id.Num()
		e, err := b.DB.Ent.EventType.Create().SetProjectID(b.Project.ID).SetName(name).SetNum(nums[name]).Save(b.System)
		require.NoError(t, err)
		if name == "add_to_cart" {
			require.NoError(t, b.DB.Ent.Property.Create().SetProjectID(b.Project.ID).SetOwner(entproperty.OwnerEvent).SetOwnerID(e.ID).
				SetName("amount").SetType(entproperty.TypeNumber).Exec(b.System))
		}
	}
	return nums
}

// repeating and triggered turn a complete task into one of another type.
func (b *bundle) repeating(t *testing.T, cycle object) func(*task.Input) {
	t.Helper()
	return func(in *task.Input) { in.Type, in.ReachAt, in.Cycle = new(enttask.TypeRepeat), nil, text(t, cycle) }
}

func (b *bundle) triggered(t *testing.T, typ enttask.Type, trigger object) func(*task.Input) {
	t.Helper()
	return func(in *task.Input) {
		in.Type, in.ReachAt, in.UploadID, in.AudienceMode = &typ, nil, nil, new(enttask.AudienceModeAll)
		in.Trigger = text(t, trigger)
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()

	type row struct {
		typ    enttask.Type
		when   object // the cycle or the trigger
		change func(*task.Input)
		want   []string
	}
	repeat := func(when object, want ...string) row { return row{typ: enttask.TypeRepeat, when: when, want: want} }
	doneA := func(when object, want ...string) row { return row{typ: enttask.TypeDoneA, when: when, want: want} }
	aNotB := func(when object, want ...string) row { return row{typ: enttask.TypeDoneANotB, when: when, want: want} }
	ends := func(at string) func(*task.Input) {
		return func(in *task.Input) {
			end, err := time.Parse(time.RFC3339, at)
			require.NoError(t, err)
			in.EndsAt = &end
		}
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.learn(t)
		for name, row := range map[string]row{
			"R44 R46 every day at 10:00 in March":              repeat(march()),
			"R44 R47 done A":                                   doneA(cart()),
			"R44 R48 done A, not B":                            aNotB(unpaid()),
			"R57 a cycle is wanted, field by field":            repeat(nil, "cycle.kind REQUIRED", "cycle.times REQUIRED", "cycle.start REQUIRED", "cycle.end REQUIRED"),
			"R57 a time of day is one":                         repeat(with(march(), []any{"10:00", "25:00"}, "times"), "cycle.times.1 BAD_TIME"),
			"R57 the days are of the kind that is chosen":      repeat(with(march(), "WEEKDAYS", "kind"), "cycle.weekdays REQUIRED", "cycle.every NOT_ALLOWED"),
			"R58 a window is wanted":                           repeat(with(march(), nil, "end"), "cycle.end REQUIRED"),
			"R58 it begins before it ends":                     repeat(with(march(), "2026-02-27T00:00:00Z", "end"), "cycle.start START_AFTER_END", "cycle.end IN_THE_PAST"),
			"R58 it is not over":                               repeat(with(with(march(), "2026-01-01T00:00:00Z", "start"), "2026-02-01T00:00:00Z", "end"), "cycle.end IN_THE_PAST"),
			"R58 a point lies in it":                           repeat(with(with(march(), "2026-03-05T11:00:00+08:00", "start"), "2026-03-06T09:00:00+08:00", "end"), "cycle NO_POINT"),
			"R57 the 31st of a month that has none is skipped": repeat(object{"kind": "MONTH_DAYS", "monthDays": []any{31}, "times": []any{"10:00"}, "start": "2026-04-01T00:00:00Z", "end": "2026-04-30T15:00:00Z"}, "cycle NO_POINT"),
			"R60 a point may be sooner than the refresh's lead": {typ: enttask.TypeRepeat, when: with(march(), []any{"09:01"}, "times"), change: func(in *task.Input) {
				byRule(everybody)(in)
				in.UploadID, in.RefreshBefore, in.RefreshFailure = nil, new(true), new(enttask.RefreshFailureSendHeld)
			}},
			"R43 not for everybody": {
				typ: enttask.TypeRepeat, when: march(), change: func(in *task.Input) { in.AudienceMode = new(enttask.AudienceModeAll) }, want: []string{"audienceMode TRIGGERED_ONLY"},
			},
			"R44 a repeating task ignores the fields of other types": {typ: enttask.TypeRepeat, when: march(), change: func(in *task.Input) {
				in.ReachAt, in.Trigger = new(morning.Add(-time.Hour)), text(t, object{"a": object{"n": 5000}})
			}},
			"R44 a triggered task ignores the fields of other types": {typ: enttask.TypeDoneA, when: unpaid(), change: func(in *task.Input) {
				in.ReachAt, in.Cycle = new(morning.Add(-time.Hour)), text(t, object{"times": []any{"25:00"}})
			}},
			"R61 R62 R63 R68 R69 a trigger is wanted, field by field": doneA(nil, "trigger.a.events REQUIRED", "trigger.a.mode REQUIRED", "trigger.a.n REQUIRED",
				"trigger.a.from REQUIRED", "trigger.a.to REQUIRED", "trigger.timing.kind REQUIRED"),
			"R61 the event is one of the project's":      doneA(with(cart(), []any{object{"event": "nothing"}}, "a", "events"), "trigger.a.events.0.event NOT_FOUND"),
			"R61 so is the property":                     doneA(with(cart(), []any{object{"event": "favourite", "where": over(1)}}, "a", "events"), "trigger.a.events.0.where.name NOT_FOUND"),
			"R62 once in total":                          doneA(with(cart(), "CUMULATIVE", "a", "mode")),
			"R62 a thousand times is the most":           doneA(with(cart(), 1001, "a", "n"), "trigger.a.n OUT_OF_RANGE"),
			"R64 at once":                                doneA(timed("IMMEDIATE", nil)),
			"R65 365 days are the longest delay":         doneA(timed("DELAY", object{"days": 365})),
			"R65 and a minute more is refused":           doneA(timed("DELAY", object{"days": 365, "minutes": 1}), "trigger.timing OUT_OF_RANGE"),
			"R66 at a time of a later day":               doneA(timed("TIME_OF_DAY", object{"days": 1, "time": "10:00"})),
			"R66 at one instant":                         doneA(timed("DATETIME", object{"at": "2026-04-01T10:00:00+08:00"})),
			"R66 a time is one":                          doneA(timed("TIME_OF_DAY", object{"time": "10"}), "trigger.timing.time BAD_TIME"),
			"R67 on a weekday":                           doneA(timed("WEEKDAY", object{"weekday": "TUESDAY", "time": "10:00"})),
			"R67 the weekday and its time are wanted":    doneA(timed("WEEKDAY", nil), "trigger.timing.time REQUIRED", "trigger.timing.weekday REQUIRED"),
			"R68 the window begins before it ends":       doneA(with(cart(), "2026-03-21T00:00:00Z", "a", "from"), "trigger.a.from START_AFTER_END"),
			"R68 it is a year at most":                   doneA(with(cart(), "2027-03-03T00:00:00Z", "a", "to"), "trigger.a.to OUT_OF_RANGE"),
			"R68 it is not over":                         doneA(with(with(cart(), "2026-02-01T00:00:00Z", "a", "from"), "2026-02-20T00:00:00Z", "a", "to"), "trigger.a.to IN_THE_PAST", "endsAt IN_THE_PAST"),
			"R69 the end may be sooner than the default": {typ: enttask.TypeDoneA, when: cart(), change: ends("2026-03-20T00:00:00+08:00")},
			"R69 but not before the window's": {
				typ: enttask.TypeDoneA, when: cart(), change: ends("2026-03-19T23:59:59+08:00"), want: []string{"endsAt BEFORE_WINDOW_END"},
			},
			"R66 R69 no message is for when the task is over": {
				typ: enttask.TypeDoneA, when: timed("DATETIME", object{"at": "2026-04-01T10:00:00+08:00"}), change: ends("2026-04-01T10:00:00+08:00"), want: []string{"trigger.timing.at AFTER_END"},
			},
			"R39 a list is for scheduled tasks": {
				typ: enttask.TypeDoneA, when: cart(), change: func(in *task.Input) { in.AudienceMode = new(enttask.AudienceModeUpload) }, want: []string{"audienceMode SCHEDULED_ONLY"},
			},
			"R43 everybody needs no supplement": {
				typ: enttask.TypeDoneA, when: cart(), change: func(in *task.Input) { in.Supplementary = []string{"o000000000000000000000000001"} }, want: []string{"supplementary NOT_ALLOWED"},
			},
			"R72 R75 a triggered task for a rule takes what is held": {typ: enttask.TypeDoneANotB, when: unpaid(), change: byRule(everybody)},
			"R73 A of A, not B is as A of A":                         aNotB(with(unpaid(), 0, "a", "n"), "trigger.a.n REQUIRED"),
			"R74 B is wanted":                                        aNotB(cart(), "trigger.b REQUIRED"),
			"R74 B is at least one event":                            aNotB(with(unpaid(), []any{}, "b", "events"), "trigger.b.events REQUIRED"),
			"R74 the wait is wanted":                                 aNotB(with(unpaid(), nil, "b", "wait"), "trigger.b.wait REQUIRED"),
			"R74 30 days are the longest wait":                       aNotB(with(unpaid(), object{"value": 31, "unit": "DAY"}, "b", "wait"), "trigger.b.wait.value OUT_OF_RANGE"),
			"R74 B is another event than A":                          aNotB(with(unpaid(), []any{object{"event": "favourite"}}, "b", "events"), "trigger.b.events.0 SAME_AS_A"),
			"R74 or has a filter":                                    aNotB(with(unpaid(), []any{object{"event": "add_to_cart", "where": over(500)}}, "b", "events")),
			"R75 the timing's limits are those of done A":            aNotB(with(unpaid(), object{"kind": "DELAY", "days": 366}, "timing"), "trigger.timing.days OUT_OF_RANGE"),
			"R83 a triggered task may insert what the event tells": {typ: enttask.TypeDoneA, when: cart(), change: func(in *task.Input) {
				in.Content[0].Text = "{{event.amount}}元"
			}},
		} {
			t.Run(name, func(t *testing.T) { //nolint:paralleltest // one project
				in := b.complete(t, "when "+name)
				in.Name = new(id.New("when"))
				switch {
				case row.typ == enttask.TypeRepeat && row.when == nil:
					in.Type, in.ReachAt = &row.typ, nil
				case row.typ == enttask.TypeRepeat:
					b.repeating(t, row.when)(&in)
				default:
					b.triggered(t, row.typ, row.when)(&in)
				}
				if row.change != nil {
					row.change(&in)
				}
				d, err := b.tasks.Create(b.AsMarketer, in)
				require.NoError(t, err)
				found, err := b.tasks.Examine(b.AsViewer, d.ID)
				require.NoError(t, err)
				_, err = b.tasks.Submit(b.AsMarketer, d.ID)
				if len(row.want) == 0 {
					require.Empty(t, found.Problems)
					require.NoError(t, err)
					return
				}
				require.True(t, fault.Is(err, fault.Invalid))
				require.ElementsMatch(t, row.want, rules(t, err))
				require.ElementsMatch(t, row.want, rules(t, found.Problems.Err()))
				require.Equal(t, enttask.ApprovalStatusNone, b.reload(t, d).ApprovalStatus, "nothing is half submitted")
			})
		}
	})
}

func TestWhenIsKept(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.learn(t)
		t.Run("a draft keeps what is not whole, clears with null and leaves what is not named (§1.3b)", func(t *testing.T) {
			t.Parallel()
			in := b.complete(t, "kept")
			in.Cycle, in.Trigger, in.EndsAt = json.RawMessage(`{"times":["25:00"]}`), json.RawMessage(`{"a":{"n":3}}`), new(morning)
			d, err := b.tasks.Create(b.AsMarketer, in)
			require.NoError(t, err)
			d, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Name: new("kept again")})
			require.NoError(t, err)
			c, err := task.CycleOf(d)
			require.NoError(t, err)
			require.Equal(t, []string{"25:00"}, c.Times)
			def, err := task.TriggerOf(d)
			require.NoError(t, err)
			require.Equal(t, 3, def.A.N)
			require.WithinDuration(t, morning, *d.EndsAt, 0)
			all := func(string) bool { return true }
			d, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Name: new("cleared"), Cycle: json.RawMessage("null"), Given: all})
			require.NoError(t, err)
			require.Empty(t, d.Cycle)
			require.Empty(t, d.Trigger)
			require.Nil(t, d.EndsAt)
			entry := db.Ent.AuditEntry.Query().AllX(b.AsAdmin)
			require.Contains(t, fmt.Sprint(entry), "trigger", "the audit log names what changed")
		})
		t.Run("what cannot be read is refused where it stands, and nothing is saved (R61)", func(t *testing.T) {
			t.Parallel()
			d := b.draft(t, "unread")
			for _, bad := range []struct {
				in   task.Input
				want string
			}{
				{task.Input{Trigger: json.RawMessage(`{"a":{"events":[{"event":"pay","where":{"op":"PROPERTI"}}]}}`)}, "trigger.a.events.0.where.op UNKNOWN"},
				{task.Input{Trigger: json.RawMessage(`{"A":1}`)}, "trigger JSON"},
				{task.Input{Trigger: json.RawMessage(`{`)}, "trigger JSON"},
				{task.Input{Cycle: json.RawMessage(`{"evry":1}`)}, "cycle JSON"},
				{task.Input{Cycle: json.RawMessage(`{"start":"0000-01-01T00:00:00+10:00"}`)}, "cycle.start INVALID_VALUE"},
				{task.Input{Cycle: text(t, object{"times": make([]string, 5000)})}, "cycle TOO_LONG"},
			} {
				bad.in.Name = new("half saved")
				_, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, bad.in)
				require.True(t, fault.Is(err, fault.Invalid), "%v", err)
				require.Equal(t, []string{bad.want}, rules(t, err))
				require.Equal(t, "unread", b.reload(t, d).Name)
			}
		})
		t.Run("a submission fixes from when to when the task works, and a withdrawal frees it (R58, R68, R69)", func(t *testing.T) {
			t.Parallel()
			from, to := func(d *ent.Task) string { return d.StartsAt.UTC().Format(time.RFC3339) }, func(d *ent.Task) string { return d.EndsAt.UTC().Format(time.RFC3339) }

			d, a := b.submitted(t, "march", b.repeating(t, march()))
			require.Equal(t, "2026-02-28T16:00:00Z 2026-03-31T15:59:59Z", from(d)+" "+to(d))
			var frozen struct {
				EndsAt time.Time      `json:"endsAt"`
				Cycle  map[string]any `json:"cycle"`
			}
			require.NoError(t, json.Unmarshal(a.Snapshot, &frozen))
			require.WithinDuration(t, *d.EndsAt, frozen.EndsAt, 0, "the approver sees what is submitted")
			require.Equal(t, "DAYS", frozen.Cycle["kind"])
			d, err := b.tasks.Withdraw(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Nil(t, d.EndsAt)
			require.Nil(t, d.StartsAt)

			d, _ = b.submitted(t, "cart", b.triggered(t, enttask.TypeDoneA, unpaid()))
			require.Equal(t, "2026-03-01T16:00:00Z 2026-03-19T17:01:00Z", from(d)+" "+to(d), "the default end: the window's, the delay and a minute; there is no B (R69)")
			require.NotContains(t, string(d.Trigger), "pay", "done A has no B")
			d, err = b.tasks.Withdraw(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Nil(t, d.EndsAt, "the default follows the trigger when that is edited")

			d, _ = b.submitted(t, "unpaid", b.triggered(t, enttask.TypeDoneANotB, unpaid()))
			require.Equal(t, "2026-03-19T17:21:00Z", to(d), "with B also the wait (R69, R75)")

			chosen := time.Date(2026, 3, 19, 16, 30, 0, 0, time.UTC)
			d, _ = b.submitted(t, "chosen", func(in *task.Input) {
				b.triggered(t, enttask.TypeDoneA, cart())(in)
				in.EndsAt = &chosen
			})
			require.WithinDuration(t, chosen, *d.EndsAt, 0)
			d, err = b.tasks.Withdraw(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.WithinDuration(t, chosen, *d.EndsAt, 0, "what somebody chose stays")
		})
		t.Run("an approval waits for the first point to come, or for A's window to end (R59, R50)", func(t *testing.T) {
			t.Parallel()
			_, a := b.submitted(t, "first point", b.repeating(t, march()))
			require.WithinDuration(t, time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC), *a.ExpiresAt, 0, "10:00 in Shanghai, an hour from now")
			_, a = b.submitted(t, "patient", func(in *task.Input) {
				b.repeating(t, march())(in)
				in.ApprovalTimeout = new(enttask.ApprovalTimeoutRunOnceApproved)
			})
			require.WithinDuration(t, time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC), *a.ExpiresAt, 0)
			_, a = b.submitted(t, "window", b.triggered(t, enttask.TypeDoneA, cart()))
			require.WithinDuration(t, time.Date(2026, 3, 19, 16, 0, 0, 0, time.UTC), *a.ExpiresAt, 0)
		})
		t.Run("a copy takes when the task goes, but not an end that nobody chose (§1.4, R69)", func(t *testing.T) {
			t.Parallel()
			d, _ := b.submitted(t, "original", b.triggered(t, enttask.TypeDoneANotB, unpaid()))
			made, err := b.tasks.Copy(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.JSONEq(t, string(d.Trigger), string(b.reload(t, made).Trigger))
			require.Nil(t, made.EndsAt)
			require.Nil(t, made.StartsAt)
			d, _ = b.submitted(t, "cycle", b.repeating(t, march()))
			made, err = b.tasks.Copy(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.JSONEq(t, string(d.Cycle), string(b.reload(t, made).Cycle))
			require.Nil(t, made.EndsAt)
		})
		t.Run("the segment of a rule is on demand for a repeating task, daily at 06:00 for a triggered one (R54, R60, R70, R71)", func(t *testing.T) {
			t.Parallel()
			in := b.complete(t, "own")
			b.repeating(t, march())(&in)
			byRule(everybody)(&in)
			d, err := b.tasks.Create(b.AsMarketer, in)
			require.NoError(t, err)
			own := func() *ent.Segment { return db.Ent.Segment.GetX(b.System, *b.reload(t, d).SegmentID) }
			require.Equal(t, entsegment.UpdateModeOnDemand, own().UpdateMode)
			d, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Type: new(enttask.TypeDoneA)})
			require.NoError(t, err)
			require.Equal(t, entsegment.UpdateModeDaily, own().UpdateMode)
			require.Equal(t, "06:00", own().DailyAt)
		})
	})
}

func TestTriggeredSamples(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		nums := b.learn(t)
		b.upload(t, 3)
		db.Ent.Person.Update().SetStub(false).ExecX(b.System)
		happen := func(event string, at time.Time, props string) {
			_, err := db.SQL.ExecContext(t.Context(), db.Rebind(`INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num, props, batch)
				VALUES (?, ?, 1, ?, ?, ?, 1, ?, 1)`), b.Project.Num, nums[event], at.UnixMilli(), at.UnixMilli(), id.Num(), props)
			require.NoError(t, err)
		}
		in := b.complete(t, "samples")
		b.triggered(t, enttask.TypeDoneA, cart())(&in)
		in.Content[0] = task.Param{Key: "thing1", Text: "{{event.amount}}元{{event.colour|}}", Overlong: render.Drop}
		d, err := b.tasks.Create(b.AsMarketer, in)
		require.NoError(t, err)

		found, err := b.tasks.Examine(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Empty(t, found.Problems)
		require.Equal(t, []string{"content.thing1 UNKNOWN_EVENT_PROPERTY"}, rules(t, found.Warnings.Err()), "nothing was ever seen with a colour (R83)")
		require.Equal(t, "colour", found.Warnings[0].Params["name"])
		require.NotEmpty(t, found.Samples, "everybody (R43)")
		require.Equal(t, "MISSING_VARIABLE", found.Samples[0].Reason, "nothing happened yet")

		happen("add_to_cart", morning.Add(-2*time.Hour), `{"amount":120,"colour":"红"}`)
		happen("add_to_cart", morning.Add(-time.Hour), `{"amount":99,"colour":"蓝"}`)
		found, err = b.tasks.Examine(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Empty(t, found.Samples[0].Reason)
		require.Equal(t, "120元红", found.Samples[0].Params[0].Value, "of the newest event that is an A (R61)")
	})
}

// What is judged last is judged before the end that is filled in (R69, §10.2).
func TestTheDefaultEndWaitsForLateEventsAsTheProjectDoes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.learn(t)
		db.Ent.Project.UpdateOneID(b.Project.ID).SetJudgeGrace(300).ExecX(b.System)
		want := time.Date(2026, 3, 19, 17, 26, 0, 0, time.UTC)
		found, err := b.tasks.PreviewTrigger(b.AsViewer, enttask.TypeDoneANotB, text(t, unpaid()), nil)
		require.NoError(t, err)
		require.WithinDuration(t, want, *found.DefaultEnd, 0)
		d, _ := b.submitted(t, "unpaid", b.triggered(t, enttask.TypeDoneANotB, unpaid()))
		require.WithinDuration(t, want, *d.EndsAt, 0)
		d, err = b.tasks.Withdraw(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Nil(t, d.EndsAt, "nobody chose it")
	})
}

func TestPreviews(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.learn(t)
		t.Run("a cycle's points (R57)", func(t *testing.T) {
			t.Parallel()
			found, err := b.tasks.PreviewCycle(b.AsViewer, text(t, march()), 5)
			require.NoError(t, err)
			require.Empty(t, found.Problems)
			require.Len(t, found.Points, 5)
			require.WithinDuration(t, time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC), found.Points[0], 0)
			require.Equal(t, 31, found.Total)
		})
		t.Run("what is wrong with one is part of the answer (§10.5)", func(t *testing.T) {
			t.Parallel()
			for cycle, want := range map[string]string{`{"evry":1}`: "cycle JSON", string(text(t, with(march(), []any{"9"}, "times"))): "cycle.times.0 BAD_TIME"} {
				found, err := b.tasks.PreviewCycle(b.AsViewer, json.RawMessage(cycle), 5)
				require.NoError(t, err)
				require.Equal(t, []string{want}, rules(t, found.Problems.Err()))
				require.Empty(t, found.Points)
			}
			_, err := b.tasks.PreviewCycle(b.AsViewer, text(t, march()), 51)
			require.Equal(t, []string{"first OUT_OF_RANGE"}, rules(t, err))
		})
		t.Run("a trigger's end and one person's way (R69, R74)", func(t *testing.T) {
			t.Parallel()
			found, err := b.tasks.PreviewTrigger(b.AsViewer, enttask.TypeDoneANotB, text(t, unpaid()), nil)
			require.NoError(t, err)
			require.Empty(t, found.Problems)
			require.WithinDuration(t, time.Date(2026, 3, 19, 17, 21, 0, 0, time.UTC), *found.DefaultEnd, 0)
			from := time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)
			require.WithinDuration(t, from, found.Example.DoneAt, 0, "the window begins tomorrow")
			require.WithinDuration(t, from.Add(20*time.Minute), *found.Example.JudgedAt, 0)
			require.WithinDuration(t, from.Add(80*time.Minute), found.Example.SentAt, 0)
			require.False(t, found.Example.TooLate)

			found, err = b.tasks.PreviewTrigger(b.AsViewer, enttask.TypeDoneANotB, text(t, with(unpaid(), nil, "b", "wait")), nil)
			require.NoError(t, err)
			require.Nil(t, found.DefaultEnd, "not while times are missing")
			require.Equal(t, []string{"trigger.b.wait REQUIRED"}, rules(t, found.Problems.Err()))
			found, err = b.tasks.PreviewTrigger(b.AsViewer, enttask.TypeOnce, text(t, cart()), nil)
			require.NoError(t, err)
			require.Equal(t, []string{"type NOT_ALLOWED"}, rules(t, found.Problems.Err()))
		})
		t.Run("the points to come of a task (R57)", func(t *testing.T) {
			t.Parallel()
			p := db.Ent.Project.Query().Where(entproject.ID(b.Project.ID)).OnlyX(b.System)
			d := &ent.Task{Type: enttask.TypeRepeat, Cycle: text(t, march()), RunStatus: enttask.RunStatusRunning, ApprovalStatus: enttask.ApprovalStatusApproved}
			points, err := task.Coming(d, p, time.Date(2026, 3, 30, 12, 0, 0, 0, time.UTC), 5)
			require.NoError(t, err)
			require.Len(t, points, 1, "the last one")
			d.RunStatus = enttask.RunStatusEnded
			points, err = task.Coming(d, p, morning, 5)
			require.NoError(t, err)
			require.Empty(t, points, "it is over")
			_, err = task.Coming(d, p, morning, 0)
			require.Equal(t, []string{"first OUT_OF_RANGE"}, rules(t, err))
		})
	})
}
