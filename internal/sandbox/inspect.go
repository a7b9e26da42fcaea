package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// message is what a phone received.
type message struct {
	app    *app
	openid string
	card   *card
	page   string
	state  string
	values []string // in the order of the card's fields
	at     int64
	msgID  uint64
}

func newMessage(c *call, card *card, in *sendBody) message {
	m := message{
		app: c.app, openid: in.To, card: card, page: in.Page, state: in.State, at: c.at, msgID: c.msgID,
		values: make([]string, len(card.fields)),
	}
	for i := range card.fields {
		m.values[i], _ = valueText(in.Data[card.fields[i].key].Value)
	}
	return m
}

type messageView struct {
	Seq        uint64    `json:"seq"`
	ToUser     string    `json:"touser"`
	AppID      string    `json:"appId"`
	TemplateID string    `json:"templateId"`
	Title      string    `json:"title"`
	Lines      []Line    `json:"lines"`
	Page       string    `json:"page"`
	State      string    `json:"state"`
	At         time.Time `json:"at"`
	MsgID      string    `json:"msgid"` // a string: browsers lose the last digits of large numbers
}

// Line is one line of a card on a phone.
type Line struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value string `json:"value"`
}

func (m *message) view(seq uint64) messageView {
	v := messageView{
		Seq: seq, ToUser: m.openid, AppID: m.app.id, TemplateID: m.card.ID, Title: m.card.Title, Page: m.page, State: m.state,
		At: time.UnixMicro(m.at).UTC(), MsgID: strconv.FormatUint(m.msgID, 10), Lines: make([]Line, len(m.values)),
	}
	for i := range m.values {
		v.Lines[i] = Line{Key: m.card.fields[i].key, Label: m.card.fields[i].label, Value: m.values[i]}
	}
	return v
}

const (
	defaultMessages = 50
	maxMessages     = 10_000
	defaultCalls    = 1_000
	maxCalls        = 100_000
)

// getMessages gives what phones received, newest first: ?touser= of one
// person, ?after= only above a seq, ?limit= at most so many (default 50).
// total counts all that were delivered, to this person when one is named.
func (s *Sandbox) getMessages(w http.ResponseWriter, r *http.Request) {
	p, ok := readPaging(w, r, defaultMessages, maxMessages)
	if !ok {
		return
	}
	out := struct {
		Total    uint64        `json:"total"`
		Messages []messageView `json:"messages"`
	}{Total: s.messages.count(), Messages: []messageView{}}
	if p.user != "" {
		out.Total = 0
	}
	s.messages.down(0, func(n uint64, m *message) bool {
		if p.user != "" && m.openid != p.user {
			return true
		}
		if p.user != "" {
			out.Total++
		}
		if n > p.after && len(out.Messages) < p.limit {
			out.Messages = append(out.Messages, m.view(n))
		}
		return p.user != "" || n > p.after && len(out.Messages) < p.limit
	})
	answer(w, http.StatusOK, out)
}

type callView struct {
	Seq        uint64    `json:"seq"`
	At         time.Time `json:"at"`   // business time
	Wall       time.Time `json:"wall"` // machine time
	Path       string    `json:"path"`
	AppID      string    `json:"appId"`
	ToUser     string    `json:"touser"`
	TemplateID string    `json:"templateId"`
	Errcode    int       `json:"errcode"`
	Answered   bool      `json:"answered"`
	MsgID      string    `json:"msgid"` // empty: nothing was delivered
	MS         float64   `json:"ms"`
}

// getCalls gives every call, refused ones too, oldest first: ?after= continues
// behind a seq (see next), ?touser= of one person, ?limit= (default 1000).
// total counts all calls ever, or those of the person that are still kept.
func (s *Sandbox) getCalls(w http.ResponseWriter, r *http.Request) {
	p, ok := readPaging(w, r, defaultCalls, maxCalls)
	if !ok {
		return
	}
	out := struct {
		Total   uint64     `json:"total"`
		Dropped uint64     `json:"dropped"` // no longer kept
		Next    uint64     `json:"next"`    // pass as after to go on
		Calls   []callView `json:"calls"`
	}{Total: s.calls.count(), Dropped: s.calls.oldest(), Next: p.after, Calls: []callView{}}
	if p.user != "" {
		out.Total = 0
	}
	from := p.after
	if p.user != "" {
		from = 0 // all are counted
	}
	s.calls.up(from, func(n uint64, c *call) bool {
		if p.user != "" {
			if c.openid != p.user {
				return true
			}
			out.Total++
		}
		if n > p.after && len(out.Calls) < p.limit {
			out.Calls = append(out.Calls, c.view(n))
			out.Next = n
		}
		return p.user != "" || len(out.Calls) < p.limit
	})
	answer(w, http.StatusOK, out)
}

func (c *call) view(seq uint64) callView {
	v := callView{
		Seq: seq, At: time.UnixMicro(c.at).UTC(), Wall: time.UnixMicro(c.wall).UTC(), Path: strings.TrimPrefix(c.path, "/wechat"), ToUser: c.openid, TemplateID: c.template,
		Errcode: int(c.code), Answered: !c.unanswered, MS: float64(c.took) / 1000,
	}
	if c.app != nil {
		v.AppID = c.app.id
	}
	if c.msgID != 0 {
		v.MsgID = strconv.FormatUint(c.msgID, 10)
	}
	return v
}

type paging struct {
	user  string
	after uint64
	limit int
}

func readPaging(w http.ResponseWriter, r *http.Request, limit, most int) (paging, bool) {
	q := r.URL.Query()
	p := paging{user: q.Get("touser"), limit: limit}
	var err error
	if v := q.Get("after"); v != "" {
		if p.after, err = strconv.ParseUint(v, 10, 64); err != nil {
			refuse(w, http.StatusBadRequest, "after is a seq of an earlier answer")
			return p, false
		}
	}
	if v := q.Get("limit"); v != "" {
		if p.limit, err = strconv.Atoi(v); err != nil || p.limit < 1 || p.limit > most {
			refuse(w, http.StatusBadRequest, "limit is a number from 1 to "+strconv.Itoa(most))
			return p, false
		}
	}
	return p, true
}
