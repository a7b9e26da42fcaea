package task

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidings/ent"
	entapplication "tidings/ent/application"
	entcampaign "tidings/ent/campaign"
	entchannel "tidings/ent/channel"
	enttask "tidings/ent/task"
	enttemplate "tidings/ent/template"
	entupload "tidings/ent/upload"
	"tidings/outreach/audience/list"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
)

// maxSupplementary is the most supplementary recipients (spec §9.7).
const maxSupplementary = 100

// Input is what a draft is written with. Its field names are those of the API's
// TaskInput, and so are the paths of what is wrong with it.
type Input struct {
	Name              *string
	Method            *enttask.Method
	Type              *enttask.Type
	ApplicationID     *string
	CampaignID        *string
	GroupIDs          []string
	AudienceMode      *enttask.AudienceMode
	UploadID          *string
	Supplementary     []string
	ReachAt           *time.Time
	ApprovalTimeout   *enttask.ApprovalTimeout
	ChannelID         *string
	MessageClass      *enttask.MessageClass
	TemplateID        *string
	Content           []Param
	OpenMode          *enttask.OpenMode
	OpenURL           *string
	OpenAppID         *string
	OpenPath          *string
	GlobalLimit       *bool
	ResendUnconfirmed *bool
	Subject           *string
	SegmentID         *string
	Rule              json.RawMessage
	Listed            *bool
	SegmentRoles      []string
	RefreshBefore     *bool
	RefreshFailure    *enttask.RefreshFailure
	Cycle             json.RawMessage // schedule.Cycle
	Trigger           json.RawMessage // trigger.Definition
	EndsAt            *time.Time

	// Given tells whether a field was named at all: one that was not stays as
	// it is, one that was named without a value is cleared. Nil: those that
	// have a value.
	Given func(field string) bool
}

func (in *Input) given(field string, has bool) bool {
	if in.Given != nil {
		return in.Given(field)
	}
	return has
}

// draft is a task as an edit leaves it, before it is stored.
type draft struct {
	ent.Task
	groups     []Link
	setGroups  bool
	newContent bool
	// own is the segment that the task made for itself, nil when there is none.
	own           *string
	listedDefault bool // of 同步到CDP分群列表 (R29)
}

// Link puts a task into one node under one top-level group.
type Link struct{ TopID, GroupID string }

// apply writes the input over a draft and notes what cannot be kept. References
// are looked up as the viewer, so another project's objects are not found.
func (in *Input) apply(ctx context.Context, tx *ent.Tx, d *draft) error {
	var fs fault.Fields
	if in.given("name", in.Name != nil) {
		d.Name = naming.Clean(deref(in.Name))
		d.NameKey = naming.Key(d.Name)
		naming.Check(&fs, d.Name, maxName)
	}
	set(in.given("method", in.Method != nil), &d.Method, in.Method, enttask.DefaultMethod)
	set(in.given("type", in.Type != nil), &d.Type, in.Type, enttask.DefaultType)
	set(in.given("audienceMode", in.AudienceMode != nil), &d.AudienceMode, in.AudienceMode, enttask.DefaultAudienceMode)
	set(in.given("approvalTimeout", in.ApprovalTimeout != nil), &d.ApprovalTimeout, in.ApprovalTimeout, enttask.DefaultApprovalTimeout)
	set(in.given("messageClass", in.MessageClass != nil), &d.MessageClass, in.MessageClass, enttask.DefaultMessageClass)
	set(in.given("globalLimit", in.GlobalLimit != nil), &d.GlobalLimit, in.GlobalLimit, enttask.DefaultGlobalLimit)
	set(in.given("resendUnconfirmed", in.ResendUnconfirmed != nil), &d.ResendUnconfirmed, in.ResendUnconfirmed, enttask.DefaultResendUnconfirmed)
	if in.given("openMode", in.OpenMode != nil) {
		d.OpenMode = in.OpenMode
	}
	text(&fs, in.given("openUrl", in.OpenURL != nil), "openUrl", &d.OpenURL, in.OpenURL, 1000)
	text(&fs, in.given("openAppId", in.OpenAppID != nil), "openAppId", &d.OpenAppID, in.OpenAppID, 32)
	text(&fs, in.given("openPath", in.OpenPath != nil), "openPath", &d.OpenPath, in.OpenPath, 1000)
	in.applyWhen(&fs, d)
	if in.given("supplementary", in.Supplementary != nil) {
		d.Supplementary = supplementary(&fs, in.Supplementary)
	}
	in.applyAudience(&fs, d)
	in.applyMessage(&fs, d)
	if err := in.applyReferences(ctx, tx, &fs, d); err != nil {
		return err
	}
	return fs.Err()
}

