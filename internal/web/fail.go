package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"tidings/internal/database"
	"tidings/outreach/fault"
)

var statuses = map[fault.Code]int{
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Conflict:        http.StatusConflict,
	fault.Limited:         http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Channel:         http.StatusBadGateway,
	fault.Internal:        http.StatusInternalServerError,
}

// failure is the body of every refusal outside GraphQL; the same words as its `extensions`.
type failure struct {
	Code       fault.Code    `json:"code"`
	Reason     string        `json:"reason,omitempty"`
	Message    string        `json:"message"`
	Fields     []fault.Field `json:"fields,omitempty"`
	RetryAfter int           `json:"retryAfter,omitempty"` // seconds
	RequestID  string        `json:"requestId,omitempty"`
}

// Fail answers with an error as {"error": {code, message, …}} and the status
// that fits. An error that is no fault of the user's is logged and masked.
func Fail(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	out := failure{Code: fault.Internal, Message: "internal error", RequestID: RequestID(r.Context())}
	var known *fault.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		out.Code, out.Message = fault.TooLarge, "the body is larger than "+strconv.FormatInt(tooLarge.Limit, 10)+" bytes"
	case errors.As(err, &known) && known.Code != fault.Internal:
		out.Code, out.Reason, out.Message, out.Fields = known.Code, known.Reason, known.Message, known.Fields
		out.RetryAfter = int(math.Ceil(known.RetryAfter.Seconds()))
	case database.IsBadText(err):
		out.Code, out.Reason, out.Message = fault.Invalid, "CHARACTER", "a text holds a character that cannot be stored, such as U+0000"
	case r.Context().Err() != nil: // the browser went away; nobody is left to tell, nothing is wrong with us
		out.Code, out.Message = fault.Unavailable, "the request was given up"
	default:
		log.ErrorContext(r.Context(), "request failed", slog.String("request_id", out.RequestID), slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	if out.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(out.RetryAfter))
	}
	Answer(w, statuses[out.Code], map[string]failure{"error": out})
}

// Answer writes a JSON body that no cache keeps.
func Answer(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		panic("web: " + err.Error()) // only plain structs come here
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the browser went away; nobody is left to tell
}
