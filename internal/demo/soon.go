package demo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/internal/clock"
	"tidings/outreach/approval"
	"tidings/outreach/fault"
	"tidings/outreach/person"
	"tidings/outreach/task"
)

const (
	// wait is how long after the start the demo's task is due.
	wait = 20 * time.Second
	// recipients is how many it has.
	recipients = 200
	// before is how long ago it was written.
	before = 12 * time.Minute
	// sameName bounds the names tried by starts in one second.
	sameName = 9
)

// soon makes an approved task that is due in a moment. The workers of this
// process, or of another, send it like any task.
func (w *world) soon(ctx context.Context) (*Result, error) {
	if err := w.findChannel(ctx); err != nil {
		return nil, err
	}
	for _, email := range []string{marketer, approver} {
		if w.accounts[email] == nil {
			return nil, errChanged
		}
	}
	ids, err := w.someOpenIDs(ctx)
	if err != nil {
		return nil, err
	}
	now := w.Clock.Now()
	dueAt := now.Add(wait)
	name := "积分到账提醒 " + now.In(w.zone).Format("01-02 15:04:05")
	up, err := w.upload(ctx, name+".csv", strings.Join(ids, "\n"), marketer, now.Add(-before))
	if err != nil {
		return nil, err
	}
	s := &story{
		name: name, creator: marketer, decider: approver, class: enttask.MessageClassNormal, template: points,
		params: w.pointsMessage(now), open: "pages/member/points",
	}
	then := clock.NewFake(now.Add(-before))
	tasks, approvals := task.New(w.DB, then, w.segments(then), nil), approval.New(w.DB, then, nil)
	in := w.input(s, up.ID, &dueAt)
	in.CampaignID = nil
	t, err := tasks.Create(w.as(ctx, marketer), in)
	for n := 2; n <= sameName && nameTaken(err); n++ {
		s.name = name + " · " + strconv.Itoa(n)
		t, err = tasks.Create(w.as(ctx, marketer), in)
	}
	if err != nil {
		return nil, fmt.Errorf("write the demo task: %w", err)
	}
	d := dates{written: then.Now(), submitted: now.Add(-before / 2), decided: now.Add(-before / 4)}
	then.Set(d.submitted)
	if _, err := tasks.Submit(w.as(ctx, marketer), t.ID); err != nil {
		return nil, fmt.Errorf("submit the demo task: %w", err)
	}
	then.Set(d.decided)
	if err := w.decide(ctx, approvals, t.ID, s); err != nil {
		return nil, err
	}
	if err := w.date(ctx, t.ID, d); err != nil {
		return nil, err
	}
	return &Result{TaskID: t.ID, TaskName: t.Name, DueAt: dueAt, Recipients: up.Valid}, nil
}

func nameTaken(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Reason == "NAME_TAKEN"
}

// someOpenIDs are the next people in turn: each start writes to others.
func (w *world) someOpenIDs(ctx context.Context) ([]string, error) {
	all, err := openIDs(ctx, w.DB, w.project.Num)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errChanged
	}
	lists, err := w.DB.Ent.Upload.Query().Where(entupload.ProjectID(w.project.ID)).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count lists: %w", err)
	}
	out := make([]string, min(recipients, len(all)))
	for i := range out {
		out[i] = all[(lists*recipients+i)%len(all)]
	}
	return out, nil
}

// prefix is before every openid of the demo's mini program.
var prefix = person.WechatValue(AppID, "")
