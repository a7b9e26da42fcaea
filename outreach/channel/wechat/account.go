package wechat

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tidings/internal/clock"
	"tidings/outreach/channel"
	"tidings/outreach/fault"
)

// Kinds of a template's authorisation.
const (
	OneTime  = 2 // 一次性: each authorisation is one message
	LongTerm = 3 // 长期: one authorisation, many messages
)

// Template is one of the account's subscription templates.
type Template struct {
	ID      string // priTmplId
	Title   string
	Content string // as WeChat gives it: lines of "label:{{key.DATA}}"
	Example string
	Type    int // OneTime or LongTerm
	Fields  []Field
}

// Field is one parameter of a template.
type Field struct {
	Key   string   // thing1
	Label string   // what the card shows before the value
	Kind  string   // thing: the key without its number
	Enum  []string // the only values an enum takes
}

// TestConnection fetches an access token with the account's credentials.
// Wrong ones are INVALID at appId or appSecret, with WeChat's code, and with
// the address it saw us call from when that is not on its allow-list;
// UNAVAILABLE when WeChat cannot be reached or is busy.
func (c *Client) TestConnection(ctx context.Context) error {
	tok, failed := c.tokens.request(c.deadline(ctx)) //nolint:contextcheck // the deadline is all that a call takes of a context
	if failed != nil {
		return refusal(failed)
	}
	c.tokens.failed.Store(nil) // whatever failed before, it works now
	c.tokens.keep(ctx, tok)
	return nil
}

// Templates lists the account's templates. Errors as of TestConnection.
func (c *Client) Templates(ctx context.Context) ([]Template, error) {
	deadline := c.deadline(ctx)
	list, failed := c.listTemplates(deadline) //nolint:contextcheck // the deadline is all that a call takes of a context
	if failed != nil {
		return nil, refusal(failed)
	}
	return list, nil
}

// listTemplates replaces a refused token once, as Send does.
func (c *Client) listTemplates(deadline time.Time) ([]Template, *channel.Result) {
	tok, failed := c.tokens.get(deadline, "")
	if failed != nil {
		return nil, failed
	}
	list, refusal, refused := c.templates(deadline, tok)
	if !refused {
		return list, refusal
	}
	fresh, failed := c.tokens.get(deadline, tok.value)
	if failed != nil {
		return nil, failed
	}
	if fresh == nil { // no newer token is to be had
		return nil, refusal
	}
	list, refusal, _ = c.templates(deadline, fresh)
	return list, refusal
}

func (c *Client) templates(deadline time.Time, tok *token) (list []Template, failed *channel.Result, refused bool) {
	err := c.call(deadline, &c.templatesAt, tok.escaped, maxAnswer, nil, func(status int, body []byte) {
		var raw templateAnswer
		if uerr := json.Unmarshal(body, &raw); uerr != nil || status != 200 || raw.Code == nil {
			failed = &channel.Result{Code: channel.ServerError, Text: "HTTP " + strconv.Itoa(status)}
			return
		}
		if *raw.Code != 0 {
			res := classify(&answer{code: *raw.Code, text: raw.Text}, c.cfg.Clock.Now(), c.cfg.Secret, tok.value, tok.escaped)
			r := byCode[*raw.Code]
			failed, refused = &res, r != nil && r.class == classToken
			return
		}
		list = raw.templates()
	})
	if err != nil {
		failed = &channel.Result{Code: err.code}
	}
	return list, failed, refused
}

func (c *Client) deadline(ctx context.Context) time.Time {
	d := clock.Wall().Add(c.cfg.Timeout)
	if until, ok := ctx.Deadline(); ok && until.Before(d) {
		d = until.Round(0)
	}
	return d
}

// refusal makes a Result readable where the person is.
func refusal(res *channel.Result) error {
	_, en := Explain(res.Code)
	params := map[string]any{"code": res.Code, "text": res.Text}
	if res.RequestID != "" {
		params["rid"] = res.RequestID
	}
	n, err := strconv.Atoi(res.Code)
	if err != nil || res.Outcome == channel.Later { // one of our own codes, or busy
		return fault.Errorf(fault.Unavailable, "%s", en).Because("CHANNEL_" + orElse(strings.TrimPrefix(res.Code, "-"), "UNAVAILABLE"))
	}
	r := byCode[n]
	if r == nil || r.input == "" {
		return fault.Errorf(fault.Channel, "WeChat answered %s: %s", res.Code, orElse(res.Text, en)).Because("WECHAT_" + res.Code)
	}
	var fields fault.Fields
	if ip := egressIP(res.Text); ip != "" && r.word == "IP_NOT_ALLOWED" {
		params["ip"] = ip
		fields.Add(r.input, r.word, "%s: %s", en, ip)
	} else {
		fields.Add(r.input, r.word, "%s", en)
	}
	fields.With(params)
	return fields.Err()
}

type templateAnswer struct {
	Code *int   `json:"errcode"`
	Text string `json:"errmsg"`
	Data []struct {
		ID      string `json:"priTmplId"`
		Title   string `json:"title"`
		Content string `json:"content"`
		Example string `json:"example"`
		Type    int    `json:"type"`
		Enums   []struct {
			Key    string   `json:"keywordCode"`
			Values []string `json:"enumValueList"`
		} `json:"keywordEnumValueList"`
	} `json:"data"`
}

func (a *templateAnswer) templates() []Template {
	out := make([]Template, 0, len(a.Data))
	for i := range a.Data {
		d := &a.Data[i]
		enums := make(map[string][]string, len(d.Enums))
		for _, e := range d.Enums {
			enums[strings.TrimSuffix(e.Key, ".DATA")] = e.Values
		}
		out = append(out, Template{
			ID: d.ID, Title: d.Title, Content: d.Content, Example: d.Example, Type: d.Type,
			Fields: parseFields(d.Content, enums),
		})
	}
	return out
}

// linePattern is one line of a template's content; the colon is either form.
var linePattern = regexp.MustCompile(`^(.*?)[:\x{ff1a}]\s*\{\{\s*(\w+)\.DATA\s*\}\}$`)

// parseFields reads a template's content in its order. Lines of another form are decoration.
func parseFields(content string, enums map[string][]string) []Field {
	var out []Field
	for line := range strings.SplitSeq(content, "\n") {
		m := linePattern.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		out = append(out, Field{Key: m[2], Label: m[1], Kind: strings.TrimRight(m[2], "0123456789"), Enum: enums[m[2]]})
	}
	return out
}
