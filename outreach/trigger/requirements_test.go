package trigger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entproperty "tidings/ent/property"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience/rule"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// on is an instant of March 2026 in Shanghai; the 9th is a Monday.
func on(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.FixedZone("Shanghai", 8*3600)).UTC()
}

// From the event through to the message of both triggered types: one requirement
// a line, on a clock that is moved (R61-R75).
func TestRequirements61To75(t *testing.T) {
	t.Parallel()
	cart := func(mode trigger.Mode, n int, timing schedule.Timing) func(*world) trigger.Definition {
		return func(w *world) trigger.Definition {
			d := w.done(mode, n, "cart")
			d.A.From, d.A.To, d.Timing = on(1, 0, 0), on(31, 0, 0), timing
			return d
		}
	}
	notPay := func(minutes int, of func(*world) trigger.Definition) func(*world) trigger.Definition {
		return func(w *world) trigger.Definition { return without(of(w), minutes, "pay") }
	}
	at := schedule.Timing{Kind: schedule.Immediate}
	type step struct {
		event string
		at    time.Time
	}
	cases := map[string]struct {
		def  func(*world) trigger.Definition
		end  time.Time // zero: the default one
		does []step
		sent []time.Time
		lost int // discarded at the end
	}{
		"R61, R64: done A immediately": {cart(trigger.Every, 1, at), time.Time{}, []step{{"cart", on(9, 10, 0)}}, []time.Time{on(9, 10, 0)}, 0},
		"R62: cumulative 2, once in total": {
			cart(trigger.Cumulative, 2, at),
			time.Time{},
			[]step{{"cart", on(9, 10, 0)}, {"cart", on(9, 11, 0)}, {"cart", on(9, 12, 0)}, {"cart", on(9, 13, 0)}},
			[]time.Time{on(9, 11, 0)},
			0,
		},
		"R62: every 2, each time": {
			cart(trigger.Every, 2, at),
			time.Time{},
			[]step{{"cart", on(9, 10, 0)}, {"cart", on(9, 11, 0)}, {"cart", on(9, 12, 0)}, {"cart", on(9, 13, 0)}},
			[]time.Time{on(9, 11, 0), on(9, 13, 0)},
			0,
		},
		"R63, R65: a delay of a day and an hour is 25 hours": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.Delay, Days: 1, Hours: 1}),
			time.Time{},
			[]step{{"cart", on(9, 10, 0)}},
			[]time.Time{on(10, 11, 0)},
			0,
		},
		"R65: a delay of 365 days": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.Delay, Days: 365}),
			time.Time{},
			[]step{{"cart", on(9, 10, 0)}},
			[]time.Time{on(9, 10, 0).AddDate(1, 0, 0)},
			0,
		},
		"R66: a specified instant, at once when it has passed": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.AtDateTime, At: on(10, 10, 0)}),
			time.Time{},
			[]step{{"cart", on(9, 9, 0)}, {"cart", on(11, 9, 0)}},
			[]time.Time{on(10, 10, 0), on(11, 9, 0)},
			0,
		},
		"R66: the next 10:00": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.AtTime, Time: "10:00"}),
			time.Time{},
			[]step{{"cart", on(9, 9, 0)}, {"cart", on(9, 11, 0)}},
			[]time.Time{on(9, 10, 0), on(10, 10, 0)},
			0,
		},
		"R67: Tuesday: of Monday this week's, of Wednesday the next week's": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.OnWeekday, Weekday: "TUESDAY", Time: "10:00"}),
			time.Time{},
			[]step{{"cart", on(9, 9, 0)}, {"cart", on(11, 9, 0)}},
			[]time.Time{on(10, 10, 0), on(17, 10, 0)},
			0,
		},
		"R67: on the day itself before the time today, from the time on next week": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.OnWeekday, Weekday: "TUESDAY", Time: "10:00"}),
			time.Time{},
			[]step{{"cart", on(10, 9, 59)}, {"cart", on(10, 10, 0)}},
			[]time.Time{on(10, 10, 0), on(17, 10, 0)},
			0,
		},
		"R68: only events of the window": {
			func(w *world) trigger.Definition {
				d := cart(trigger.Every, 1, at)(w)
				d.A.From, d.A.To = on(10, 0, 0), on(11, 0, 0)
				return d
			}, on(12, 0, 0),
			[]step{{"cart", on(9, 23, 59)}, {"cart", on(10, 0, 0)}, {"cart", on(11, 0, 0)}, {"cart", on(11, 0, 1)}},
			[]time.Time{on(10, 0, 0), on(11, 0, 0)},
			0,
		},
		"R69: what is pending at the end is not sent": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.Delay, Days: 2}), on(31, 0, 0),
			[]step{{"cart", on(28, 23, 59)}, {"cart", on(29, 0, 0)}, {"cart", on(30, 0, 0)}},
			[]time.Time{on(30, 23, 59)},
			2,
		},
		"R69: the end that is filled in lets the last one out": {
			cart(trigger.Every, 1, schedule.Timing{Kind: schedule.Delay, Days: 2}),
			time.Time{},
			[]step{{"cart", on(30, 23, 59)}},
			[]time.Time{on(30, 23, 59).AddDate(0, 0, 2)},
			0,
		},
		"R69: and the one of the window's last instant": {
			cart(trigger.Every, 1, at), time.Time{}, []step{{"cart", on(31, 0, 0)}}, []time.Time{on(31, 0, 0)}, 0,
		},
		"R69, R75: and so with B": {
			notPay(20, cart(trigger.Every, 1, at)), time.Time{}, []step{{"cart", on(31, 0, 0)}}, []time.Time{on(31, 0, 20)}, 0,
		},
		"R73, R74: A, and B in time or not": {
			notPay(20, cart(trigger.Every, 1, at)),
			time.Time{},
			[]step{{"cart", on(9, 10, 0)}, {"pay", on(9, 10, 19)}, {"cart", on(9, 11, 0)}, {"pay", on(9, 11, 21)}},
			[]time.Time{on(9, 11, 20)},
			0,
		},
		"R73: A every 2 times": {
			notPay(20, cart(trigger.Every, 2, at)), time.Time{}, []step{{"cart", on(9, 10, 0)}, {"cart", on(9, 11, 0)}}, []time.Time{on(9, 11, 20)}, 0,
		},
		"R75: a weekday, counted from the judgement": {
			notPay(20, cart(trigger.Every, 1, schedule.Timing{Kind: schedule.OnWeekday, Weekday: "TUESDAY", Time: "10:00"})),
			time.Time{},
			[]step{{"cart", on(10, 9, 30)}, {"cart", on(10, 9, 50)}},
			[]time.Time{on(10, 10, 0), on(17, 10, 0)},
			0,
		},
		"R75: a wait that ends with the task is discarded": {
			notPay(20, cart(trigger.Every, 1, at)), on(31, 0, 0), []step{{"cart", on(30, 23, 39)}, {"cart", on(30, 23, 40)}}, []time.Time{on(30, 23, 59)}, 1,
		},
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w, person := setup(t, db), uint32(0)
		for name, c := range cases {
			person++
			t.Run(name, func(t *testing.T) { // one after the other: the task before has ended
				w.clock = clock.NewFake(on(1, 0, 0))
				w.service = w.newService()
				d := c.def(w)
				end := c.end
				if end.IsZero() {
					end = d.DefaultEnd(0, time.FixedZone("Shanghai", 8*3600)).UTC()
				}
				task := w.task(d, func(t *ent.TaskCreate) { t.SetApprovedAt(on(1, 0, 0)).SetEndsAt(end) })
				var sent []time.Time
				// until lets time pass, with a look at every instant at which something is due.
				until := func(to time.Time) {
					for {
						next := to
						for _, touch := range db.Ent.Touch.Query().AllX(w.ctx) {
							if touch.RunNum == nil && touch.DueAt.After(w.clock.Now()) && touch.DueAt.Before(next) {
								next = touch.DueAt
							}
						}
						if end.After(w.clock.Now()) && end.Before(next) {
							next = end
						}
						w.clock.Set(next)
						require.NoError(t, w.service.Advance(w.ctx))
						w.judge()
						for range w.cut() {
							sent = append(sent, w.clock.Now())
						}
						w.shardsDone()
						if next.Equal(to) {
							return
						}
					}
				}
				for _, s := range c.does {
					until(s.at)
					w.happen(w.now(s.event, person))
					until(s.at)
				}
				until(end.AddDate(0, 0, 1))
				require.Equal(t, c.sent, sent)
				ended := db.Ent.Task.GetX(w.ctx, task.ID)
				require.Equal(t, enttask.RunStatusEnded, ended.RunStatus, "R69")
				require.Equal(t, end, ended.EndedAt.UTC(), "R69")
				require.Equal(t, c.lost, ended.Discarded, "R69")
				require.Empty(t, w.pending(task), "R69")
			})
		}
	})
}

