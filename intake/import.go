package intake

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tidings/ent"
	entimport "tidings/ent/dataimport"
	entproperty "tidings/ent/property"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/web"
	"tidings/outreach/access"
	"tidings/outreach/dataimport"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

// stall is how long a sender may be silent in the middle of a file.
const stall = time.Minute

// Import takes CSV files:
//
//	PUT  /v1/import/{id}?offset=N    bytes of an import that createImport began, from byte N on
//	GET  /v1/import/{id}             how far it is
//	POST /v1/import/{people|tags|rows|events}?…    a whole file in one request
//
// A body is stored as it arrives; when it breaks off, or N is not the next byte,
// the answer says in resumeAt where to go on. The context carries a viewer where
// somebody is signed in; otherwise the write key of a daily source comes as HTTP
// Basic user name: it imports into its project and sees what it began itself.
type Import struct {
	Imports *dataimport.Imports
	Sources *event.Sources
	Log     *slog.Logger
}

// importState is the answer; the names are those of the API's DataImport.
type importState struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	FileName    string `json:"fileName"`
	Status      string `json:"status"`
	Size        int64  `json:"size"`
	Received    int64  `json:"received"`
	ResumeAt    int64  `json:"resumeAt"`
	Consumed    int64  `json:"consumed"`
	Rows        int    `json:"rows"`
	Stored      int    `json:"stored"`
	Duplicate   int    `json:"duplicate"`
	Refused     int    `json:"refused"`
	Failure     string `json:"failure,omitempty"`
	FailureText string `json:"failureText,omitempty"`
}

// importKinds are the last parts of the path of a whole file.
var importKinds = map[string]entimport.Kind{
	"people": entimport.KindPeople, "tags": entimport.KindTags, "rows": entimport.KindRows, "events": entimport.KindEvents,
}

func (h *Import) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/v1/import/")
	key := "" // the source, where nobody is signed in
	if viewer.From(r.Context()) == nil {
		ctx, source, err := h.keyed(r)
		if err != nil {
			web.Fail(w, r, h.Log, err)
			return
		}
		r, key = r.WithContext(ctx), source
	}
	kind, whole := importKinds[name]
	var (
		now *ent.DataImport
		err error
	)
	status := http.StatusOK
	switch {
	case whole && r.Method == http.MethodPost:
		status = http.StatusAccepted
		now, err = h.file(w, r, kind, key)
	case !whole && r.Method == http.MethodPut:
		if _, err = h.find(r.Context(), name, key); err == nil {
			now, err = h.part(w, r, name)
		}
	case !whole && r.Method == http.MethodGet:
		now, err = h.find(r.Context(), name, key)
	default:
		allow := "GET, PUT"
		if whole {
			allow = http.MethodPost
		}
		w.Header().Set("Allow", allow)
		web.Answer(w, http.StatusMethodNotAllowed, map[string]any{"error": map[string]string{"code": string(fault.Invalid), "message": "this path answers " + allow}})
		return
	}
	if err != nil {
		h.fail(w, r, now, err)
		return
	}
	web.Answer(w, status, stateOf(now))
}

// keyed gives the context the viewer that a write key stands for: nobody, who may
// import; and the key's source. SECURITY: the keys of real-time sources are public.
func (h *Import) keyed(r *http.Request) (context.Context, string, error) {
	source, err := h.Sources.ByKey(r.Context(), basicUser(r))
	if err != nil {
		return nil, "", err
	}
	if !source.Daily {
		return nil, "", fault.Errorf(fault.Forbidden, "a real-time source sends events only; import with the key of a daily one").Because("REALTIME_SOURCE")
	}
	return viewer.With(r.Context(), &viewer.Viewer{
		ProjectID: source.ProjectID, ProjectNum: source.ProjectNum, Name: "write key of " + source.ID, RequestID: web.RequestID(r.Context()),
		Permissions: map[string]bool{access.DataImport: true, access.SegmentView: true},
	}), source.ID, nil
}

// find reads an import; a key finds those that it began.
func (h *Import) find(ctx context.Context, id, key string) (*ent.DataImport, error) {
	now, err := h.Imports.Find(ctx, id)
	if err == nil && key != "" && !dataimport.BegunWith(now, key) {
		return nil, fault.Errorf(fault.NotFound, "there is no such import")
	}
	return now, err
}

// part stores bytes of an import that exists.
func (h *Import) part(w http.ResponseWriter, r *http.Request, id string) (*ent.DataImport, error) {
	text := r.URL.Query().Get("offset")
	offset, err := strconv.ParseInt(text, 10, 64)
	if err != nil || offset < 0 {
		return nil, fault.At("offset", "REQUIRED", "say which byte of the file the body begins with: ?offset=0")
	}
	return h.receive(w, r, id, offset, r.URL.Query().Get("end") == "true")
}

