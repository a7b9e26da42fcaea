package access

// Permission keys (spec §11.1). They are part of the API: `me.permissions`
// lists them and the console hides what they do not allow.
const (
	TaskView    = "outreach.task.view"
	TaskCreate  = "outreach.task.create"
	TaskEdit    = "outreach.task.edit"
	TaskDelete  = "outreach.task.delete"
	TaskOperate = "outreach.task.operate" // pause, resume, cancel, retry, resend
	TaskApprove = "outreach.task.approve"

	ChannelView   = "channel.wechat_mp.view"
	ChannelManage = "channel.wechat_mp.manage"

	SegmentView = "segment.view"
	SegmentEdit = "segment.edit"

	GroupManage    = "group.manage"
	CampaignManage = "campaign.manage"

	MetricDefault = "metric.default.manage"
	MetricDelete  = "metric.delete"

	AnalysisTask     = "analysis.task"
	AnalysisCampaign = "analysis.campaign"
	AnalysisGroup    = "analysis.group"
	AnalysisCustom   = "analysis.custom"
	AnalysisJourney  = "analysis.journey"
	DetailView       = "analysis.send_detail.view"
	DetailAdvanced   = "analysis.send_detail.advanced" // resend one recipient, export

	ApprovalFlow   = "approval.flow.manage"
	FrequencyRules = "settings.frequency"
	SegmentSync    = "settings.segment_sync_default"
	DataImport     = "data.import"
	AuditView      = "audit.view"
	RoleManage     = "role.manage"
)

// everything is what a project's administrator holds.
var everything = []string{
	TaskView, TaskCreate, TaskEdit, TaskDelete, TaskOperate, TaskApprove,
	ChannelView, ChannelManage, SegmentView, SegmentEdit, GroupManage, CampaignManage,
	MetricDefault, MetricDelete,
	AnalysisTask, AnalysisCampaign, AnalysisGroup, AnalysisCustom, AnalysisJourney, DetailView, DetailAdvanced,
	ApprovalFlow, FrequencyRules, SegmentSync, DataImport, AuditView, RoleManage,
}
