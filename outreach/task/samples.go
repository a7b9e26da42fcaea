package task

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/person"
	"tidings/outreach/recipient"
	"tidings/outreach/render"
	"tidings/outreach/trigger"
)

// sampleSize is how many recipients' messages are shown before sending.
const sampleSize = 5

// samples renders the message for the first recipients, as sending will. The event
// of a triggered task is the newest stored one that would set it off.
func (s *Service) samples(ctx context.Context, f Facts) ([]recipient.Sample, error) {
	if f.Template == nil || f.Channel == nil || f.Template.ChannelID != f.Channel.ID {
		return nil, nil
	}
	program, _, err := compile(f.Template, f.Task, f.Zone)
	if fault.Is(err, fault.Invalid) {
		return nil, nil // the problems say what is wrong
	}
	if err != nil {
		return nil, err
	}
	message := recipient.NewMessage(program, f.Task.AudienceMode == enttask.AudienceModeUpload)
	people, err := s.first(ctx, f, message)
	if err != nil {
		return nil, err
	}
	var fields []render.Field
	if err := json.Unmarshal(f.Template.Fields, &fields); err != nil {
		return nil, fmt.Errorf("read template's fields: %w", err)
	}
	out := make([]recipient.Sample, 0, len(people))
	for i := range people {
		message.Fill(&people[i])
		out = append(out, people[i].Sample(fields))
	}
	return out, nil
}

// first reads the first people of the audience: of the list when it is ready, or
// of the segment, then of the supplementary recipients.
func (s *Service) first(ctx context.Context, f Facts, message *recipient.Message) ([]recipient.Person, error) {
	v := viewer.From(ctx)
	ctx = viewer.System(ctx) // people are nobody's in particular; the project is named below
	members, err := s.audience(ctx, f, v)
	if err != nil {
		return nil, err
	}
	happened, err := s.happened(ctx, f, v, message)
	if err != nil {
		return nil, err
	}
	loader := recipient.Loader{
		DB: s.db, ProjectNum: v.ProjectNum, AppID: f.Channel.AppID, Message: message,
		InRun: func(_ context.Context, among *roaring.Bitmap) (*roaring.Bitmap, error) {
			return roaring.And(members, among), nil
		},
		Add: func(_ context.Context, b *recipient.Batch) error {
			for i := range b.People {
				b.People[i].Event = happened
			}
			return nil
		},
	}
	nums := make([]uint32, sampleSize)
	people, err := loader.Load(ctx, nums[:members.ManyIterator().NextMany(nums)])
	if err != nil {
		return nil, err
	}
	var more []string // the IDs of supplementary recipients as they are stored
	for _, target := range f.Task.Supplementary {
		if len(people)+len(more) < sampleSize && !slices.ContainsFunc(people, func(p recipient.Person) bool { return p.Target == target }) {
			more = append(more, person.WechatValue(f.Channel.AppID, target))
		}
	}
	known, err := person.Known(ctx, s.db, v.ProjectNum, person.WechatOpenID, more)
	if err != nil {
		return nil, err
	}
	for _, value := range more {
		num, is := known[value]
		if !is {
			p := message.Stranger(strings.TrimPrefix(value, f.Channel.AppID+":"))
			for i, need := range message.Needs() {
				if need.Source == render.Event {
					p.Values[i] = happened[need.Name]
				}
			}
			people = append(people, p)
			continue
		}
		found, err := loader.Load(ctx, []uint32{num})
		if err != nil {
			return nil, err
		}
		people = append(people, found...)
	}
	return people, nil
}

// happened is the event whose properties the samples insert; nil when the message
// inserts none, or nothing like it was ever stored.
func (s *Service) happened(ctx context.Context, f Facts, v *viewer.Viewer, message *recipient.Message) (map[string]any, error) {
	inserts := slices.ContainsFunc(message.Needs(), func(n render.Need) bool { return n.Source == render.Event })
	if !inserts || audience.Scheduled(f.Task.Type) {
		return nil, nil
	}
	d, _, err := readTrigger(f.Task)
	if err != nil || d == nil {
		return nil, err
	}
	return trigger.Newest(ctx, s.db, v.ProjectID, v.ProjectNum, *d, f.Now, f.Zone)
}

// audience are the people whom the task would be for now: of the list when it is
// ready, of the segment as it is held, some of all.
func (s *Service) audience(ctx context.Context, f Facts, v *viewer.Viewer) (*roaring.Bitmap, error) {
	members := roaring.New()
	switch mode := f.Task.AudienceMode; {
	case mode == enttask.AudienceModeUpload && f.Upload != nil && f.Upload.Status == entupload.StatusReady && f.Upload.ChannelID == f.Channel.ID:
		up, err := s.db.Ent.Upload.Query().Where(entupload.ID(f.Upload.ID), entupload.ProjectID(v.ProjectID)).Only(ctx)
		if err != nil {
			return nil, fmt.Errorf("load upload: %w", err)
		}
		if err := members.UnmarshalBinary(up.Members); err != nil {
			return nil, fmt.Errorf("read members: %w", err)
		}
	case (mode == enttask.AudienceModeSegment || mode == enttask.AudienceModeRule) && f.Segment != nil:
		held, err := audience.Held(ctx, s.db, v.ProjectID, v.ProjectNum, f.Segment.ID)
		if err != nil || held == nil {
			return members, err
		}
		return audience.ToPeople(ctx, s.db, v.ProjectID, v.ProjectNum, f.Segment.Subject, held.Members)
	case mode == enttask.AudienceModeAll:
		return s.someOfAll(ctx, v.ProjectNum)
	}
	return members, nil
}

// someOfAllSQL: person IDs from and to, a number of rows. Out: the first people.
const someOfAllSQL = `SELECT id FROM persons WHERE id BETWEEN ? AND ? AND subject = 0 AND NOT stub ORDER BY id LIMIT ?`

// someOfAll are a few of everybody (R43).
func (s *Service) someOfAll(ctx context.Context, projectNum int64) (*roaring.Bitmap, error) {
	rows, err := s.db.SQL.QueryContext(ctx, s.db.Rebind(someOfAllSQL), person.ID(projectNum, 0), person.ID(projectNum, 1<<32-1), sampleSize)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := roaring.New()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		out.Add(person.Num(id))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return out, nil
}
