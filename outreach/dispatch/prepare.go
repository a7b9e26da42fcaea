package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/person"
	"tidings/outreach/render"
)

const (
	// shardSeconds sizes shards on slow channels, so that one is done in a few
	// seconds and a pause or a higher class need not wait for it.
	shardSeconds = 5
	// biggestShard and smallestShard bound them.
	biggestShard, smallestShard = 2000, 100
	// rowsPerInsert keeps transactions on SQLite short.
	rowsPerInsert = 500
)

// errTaken says that the run's lease was lost: somebody else prepares it.
var errTaken = errors.New("the run was taken over")

// Prepare freezes the audience of a run that is due and cuts it into shards, in
// one step: a crash before its end leaves the run as it was. attempt is the
// lease's; somebody who lost it changes nothing.
func (s *Service) Prepare(ctx context.Context, runID string, attempt int) error {
	run, err := s.db.Ent.Run.Query().Where(entrun.ID(runID), entrun.Attempt(attempt)).WithTask(func(q *ent.TaskQuery) {
		q.WithChannel().WithTemplate().WithProject().WithSegment()
	}).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	turn, err := s.turn(ctx, run, attempt)
	if err != nil || !turn {
		return err
	}
	ready, err := s.ready(ctx, run, attempt)
	if err != nil || !ready {
		return err
	}
	plan, people, err := s.freeze(ctx, run)
	if refusal, ok := errors.AsType[*fault.Error](err); ok {
		return s.failed(ctx, run, attempt, refusal)
	}
	if err != nil {
		return err
	}
	if err := s.db.EnsurePartition(ctx, run.RunAt); err != nil {
		return err
	}
	return s.cut(ctx, run, attempt, plan, people)
}

// freeze decides what is sent to whom. Its *fault.Error is a reason for which
// the run cannot start; any other error is ours and the run stays due.
func (s *Service) freeze(ctx context.Context, run *ent.Run) (*Plan, *recipients, error) {
	task := run.Edges.Task
	plan, err := s.plan(task)
	if err != nil {
		return nil, nil, err
	}
	if run.Kind == entrun.KindResend {
		people, err := s.selected(ctx, run)
		return plan, &recipients{Bitmap: people}, err
	}
	people, err := s.audience(ctx, task, plan)
	return plan, people, err
}

// recipients are whom a run is for.
type recipients struct {
	*roaring.Bitmap
	version *audience.Version // of the segment that they are from; nil: of none
}

// versionID is that of the version they are from.
func (r *recipients) versionID() *string {
	if r.version == nil {
		return nil
	}
	return &r.version.ID
}

// Freeze gives what a task sends as of now, as a run keeps it: a Plan. Its
// *fault.Error is why it cannot send.
func (s *Service) Freeze(ctx context.Context, taskID string) (json.RawMessage, error) {
	task, err := s.db.Ent.Task.Query().Where(enttask.ID(taskID)).WithChannel().WithTemplate().WithProject().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read task: %w", err)
	}
	plan, err := s.plan(task)
	if err != nil {
		return nil, err
	}
	return json.Marshal(plan)
}

func (s *Service) plan(task *ent.Task) (*Plan, error) {
	ch, tpl := task.Edges.Channel, task.Edges.Template
	switch {
	case ch == nil:
		return nil, fault.Errorf(fault.Conflict, "the task has no channel").Because("NO_CHANNEL")
	case tpl == nil:
		return nil, fault.Errorf(fault.Conflict, "the task has no template").Because("NO_TEMPLATE")
	case !ch.Enabled:
		return nil, fault.Errorf(fault.Conflict, "channel %s is switched off", ch.Name).Because("CHANNEL_DISABLED")
	case ch.State == entchannel.StateAbnormal:
		return nil, fault.Errorf(fault.Conflict, "channel %s does not work: %s %s", ch.Name, ch.StateCode, ch.StateText).Because("CHANNEL_ABNORMAL")
	case tpl.RemovedAt != nil:
		return nil, fault.Errorf(fault.Conflict, "template %s was removed at the provider", tpl.Title).Because("TEMPLATE_REMOVED")
	}
	p := &Plan{
		ChannelID: ch.ID, AppID: ch.AppID, TemplateID: tpl.ProviderID, State: programState(ch.ProgramState), Lang: lang(ch.Lang),
		Zone: task.Edges.Project.TimeZone, ResendUnconfirmed: task.ResendUnconfirmed, Uploaded: task.AudienceMode == enttask.AudienceModeUpload,
	}
	if err := json.Unmarshal(tpl.Fields, &p.Fields); err != nil {
		return nil, fmt.Errorf("read fields of %s: %w", tpl.ID, err)
	}
	if len(task.Content) > 0 { // a draft may have none
		if err := json.Unmarshal(task.Content, &p.Content); err != nil {
			return nil, fmt.Errorf("read content of %s: %w", task.ID, err)
		}
	}
	if _, err := render.Compile(p.Fields, p.Content, p.Location()); err != nil {
		return nil, fault.Errorf(fault.Invalid, "the content does not fit the template any more: %v", err).Because("CONTENT_INVALID")
	}
	open := render.Open{Mode: render.OpenNothing, AppID: task.OpenAppID, Path: task.OpenPath, URL: task.OpenURL}
	if task.OpenMode != nil {
		open.Mode = render.OpenMode(*task.OpenMode)
	}
	account := render.Account{AppID: ch.AppID, WebViewPage: ch.H5Page, RelayPage: ch.RelayPage}
	if open.AppID != "" {
		account.Authorised = []string{open.AppID} // checked against channel management when the task was submitted
	}
	page, err := render.Page(open, account)
	if err != nil {
		return nil, fault.Errorf(fault.Invalid, "the page to open: %v", err).Because("OPEN_INVALID")
	}
	p.Page = page
	return p, nil
}

