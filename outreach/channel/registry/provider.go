package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	enttemplate "tidings/ent/template"
	"tidings/outreach/access"
	"tidings/outreach/channel/wechat"
	"tidings/outreach/fault"
	"tidings/outreach/render"
)

// Check is the outcome of a try-out.
type Check struct {
	Channel *ent.Channel
	Code    string // empty: it works
}

// Test fetches an access token with the stored credentials and notes what came
// of it on the channel. That they do not work is an answer, not an error.
func (r *Registry) Test(ctx context.Context, channelID string) (*Check, error) {
	if err := access.Require(ctx, access.ChannelManage); err != nil {
		return nil, err
	}
	ch, err := r.DB.Ent.Channel.Get(ctx, channelID)
	if err != nil {
		return nil, err
	}
	client, err := r.Client(ctx, ch)
	if err == nil {
		err = client.TestConnection(ctx)
	}
	code, text, err := refused(err)
	if err != nil {
		return nil, err
	}
	if code != "" && !isVerdict(code) {
		// Nobody answered, or was too busy to: that says nothing about the channel.
		return &Check{Channel: ch, Code: code}, nil
	}
	saved, err := r.note(ctx, ch, code, text, "channel.test", map[string]any{"code": code})
	if err != nil {
		return nil, err
	}
	return &Check{Channel: saved, Code: code}, nil
}

// isVerdict tells whether a code is WeChat's about us: its numbers are, but
// for "busy", and our own words for a call that came to nothing are not.
func isVerdict(code string) bool {
	n, err := strconv.Atoi(code)
	return err == nil && n > 0
}

// refused splits what the provider said about our credentials from what went
// wrong with us.
func refused(err error) (code, text string, ours error) {
	var f *fault.Error
	if err == nil || !errors.As(err, &f) || f.Code == fault.Internal {
		return "", "", err
	}
	if len(f.Fields) > 0 {
		f0 := f.Fields[0]
		code, _ = f0.Params["code"].(string) //nolint:errcheck // not there: empty
		text, _ = f0.Params["text"].(string) //nolint:errcheck // same
		if code == "" {
			return "", "", err
		}
		return code, orElse(text, f0.Message), nil
	}
	switch code = strings.TrimPrefix(strings.TrimPrefix(f.Reason, "CHANNEL_"), "WECHAT_"); {
	case code == "":
		return "", "", err
	case code == "1" && f.Code == fault.Unavailable:
		code = "-1" // the client's word for "busy" is made of WeChat's number
	}
	return code, f.Message, nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// note writes what the last contact with the provider showed.
func (r *Registry) note(ctx context.Context, ch *ent.Channel, code, text, action string, detail map[string]any) (*ent.Channel, error) {
	var saved *ent.Channel
	err := r.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		state := entchannel.StateReady
		if code != "" {
			state = entchannel.StateAbnormal
		}
		var err error
		saved, err = tx.Channel.UpdateOneID(ch.ID).SetState(state).SetStateCode(code).SetStateText(text).SetCheckedAt(r.Clock.Now()).Save(ctx)
		if err != nil {
			return err
		}
		return access.Audit(ctx, tx, action, ch.ID, ch.Name, detail)
	})
	return saved, err
}

// Sync is what a synchronisation changed.
type Sync struct {
	Channel                 *ent.Channel
	Added, Changed, Removed int
}

// SyncTemplates copies the provider's templates: new ones are added, changed
// ones replaced, ones that are gone marked removed, and ones that came back
// unmarked (R82). Open to whoever writes tasks too: choosing a template reads
// them. Errors as of the client's Templates; nothing changes then.
func (r *Registry) SyncTemplates(ctx context.Context, channelID string) (*Sync, error) {
	if err := access.RequireAny(ctx, access.ChannelManage, access.TaskCreate, access.TaskEdit); err != nil {
		return nil, err
	}
	ch, err := r.DB.Ent.Channel.Get(ctx, channelID)
	if err != nil {
		return nil, err
	}
	client, err := r.Client(ctx, ch)
	if err != nil {
		return nil, err
	}
	list, err := client.Templates(ctx)
	if err != nil {
		return nil, atInput(err)
	}
	out := &Sync{}
	err = r.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		*out = Sync{} // the transaction may run again
		known, err := tx.Template.Query().Where(enttemplate.ChannelID(channelID)).All(ctx)
		if err != nil {
			return fmt.Errorf("read templates: %w", err)
		}
		byID := make(map[string]*ent.Template, len(known))
		for _, t := range known {
			byID[t.ProviderID] = t
		}
		seen := make(map[string]bool, len(list))
		for i := range list {
			t := &list[i]
			if t.ID == "" || seen[t.ID] {
				continue
			}
			seen[t.ID] = true
			if err = r.save(ctx, tx, channelID, byID[t.ID], t, out); err != nil {
				return err
			}
			delete(byID, t.ID)
		}
		for _, gone := range byID {
			if gone.RemovedAt != nil {
				continue
			}
			if err = tx.Template.UpdateOne(gone).SetRemovedAt(r.Clock.Now()).Exec(ctx); err != nil {
				return fmt.Errorf("mark template removed: %w", err)
			}
			out.Removed++
		}
		out.Channel, err = tx.Channel.UpdateOneID(channelID).SetTemplatesSyncedAt(r.Clock.Now()).SetCheckedAt(r.Clock.Now()).
			SetState(entchannel.StateReady).SetStateCode("").SetStateText("").Save(ctx)
		if err != nil {
			return err
		}
		return access.Audit(ctx, tx, "channel.sync_templates", ch.ID, ch.Name,
			map[string]any{"added": out.Added, "changed": out.Changed, "removed": out.Removed})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (r *Registry) save(ctx context.Context, tx *ent.Tx, channelID string, old *ent.Template, t *wechat.Template, out *Sync) error {
	fields := make([]render.Field, len(t.Fields))
	for i, f := range t.Fields {
		fields[i] = render.Field{Key: f.Key, Label: f.Label, Kind: f.Kind, Enum: f.Enum}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("write fields: %w", err)
	}
	kind := enttemplate.KindOneTime
	if t.Type == wechat.LongTerm {
		kind = enttemplate.KindLongTerm
	}
	now := r.Clock.Now()
	if old == nil {
		out.Added++
		err = tx.Template.Create().SetChannelID(channelID).SetProviderID(t.ID).SetTitle(t.Title).SetContent(t.Content).
			SetExample(t.Example).SetKind(kind).SetFields(text).SetSyncedAt(now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("add template %s: %w", t.ID, err)
		}
		return nil
	}
	change := tx.Template.UpdateOne(old).SetSyncedAt(now)
	if old.RemovedAt != nil || old.Title != t.Title || old.Content != t.Content || old.Example != t.Example ||
		old.Kind != kind || !sameJSON(old.Fields, text) {
		out.Changed++
		change.SetTitle(t.Title).SetContent(t.Content).SetExample(t.Example).SetKind(kind).SetFields(text).ClearRemovedAt()
	}
	if err = change.Exec(ctx); err != nil {
		return fmt.Errorf("change template %s: %w", t.ID, err)
	}
	return nil
}

// sameJSON compares what a database may have written differently.
func sameJSON(a, b []byte) bool {
	var x, y []render.Field
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return bytes.Equal(a, b)
	}
	p, errP := json.Marshal(x)
	q, errQ := json.Marshal(y)
	return errP == nil && errQ == nil && bytes.Equal(p, q)
}
