package access

import "slices"

// Role is a built-in role (spec §11.2b). The names are those of the API.
type Role string

// TenantAdmin is a property of the account; the others are of its membership in a project.
const (
	TenantAdmin  Role = "TENANT_ADMIN"
	ProjectAdmin Role = "PROJECT_ADMIN"
	Marketer     Role = "MARKETER"
	Approver     Role = "APPROVER"
	Viewer       Role = "VIEWER"
)

// reading is what all roles may look at. Looking at channels is among it
// because a task cannot be read, approved or judged without the name of its
// channel and the words of its template.
var reading = []string{
	TaskView, ChannelView, SegmentView,
	AnalysisTask, AnalysisCampaign, AnalysisGroup, AnalysisCustom, AnalysisJourney, DetailView,
}

// roles is the table of spec §11.2b.
var roles = map[Role][]string{
	TenantAdmin:  everything,
	ProjectAdmin: everything,
	Marketer: append(slices.Clone(reading),
		TaskCreate, TaskEdit, TaskDelete, TaskOperate, SegmentEdit, CampaignManage, MetricDefault, MetricDelete, DetailAdvanced),
	Approver: append(slices.Clone(reading), TaskApprove),
	Viewer:   reading,
}

// Permissions gives the keys that a role holds, sorted; none for an unknown role.
func (r Role) Permissions() []string {
	keys := slices.Clone(roles[r])
	slices.Sort(keys)
	return keys
}

// set is the form in which a viewer carries them.
func (r Role) set() map[string]bool {
	keys := make(map[string]bool, len(roles[r]))
	for _, k := range roles[r] {
		keys[k] = true
	}
	return keys
}
