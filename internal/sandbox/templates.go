package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Kinds of a template's authorisation, as WeChat numbers them.
const (
	OneTime  = 2
	LongTerm = 3
)

// Template is a template as gettemplate gives it.
type Template struct {
	ID      string      `json:"priTmplId"`
	Title   string      `json:"title"`
	Content string      `json:"content"` // lines of label:{{key.DATA}}
	Example string      `json:"example"`
	Type    int         `json:"type"`
	Enums   []EnumField `json:"keywordEnumValueList,omitempty"`
}

// EnumField lists the values of one enum parameter.
type EnumField struct {
	Key    string   `json:"keywordCode"`
	Values []string `json:"enumValueList"`
}

// card is a template made ready for checking sends.
type card struct {
	Template
	fields []cardField
}

type cardField struct {
	key, label, kind string
	enum             []string
}

func newCard(t Template) *card {
	c := &card{Template: t}
	for line := range strings.SplitSeq(t.Content, "\n") {
		open := strings.Index(line, "{{")
		end := strings.Index(line, ".DATA}}")
		if open < 0 || end < open {
			continue
		}
		f := cardField{key: strings.TrimSpace(line[open+2 : end]), label: strings.TrimRight(line[:open], ":\uff1a ")}
		f.kind = strings.TrimRight(f.key, "0123456789")
		for _, e := range t.Enums {
			if strings.TrimSuffix(e.Key, ".DATA") == f.key {
				f.enum = e.Values
			}
		}
		c.fields = append(c.fields, f)
	}
	return c
}

func (c *card) field(key string) *cardField {
	for i := range c.fields {
		if c.fields[i].key == key {
			return &c.fields[i]
		}
	}
	return nil
}

// app is a mini program in service. Its templates are replaced as a whole, so that sends read them without a lock.
type app struct {
	id, secret string
	pages      map[string]bool // nil: any
	mu         sync.Mutex
	cards      atomic.Pointer[map[string]*card]
}

func newApp(a App) *app {
	out := &app{id: a.ID, secret: a.Secret}
	if len(a.Pages) > 0 {
		out.pages = make(map[string]bool, len(a.Pages))
		for _, p := range a.Pages {
			out.pages[p] = true
		}
	}
	cards := make(map[string]*card, len(a.Templates))
	for _, t := range a.Templates {
		cards[t.ID] = newCard(t)
	}
	out.cards.Store(&cards)
	return out
}

func (a *app) card(id string) *card { return (*a.cards.Load())[id] }

func (a *app) change(f func(map[string]*card)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := maps.Clone(*a.cards.Load())
	f(next)
	a.cards.Store(&next)
}

func (a *app) list() []Template {
	out := make([]Template, 0, len(*a.cards.Load()))
	for _, c := range *a.cards.Load() {
		out = append(out, c.Template)
	}
	slices.SortFunc(out, func(x, y Template) int { return strings.Compare(x.ID, y.ID) })
	return out
}

// PutTemplate adds or replaces a template of an app; false when the app is unknown.
func (s *Sandbox) PutTemplate(appID string, t Template) bool {
	a := s.apps[appID]
	if a == nil {
		return false
	}
	a.change(func(m map[string]*card) { m[t.ID] = newCard(t) })
	return true
}

// RemoveTemplate deletes a template, as somebody may on WeChat's site; false when there is none.
func (s *Sandbox) RemoveTemplate(appID, id string) bool {
	a := s.apps[appID]
	if a == nil || a.card(id) == nil {
		return false
	}
	a.change(func(m map[string]*card) { delete(m, id) })
	return true
}

// serveTemplates is GET /wxaapi/newtmpl/gettemplate.
func (s *Sandbox) serveTemplates(w http.ResponseWriter, r *http.Request) {
	c := s.begin(pathTemplates)
	if s.disturb(w, r, &c, false) {
		return
	}
	id, code := s.tokens.check(r.URL.Query().Get("access_token"), s.opts.Wall())
	if code != 0 {
		s.refuseCall(w, &c, code, "")
		return
	}
	c.app = s.apps[id]
	s.record(&c, 0)
	answer(w, http.StatusOK, struct {
		Code int        `json:"errcode"`
		Text string     `json:"errmsg"`
		Data []Template `json:"data"`
	}{0, "ok", s.apps[id].list()})
}

// getTemplates lists each app's templates, for the sandbox's own visitors.
func (s *Sandbox) getTemplates(w http.ResponseWriter, _ *http.Request) {
	out := make(map[string][]Template, len(s.apps))
	for id, a := range s.apps {
		out[id] = a.list()
	}
	answer(w, http.StatusOK, out)
}

// postTemplates takes {"appId":"","add":{…}} or {"appId":"","remove":"ID"};
// the app may be left out when there is one only.
func (s *Sandbox) postTemplates(w http.ResponseWriter, r *http.Request) {
	var in struct {
		AppID  string    `json:"appId"`
		Add    *Template `json:"add"`
		Remove string    `json:"remove"`
	}
	if !body(w, r, &in) {
		return
	}
	if in.AppID == "" && len(s.apps) == 1 {
		for id := range s.apps {
			in.AppID = id
		}
	}
	a := s.apps[in.AppID]
	switch {
	case a == nil:
		refuse(w, http.StatusNotFound, "appId names no app of this sandbox")
		return
	case (in.Add == nil) == (in.Remove == ""):
		refuse(w, http.StatusBadRequest, "give either add or remove")
		return
	case in.Add != nil:
		if in.Add.ID == "" || in.Add.Title == "" || len(newCard(*in.Add).fields) == 0 || (in.Add.Type != OneTime && in.Add.Type != LongTerm) {
			refuse(w, http.StatusBadRequest, "a template has priTmplId, title, content with lines like label:{{thing1.DATA}}, and type 2 or 3")
			return
		}
		s.PutTemplate(in.AppID, *in.Add)
	default:
		if !s.RemoveTemplate(in.AppID, in.Remove) {
			refuse(w, http.StatusNotFound, "remove names no template of this app")
			return
		}
	}
	answer(w, http.StatusOK, map[string][]Template{"templates": a.list()})
}
