package registry

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	enttask "tidings/ent/task"
	enttemplate "tidings/ent/template"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// Create saves a channel whose credentials work. INVALID with the fields at
// fault: those of the form, a name or AppID taken, credentials that WeChat
// refuses; UNAVAILABLE when WeChat cannot be asked: nothing is saved then.
func (r *Registry) Create(ctx context.Context, in Input) (*ent.Channel, error) {
	if err := access.Require(ctx, access.ChannelManage); err != nil {
		return nil, err
	}
	if err := in.clean(true); err != nil {
		return nil, err
	}
	if err := r.free(ctx, "", in); err != nil { // before WeChat is asked; the index decides in the end
		return nil, err
	}
	projectID, channelID := viewer.From(ctx).ProjectID, id.New("chn")
	if err := r.try(ctx, *in.AppID, *in.Secret); err != nil {
		return nil, err
	}
	sealed, err := r.Box.Seal([]byte(*in.Secret), place(projectID, channelID))
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	var saved *ent.Channel
	err = r.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		saved, err = tx.Channel.Create().SetID(channelID).SetName(*in.Name).SetAppID(*in.AppID).SetSecret(sealed).
			SetNillableOriginalID(in.OriginalID).SetNillableQPSLimit(in.QPSLimit).SetNillableProgramState(in.ProgramState).
			SetNillableLang(in.Lang).SetNillableH5Page(in.H5Page).SetNillableRelayPage(in.RelayPage).SetNillableEnabled(in.Enabled).
			SetState(entchannel.StateReady).SetCheckedAt(r.Clock.Now()).Save(ctx)
		if err != nil {
			return taken(err)
		}
		return access.Audit(ctx, tx, "channel.create", saved.ID, saved.Name, map[string]any{"appId": saved.AppID})
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}

// Update changes a channel. New credentials are tried first. Beside Create's
// errors: NOT_FOUND; INVALID IMMUTABLE at appId after the first send; CONFLICT
// with reason CHANNEL_IN_USE when it is turned off while tasks use it.
func (r *Registry) Update(ctx context.Context, channelID string, in Input) (*ent.Channel, error) {
	if err := access.Require(ctx, access.ChannelManage); err != nil {
		return nil, err
	}
	old, err := r.DB.Ent.Channel.Get(ctx, channelID)
	if err != nil {
		return nil, err
	}
	if err = in.clean(false); err != nil {
		return nil, err
	}
	newAppID := in.AppID != nil && *in.AppID != old.AppID
	if newAppID && old.FirstSentAt != nil {
		return nil, errImmutable()
	}
	if newAppID && (in.Secret == nil || *in.Secret == "") {
		return nil, fault.At("secret", "REQUIRED", "another AppID has another AppSecret")
	}
	if err = r.free(ctx, channelID, in); err != nil {
		return nil, err
	}
	appID := old.AppID
	if in.AppID != nil {
		appID = *in.AppID
	}
	var sealed []byte
	if in.Secret != nil && *in.Secret != "" {
		if err = r.try(ctx, appID, *in.Secret); err != nil {
			return nil, err
		}
		if sealed, err = r.Box.Seal([]byte(*in.Secret), place(old.ProjectID, old.ID)); err != nil {
			return nil, fmt.Errorf("seal secret: %w", err)
		}
	}
	var saved *ent.Channel
	err = r.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		now, err := tx.Channel.Get(ctx, channelID) // what it is by now, not what it was before WeChat answered
		if err != nil {
			return err
		}
		if newAppID && now.FirstSentAt != nil {
			return errImmutable()
		}
		if newAppID {
			// Lists and tasks name people and templates of the old mini program.
			if err = unused(ctx, tx, channelID, "given another AppID"); err != nil {
				return err
			}
			err = tx.Template.Update().Where(enttemplate.ChannelID(channelID), enttemplate.RemovedAtIsNil()).SetRemovedAt(r.Clock.Now()).Exec(ctx)
			if err != nil {
				return fmt.Errorf("mark templates removed: %w", err)
			}
		}
		if in.Enabled != nil && !*in.Enabled && now.Enabled {
			if err = unused(ctx, tx, channelID, "turned off"); err != nil {
				return err
			}
		}
		change := tx.Channel.UpdateOneID(channelID).SetNillableName(in.Name).SetNillableAppID(in.AppID).
			SetNillableOriginalID(in.OriginalID).SetNillableQPSLimit(in.QPSLimit).SetNillableProgramState(in.ProgramState).
			SetNillableLang(in.Lang).SetNillableH5Page(in.H5Page).SetNillableRelayPage(in.RelayPage).SetNillableEnabled(in.Enabled)
		if sealed != nil {
			change.SetSecret(sealed).SetState(entchannel.StateReady).SetStateCode("").SetStateText("").SetCheckedAt(r.Clock.Now())
		}
		if saved, err = change.Save(ctx); err != nil {
			return taken(err)
		}
		return access.Audit(ctx, tx, "channel.update", saved.ID, saved.Name, differences(now, saved, sealed != nil))
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}

func errImmutable() error {
	return fault.At("appId", "IMMUTABLE", "messages were sent with this AppID; make another channel for another mini program")
}

