package outcome

import (
	"tidings/outreach/channel/wechat"
	"tidings/outreach/delivery"
	"tidings/outreach/gate"
)

// words are our own reasons, in Chinese and English. The channel's codes are its package's to explain.
var words = map[string][2]string{
	string(gate.TaskNotRunning):      {"轮到该用户前任务已取消或异常", "the task was cancelled or went wrong before this one's turn"},
	string(gate.TaskEnded):           {"轮到该用户前任务已结束", "the task had ended before this one's turn"},
	string(gate.NotInAudience):       {"触发时不在受众中", "the person was not in the audience when the trigger fired"},
	string(gate.NoTargetID):          {"该用户在此通道没有发送目标 ID", "the person has no ID on this channel"},
	string(gate.Late):                {"事件晚到超过 1 小时，只计数，不触发", "the event came more than an hour late: it counts and sets nothing off"},
	string(gate.Duplicate):           {"同一次执行中已有相同的发送目标", "another candidate of the run has the same target"},
	string(gate.UnknownUserVariable): {"上传的 ID 没有对应用户,无法填充用户变量", "nobody is known by the uploaded ID, and the content names an attribute"},
	string(gate.MissingVariable):     {"变量没有值,也没有默认值", "a variable has no value and no default"},
	string(gate.ValueTooLong):        {"参数值超过长度限制", "a value is longer than its parameter allows"},
	string(gate.ValueInvalid):        {"参数值不符合该类型的规则", "a value is not of its parameter's kind"},
	"WORKER_LOST":                    {"发送进程中断,结果待确认", "the sending process was lost; the result is not known"},
}

// statusWords explain an outcome that carries no reason.
var statusWords = map[delivery.Status][2]string{
	delivery.Unconfirmed: {"已发出,没有收到结果", "sent, and the channel never told"},
	delivery.Deferred:    {"稍后自动重试", "tried again later"},
}

// Explain gives a reason or code in words; false where there is nothing to
// explain: it was sent, or is on its way.
func Explain(status delivery.Status, reason string) (zh, en string, ok bool) {
	if text, known := words[reason]; known {
		return text[0], text[1], true
	}
	if reason != "" {
		zh, en = wechat.Explain(reason)
		return zh, en, true
	}
	text, known := statusWords[status]
	return text[0], text[1], known
}
