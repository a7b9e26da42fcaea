package wechat

import (
	"strconv"
	"time"

	"tidings/outreach/channel"
)

// class says what a code means for a send.
type class uint8

const (
	classFail    class = iota // refused, concerns this call only
	classSent                 // taken
	classRetry                // certainly not delivered; later
	classToken                // fetch the token once more, send once more
	classUser                 // this recipient
	classMessage              // this content
	classTask                 // every message of the task
	classChannel              // every message of the channel, until someone repairs it
	classPause                // every message of the channel, until tomorrow in Beijing
	classBug                  // our request was malformed; logged as an error
)

// rule is one row of the table: what a code means, and what follows from it.
type rule struct {
	code       int
	class      class
	retryAfter time.Duration
	slow       bool   // halve the rate
	badTarget  bool   // the identity does not exist
	spent      bool   // no authorisation left
	input      string // the channel form's field at fault
	word       string // the stable rule word for that field
	zh, en     string
}

// rules is the one place that knows WeChat's codes. Codes that are not listed
// fail the call without another try.
var rules = []rule{
	{code: 0, class: classSent, zh: "发送成功", en: "sent"},
	{code: -1, class: classRetry, zh: "微信系统繁忙,稍后自动重试", en: "WeChat is busy; tried again later"},

	{code: 40001, class: classToken, input: "appSecret", word: "WRONG_SECRET", zh: "AppSecret 错误,或 access_token 无效、不是最新的", en: "the AppSecret is wrong, or the access token is invalid or not the latest"},
	{code: 40014, class: classToken, zh: "access_token 不合法", en: "the access token is malformed"},
	{code: 42001, class: classToken, zh: "access_token 已过期", en: "the access token has expired"},

	{code: 41001, class: classBug, zh: "请求缺少 access_token", en: "the request lacks the access token"},
	{code: 41002, class: classBug, input: "appId", word: "REQUIRED", zh: "缺少 AppID", en: "the AppID is missing"},
	{code: 41004, class: classBug, input: "appSecret", word: "REQUIRED", zh: "缺少 AppSecret", en: "the AppSecret is missing"},
	{code: 47001, class: classBug, zh: "请求内容无法解析", en: "WeChat could not parse the request"},
	{code: 43002, class: classBug, zh: "接口要求 POST 请求", en: "the interface wants POST"},
	{code: 43003, class: classBug, zh: "接口要求 HTTPS 请求", en: "the interface wants HTTPS"},
	{code: 44002, class: classBug, zh: "请求内容为空", en: "the request body is empty"},

	{code: 40003, class: classUser, badTarget: true, zh: "接收人 openid 为空或不属于该小程序", en: "the openid is empty or not of this mini program"},
	{code: 43101, class: classUser, spent: true, zh: "用户拒绝接收:未订阅、已取消订阅或订阅次数已用完", en: "the user does not accept messages: never subscribed, withdrew, or used up"},
	{code: 50002, class: classUser, badTarget: true, zh: "用户受限:账号被冻结或已注销", en: "the user's account is frozen or closed"},
	{code: 40038, class: classUser, zh: "长期订阅消息当日发送次数已达上限", en: "this user has had the day's maximum of long-term messages"},

	{code: 47003, class: classMessage, zh: "模板参数不准确:为空、缺失或不符合该类型的规则", en: "a template parameter is missing, empty or breaks its type's rule"},
	{code: 45168, class: classMessage, zh: "内容含有敏感词", en: "the content holds a forbidden word"},

	{code: 40037, class: classTask, zh: "模板不存在或已被删除", en: "the template does not exist or was removed"},
	{code: 41030, class: classTask, zh: "跳转页面路径不正确:线上版本中不存在该页面", en: "the page does not exist in the released mini program"},
	{code: 43107, class: classTask, zh: "订阅消息能力或该模板已被封禁", en: "the subscription-message ability or this template is banned"},

	{code: 45009, class: classPause, zh: "当日接口调用次数已用完,通道暂停至次日零点(北京时间)", en: "the day's calls are used up; the channel pauses until midnight in Beijing"},
	{code: 45011, class: classRetry, retryAfter: time.Minute, slow: true, zh: "调用过于频繁,一分钟后重试并降低发送速度", en: "too many calls this minute; slower, and again in a minute"},
	{code: 43108, class: classRetry, retryAfter: 2 * time.Second, zh: "同一用户有消息正在发送,稍后自动重试", en: "another message to this user is being sent; tried again later"},

	{code: 40013, class: classChannel, input: "appId", word: "UNKNOWN_APP_ID", zh: "AppID 不正确", en: "the AppID is not valid"},
	{code: 40125, class: classChannel, input: "appSecret", word: "WRONG_SECRET", zh: "AppSecret 不正确", en: "the AppSecret is not valid"},
	{code: 40164, class: classChannel, input: "appId", word: "IP_NOT_ALLOWED", zh: "调用方 IP 不在该小程序的 IP 白名单中", en: "the calling IP address is not on the mini program's allow-list"},
	{code: 61004, class: classChannel, input: "appId", word: "IP_NOT_ALLOWED", zh: "调用方 IP 未登记", en: "the calling IP address is not registered"},
	{code: 48001, class: classChannel, input: "appId", word: "NOT_AUTHORISED", zh: "该小程序没有此接口的权限", en: "the mini program may not use this interface"},
	{code: 48004, class: classChannel, input: "appId", word: "BANNED", zh: "该小程序的接口权限已被封禁", en: "the mini program's use of this interface is banned"},
	{code: 61007, class: classChannel, input: "appId", word: "NOT_AUTHORISED", zh: "该小程序未授权给第三方平台", en: "the mini program has not authorised the third-party platform"},
}

