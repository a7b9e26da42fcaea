package demo

import (
	"context"
	"fmt"

	"tidings/outreach/task"
)

// groups are two trees: who is responsible, and for which brand.
var groups = []struct {
	name  string
	below []struct {
		name  string
		below []string
	}
}{
	{"部门", []struct {
		name  string
		below []string
	}{
		{"会员运营部", []string{"拉新组", "留存组"}},
		{"电商部", []string{"大促组", "物流组"}},
		{"门店部", nil},
	}},
	{"品牌", []struct {
		name  string
		below []string
	}{
		{"山岚咖啡", []string{"手冲系列", "即饮系列"}},
		{"山岚烘焙", nil},
	}},
}

var campaigns = []struct {
	group string
	names []string
}{
	{"大促", []string{"双11", "双12", "黑五"}},
	{"会员", []string{"会员日", "生日礼遇"}},
	{"日常", []string{"新品首发", "物流通知"}},
}

// organise makes applications, groups and campaigns.
func (w *world) organise(ctx context.Context) error {
	for i, name := range []string{"山岚商城小程序", "山岚门店小程序"} {
		err := w.DB.Ent.Application.Create().SetProjectID(w.project.ID).SetName(name).SetPreferred(i == 0).Exec(ctx)
		if err != nil {
			return fmt.Errorf("make application: %w", err)
		}
	}
	ctx = w.as(ctx, admin)
	if err := w.makeGroups(ctx); err != nil {
		return err
	}
	service := task.NewCampaigns(w.DB)
	w.campaigns = map[string]string{}
	for _, g := range campaigns {
		group, err := service.CreateGroup(ctx, g.group)
		if err != nil {
			return fmt.Errorf("make campaign group %s: %w", g.group, err)
		}
		for _, name := range g.names {
			c, err := service.Create(ctx, name, group.ID)
			if err != nil {
				return fmt.Errorf("make campaign %s: %w", name, err)
			}
			w.campaigns[name] = c.ID
		}
	}
	return nil
}

func (w *world) makeGroups(ctx context.Context) error {
	service := task.NewGroups(w.DB)
	w.groups = map[string]string{}
	group := func(name string, parent *string) (*string, error) {
		g, err := service.Create(ctx, name, parent, nil)
		if err != nil {
			return nil, fmt.Errorf("make group %s: %w", name, err)
		}
		w.groups[name] = g.ID
		return &g.ID, nil
	}
	for _, top := range groups {
		topID, err := group(top.name, nil)
		if err != nil {
			return err
		}
		for _, middle := range top.below {
			middleID, err := group(middle.name, topID)
			if err != nil {
				return err
			}
			for _, name := range middle.below {
				if _, err := group(name, middleID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// foundedTables hold what was there from the beginning.
var foundedTables = []string{"applications", "task_groups", "campaign_groups", "campaigns", "channels", "templates"}

// backdate gives what the shop began with the age it should have. Tasks and
// what belongs to them were dated when they were played.
func (w *world) backdate(ctx context.Context) error {
	for _, table := range foundedTables {
		text := w.DB.Rebind("UPDATE " + table + " SET created_at = ?, updated_at = ? WHERE project_id = ?") //nolint:gosec // names from the list above
		if _, err := w.DB.SQL.ExecContext(ctx, text, w.founded, w.founded, w.project.ID); err != nil {
			return fmt.Errorf("backdate %s: %w", table, err)
		}
	}
	const audit = `UPDATE audit_entries SET at = ? WHERE project_id = ? AND action NOT LIKE 'task.%'`
	if _, err := w.DB.SQL.ExecContext(ctx, w.DB.Rebind(audit), w.founded, w.project.ID); err != nil {
		return fmt.Errorf("backdate the audit log: %w", err)
	}
	return nil
}
