// Package sandbox is a WeChat that lives on this machine, for trying, showing
// and testing: the paths and checks of the real one (tokens, templates,
// values, authorisations, limits), a log of every call, the messages that
// phones received, faults on demand, and the hand that moves the demo clock.
//
// It is a second opinion. What it checks it checks by its own reading of
// WeChat's documents and shares no code with the client or the renderer, so
// that a misunderstanding shows as a refusal. Beyond the documents it is an
// assumption about the real WeChat.
package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tidings/internal/clock"
)

// App is one mini program that the sandbox knows.
type App struct {
	ID        string
	Secret    string
	Templates []Template
	Pages     []string // pages of the released version; empty: any page is fine
}

// Options configure a sandbox.
type Options struct {
	Apps []App

	// DefaultGrants is how many messages of each template a person takes who
	// was never spoken of; 0: none, they are refused with 43101.
	DefaultGrants int

	TokenTTL    time.Duration // life of an access token; default 7200 s
	MaxCalls    int           // calls kept; default 1,000,000
	MaxMessages int           // messages kept; default 200,000

	// Clock moves business time; nil: the clock endpoints are absent and
	// times are the machine's.
	Clock Clock
	// Wall is machine time, by which tokens end and minutes are counted;
	// nil: the machine's.
	Wall   func() time.Time
	Logger *slog.Logger
}

// Sandbox is one such WeChat. Close it to free calls that hang on purpose.
type Sandbox struct {
	opts     Options
	log      *slog.Logger
	apps     map[string]*app
	tokens   tokens
	users    users
	faults   faults
	calls    *ring[call]
	messages *ring[message]
	msgIDs   atomic.Uint64
	rids     atomic.Uint64
	origin   *http.CrossOriginProtection
	stop     chan struct{}
	stopOnce sync.Once
}

// New makes a sandbox.
func New(opts Options) *Sandbox {
	if opts.TokenTTL <= 0 {
		opts.TokenTTL = 7200 * time.Second
	}
	if opts.MaxCalls <= 0 {
		opts.MaxCalls = 1_000_000
	}
	if opts.MaxMessages <= 0 {
		opts.MaxMessages = 200_000
	}
	if opts.Wall == nil {
		opts.Wall = clock.Wall
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Sandbox{
		opts: opts, log: opts.Logger, apps: make(map[string]*app, len(opts.Apps)),
		calls: newRing[call](opts.MaxCalls), messages: newRing[message](opts.MaxMessages),
		origin: http.NewCrossOriginProtection(), stop: make(chan struct{}),
	}
	for _, a := range opts.Apps {
		s.apps[a.ID] = newApp(a)
	}
	s.tokens.init(opts.TokenTTL)
	s.users.init(opts.DefaultGrants)
	s.faults.init()
	return s
}

// Close lets hanging calls end.
func (s *Sandbox) Close() { s.stopOnce.Do(func() { close(s.stop) }) }

// Handler serves everything below /sandbox/.
func (s *Sandbox) Handler() http.Handler { return http.HandlerFunc(s.serve) }

const maxBody = 1 << 20

func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	path, ok := strings.CutPrefix(r.URL.Path, "/sandbox")
	if !ok {
		http.NotFound(w, r)
		return
	}
	switch path {
	case pathSend:
		s.serveSend(w, r)
		return
	case pathToken:
		s.serveToken(w, r)
		return
	case pathTemplates:
		s.serveTemplates(w, r)
		return
	}
	// What follows is not WeChat's but ours: a page of another site must not reach it through a visitor's browser.
	if err := s.origin.Check(r); err != nil {
		refuse(w, http.StatusForbidden, "requests from pages of other sites are refused")
		return
	}
	route, known := controls[path]
	if !known || (path == "/clock" && s.opts.Clock == nil) {
		http.NotFound(w, r)
		return
	}
	h := route[r.Method]
	if h == nil {
		refuse(w, http.StatusMethodNotAllowed, r.Method+" is not possible here")
		return
	}
	h(s, w, r)
}

// controls are the endpoints that WeChat does not have.
var controls = map[string]map[string]func(*Sandbox, http.ResponseWriter, *http.Request){
	"/wechat/messages":  {http.MethodGet: (*Sandbox).getMessages},
	"/wechat/calls":     {http.MethodGet: (*Sandbox).getCalls},
	"/wechat/users":     {http.MethodPost: (*Sandbox).postUsers},
	"/wechat/faults":    {http.MethodGet: (*Sandbox).getFaults, http.MethodPost: (*Sandbox).postFaults},
	"/wechat/templates": {http.MethodGet: (*Sandbox).getTemplates, http.MethodPost: (*Sandbox).postTemplates},
	"/clock":            {http.MethodGet: (*Sandbox).getClock, http.MethodPost: (*Sandbox).postClock},
}

// now is business time.
func (s *Sandbox) now() time.Time {
	if s.opts.Clock != nil {
		return s.opts.Clock.Now()
	}
	return s.opts.Wall()
}

// body decodes a control request strictly and answers 400 or 413 itself when it cannot.
func body(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil && dec.Decode(&struct{}{}) != io.EOF { //nolint:errorlint // io.EOF comes unwrapped
		err = errors.New("more than one value")
	}
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "the body is larger than 1 MB")
	default:
		refuse(w, http.StatusBadRequest, "the body is not the JSON expected here: "+err.Error())
	}
	return false
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"error": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client may be gone; nobody to tell
}