// audience is everybody the task is for: of the uploaded list (R42) or of the
// segment's newest version, and the supplementary recipients (R32), each person once.
func (s *Service) audience(ctx context.Context, task *ent.Task, plan *Plan) (*recipients, error) {
	all, err := s.members(ctx, task)
	if err != nil {
		return nil, err
	}
	if values := supplementary(task, plan); len(values) > 0 {
		numbers, err := person.Resolve(ctx, s.db, task.Edges.Project.Num, person.WechatOpenID, values, true)
		if err != nil {
			return nil, err
		}
		all.AddMany(numbers)
	}
	return all, nil
}

// supplementary are the IDs of the supplementary recipients.
func supplementary(task *ent.Task, plan *Plan) []string {
	values := make([]string, len(task.Supplementary))
	for i, id := range task.Supplementary {
		values[i] = person.WechatValue(plan.AppID, id)
	}
	return values
}

// members are the people of the list or the segment.
func (s *Service) members(ctx context.Context, task *ent.Task) (*recipients, error) {
	all := &recipients{Bitmap: roaring.New()}
	switch task.AudienceMode {
	case enttask.AudienceModeUpload:
		if err := s.uploaded(ctx, task, all); err != nil {
			return nil, err
		}
	case enttask.AudienceModeRule, enttask.AudienceModeSegment:
		if err := s.segment(ctx, task, all); err != nil {
			return nil, err
		}
	case enttask.AudienceModeAll:
		return nil, fault.Errorf(fault.Conflict, "a scheduled task cannot be for all users").Because("AUDIENCE_INVALID")
	}
	return all, nil
}

