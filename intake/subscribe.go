package intake

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"tidings/internal/web"
	"tidings/outreach/event"
	"tidings/outreach/fault"
	"tidings/outreach/subscription"
)

// Subscriptions takes what users answered to a request for subscription messages:
// POST /v1/wechat/subscriptions, reported by the mini program with a write key.
type Subscriptions struct {
	Sources *event.Sources
	Ledger  *subscription.Ledger
	Log     *slog.Logger
}

// report is the body.
type report struct {
	OpenID   string                `json:"openid"`
	AppID    string                `json:"appId"`
	Answers  []subscription.Answer `json:"answers"`
	At       *time.Time            `json:"at"`
	ID       string                `json:"id"`
	WriteKey string                `json:"writeKey"`
}

func (h *Subscriptions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !open(w, r) {
		return
	}
	raw, err := readBody(w, r)
	if err != nil {
		refuse(w, r, h.Log, err)
		return
	}
	var in report
	wrong := json.Unmarshal(raw, &in)
	key := basicUser(r)
	if key == "" {
		key = in.WriteKey
	}
	source, err := h.Sources.ByKey(r.Context(), key)
	if err != nil {
		refuse(w, r, h.Log, err)
		return
	}
	if wrong != nil {
		refuse(w, r, h.Log, fault.At("body", "JSON", "the body is {openid, appId, answers: [{templateId, status}], at, id}"))
		return
	}
	out, err := h.Ledger.Report(r.Context(), source.ProjectNum, subscription.Reported{AppID: in.AppID, OpenID: in.OpenID, Answers: in.Answers, At: in.At, ID: in.ID})
	if err != nil {
		refuse(w, r, h.Log, err)
		return
	}
	web.Answer(w, http.StatusOK, map[string]any{"success": true, "counted": out.Counted, "duplicate": out.Duplicate})
}
