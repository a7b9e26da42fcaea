package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/99designs/gqlgen/graphql"

	"tidings/ent"
	entproject "tidings/ent/project"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/graph/model"
	"tidings/outreach/approval"
	"tidings/outreach/delivery"
	"tidings/outreach/fault"
	"tidings/outreach/render"
	"tidings/outreach/task"
	"tidings/outreach/task/state"
)

// taskInput translates what a draft is written with. Cycle and trigger go by
// their JSON form, which the product reads.
func taskInput(ctx context.Context, in *model.TaskInput) (task.Input, error) {
	out := task.Input{
		Name: in.Name, Method: in.Method, Type: in.Type, ApplicationID: in.ApplicationID, CampaignID: in.CampaignID, GroupIDs: in.GroupIds,
		AudienceMode: in.AudienceMode, UploadID: in.UploadID, Supplementary: in.Supplementary, ReachAt: in.ReachAt,
		ApprovalTimeout: in.ApprovalTimeout, ChannelID: in.ChannelID, MessageClass: in.MessageClass, TemplateID: in.TemplateID,
		OpenMode: in.OpenMode, OpenURL: in.OpenURL, OpenAppID: in.OpenAppID, OpenPath: in.OpenPath,
		GlobalLimit: in.GlobalLimit, ResendUnconfirmed: in.ResendUnconfirmed, Given: given(ctx, "input"),
		Subject: in.Subject, SegmentID: in.SegmentID, Rule: in.Rule, Listed: in.Listed, RefreshBefore: in.RefreshBefore, RefreshFailure: in.RefreshFailure,
		EndsAt: in.EndsAt,
	}
	var err error
	if out.Cycle, err = asJSON(in.Cycle); err != nil {
		return out, err
	}
	if out.Trigger, err = asJSON(in.Trigger); err != nil {
		return out, err
	}
	if in.SegmentRoles != nil {
		out.SegmentRoles = roleNames(in.SegmentRoles)
	}
	for _, p := range in.Content {
		out.Content = append(out.Content, task.Param{Key: p.Key, Text: p.Text, Overlong: render.Overlong(p.Overlong)})
	}
	return out, nil
}

// given tells which fields of an input object the client named: null clears a
// field, leaving it out does not touch it, and generated structs cannot tell them apart.
func given(ctx context.Context, argument string) func(string) bool {
	args := graphql.GetFieldContext(ctx).Field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	named, _ := args[argument].(map[string]any)
	return func(field string) bool {
		_, ok := named[field]
		return ok
	}
}

func resendInput(in *model.ResendInput) task.ResendInput {
	out := task.ResendInput{TaskID: in.TaskID, ReasonIn: in.ReasonIn, DeliveryIDs: in.DeliveryIds}
	if in.RunID != nil {
		out.RunID = *in.RunID
	}
	for _, s := range in.StatusIn {
		out.StatusIn = append(out.StatusIn, delivery.ParseStatus(string(s)))
	}
	return out
}

func badLines(up *ent.Upload) ([]*model.BadLine, error) {
	out := []*model.BadLine{}
	if len(up.BadLines) == 0 {
		return out, nil
	}
	if err := json.Unmarshal(up.BadLines, &out); err != nil {
		return nil, fmt.Errorf("read bad lines: %w", err)
	}
	return out, nil
}

func taskContent(t *ent.Task) (*model.TaskContent, error) {
	params, err := task.ContentOf(t.Content)
	if err != nil {
		return nil, err
	}
	out := &model.TaskContent{Params: make([]*model.ParamContent, len(params))}
	for i, p := range params {
		out.Params[i] = &model.ParamContent{Key: p.Key, Text: p.Text, Overlong: model.Overlong(p.Overlong)}
	}
	return out, nil
}

// taskCheck lists what stops a submission, then what does not: those are marked
// as warnings in their params.
func taskCheck(found *task.Examination) *model.TaskCheck {
	out := &model.TaskCheck{Ok: len(found.Problems) == 0, Problems: problems(found.Problems), Samples: samples(found.Samples)}
	for _, w := range problems(found.Warnings) {
		params := map[string]any{"warning": true}
		maps.Copy(params, w.Params)
		w.Params = params
		out.Problems = append(out.Problems, w)
	}
	return out
}

func problems(fields fault.Fields) []*model.Problem {
	out := make([]*model.Problem, len(fields))
	for i, f := range fields {
		out[i] = &model.Problem{Path: f.Path, Rule: f.Rule, Message: f.Message, Params: f.Params}
	}
	return out
}

func groupObjects(in []model.GroupObject) []string {
	out := make([]string, len(in))
	for i, o := range in {
		out[i] = string(o)
	}
	return out
}

// operations is what the viewer may do with the task now, by the product's table.
func operations(ctx context.Context, t *ent.Task) ([]model.TaskOperation, error) {
	p, err := personOf(ctx, t)
	if err != nil {
		return nil, err
	}
	ops := state.Operations(state.Of(t), p)
	out := make([]model.TaskOperation, len(ops))
	for i, o := range ops {
		out[i] = model.TaskOperation(o)
	}
	return out, nil
}

// whyNot tells why the viewer may not decide an approval; empty when they may.
func whyNot(ctx context.Context, a *ent.Approval) (string, error) {
	t, err := load(ctx).tasks.Load(ctx, a.TaskID)
	if err != nil {
		return "", err
	}
	project, err := load(ctx).projects.Load(ctx, viewer.From(ctx).ProjectID)
	if err != nil {
		return "", err
	}
	return approval.WhyNot(state.PersonOf(viewer.From(ctx), t, a.SubmitterID, project.SelfApproval), a.Status), nil
}

// personOf is the viewer as the rules about the task see them.
func personOf(ctx context.Context, t *ent.Task) (state.Person, error) {
	submitter, self := "", false
	if t.ApprovalStatus == enttask.ApprovalStatusPending {
		a, err := load(ctx).approvals.Load(ctx, t.ID)
		if err != nil {
			return state.Person{}, err
		}
		if a != nil {
			submitter = a.SubmitterID
		}
		project, err := load(ctx).projects.Load(ctx, viewer.From(ctx).ProjectID)
		if err != nil {
			return state.Person{}, err
		}
		self = project.SelfApproval
	}
	return state.PersonOf(viewer.From(ctx), t, submitter, self), nil
}

func (r *Resolver) tasksByID(ctx context.Context, ids []string) (map[string]*ent.Task, error) {
	found, err := r.DB.Ent.Task.Query().Where(enttask.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*ent.Task, len(found))
	for _, t := range found {
		out[t.ID] = t
	}
	return out, nil
}

func (r *Resolver) projectsByID(ctx context.Context, ids []string) (map[string]*ent.Project, error) {
	found, err := r.DB.Ent.Project.Query().Where(entproject.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*ent.Project, len(found))
	for _, p := range found {
		out[p.ID] = p
	}
	return out, nil
}