func (s *Service) uploaded(ctx context.Context, task *ent.Task, into *recipients) error {
	if task.UploadID == nil {
		return nil
	}
	up, err := s.db.Ent.Upload.Query().Where(entupload.ID(*task.UploadID), entupload.ProjectID(task.ProjectID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	if up.Status != entupload.StatusReady {
		return fault.Errorf(fault.Conflict, "the uploaded list is not ready").Because("UPLOAD_NOT_READY")
	}
	members := roaring.New()
	if err := members.UnmarshalBinary(up.Members); err != nil {
		return fmt.Errorf("read members of %s: %w", up.ID, err)
	}
	// IDs of people who were merged since are the winners' now.
	into.Bitmap, err = person.Through(ctx, s.db, task.Edges.Project.Num, members, up.CreatedAt)
	return err
}

// segment takes the newest version of the task's segment; entities of another
// subject become the people that they name (R12).
func (s *Service) segment(ctx context.Context, task *ent.Task, into *recipients) error {
	missing := fault.Errorf(fault.Conflict, "the segment was never computed").Because("SEGMENT_NOT_COMPUTED")
	if task.SegmentID == nil || task.Edges.Segment == nil {
		return missing
	}
	p := task.Edges.Project
	held, err := audience.Held(ctx, s.db, p.ID, p.Num, *task.SegmentID)
	if err != nil {
		return err
	}
	if held == nil {
		return missing
	}
	into.version = held
	into.Bitmap, err = audience.ToPeople(ctx, s.db, p.ID, p.Num, task.Edges.Segment.Subject, held.Members)
	return err
}

// cut writes the shards and starts the run, all or nothing.
func (s *Service) cut(ctx context.Context, run *ent.Run, attempt int, plan *Plan, people *recipients) error {
	task := run.Edges.Task
	frozen, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	shards := slicesOf(task, people.Bitmap)
	now := s.clock.Now()
	err = s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		// The run last: its row is locked only while it is needed, and without it nothing of the above stays.
		for rest := shards; len(rest) > 0; {
			n := min(len(rest), rowsPerInsert)
			creates := make([]*ent.ShardCreate, n)
			for i, slice := range rest[:n] {
				create, err := s.shard(tx, run, task, slice)
				if err != nil {
					return err
				}
				creates[i] = create
			}
			if err := tx.Shard.CreateBulk(creates...).Exec(ctx); err != nil {
				return err
			}
			rest = rest[n:]
		}
		start := tx.Run.Update().Where(entrun.ID(run.ID), entrun.Attempt(attempt)).
			SetStatus(entrun.StatusSending).SetAudienceSize(int(people.GetCardinality())).SetPlan(frozen). //nolint:gosec // 32-bit numbers
			SetNillableSegmentVersionID(people.versionID()).SetStartedAt(now).SetFailure("").SetFailureText("").
			ClearDueAt().SetLeaseOwner("").ClearLeaseUntil()
		n, err := start.Save(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return errTaken
		}
		// A task that was cancelled or paused meanwhile keeps its status; its shards follow it.
		err = tx.Task.Update().Where(enttask.ID(task.ID), enttask.RunStatusEQ(enttask.RunStatusWaiting)).
			SetRunStatus(enttask.RunStatusRunning).SetStartedAt(now).Exec(ctx)
		if err != nil {
			return err
		}
		if repeats(run) {
			if err := watchEnd(ctx, tx, run, now); err != nil {
				return err
			}
			c, err := chainOf(ctx, tx, task)
			if err != nil {
				return err
			}
			if err := c.extend(ctx, run.PlannedAt, now); err != nil {
				return err
			}
		}
		if people.IsEmpty() {
			return s.finish(ctx, tx, run.Num, now)
		}
		return nil
	})
	if errors.Is(err, errTaken) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cut %s: %w", run.ID, err)
	}
	s.changed(task.ID)
	return nil
}

func (s *Service) shard(tx *ent.Tx, run *ent.Run, task *ent.Task, slice *roaring.Bitmap) (*ent.ShardCreate, error) {
	bytes, err := slice.ToBytes()
	if err != nil {
		return nil, fmt.Errorf("write slice: %w", err)
	}
	return tx.Shard.Create().SetProjectNum(task.Edges.Project.Num).SetRunNum(run.Num).SetTaskID(task.ID).SetChannelID(*task.ChannelID).
		SetClass(Class(task.MessageClass)).SetSize(int(slice.GetCardinality())).SetSlice(bytes).SetDueAt(*run.DueAt), nil //nolint:gosec // 32-bit numbers
}

// ShardSize is how many people a shard of a channel has: fewer where it is slow,
// so that a pause or a higher class need not wait for it.
func ShardSize(ch *ent.Channel) int {
	if ch == nil || ch.QPSLimit <= 0 {
		return biggestShard
	}
	return min(max(ch.QPSLimit*shardSeconds, smallestShard), biggestShard)
}

// slicesOf cuts the audience, smaller where the channel is slow.
func slicesOf(task *ent.Task, audience *roaring.Bitmap) []*roaring.Bitmap {
	size := ShardSize(task.Edges.Channel)
	var out []*roaring.Bitmap
	buffer := make([]uint32, size)
	for it := audience.ManyIterator(); ; {
		n := it.NextMany(buffer)
		if n == 0 {
			return out
		}
		out = append(out, roaring.BitmapOf(buffer[:n]...))
	}
}

// programState is a channel's build of the mini program in WeChat's words.
func programState(s entchannel.ProgramState) string {
	switch s {
	case entchannel.ProgramStateTrial:
		return "trial"
	case entchannel.ProgramStateDeveloper:
		return "developer"
	default:
		return "formal"
	}
}

// lang is a channel's language in WeChat's words.
func lang(l entchannel.Lang) string {
	switch l {
	case entchannel.LangEnUS:
		return "en_US"
	case entchannel.LangZhHK:
		return "zh_HK"
	case entchannel.LangZhTW:
		return "zh_TW"
	default:
		return "zh_CN"
	}
}
