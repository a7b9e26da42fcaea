package intake

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"tidings/internal/web"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

// maxBatch is how large the body of a request may be, before and after unpacking.
const maxBatch = 500 << 10

// Calls are the paths below /v1/ that Track answers. The short ones are those of
// analytics.js, Segment's SDK for browsers.
var Calls = []string{"identify", "track", "page", "screen", "group", "alias", "batch", "i", "t", "p", "s", "g", "a", "b"}

// long are the calls by the short paths.
var long = map[string]string{"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}

// Track is Segment's HTTP tracking API: POST /v1/{identify,track,page,screen,group,alias,batch}
// with a write key as HTTP Basic user name or as writeKey in the body. Existing
// SDKs work unchanged; see docs/tracking.md.
type Track struct {
	Sources *event.Sources
	Events  *event.Store
	Log     *slog.Logger
}

// answer is what a request gets back.
type answer struct {
	Success   bool            `json:"success"`
	Accepted  int             `json:"accepted"`
	Duplicate int             `json:"duplicate"`
	Refused   []event.Refusal `json:"refused"`
	Warnings  []event.Refusal `json:"warnings"`
}

func (h *Track) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !open(w, r) {
		return
	}
	call := strings.TrimPrefix(r.URL.Path, "/v1/")
	if name, short := long[call]; short {
		call = name
	}
	raw, err := readBody(w, r)
	if err != nil {
		refuse(w, r, h.Log, err)
		return
	}
	out, status, err := h.take(r, call, raw)
	if err != nil {
		refuse(w, r, h.Log, err)
		return
	}
	web.Answer(w, status, out)
}

// open answers what is no call: another site's question whether it may call
// (every site may, without cookies), and other methods.
func open(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Del("Access-Control-Allow-Credentials")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	switch r.Method {
	case http.MethodPost:
		return true
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", "POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	default:
		h.Set("Allow", "POST, OPTIONS")
		web.Answer(w, http.StatusMethodNotAllowed, failed(fault.Errorf(fault.Invalid, "send events by POST")))
	}
	return false
}

// take hands the messages of a request in.
func (h *Track) take(r *http.Request, call string, raw []byte) (*answer, int, error) {
	var b body
	at, ok := 0, false
	if call == "batch" {
		b, at, ok = split(raw)
	} else {
		b, at, ok = single(raw)
	}
	key := basicUser(r)
	if key == "" {
		key = b.writeKey
	}
	source, err := h.Sources.ByKey(r.Context(), key)
	if err != nil {
		return nil, 0, err
	}
	if !ok {
		return nil, 0, notJSON(at)
	}
	if call != "batch" && len(raw) > event.MaxBytes {
		return nil, 0, &http.MaxBytesError{Limit: event.MaxBytes}
	}
	batch := &event.Batch{SentAt: b.sentAt, Items: b.items}
	if call != "batch" {
		batch.Kind = call
	}
	res, err := h.Events.Add(r.Context(), source, batch)
	if err != nil {
		return nil, 0, err
	}
	out := &answer{Success: true, Accepted: res.Accepted, Duplicate: res.Duplicate, Refused: res.Refused, Warnings: res.Warnings}
	if out.Refused == nil {
		out.Refused = []event.Refusal{}
	}
	if out.Warnings == nil {
		out.Warnings = []event.Refusal{}
	}
	status := http.StatusOK
	if call != "batch" && len(out.Refused) > 0 {
		out.Success, status = false, http.StatusBadRequest
	}
	return out, status, nil
}

// single is the body of a request with one message.
func single(raw []byte) (b body, at int, ok bool) {
	if !gjson.ValidBytes(raw) || scan(bytes.TrimSpace(raw), 0) < 0 {
		return b, offset(raw), false
	}
	b.writeKey = gjson.GetBytes(raw, "writeKey").String()
	b.items = []event.Item{{Raw: bytes.TrimSpace(raw)}}
	return b, 0, true
}

// offset is where a body stops being JSON.
func offset(raw []byte) int {
	var v json.RawMessage
	if wrong, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(raw, &v)); ok {
		return int(wrong.Offset)
	}
	return 0
}

// basicUser is the user name of HTTP Basic; the password is not looked at.
func basicUser(r *http.Request) string {
	kind, code, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Basic") {
		return ""
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(code))
	if err != nil {
		return ""
	}
	user, _, _ := strings.Cut(string(text), ":")
	return user
}

// readBody reads at most maxBatch bytes, packed and unpacked.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	tooLarge := &http.MaxBytesError{Limit: maxBatch}
	if r.ContentLength > maxBatch {
		return nil, tooLarge
	}
	var from io.Reader = http.MaxBytesReader(w, r.Body, maxBatch)
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip":
		unpacked, err := gzip.NewReader(from)
		if err != nil {
			return nil, broken(err)
		}
		from = unpacked
	default:
		return nil, fault.At("Content-Encoding", "UNKNOWN", "the encoding is gzip or none")
	}
	var b bytes.Buffer
	b.Grow(int(min(max(r.ContentLength, 512), maxBatch)) + 1)
	if _, err := b.ReadFrom(io.LimitReader(from, maxBatch+1)); err != nil {
		return nil, broken(err)
	}
	if b.Len() > maxBatch {
		return nil, tooLarge
	}
	return b.Bytes(), nil
}

func broken(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	return fault.At("body", "INCOMPLETE", "the body broke off or is not packed as it says").Wrap(err)
}

func notJSON(at int) error {
	var fs fault.Fields
	fs.Add("body", "JSON", "the body is not the JSON that is wanted, from byte %d on", at)
	fs.With(map[string]any{"offset": at})
	return fs.Err()
}

// failure is the answer to a request of which nothing was taken.
type failure struct {
	Success bool   `json:"success"`
	Error   reason `json:"error"`
}

type reason struct {
	Code    fault.Code    `json:"code"`
	Reason  string        `json:"reason,omitempty"`
	Message string        `json:"message"`
	Fields  []fault.Field `json:"fields,omitempty"`
}

func failed(e *fault.Error) failure {
	return failure{Error: reason{Code: e.Code, Reason: e.Reason, Message: e.Message, Fields: e.Fields}}
}

// refuse answers with an error. What is wrong with a body is 400 here, as SDKs
// expect; everything else is as at the other doors.
func refuse(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	if known, ok := errors.AsType[*fault.Error](err); ok && known.Code == fault.Invalid {
		web.Answer(w, http.StatusBadRequest, failed(known))
		return
	}
	if fault.Is(err, fault.Unauthenticated) {
		w.Header().Set("WWW-Authenticate", `Basic realm="write key"`)
	}
	web.Fail(w, r, log, err)
}
