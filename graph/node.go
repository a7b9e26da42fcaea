package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"tidings/ent"
	"tidings/ent/account"
	"tidings/ent/application"
	"tidings/ent/approval"
	"tidings/ent/auditentry"
	"tidings/ent/campaign"
	"tidings/ent/campaigngroup"
	"tidings/ent/channel"
	"tidings/ent/dataimport"
	"tidings/ent/detailtable"
	"tidings/ent/eventsource"
	"tidings/ent/eventtype"
	"tidings/ent/member"
	"tidings/ent/preflight"
	"tidings/ent/project"
	"tidings/ent/property"
	"tidings/ent/run"
	"tidings/ent/segment"
	"tidings/ent/segmentversion"
	"tidings/ent/subject"
	"tidings/ent/task"
	"tidings/ent/taskgroup"
	"tidings/ent/template"
	"tidings/ent/upload"
	"tidings/internal/id"
	"tidings/outreach/fault"
)

func init() {
	// IDs grow with time, so this lists the newest first wherever a query names
	// no order, nested lists too.
	ent.DefaultApprovalOrder.Direction = "DESC"
	ent.DefaultRunOrder.Direction = "DESC"
	ent.DefaultSegmentOrder.Direction = "DESC"
	ent.DefaultSegmentVersionOrder.Direction = "DESC"
	ent.DefaultTaskOrder.Direction = "DESC"
	ent.DefaultTemplateOrder.Direction = "DESC"
}

// tables says which table the IDs of a prefix live in.
var tables = map[string]string{
	"prj": project.Table, "usr": account.Table, "mbr": member.Table, "app": application.Table, "chn": channel.Table,
	"tpl": template.Table, "grp": taskgroup.Table, "cgr": campaigngroup.Table, "cmp": campaign.Table, "tsk": task.Table,
	"upl": upload.Table, "run": run.Table, "apv": approval.Table, "aud": auditentry.Table,
	"src": eventsource.Table, "evt": eventtype.Table, "prp": property.Table, "tbl": detailtable.Table, "imp": dataimport.Table,
	"sub": subject.Table,
	"seg": segment.Table, "sgv": segmentversion.Table, "pfl": preflight.Table,
}

// nodeType tells the table of an ID; NOT_FOUND for a prefix that is none.
func nodeType(_ context.Context, nodeID string) (string, error) {
	table, ok := tables[id.Prefix(nodeID)]
	if !ok {
		return "", fault.Errorf(fault.NotFound, "there is no such object")
	}
	return table, nil
}

// node finds any object of the viewer's project by its ID. Another project's
// reads as NOT_FOUND, because the store shows it to nobody else.
func (r *Resolver) node(ctx context.Context, nodeID string) (ent.Noder, error) {
	switch id.Prefix(nodeID) {
	case deliveryPrefix:
		return r.deliveryNode(ctx, nodeID)
	case personPrefix:
		return r.personNode(ctx, nodeID)
	}
	found, err := r.DB.Ent.Noder(ctx, nodeID, ent.WithNodeType(nodeType))
	return r.permitted(ctx, found, nodeID, err)
}

// nodes is node for several: null, and an error at its index, for each that is not found.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]ent.Noder, error) {
	if len(ids) > maxPage {
		return nil, fault.At("ids", "TOO_MANY", "at most %d IDs at once", maxPage)
	}
	found := make([]ent.Noder, len(ids))
	for i, nodeID := range ids {
		n, err := r.node(ctx, nodeID)
		if err != nil {
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
			continue
		}
		found[i] = n
	}
	return found, nil
}
