package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entsegment "tidings/ent/segment"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
	"tidings/outreach/person"
)

// SegmentInput is what a segment is written with. Its field names are those of
// the API, and so are the paths of what is wrong with it.
type SegmentInput struct {
	Name        *string
	Description *string
	Subject     *string // only when it is made
	Rule        json.RawMessage
	UpdateMode  *entsegment.UpdateMode
	DailyAt     *string
	Listed      *bool
	Roles       []string
	ChannelID   *string

	// Given tells whether a field was named at all: one that was not stays as it
	// is, one that was named without a value is cleared. Nil: those that have a value.
	Given func(field string) bool
}

func (in *SegmentInput) given(field string, has bool) bool {
	if in.Given != nil {
		return in.Given(field)
	}
	return has
}

// apply writes the input over a segment and notes what cannot be kept.
func (in *SegmentInput) apply(ctx context.Context, tx *ent.Tx, s *ent.Segment) error {
	var fs fault.Fields
	if in.given("name", in.Name != nil) || s.ID == "" {
		s.Name = naming.Clean(deref(in.Name))
		s.NameKey = naming.Key(s.Name)
		naming.Check(&fs, s.Name, maxSegmentName)
	}
	if in.given("description", in.Description != nil) {
		s.Description = strings.TrimSpace(deref(in.Description))
		if utf8.RuneCountInString(s.Description) > maxSegmentText {
			fs.Add("description", "TOO_LONG", "at most %d characters", maxSegmentText)
			fs.With(map[string]any{"limit": maxSegmentText})
		}
	}
	if in.Subject != nil && s.ID != "" && *in.Subject != s.Subject {
		fs.Add("subject", "NOT_ALLOWED", "a segment keeps its subject")
	}
	if in.given("rule", in.Rule != nil) {
		s.Rule = in.Rule
	}
	if len(s.Rule) == 0 || string(s.Rule) == "null" {
		fs.Add("rule", "REQUIRED", "say whom the segment selects")
	}
	if in.given("updateMode", in.UpdateMode != nil) {
		s.UpdateMode = entsegment.DefaultUpdateMode
		if in.UpdateMode != nil {
			s.UpdateMode = *in.UpdateMode
		}
	}
	if in.given("dailyAt", in.DailyAt != nil) {
		s.DailyAt = entsegment.DefaultDailyAt
		if in.DailyAt != nil {
			s.DailyAt = *in.DailyAt
		}
		checkDaily(&fs, "dailyAt", s.DailyAt)
	}
	if in.given("listed", in.Listed != nil) {
		s.Listed = in.Listed == nil || *in.Listed
	}
	if in.given("roles", in.Roles != nil) {
		s.Roles = CleanRoles(&fs, "roles", in.Roles)
	}
	if in.given("channelId", in.ChannelID != nil) {
		if err := setChannel(ctx, tx, &fs, s, deref(in.ChannelID)); err != nil {
			return err
		}
	}
	return fs.Err()
}

// setChannel names whose target IDs a segment's people are counted by; its ID
// type is the channel's (R33).
func setChannel(ctx context.Context, tx *ent.Tx, fs *fault.Fields, s *ent.Segment, channelID string) error {
	s.ChannelID, s.IDType = nil, ""
	if channelID == "" {
		return nil
	}
	ok, err := tx.Channel.Query().Where(entchannel.ID(channelID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look up channel: %w", err)
	}
	if !ok {
		fs.Add("channelId", "NOT_FOUND", "there is no %s in this project", channelID)
		return nil
	}
	s.ChannelID, s.IDType = &channelID, person.WechatOpenID
	return nil
}

// CleanRoles are the roles that may see a segment (R31), each once; nil for everybody.
func CleanRoles(fs *fault.Fields, path string, roles []string) []string {
	var out []string
	for _, r := range roles {
		switch {
		case slices.Contains(out, r):
		case len(access.Role(r).Permissions()) == 0:
			fs.Add(path, "UNKNOWN", "there is no role %q", r)
		default:
			out = append(out, r)
		}
	}
	slices.Sort(out)
	return out
}

// checkRule refuses a rule that cannot be computed: one that is not whole, or
// that names segments it may not (R27, §9.2). id is the segment's that has the
// rule; empty when there is none yet.
func checkRule(ctx context.Context, client *ent.Client, projectID, id, subject string, raw json.RawMessage) error {
	if err := checkTree(ctx, client, projectID, raw); err != nil {
		return err
	}
	refs := References(raw)
	if len(refs) == 0 {
		return nil
	}
	var fs fault.Fields
	for _, ref := range refs {
		found, err := Find(ctx, client, ref.ID)
		refusal, refused := errors.AsType[*fault.Error](err)
		switch {
		case refused && refusal.Code == fault.Forbidden:
			fs.Add(ref.Path, "NO_SEGMENT_PERMISSION", "the segment is for other roles")
		case refused:
			fs.Add(ref.Path, "NOT_FOUND", "there is no segment %q", ref.ID)
		case err != nil:
			return err
		case !found.Listed:
			fs.Add(ref.Path, "NOT_LISTED", "the segment is not in the list and cannot be used again")
		case found.Subject != subject:
			fs.Add(ref.Path, "OTHER_SUBJECT", "the segment is of another subject")
		}
	}
	if len(fs) > 0 {
		return fs.Err()
	}
	if id != "" { // nothing leads to what does not exist yet
		if err := lockGraph(ctx, client, projectID); err != nil {
			return err
		}
	}
	known, err := nestingOf(ctx, client, projectID)
	if err != nil {
		return err
	}
	delete(known, id)
	for _, ref := range refs {
		if id != "" && known.leadsTo(ref.ID, id) {
			fs.Add(ref.Path, "CYCLE", "the segment leads back to this one")
		}
	}
	if len(fs) > 0 {
		return fs.Err()
	}
	known[id] = names(raw)
	above := 0
	if id != "" {
		above = known.above(id)
	}
	for _, ref := range refs {
		if 1+known.below(ref.ID)+above > maxNesting {
			fs.Add(ref.Path, "TOO_DEEP", "segments of segments are at most %d deep", maxNesting)
			fs.With(map[string]any{"limit": maxNesting})
		}
	}
	return fs.Err()
}

// checkTree refuses what is no rule, and names that the project does not know.
func checkTree(ctx context.Context, client *ent.Client, projectID string, raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return fault.At("rule", "REQUIRED", "say whom the rule selects")
	}
	tree, err := rule.Parse(raw)
	if err != nil {
		return err
	}
	known, err := readCatalogue(ctx, client, projectID, tree)
	if err != nil {
		return err
	}
	return tree.Validate(known)
}

// projectOf loads the viewer's project.
func projectOf(ctx context.Context, client *ent.Client) (*ent.Project, error) {
	p, err := client.Project.Get(ctx, viewer.From(ctx).ProjectID)
	if err != nil {
		return nil, fmt.Errorf("load project: %w", err)
	}
	return p, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