func TestLiveTriggersFollowTheProjectsSettings(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		d := without(w.done(trigger.Every, 1, "cart"), 20, "pay")
		task := w.task(d)
		d = w.done(trigger.Every, 1, "like")
		d.Timing = schedule.Timing{Kind: schedule.AtTime, Time: "12:00"}
		timed := w.task(d)
		w.happen(w.now("cart", 1), w.now("like", 1))
		db.Ent.Project.UpdateOneID(w.Project.ID).SetJudgeGrace(60).SetTimeZone("Asia/Tokyo").ExecX(w.ctx)
		w.happen(w.now("cart", 1), w.now("like", 1))
		require.Equal(t, []string{"1 JUDGE 10 02:20:00", "1 JUDGE 10 02:21:00"}, w.pending(task))
		require.Equal(t, []string{"1 SEND 10 04:00:00", "1 SEND 10 03:00:00"}, w.pending(timed), "noon in Shanghai, noon in Tokyo")
	})
}

// A filter goes by the types of the catalogue; see also package match.
func TestLiveTriggersFollowTheTypesOfProperties(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		types := db.Ent.EventType.Query().AllX(w.ctx)
		for _, e := range types {
			if e.Name == "cart" {
				db.Ent.Property.Create().SetProjectID(w.Project.ID).SetOwner(entproperty.OwnerEvent).SetOwnerID(e.ID).SetName("day").SetType(entproperty.TypeText).ExecX(w.ctx)
			}
		}
		d := w.done(trigger.Every, 1, "cart")
		d.A.Events[0].Where = &rule.Filter{Op: rule.Property, Name: "day", Test: &rule.Test{Word: rule.NotNull}}
		task := w.task(d)
		odd := w.now("cart", 1)
		odd.props = `{"day":"someday"}`
		w.happen(odd)
		require.Len(t, w.pending(task), 1)
		db.Ent.Property.Update().SetType(entproperty.TypeDate).ExecX(w.ctx)
		db.Ent.Project.UpdateOneID(w.Project.ID).AddTriggersRev(1).ExecX(w.ctx)
		w.happen(odd)
		require.Len(t, w.pending(task), 1, "what is no date is as good as absent")
	})
}