// applyMessage keeps R76: another channel clears what the message says, which
// belongs to that channel's templates, and nothing else.
func (in *Input) applyMessage(fs *fault.Fields, d *draft) {
	if in.given("channelId", in.ChannelID != nil) {
		next := emptyIsNil(in.ChannelID)
		if deref(next) != deref(d.ChannelID) && d.ChannelID != nil {
			d.TemplateID, d.Content, d.newContent = nil, nil, true
		}
		d.ChannelID = next
	}
	if in.given("templateId", in.TemplateID != nil) {
		d.TemplateID = emptyIsNil(in.TemplateID)
	}
	if in.given("content", in.Content != nil) {
		content, err := parseContent(in.Content)
		if err != nil {
			*fs = append(*fs, err.(*fault.Error).Fields...) //nolint:errcheck,errorlint,forcetypeassert // parseContent gives no other
			return
		}
		d.newContent = true
		d.Content, err = json.Marshal(content)
		if err != nil {
			panic(fmt.Sprintf("task: encode content: %v", err)) // strings only
		}
	}
}

// applyReferences looks up what the input points at.
func (in *Input) applyReferences(ctx context.Context, tx *ent.Tx, fs *fault.Fields, d *draft) error {
	if in.given("applicationId", in.ApplicationID != nil) {
		d.ApplicationID = emptyIsNil(in.ApplicationID)
	}
	if in.given("campaignId", in.CampaignID != nil) {
		d.CampaignID = emptyIsNil(in.CampaignID)
	}
	if in.given("uploadId", in.UploadID != nil) {
		d.UploadID = emptyIsNil(in.UploadID)
	}
	if err := in.applySegment(ctx, tx, fs, d); err != nil {
		return err
	}
	for _, ref := range []struct {
		path   string
		id     *string
		exists func(string) (bool, error)
	}{
		{"applicationId", in.ApplicationID, func(id string) (bool, error) {
			return tx.Application.Query().Where(entapplication.ID(id)).Exist(ctx)
		}},
		{"campaignId", in.CampaignID, func(id string) (bool, error) {
			return tx.Campaign.Query().Where(entcampaign.ID(id)).Exist(ctx)
		}},
		{"channelId", in.ChannelID, func(id string) (bool, error) {
			return tx.Channel.Query().Where(entchannel.ID(id)).Exist(ctx)
		}},
		{"uploadId", in.UploadID, func(id string) (bool, error) {
			return tx.Upload.Query().Where(entupload.ID(id)).Exist(ctx)
		}},
	} {
		if deref(ref.id) == "" {
			continue
		}
		ok, err := ref.exists(*ref.id)
		if err != nil {
			return fmt.Errorf("look up %s: %w", ref.path, err)
		}
		if !ok {
			fs.Add(ref.path, "NOT_FOUND", "there is no %s in this project", *ref.id)
		}
	}
	if d.TemplateID != nil && (in.TemplateID != nil || in.ChannelID != nil) {
		tpl, err := tx.Template.Query().Where(enttemplate.ID(*d.TemplateID)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			fs.Add("templateId", "NOT_FOUND", "there is no %s in this project", *d.TemplateID)
		case err != nil:
			return fmt.Errorf("look up template: %w", err)
		case tpl.ChannelID != deref(d.ChannelID):
			fs.Add("templateId", "OTHER_CHANNEL", "the template belongs to another channel")
		}
	}
	if !in.given("groupIds", in.GroupIDs != nil) {
		return nil
	}
	d.setGroups = true
	var err error
	d.groups, err = links(ctx, tx, fs, in.GroupIDs)
	return err
}

// supplementary are the extra recipients (R32): each a target ID, each once.
func supplementary(fs *fault.Fields, ids []string) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		id = strings.TrimSpace(id)
		switch {
		case id == "" || slices.Contains(out, id):
		case !list.ValidID(id):
			fs.Add("supplementary", "INVALID_ID", "%q is no target ID", shorten(id))
			fs.With(map[string]any{"value": shorten(id)})
			return nil
		default:
			out = append(out, id)
		}
		if len(out) > maxSupplementary {
			fs.Add("supplementary", "TOO_MANY", "at most %d supplementary recipients", maxSupplementary)
			fs.With(map[string]any{"limit": maxSupplementary})
			return nil
		}
	}
	return out
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// set writes a value, or the default where the input clears it.
func set[T any](given bool, into *T, value *T, otherwise T) {
	switch {
	case !given:
	case value == nil:
		*into = otherwise
	default:
		*into = *value
	}
}

func text(fs *fault.Fields, given bool, path string, into *string, value *string, limit int) {
	if !given {
		return
	}
	*into = strings.TrimSpace(deref(value))
	if len([]rune(*into)) > limit {
		fs.Add(path, "TOO_LONG", "at most %d characters", limit)
		fs.With(map[string]any{"limit": limit})
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func emptyIsNil(s *string) *string {
	if s == nil || *s == "" {
		return nil
	}
	return s
}