// file begins an import and stores the whole file.
func (h *Import) file(w http.ResponseWriter, r *http.Request, kind entimport.Kind, key string) (*ent.DataImport, error) {
	in, err := inputOf(r, kind)
	if err != nil {
		return nil, err
	}
	in.KeyOf = key
	begun, err := h.Imports.Create(r.Context(), in)
	if err != nil {
		return nil, err
	}
	now, err := h.receive(w, r, begun.ID, 0, true)
	if err != nil {
		return begun, err
	}
	return now, nil
}

func (h *Import) receive(w http.ResponseWriter, r *http.Request, id string, offset int64, whole bool) (*ent.DataImport, error) {
	body := dataimport.BrokenBody(&patient{r.Body, http.NewResponseController(w)})
	now, err := h.Imports.Append(r.Context(), id, offset, body, whole)
	if err != nil && !ent.IsNotFound(err) {
		// Where to go on is worth as much as what went wrong.
		if found, ferr := h.Imports.Find(context.WithoutCancel(r.Context()), id); ferr == nil {
			return found, err
		}
	}
	return now, err
}

// patient gives every read its own time, so that a long file may take long and a
// silent sender may not.
type patient struct {
	from    io.Reader
	control *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	_ = p.control.SetReadDeadline(clock.Wall().Add(stall)) // a server without deadlines answers an error
	return p.from.Read(b)
}

// fail answers with an error, and where to go on when the import is known.
func (h *Import) fail(w http.ResponseWriter, r *http.Request, now *ent.DataImport, err error) {
	if ent.IsNotFound(err) {
		err = fault.Errorf(fault.NotFound, "there is no such import")
	}
	known, ok := errors.AsType[*fault.Error](err)
	if now == nil || !ok {
		web.Fail(w, r, h.Log, err)
		return
	}
	status, ok := map[fault.Code]int{
		fault.Invalid: http.StatusUnprocessableEntity, fault.Conflict: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge,
	}[known.Code]
	if !ok {
		web.Fail(w, r, h.Log, err)
		return
	}
	web.Answer(w, status, map[string]any{
		"error": map[string]any{"code": known.Code, "reason": known.Reason, "message": known.Message, "fields": known.Fields},
		"id":    now.ID, "status": now.Status, "resumeAt": now.Received,
	})
}

func stateOf(i *ent.DataImport) importState {
	return importState{
		ID: i.ID, Kind: i.Kind.String(), FileName: i.FileName, Status: i.Status.String(), Size: i.Size, Received: i.Received, ResumeAt: i.Received,
		Consumed: i.Consumed, Rows: i.Rows, Stored: i.Stored, Duplicate: i.Duplicate, Refused: i.Refused, Failure: i.Failure, FailureText: i.FailureText,
	}
}

// inputOf reads the mapping from the query.
func inputOf(r *http.Request, kind entimport.Kind) (dataimport.Input, error) {
	q := r.URL.Query()
	in := dataimport.Input{
		Kind: kind, TableID: q.Get("table"), SourceID: q.Get("source"), FileName: q.Get("name"), Size: max(0, r.ContentLength),
		Mapping: dataimport.Mapping{
			PersonColumn: q.Get("personColumn"), IDType: q.Get("idType"), EventColumn: q.Get("eventColumn"), Event: q.Get("event"),
			TimeColumn: q.Get("timeColumn"), MessageColumn: q.Get("messageColumn"), TagColumn: q.Get("tagColumn"), ValueColumn: q.Get("valueColumn"),
		},
	}
	for _, text := range q["column"] {
		c, err := columnOf(text)
		if err != nil {
			return in, err
		}
		in.Mapping.Columns = append(in.Mapping.Columns, c)
	}
	return in, nil
}

// columnOf reads column=header:name:TYPE, of which the type may be left out, and
// the name too where the column is not to be stored. Headers may hold colons.
func columnOf(text string) (dataimport.Column, error) {
	var c dataimport.Column
	cut := func() string {
		i := strings.LastIndexByte(text, ':')
		if i < 0 {
			return ""
		}
		last := text[i+1:]
		text = text[:i]
		return last
	}
	if i := strings.LastIndexByte(text, ':'); i >= 0 && entproperty.TypeValidator(entproperty.Type(text[i+1:])) == nil {
		t := entproperty.Type(cut())
		c.Type = &t
	}
	if !strings.Contains(text, ":") {
		return c, fault.At("column", "INVALID_FORMAT", "write column=header:name or column=header:name:TYPE")
	}
	c.Name = cut()
	c.Header = text
	return c, nil
}