// Delete removes a channel that nothing refers to, with its templates: CONFLICT
// with reason CHANNEL_IN_USE otherwise, because tasks keep their history.
func (r *Registry) Delete(ctx context.Context, channelID string) error {
	if err := access.Require(ctx, access.ChannelManage); err != nil {
		return err
	}
	err := r.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		old, err := tx.Channel.Get(ctx, channelID)
		if err != nil {
			return err
		}
		tasks, err := tx.Task.Query().Where(enttask.ChannelID(channelID)).Count(ctx)
		if err != nil {
			return fmt.Errorf("count tasks: %w", err)
		}
		uploads, err := tx.Upload.Query().Where(entupload.ChannelID(channelID)).Count(ctx)
		if err != nil {
			return fmt.Errorf("count uploads: %w", err)
		}
		if tasks+uploads > 0 {
			return inUse(tasks, "deleted")
		}
		if _, err = tx.Template.Delete().Where(enttemplate.ChannelID(channelID)).Exec(ctx); err != nil {
			return fmt.Errorf("delete templates: %w", err)
		}
		if err = tx.Channel.DeleteOneID(channelID).Exec(ctx); err != nil {
			if ent.IsConstraintError(err) { // a deleted draft still names it
				return inUse(0, "deleted")
			}
			return err
		}
		return access.Audit(ctx, tx, "channel.delete", old.ID, old.Name, map[string]any{"appId": old.AppID})
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if o, ok := r.clients[channelID]; ok {
		o.client.Close()
		delete(r.clients, channelID)
	}
	return nil
}

// openTasks are those that are not over: they will send, or may.
func openTasks(q *ent.TaskQuery) *ent.TaskQuery {
	return q.Where(enttask.Or(
		enttask.ApprovalStatusEQ(enttask.ApprovalStatusPending),
		enttask.RunStatusIn(enttask.RunStatusWaiting, enttask.RunStatusRunning, enttask.RunStatusPaused, enttask.RunStatusAbnormal),
	))
}

func unused(ctx context.Context, tx *ent.Tx, channelID, what string) error {
	n, err := openTasks(tx.Task.Query().Where(enttask.ChannelID(channelID))).Count(ctx)
	if err != nil {
		return fmt.Errorf("count tasks: %w", err)
	}
	if n > 0 {
		return inUse(n, what)
	}
	return nil
}

func inUse(tasks int, what string) error {
	e := fault.Errorf(fault.Conflict, "tasks use this channel, so it cannot be %s: %d", what, tasks).Because("CHANNEL_IN_USE")
	e.Fields = fault.Fields{{Path: "enabled", Rule: "CHANNEL_IN_USE", Message: e.Message, Params: map[string]any{"tasks": tasks, "count": tasks}}}
	return e
}

// OpenTasks counts, by channel, the viewer's tasks that are not over.
func (r *Registry) OpenTasks(ctx context.Context, channelIDs []string) (map[string]int, error) {
	var rows []struct {
		ChannelID string `sql:"channel_id"`
		Count     int    `sql:"count"`
	}
	err := openTasks(r.DB.Ent.Task.Query().Where(enttask.ChannelIDIn(channelIDs...))).
		GroupBy(enttask.FieldChannelID).Aggregate(ent.Count()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count tasks: %w", err)
	}
	out := make(map[string]int, len(channelIDs))
	for _, c := range channelIDs {
		out[c] = 0
	}
	for _, row := range rows {
		out[row.ChannelID] = row.Count
	}
	return out, nil
}

// free tells early what the unique indexes will say in the end.
func (r *Registry) free(ctx context.Context, channelID string, in Input) error {
	var wrong fault.Fields
	if in.Name != nil {
		n, err := r.DB.Ent.Channel.Query().Where(entchannel.Name(*in.Name), entchannel.IDNEQ(channelID)).Count(ctx)
		if err != nil {
			return fmt.Errorf("look for name: %w", err)
		}
		if n > 0 {
			wrong.Add("name", "TAKEN", "another channel has this name")
		}
	}
	if in.AppID != nil {
		n, err := r.DB.Ent.Channel.Query().Where(entchannel.AppID(*in.AppID), entchannel.IDNEQ(channelID)).Count(ctx)
		if err != nil {
			return fmt.Errorf("look for AppID: %w", err)
		}
		if n > 0 {
			wrong.Add("appId", "TAKEN", "another channel has this AppID")
		}
	}
	return wrong.Err()
}

// taken says of two that were saved at once which field the later one lost by.
func taken(err error) error {
	if !database.IsUnique(err) && !ent.IsConstraintError(err) {
		return err
	}
	return fault.At("name", "TAKEN", "another channel has this name or AppID").Wrap(err)
}

// try asks the provider whether credentials work; what it says about them is
// told at the input's fields.
func (r *Registry) try(ctx context.Context, appID, appSecret string) error {
	client, err := r.open(appID, appSecret)
	if err != nil {
		return atInput(err)
	}
	defer client.Close()
	return atInput(client.TestConnection(ctx))
}

// atInput renames the client's fields to the form's.
func atInput(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		return err
	}
	out := *f
	out.Fields = make([]fault.Field, len(f.Fields))
	for i, field := range f.Fields {
		if field.Path == "appSecret" {
			field.Path = "secret"
		}
		out.Fields[i] = field
	}
	return &out
}

// differences is what the audit log keeps of a change: old and new values,
// and of the secret only that there is a new one.
func differences(a, b *ent.Channel, newSecret bool) map[string]any {
	out := map[string]any{}
	note := func(field, before, after string) {
		if before != after {
			out[field] = map[string]string{"old": before, "new": after}
		}
	}
	note("name", a.Name, b.Name)
	note("appId", a.AppID, b.AppID)
	note("originalId", a.OriginalID, b.OriginalID)
	note("qpsLimit", strconv.Itoa(a.QPSLimit), strconv.Itoa(b.QPSLimit))
	note("programState", string(a.ProgramState), string(b.ProgramState))
	note("lang", string(a.Lang), string(b.Lang))
	note("h5Page", a.H5Page, b.H5Page)
	note("relayPage", a.RelayPage, b.RelayPage)
	note("enabled", strconv.FormatBool(a.Enabled), strconv.FormatBool(b.Enabled))
	if newSecret {
		out["secret"] = "changed"
	}
	return out
}
