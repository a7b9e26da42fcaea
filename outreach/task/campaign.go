package task

import (
	"context"
	"fmt"

	"tidings/ent"
	entcampaign "tidings/ent/campaign"
	entcampaigngroup "tidings/ent/campaigngroup"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
)

// Campaigns holds the commands on campaigns and their groups (spec §2.2). All
// of them need campaign.manage.
type Campaigns struct{ db *database.DB }

// NewCampaigns makes the service.
func NewCampaigns(db *database.DB) *Campaigns { return &Campaigns{db: db} }

// CreateGroup makes a campaign group. UNAUTHENTICATED, FORBIDDEN, INVALID (name), CONFLICT (NAME_TAKEN).
func (s *Campaigns) CreateGroup(ctx context.Context, name string) (out *ent.CampaignGroup, err error) {
	err = s.command(ctx, "campaign group", &name, maxGroupName, func(ctx context.Context, tx *ent.Tx) error {
		out, err = tx.CampaignGroup.Create().SetProjectID(viewer.From(ctx).ProjectID).SetName(name).Save(ctx)
		if err != nil {
			return fmt.Errorf("save campaign group: %w", err)
		}
		return access.Audit(ctx, tx, "campaign_group.create", out.ID, out.Name, nil)
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// RenameGroup gives a campaign group another name. Errors as of CreateGroup, and NOT_FOUND.
func (s *Campaigns) RenameGroup(ctx context.Context, groupID, name string) (out *ent.CampaignGroup, err error) {
	err = s.command(ctx, "campaign group", &name, maxGroupName, func(ctx context.Context, tx *ent.Tx) error {
		old, err := loadCampaignGroup(ctx, tx, groupID)
		if err != nil {
			return err
		}
		if out, err = tx.CampaignGroup.UpdateOneID(groupID).SetName(name).Save(ctx); err != nil {
			return fmt.Errorf("save campaign group: %w", err)
		}
		return access.Audit(ctx, tx, "campaign_group.rename", groupID, name, map[string]any{"from": old.Name})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// DeleteGroup removes a campaign group without campaigns.
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT (HAS_CAMPAIGNS with their count).
func (s *Campaigns) DeleteGroup(ctx context.Context, groupID string) error {
	return s.command(ctx, "campaign group", nil, 0, func(ctx context.Context, tx *ent.Tx) error {
		g, err := loadCampaignGroup(ctx, tx, groupID)
		if err != nil {
			return err
		}
		n, err := tx.Campaign.Query().Where(entcampaign.GroupID(groupID)).Count(ctx)
		if err != nil {
			return fmt.Errorf("count campaigns: %w", err)
		}
		if n > 0 {
			return inUse("HAS_CAMPAIGNS", "campaign", n)
		}
		if err := tx.CampaignGroup.DeleteOneID(groupID).Exec(ctx); err != nil {
			return fmt.Errorf("delete campaign group: %w", err)
		}
		return access.Audit(ctx, tx, "campaign_group.delete", groupID, g.Name, nil)
	})
}

// Create makes a campaign in a group. UNAUTHENTICATED, FORBIDDEN, INVALID (name, groupId), CONFLICT (NAME_TAKEN).
func (s *Campaigns) Create(ctx context.Context, name, groupID string) (out *ent.Campaign, err error) {
	err = s.command(ctx, "campaign", &name, maxName, func(ctx context.Context, tx *ent.Tx) error {
		if err := hasCampaignGroup(ctx, tx, groupID); err != nil {
			return err
		}
		out, err = tx.Campaign.Create().SetProjectID(viewer.From(ctx).ProjectID).SetName(name).SetGroupID(groupID).Save(ctx)
		if err != nil {
			return fmt.Errorf("save campaign: %w", err)
		}
		return access.Audit(ctx, tx, "campaign.create", out.ID, out.Name, nil)
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// Update changes a campaign's name, its group, or both; nil leaves one as it is.
// Errors as of Create, and NOT_FOUND.
func (s *Campaigns) Update(ctx context.Context, campaignID string, name, groupID *string) (out *ent.Campaign, err error) {
	err = s.command(ctx, "campaign", name, maxName, func(ctx context.Context, tx *ent.Tx) error {
		old, err := loadCampaign(ctx, tx, campaignID)
		if err != nil {
			return err
		}
		u := tx.Campaign.UpdateOneID(campaignID).SetNillableName(name)
		if groupID != nil {
			if err := hasCampaignGroup(ctx, tx, *groupID); err != nil {
				return err
			}
			u.SetGroupID(*groupID)
		}
		if out, err = u.Save(ctx); err != nil {
			return fmt.Errorf("save campaign: %w", err)
		}
		return access.Audit(ctx, tx, "campaign.update", campaignID, out.Name, map[string]any{"from": map[string]any{"name": old.Name, "groupId": old.GroupID}})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// Delete removes a campaign that no task is linked to.
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT (HAS_TASKS with their count).
func (s *Campaigns) Delete(ctx context.Context, campaignID string) error {
	return s.command(ctx, "campaign", nil, 0, func(ctx context.Context, tx *ent.Tx) error {
		c, err := loadCampaign(ctx, tx, campaignID)
		if err != nil {
			return err
		}
		n, err := tx.Task.Query().Where(enttask.CampaignID(campaignID)).Count(ctx)
		if err != nil {
			return fmt.Errorf("count tasks: %w", err)
		}
		if n > 0 {
			return inUse("HAS_TASKS", "task", n)
		}
		if err := tx.Campaign.DeleteOneID(campaignID).Exec(ctx); err != nil {
			return fmt.Errorf("delete campaign: %w", err)
		}
		return access.Audit(ctx, tx, "campaign.delete", campaignID, c.Name, nil)
	})
}

// TaskCounts tells for campaigns how many tasks each has, drafts included.
func (s *Campaigns) TaskCounts(ctx context.Context, campaignIDs []string) (map[string]int, error) {
	var rows []struct {
		CampaignID string `json:"campaign_id"`
		Count      int    `json:"count"`
	}
	err := s.db.Ent.Task.Query().Where(enttask.CampaignIDIn(campaignIDs...)).GroupBy(enttask.FieldCampaignID).Aggregate(ent.Count()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count tasks: %w", err)
	}
	out := make(map[string]int, len(campaignIDs))
	for _, id := range campaignIDs {
		out[id] = 0
	}
	for _, r := range rows {
		out[r.CampaignID] = r.Count
	}
	return out, nil
}

// command is what all have in common: permission, a clean name where there is
// one, a transaction, and the word for a name that is taken.
func (s *Campaigns) command(ctx context.Context, kind string, name *string, limit int, do func(context.Context, *ent.Tx) error) error {
	if err := access.Require(ctx, access.CampaignManage); err != nil {
		return err
	}
	if name != nil {
		*name = naming.Clean(*name)
		var fs fault.Fields
		naming.Check(&fs, *name, limit)
		if err := fs.Err(); err != nil {
			return err
		}
	}
	err := s.db.Tx(ctx, do)
	if err != nil && database.IsUnique(err) {
		return naming.Taken(kind)
	}
	return err
}

func loadCampaignGroup(ctx context.Context, tx *ent.Tx, groupID string) (*ent.CampaignGroup, error) {
	g, err := tx.CampaignGroup.Query().Where(entcampaigngroup.ID(groupID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "there is no campaign group %q", groupID)
	}
	if err != nil {
		return nil, fmt.Errorf("load campaign group: %w", err)
	}
	return g, nil
}

func hasCampaignGroup(ctx context.Context, tx *ent.Tx, groupID string) error {
	_, err := loadCampaignGroup(ctx, tx, groupID)
	if fault.Is(err, fault.NotFound) {
		return fault.At("groupId", "NOT_FOUND", "there is no campaign group %s in this project", groupID)
	}
	return err
}

func loadCampaign(ctx context.Context, tx *ent.Tx, campaignID string) (*ent.Campaign, error) {
	c, err := tx.Campaign.Query().Where(entcampaign.ID(campaignID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "there is no campaign %q", campaignID)
	}
	if err != nil {
		return nil, fmt.Errorf("load campaign: %w", err)
	}
	return c, nil
}
