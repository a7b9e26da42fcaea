package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"

	"tidings/internal/clock"
	"tidings/outreach/fault"
)

type requestIDKey struct{}

// RequestID is the ID of the request at hand, as the log and the answer name it.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// requestIDForm is what is taken over from a proxy; anything else could forge log lines.
var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{8,64}$`)

// identified gives every request an ID, the proxy's where it brought a decent one.
func (s *server) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !requestIDForm.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// logged writes one line a request. Query strings stay out of it: they may hold what people typed.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := clock.Wall()
		seen := &seenWriter{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		s.Log.LogAttrs(r.Context(), level(r.URL.Path, seen.status), "request",
			slog.String("request_id", RequestID(r.Context())), slog.String("method", r.Method), slog.String("path", r.URL.Path),
			slog.Int("status", seen.status), slog.Int64("bytes", seen.bytes), slog.Duration("took", clock.Wall().Sub(began)),
			slog.String("ip", s.clientIP(r)))
	})
}

func level(path string, status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	case path == "/healthz" || path == "/readyz" || path == "/metrics" || strings.HasPrefix(path, "/sandbox/wechat/") || strings.HasPrefix(path, "/assets/"):
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

// seenWriter notes what was answered. Flushing and hijacking go through Unwrap.
type seenWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *seenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *seenWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *seenWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// recovered turns a panic into a masked 500 and a log line with its stack.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // it uses the request's
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
				panic(p)
			}
			s.Log.ErrorContext(r.Context(), "panic", slog.String("request_id", RequestID(r.Context())),
				slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			if seen, ok := w.(*seenWriter); ok && seen.status != 0 {
				panic(http.ErrAbortHandler) // half an answer is out: break it off, so that nobody takes it for a whole one
			}
			Fail(w, r, s.Log, fault.Errorf(fault.Internal, "panic"))
		}()
		next.ServeHTTP(w, r)
	})
}

// headers are the security headers of every answer; handlers of pages add their policy.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		// Answers of the API are no pages; the console and the playground replace this.
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// cors lets the one console that is served elsewhere call us with its cookies.
func (s *server) cors(next http.Handler) http.Handler {
	if s.ConsoleOrigin == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if r.Header.Get("Origin") != s.ConsoleOrigin || strings.HasPrefix(r.URL.Path, "/v1/") { // the tracking API says for itself who may call
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", s.ConsoleOrigin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", "Content-Disposition, Retry-After, X-Request-Id")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
			h.Set("Access-Control-Allow-Headers", "Accept, Content-Type, "+ProjectHeader+", X-Request-Id")
			h.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
