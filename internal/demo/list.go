package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entupload "tidings/ent/upload"
	"tidings/outreach/audience/list"
	"tidings/outreach/person"
)

// list writes a file of openids as people export them: with a header, and with
// the story's repeated and broken lines among them.
func (w *world) list(s *story) string {
	r := newRand(uint64(s.from)<<16 | uint64(s.to)) //nolint:gosec // small numbers
	lines := append([]string{}, w.openIDs[s.from:s.to]...)
	for range s.strangers {
		lines = append(lines, openID(r))
	}
	for i := range s.duplicates {
		lines = append(lines, lines[i*7])
	}
	for i := range s.mistakes {
		lines = append(lines, fmt.Sprintf("13%09d", 800_000_000+i*137))
	}
	r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return "openid\n" + strings.Join(lines, "\n") + "\n"
}

// upload reads a list by the product's own rules and stores it joined to
// people, in one step: no worker elsewhere can come between.
func (w *world) upload(ctx context.Context, name, text, creator string, at time.Time) (*ent.Upload, error) {
	members := roaring.New()
	report, err := list.Parse(strings.NewReader(text), list.Limits{AppID: AppID, MaxBytes: list.MaxBytes, MaxRows: list.MaxRows}, func(ids []string) error {
		values := make([]string, len(ids))
		for i, id := range ids {
			values[i] = person.WechatValue(AppID, id)
		}
		nums, err := person.Resolve(ctx, w.DB, w.project.Num, person.WechatOpenID, values, true)
		members.AddMany(nums)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read list %s: %w", name, err)
	}
	members.RunOptimize()
	bitmap, err := members.ToBytes()
	if err != nil {
		return nil, fmt.Errorf("encode members: %w", err)
	}
	bad, err := json.Marshal(report.BadLines)
	if err != nil {
		return nil, fmt.Errorf("encode bad lines: %w", err)
	}
	up, err := w.DB.Ent.Upload.Create().SetProjectID(w.project.ID).SetChannelID(w.channel.ID).SetFileName(name).SetCreatorID(w.accounts[creator].ID).
		SetStatus(entupload.StatusReady).SetBytes(report.Bytes).SetTotal(report.Total).SetValid(report.Valid).SetDuplicate(report.Duplicate).
		SetInvalid(report.Invalid).SetResolved(report.Valid).SetBadLines(bad).SetMembers(bitmap).SetCreatedAt(at).SetUpdatedAt(at).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("store list %s: %w", name, err)
	}
	return up, nil
}