var byCode = func() map[int]*rule {
	m := make(map[int]*rule, len(rules))
	for i := range rules {
		m[rules[i].code] = &rules[i]
	}
	return m
}()

// own explains the codes that this side gives.
var own = map[string][2]string{
	channel.NotWritten:  {"未在期限内发出,消息没有离开本系统", "not sent in time; nothing left this machine"},
	channel.Unreachable: {"无法连接微信服务器,消息没有发出", "WeChat could not be reached; nothing was sent"},
	channel.Timeout:     {"已发出,但未在期限内收到微信答复,结果待确认", "sent, but not answered in time; the result is not known"},
	channel.Broken:      {"已发出,但连接中断或答复无法识别,结果待确认", "sent, but the answer was cut off or unreadable; the result is not known"},
	channel.ServerError: {"已发出,但服务器返回错误,结果待确认", "sent, but answered with a server error; the result is not known"},
	channel.Busy:        {"同一用户有消息正在发送,稍后自动重试", "another message to this user is being sent; tried again later"},
}

// Explain gives what a Result's code means, for people. An unknown code is
// explained as such; an empty one is success.
func Explain(code string) (zh, en string) {
	if text, ok := own[code]; ok {
		return text[0], text[1]
	}
	n := 0
	if code != "" {
		var err error
		if n, err = strconv.Atoi(code); err != nil {
			n = unknownCode
		}
	}
	if r, ok := byCode[n]; ok {
		return r.zh, r.en
	}
	return "微信返回错误 " + code, "WeChat answered with error " + code
}

// unknownCode is in no table.
const unknownCode = 1 << 30

// Code is one row of the table as shown in documents and by the API.
type Code struct {
	Code    int
	Outcome channel.Outcome
	Scope   channel.Scope
	ZH, EN  string
}

// Codes lists every code this package knows, in the table's order. Token codes
// are listed with what becomes of a message when a new token did not help.
func Codes() []Code {
	out := make([]Code, len(rules))
	for i := range rules {
		o, s := rules[i].class.result()
		out[i] = Code{Code: rules[i].code, Outcome: o, Scope: s, ZH: rules[i].zh, EN: rules[i].en}
	}
	return out
}

// result maps a class to what delivery needs to know.
func (c class) result() (channel.Outcome, channel.Scope) {
	r := classResults[c]
	return r.outcome, r.scope
}

var classResults = [...]struct {
	outcome channel.Outcome
	scope   channel.Scope
}{
	classFail:    {channel.Failed, channel.ScopeNone},
	classSent:    {channel.Sent, channel.ScopeNone},
	classRetry:   {channel.Later, channel.ScopeNone},
	classToken:   {channel.Failed, channel.ScopeChannel},
	classUser:    {channel.Failed, channel.ScopeUser},
	classMessage: {channel.Failed, channel.ScopeMessage},
	classTask:    {channel.Failed, channel.ScopeTask},
	classChannel: {channel.Failed, channel.ScopeChannel},
	classPause:   {channel.Later, channel.ScopeChannel},
	classBug:     {channel.Failed, channel.ScopeNone},
}

// beijing has had no daylight saving time since 1991.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// nextBeijingDay is the coming midnight in Beijing, when daily quotas begin anew.
func nextBeijingDay(now time.Time) time.Time {
	y, m, d := now.In(beijing).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, beijing).UTC()
}

// classify turns an answer's code into a Result. now is business time.
func classify(a *answer, now time.Time, secrets ...string) channel.Result {
	r, known := byCode[a.code]
	if !known {
		r = &rule{code: a.code, class: classFail}
	}
	var res channel.Result
	res.Outcome, res.Scope = r.class.result()
	if r.class == classSent {
		res.MessageID = a.messageID
		return res
	}
	res.Code = strconv.Itoa(a.code)
	res.Text = channel.Clean(a.text, secrets...)
	res.RequestID = requestID(a.text)
	res.RetryAfter, res.Slow = r.retryAfter, r.slow
	res.TargetInvalid, res.QuotaSpent = r.badTarget, r.spent
	if a.code == 47003 {
		res.Field = wrongField(a.text)
	}
	if r.class == classPause {
		res.PauseUntil = nextBeijingDay(now)
	}
	return res
}
