package task

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/outreach/audience"
	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
	"tidings/outreach/render"
)

// soonest is how long before its reach time a task must be submitted (spec §10.5).
const soonest = time.Minute

// Facts is everything that decides whether a draft may be submitted.
type Facts struct {
	Task *ent.Task
	Now  time.Time
	// Channel, Template and Upload are what the task points at; nil where it points nowhere.
	Channel  *ent.Channel
	Template *ent.Template
	Upload   *ent.Upload
	// Channels is how many enabled channels the project has.
	Channels int
	// Programs are the mini programs in channel management, by AppID (R88).
	Programs []string
	Zone     *time.Location
	Grace    time.Duration // the project's before judging
	// Able is what the project allows a task of this type (spec section 0).
	Able audience.Able
	// Lead is how many minutes before its reach time a segment is refreshed (R52).
	Lead int
	// Segment is the one that the task is for; nil when there is none, or when it is
	// for other roles: then Hidden is true.
	Segment *ent.Segment
	Hidden  bool
	// RuleProblems are what is wrong with the rule of a task in mode RULE.
	RuleProblems fault.Fields
	// Events is what the project knows of the events of a triggered task.
	Events rule.Catalogue
	// Approver tells whether somebody else could approve.
	Approver bool
}

// Check finds everything that keeps a draft from being submitted, at once. The
// paths are the names of the API's input. It is pure.
func Check(f Facts) (fault.Fields, error) {
	var fs fault.Fields
	naming.Check(&fs, f.Task.Name, maxName)
	checkAudience(&fs, f)
	if err := checkWhen(&fs, f); err != nil {
		return nil, err
	}
	checkChannel(&fs, f)
	if err := checkMessage(&fs, f); err != nil {
		return nil, err
	}
	checkOpen(&fs, f)
	if !f.Approver {
		fs.Add("approval", "NO_APPROVER", "nobody else in this project may approve the task")
	}
	return fs, nil
}

// checkAudience: what the project's products and the type of the task allow
// (R22, R23, R39, R43), and then what the mode needs.
func checkAudience(fs *fault.Fields, f Facts) {
	t := f.Task
	if !f.Able.Has(t.AudienceMode) {
		why := f.Able.Why[t.AudienceMode]
		fs.Add("audienceMode", why, "%s", unavailable[why])
		return
	}
	switch t.AudienceMode {
	case enttask.AudienceModeAll:
		if len(t.Supplementary) > 0 {
			fs.Add("supplementary", "NOT_ALLOWED", "a task for all users has no supplementary recipients")
		}
	case enttask.AudienceModeRule:
		*fs = append(*fs, f.RuleProblems...)
		if len(f.RuleProblems) == 0 {
			checkSegment(fs, f, "rule")
		}
	case enttask.AudienceModeSegment:
		checkSegment(fs, f, "segmentId")
	case enttask.AudienceModeUpload:
		checkUpload(fs, f)
	}
	if t.Subject != audience.User && !f.Able.Subjects {
		fs.Add("subject", "NOT_ALLOWED", "the project has people only")
	}
}

var unavailable = map[string]string{
	audience.NoSegments:        "the project keeps no segments; upload a list",
	audience.NewSegmentInstead: "make a segment and choose it",
	audience.TriggeredOnly:     "only triggered tasks may be for all users",
	audience.ScheduledOnly:     "an uploaded list is for scheduled tasks only",
}

// checkSegment is R34 and R35. A segment that was never computed will do when it
// is refreshed before the run, or is being computed now.
func checkSegment(fs *fault.Fields, f Facts, path string) {
	t, seg := f.Task, f.Segment
	switch {
	case f.Hidden:
		fs.Add(path, "NO_SEGMENT_PERMISSION", "the segment is for other roles")
	case seg == nil && t.SegmentID != nil:
		fs.Add(path, "NOT_FOUND", "the segment was deleted")
	case seg == nil:
		fs.Add(path, "REQUIRED", "choose whom the task is for")
	case t.AudienceMode == enttask.AudienceModeSegment && !seg.Listed:
		fs.Add(path, "NOT_LISTED", "the segment is not in the list and cannot be used again")
	case seg.Subject != t.Subject:
		fs.Add(path, "OTHER_SUBJECT", "the segment is of another subject than the task")
	case seg.ComputedAt == nil && seg.Status != entsegment.StatusComputing && !Refreshes(f):
		fs.Add(path, "NOT_COMPUTED", "the segment was never computed, and is not refreshed before the run")
	}
}

// Refreshes tells whether the task's run refreshes its segment first (R51, R53):
// one that is updated on demand, with the box ticked, in a project that can.
func Refreshes(f Facts) bool {
	return f.Able.Refresh && f.Segment != nil && audience.Refreshes(f.Task, f.Segment)
}

