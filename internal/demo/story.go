package demo

import (
	"strings"
	"time"

	enttask "tidings/ent/task"
	"tidings/internal/sandbox"
	"tidings/outreach/render"
	"tidings/outreach/task"
)

// ending is what became of a task.
type ending int

const (
	ended     ending = iota // sent
	cancelled               // stopped in the middle
	rejected                // the approver said no
	waiting                 // nobody has decided yet
	draft                   // not submitted
)

// story is one task of the shop.
type story struct {
	name     string
	creator  string // e-mail
	decider  string // e-mail; nobody while it waits
	comment  string
	class    enttask.MessageClass
	campaign string
	groups   []string
	template string // its title
	params   []task.Param
	open     string // page of the mini program; empty: a tap opens nothing
	at       time.Time
	lead     time.Duration // how long before its reach time it was written
	from, to int           // the people it is for
	strangers,
	duplicates,
	mistakes int // of its list: unknown openids, repeated lines, lines that are no openids
	ending ending
}

// params pairs keys with texts; free text that is too long is cut.
func params(pairs ...string) []task.Param {
	out := make([]task.Param, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		p := task.Param{Key: pairs[i], Text: pairs[i+1], Overlong: render.Drop}
		if strings.HasPrefix(p.Key, "thing") {
			p.Overlong = render.Truncate
		}
		out = append(out, p)
	}
	return out
}

// minute and hours are how instants read in the shop's messages.
func (w *world) minute(t time.Time) string { return t.In(w.zone).Format("2006年1月2日 15:04") }

func (w *world) hours(t time.Time, until string) string { return w.minute(t) + "~" + until }

func (w *world) day(t time.Time) string { return t.In(w.zone).Format("2006年1月2日") }

// Titles of the sandbox's templates.
const (
	points   = "会员积分到账提醒"
	shipped  = "订单发货通知"
	coupon   = "优惠券到期提醒"
	starting = "活动开始提醒"
	booked   = "预约成功通知"
)

// titles gives the IDs of the sandbox's templates by their titles.
func titles() map[string]string {
	out := map[string]string{}
	for _, t := range sandbox.DemoTemplates() {
		out[t.Title] = t.ID
	}
	return out
}

