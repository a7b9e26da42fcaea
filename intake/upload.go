package intake

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"tidings/ent"
	"tidings/internal/clock"
	"tidings/internal/web"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/audience/list"
	"tidings/outreach/fault"
)

const (
	// envelope is what a multipart body may have around the file.
	envelope = 64 << 10
	// uploadTime bounds one upload, however slow the line is.
	uploadTime = 30 * time.Minute
)

// Upload takes lists of target IDs: POST /upload?channel=chn_…&name=file.csv with
// the file as the body, or in a multipart form. It streams: the file is never
// held as a whole. The request's context carries the viewer.
type Upload struct {
	Uploads *audience.Uploads
	Log     *slog.Logger
}

// uploaded is the answer; the names are those of the API's AudienceUpload.
type uploaded struct {
	ID        string         `json:"id"`
	FileName  string         `json:"fileName"`
	Bytes     int64          `json:"bytes"`
	ChannelID string         `json:"channelID"`
	Status    string         `json:"status"`
	Total     int            `json:"total"`
	Valid     int            `json:"valid"`
	Duplicate int            `json:"duplicate"`
	Invalid   int            `json:"invalid"`
	BadLines  []list.BadLine `json:"badLines"`
}

func (h *Upload) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		web.Answer(w, http.StatusMethodNotAllowed, map[string]any{"error": map[string]string{"code": string(fault.Invalid), "message": "send the file by POST"}})
		return
	}
	up, err := h.receive(w, r)
	if err != nil {
		web.Fail(w, r, h.Log, err)
		return
	}
	out := uploaded{
		ID: up.ID, FileName: up.FileName, Bytes: up.Bytes, ChannelID: up.ChannelID, Status: up.Status.String(),
		Total: up.Total, Valid: up.Valid, Duplicate: up.Duplicate, Invalid: up.Invalid, BadLines: []list.BadLine{},
	}
	if err := json.Unmarshal(up.BadLines, &out.BadLines); err != nil {
		web.Fail(w, r, h.Log, err)
		return
	}
	web.Answer(w, http.StatusCreated, out)
}

// receive refuses who may not upload before it reads a byte of the body.
func (h *Upload) receive(w http.ResponseWriter, r *http.Request) (*ent.Upload, error) {
	if err := access.Require(r.Context(), access.TaskCreate); err != nil {
		return nil, err
	}
	meta := audience.Meta{ChannelID: r.URL.Query().Get("channel"), FileName: r.URL.Query().Get("name")}
	if meta.ChannelID == "" {
		return nil, fault.At("channel", "REQUIRED", "say which channel the IDs belong to: /upload?channel=chn_…")
	}
	if r.ContentLength > list.MaxBytes+envelope {
		return nil, &http.MaxBytesError{Limit: list.MaxBytes}
	}
	// The server's time-outs are for small bodies; a server that has none answers an error here.
	_ = http.NewResponseController(w).SetReadDeadline(clock.Wall().Add(uploadTime))
	r.Body = http.MaxBytesReader(w, r.Body, list.MaxBytes+envelope)
	file, name, err := openFile(r)
	if err != nil {
		return nil, err
	}
	if meta.FileName == "" {
		meta.FileName = name
	}
	up, err := h.Uploads.Receive(r.Context(), file, meta)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fault.At("file", "INCOMPLETE", "the file broke off").Wrap(err)
	}
	return up, err
}

// openFile finds the file in the body: the first file of a form, or the body itself.
func openFile(r *http.Request) (file io.Reader, name string, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return r.Body, "", nil
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, "", badForm(err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, "", fault.At("file", "REQUIRED", "the form has no file")
		}
		if err != nil {
			return nil, "", badForm(err)
		}
		if part.FileName() != "" {
			return part, part.FileName(), nil
		}
	}
}

func badForm(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	return fault.At("file", "FORM", "the body is not the form it says it is").Wrap(err)
}