func checkUpload(fs *fault.Fields, f Facts) {
	t := f.Task
	switch up := f.Upload; {
	case up == nil:
		fs.Add("uploadId", "REQUIRED", "upload a list of target IDs")
	case up.ChannelID != deref(t.ChannelID):
		fs.Add("uploadId", "OTHER_CHANNEL", "the list belongs to another channel; upload one for this")
	case up.Status == entupload.StatusFailed:
		fs.Add("uploadId", "UPLOAD_FAILED", "the list could not be processed; upload it again")
	case up.Status != entupload.StatusReady:
		fs.Add("uploadId", "NOT_READY", "the list is still being processed: %d of %d", up.Resolved, up.Valid)
		fs.With(map[string]any{"resolved": up.Resolved, "valid": up.Valid})
	}
}

// checkReachTime is R45, R49 and §10.5: a refresh wants its lead.
func checkReachTime(fs *fault.Fields, f Facts) {
	soonest := soonest
	if Refreshes(f) {
		soonest = time.Duration(f.Lead) * time.Minute
	}
	switch at := f.Task.ReachAt; {
	case at == nil:
		fs.Add("reachAt", "REQUIRED", "say when the task reaches its users")
	case at.Before(f.Now):
		fs.Add("reachAt", "IN_THE_PAST", "the reach time has passed")
	case at.Before(f.Now.Add(soonest)):
		fs.Add("reachAt", "TOO_SOON", "the reach time is at least %s ahead", soonest)
		fs.With(map[string]any{"seconds": int(soonest.Seconds())})
	}
}

// checkChannel is R4 and R76.
func checkChannel(fs *fault.Fields, f Facts) {
	switch ch := f.Channel; {
	case ch == nil && f.Channels == 0:
		fs.Add("channelId", "NO_CHANNEL", "the project has no enabled channel; set one up first")
	case ch == nil:
		fs.Add("channelId", "REQUIRED", "choose a channel")
	case !ch.Enabled:
		fs.Add("channelId", "DISABLED", "the channel %s is switched off", ch.Name)
	case ch.State == entchannel.StateAbnormal:
		fs.Add("channelId", "ABNORMAL", "the channel %s does not work: %s %s", ch.Name, ch.StateCode, ch.StateText)
		fs.With(map[string]any{"code": ch.StateCode, "text": ch.StateText})
	}
}

// checkMessage is R82–R85, by the rules of render.
func checkMessage(fs *fault.Fields, f Facts) error {
	switch {
	case f.Template == nil:
		fs.Add("templateId", "REQUIRED", "choose a template")
		return nil
	case f.Template.ChannelID != deref(f.Task.ChannelID):
		fs.Add("templateId", "OTHER_CHANNEL", "the template belongs to another channel")
		return nil
	case f.Template.RemovedAt != nil:
		fs.Add("templateId", "REMOVED", "the template was removed at the provider; choose another")
		return nil
	}
	program, content, err := compile(f.Template, f.Task, f.Zone)
	var refused *fault.Error
	switch {
	case errors.As(err, &refused):
		for _, field := range refused.Fields {
			field.Path = strings.Replace(field.Path, "content.params.", "content.", 1)
			*fs = append(*fs, field)
		}
	case err != nil:
		return err
	}
	if program == nil {
		return nil
	}
	for _, p := range content.Params {
		for _, part := range p.Parts {
			if audience.Scheduled(f.Task.Type) && part.Var != nil && part.Var.Source == render.Event {
				fs.Add("content."+p.Key, "NO_EVENT", "a scheduled task has no event whose attributes it could insert")
			}
		}
	}
	return nil
}

// compile prepares a task's message; render's refusal when it does not fit the template.
func compile(tpl *ent.Template, t *ent.Task, zone *time.Location) (*render.Program, render.Content, error) {
	var fields []render.Field
	if err := json.Unmarshal(tpl.Fields, &fields); err != nil {
		return nil, render.Content{}, fmt.Errorf("read template's fields: %w", err)
	}
	content, err := storedContent(t.Content)
	if err != nil {
		return nil, content, err
	}
	program, err := render.Compile(fields, content, zone)
	return program, content, err
}

// checkOpen is R86–R89, by the rules of render.
func checkOpen(fs *fault.Fields, f Facts) {
	t := f.Task
	if t.OpenMode == nil {
		fs.Add("openMode", "REQUIRED", "choose what a tap on the message opens")
		return
	}
	account := render.Account{Authorised: f.Programs}
	if f.Channel != nil {
		account.AppID, account.WebViewPage, account.RelayPage = f.Channel.AppID, f.Channel.H5Page, f.Channel.RelayPage
	}
	_, err := render.Page(render.Open{Mode: render.OpenMode(*t.OpenMode), AppID: t.OpenAppID, Path: t.OpenPath, URL: t.OpenURL}, account)
	if refused, is := errors.AsType[*fault.Error](err); is {
		for _, field := range refused.Fields {
			field.Path = openPaths[field.Path]
			*fs = append(*fs, field)
		}
	}
}

var openPaths = map[string]string{"open.mode": "openMode", "open.appId": "openAppId", "open.path": "openPath", "open.url": "openUrl"}