// stories are the shop's tasks, in no order.
func (w *world) stories() []story {
	national, eleven := w.lastDay(time.October, 7, 10, 0), w.lastDay(time.November, 11, 0, 5)
	member, launch, friday, weekend := w.at(4, 10, 0), w.at(9, 11, 30), w.at(2, 20, 0), w.at(1, 15, 0)
	twelve := w.nextDay(time.December, 12, 10, 0)
	return []story{
		{
			name: "国庆返场券到期提醒", creator: marketer, decider: approver, comment: "文案已核对", class: enttask.MessageClassNormal,
			campaign: "会员日", groups: []string{"留存组", "手冲系列"}, template: coupon, at: national, from: 0, to: 620,
			params: params("thing1", "国庆返场券", "amount2", "20元", "date3", w.day(national.AddDate(0, 0, 2)), "enum_string4", "全部门店",
				"thing5", "{{attr.nickname|会员}}，到期未使用将失效"),
			open: "pages/coupon/list?from=message",
		},
		{
			name: "双11会场开场提醒", creator: marketer, decider: approver, comment: "按排期发送", class: enttask.MessageClassUrgent,
			campaign: "双11", groups: []string{"大促组", "山岚咖啡"}, template: starting, at: eleven, from: 400, to: 1300, duplicates: 14, mistakes: 6,
			params: params("thing1", "双11会员专场", "time2", w.hours(eleven, "23:59"), "thing3", "线上商城", "thing4", "{{attr.nickname|会员}}，前一小时第二件半价"),
			open:   "pages/mall/eleven",
		},
		{
			name: "双11订单发货通知", creator: admin, decider: approver, class: enttask.MessageClassNotice,
			campaign: "物流通知", groups: []string{"物流组"}, template: shipped, at: eleven.Add(40 * time.Hour), from: 1300, to: 1720,
			params: params("character_string1", "{{attr.last_order_no}}", "thing2", "{{attr.favourite}}", "amount3", "¥{{attr.last_order_amount|99.00}}",
				"phrase4", "已发货", "date5", w.day(eleven.Add(40*time.Hour))),
			open: "pages/order/list",
		},
		{
			name: "秋季新品手冲礼盒首发", creator: marketer, decider: admin, class: enttask.MessageClassNormal,
			campaign: "新品首发", groups: []string{"拉新组", "手冲系列"}, template: starting, at: launch, from: 1700, to: 2250,
			params: params("thing1", "手冲礼盒首发", "time2", w.hours(launch, "22:00"), "thing3", "线上商城与全部门店", "thing4", "{{attr.favourite}}同享九折"),
		},
		{
			name: "会员日双倍积分到账", creator: marketer, decider: approver, comment: "积分数已与财务确认", class: enttask.MessageClassNormal,
			campaign: "会员日", groups: []string{"留存组", "山岚咖啡"}, template: points, at: member, from: 2200, to: 2860, strangers: 12, duplicates: 8, mistakes: 3,
			params: w.pointsMessage(member), open: "pages/member/points",
		},
		{
			name: "即饮清仓预告", creator: admin, decider: approver, class: enttask.MessageClassNormal,
			campaign: "黑五", groups: []string{"大促组", "即饮系列"}, template: starting, at: friday, from: 2900, to: 3700, ending: cancelled,
			params: params("thing1", "即饮系列清仓", "time2", w.hours(friday.AddDate(0, 0, 1), "22:00"), "thing3", "线上商城", "thing4", "库存有限，先到先得"),
		},
		{
			name: "周末烘焙体验课预约", creator: marketer, decider: approver, comment: "预约时间写成了上周六，请改好后重新提交。", class: enttask.MessageClassNormal,
			campaign: "会员日", groups: []string{"门店部", "山岚烘焙"}, template: booked, at: weekend, from: 3000, to: 3080, ending: rejected,
			params: params("name1", "{{attr.nickname|会员}}", "thing2", "周末烘焙体验课", "date3", w.minute(weekend.AddDate(0, 0, -7)),
				"phone_number4", "0571-88886666", "car_number5", "浙A8Z888"),
		},
		{
			name: "双12会员专场开场提醒", creator: marketer, class: enttask.MessageClassUrgent,
			campaign: "双12", groups: []string{"大促组", "山岚咖啡"}, template: starting, at: twelve, lead: twelve.Sub(w.Clock.Now()) + 3*time.Hour,
			from: 0, to: 1200, ending: waiting,
			params: params("thing1", "双12会员专场", "time2", w.hours(twelve, "22:00"), "thing3", "线上商城", "thing4", "{{attr.nickname|会员}}，专属礼遇等你来"),
			open:   "pages/mall/twelve",
		},
		{
			name: "生日礼遇券（文案待定）", creator: marketer, class: enttask.MessageClassNormal, at: w.Clock.Now(), lead: 26 * time.Hour,
			campaign: "生日礼遇", groups: []string{"留存组"}, template: coupon, ending: draft,
			params: params("thing1", "生日礼遇券", "amount2", "30元"),
		},
	}
}

// pointsMessage is what most of the demo's people like to read.
func (w *world) pointsMessage(at time.Time) []task.Param {
	return params("thing1", "会员日双倍积分", "number2", "200", "number3", "{{attr.points|0}}", "time4", w.minute(at),
		"thing5", "{{attr.nickname|会员}}，积分可抵现金")
}

// input is the story as somebody fills in the form.
func (w *world) input(s *story, uploadID string, reachAt *time.Time) task.Input {
	mode, campaign, template := enttask.OpenModeNone, w.campaigns[s.campaign], w.templates[titles()[s.template]]
	in := task.Input{
		Name: &s.name, CampaignID: &campaign, ChannelID: &w.channel.ID, MessageClass: &s.class, Content: s.params,
		OpenMode: &mode, ReachAt: reachAt,
	}
	if template != nil {
		in.TemplateID = &template.ID
	}
	if uploadID != "" {
		in.UploadID = &uploadID
	}
	if s.open != "" {
		mode = enttask.OpenModeMiniProgram
		in.OpenPath = &s.open
	}
	for _, g := range s.groups {
		in.GroupIDs = append(in.GroupIDs, w.groups[g])
	}
	return in
}
