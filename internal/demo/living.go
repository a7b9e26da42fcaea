package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/schedule"
	"tidings/outreach/task"
	"tidings/outreach/trigger"
)

const (
	// season is how long the tasks that go on by themselves do.
	season = 180 * 24 * time.Hour
	// cartWait is how long after cart_added nobody is reminded.
	cartWait = 20
)

// goOn makes what the shop leaves running: a segment, a task that reminds its
// people each week, and one that reminds whoever filled a cart and did not buy.
func (w *world) goOn(ctx context.Context) error {
	now := w.Clock.Now()
	then := clock.NewFake(now.Add(-thinking))
	segments := w.segments(then)
	segment, err := segments.Create(w.as(ctx, marketer), audience.SegmentInput{
		Name: new("京沪黑金会员"), Description: new("在北京或上海，会员等级是黑金"), // few, so that a clock moved by weeks waits for little
		Rule: json.RawMessage(`{"op":"AND","nodes":[{"op":"ATTRIBUTE","name":"member_level","test":{"test":"IN","values":["黑金会员"]}},
			{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":["北京","上海"]}}]}`),
	})
	if err != nil {
		return fmt.Errorf("make segment: %w", err)
	}
	weekly, err := json.Marshal(schedule.Cycle{
		Kind: schedule.OnWeekdays, Weekdays: []string{"WEDNESDAY"}, Times: []string{"10:00"}, Start: now, End: now.Add(season),
	})
	if err != nil {
		return fmt.Errorf("write cycle: %w", err)
	}
	cart, err := trigger.Definition{
		A:      trigger.A{Events: []trigger.Event{{Event: "cart_added"}}, Mode: trigger.Every, N: 1, From: then.Now(), To: now.Add(season)},
		B:      &trigger.B{Events: []trigger.Event{{Event: "purchase"}}, Wait: schedule.Span{Value: cartWait, Unit: schedule.Minute}},
		Timing: schedule.Timing{Kind: schedule.Immediate},
	}.JSON()
	if err != nil {
		return fmt.Errorf("write trigger: %w", err)
	}
	valid := w.day(now.Add(season))
	tasks, approvals := task.New(w.DB, then, segments, nil), approval.New(w.DB, then, nil)
	for _, living := range []struct {
		story
		fill func(*task.Input)
	}{
		{story{
			name: "每周三会员日提醒", creator: marketer, decider: approver, class: enttask.MessageClassNormal, campaign: "会员日", groups: []string{"留存组"},
			template: coupon, params: params("thing1", "会员日双倍积分券", "amount2", "20元", "date3", valid, "enum_string4", "全部门店", "thing5", "{{attr.nickname|会员}}，今天消费积分翻倍"),
			open: "pages/coupon/list?from=weekly",
		}, func(in *task.Input) {
			in.Type, in.Cycle, in.AudienceMode, in.SegmentID = new(enttask.TypeRepeat), weekly, new(enttask.AudienceModeSegment), &segment.ID
		}},
		{story{
			name: "加购未购买提醒", creator: marketer, decider: approver, class: enttask.MessageClassNormal, campaign: "会员日", groups: []string{"留存组"},
			template: coupon, params: params("thing1", "购物车满减券", "amount2", "10元", "date3", valid, "enum_string4", "线上商城", "thing5", "{{event.product|心仪商品}}还在购物车里"),
			open: "pages/cart/index",
		}, func(in *task.Input) {
			in.Type, in.Trigger, in.AudienceMode = new(enttask.TypeDoneANotB), cart, new(enttask.AudienceModeAll)
		}},
	} {
		in := w.input(&living.story, "", nil)
		living.fill(&in)
		if err := w.start(ctx, tasks, approvals, &living.story, in, then.Now()); err != nil {
			return fmt.Errorf("%s: %w", living.name, err)
		}
	}
	return nil
}

// start writes a task, submits it and lets it be approved, all at one instant.
func (w *world) start(ctx context.Context, tasks *task.Service, approvals *approval.Service, s *story, in task.Input, at time.Time) error {
	t, err := tasks.Create(w.as(ctx, s.creator), in)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if _, err := tasks.Submit(w.as(ctx, s.creator), t.ID); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	if err := w.decide(ctx, approvals, t.ID, s); err != nil {
		return err
	}
	return w.date(ctx, t.ID, dates{written: at, submitted: at, decided: at})
}
