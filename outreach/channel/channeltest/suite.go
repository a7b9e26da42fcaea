package channeltest

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

// Provider is what the suite needs to know about the Sender under test.
type Provider struct {
	// New opens a sender whose account lives at the URL; it is closed with the test.
	// Timeout is the most a call may take.
	New func(t *testing.T, url string, timeout time.Duration) channel.Sender
	// IsSend tells sends from the provider's other calls (tokens).
	IsSend func(r *http.Request) bool
	// Answer writes the provider's answer for the first group of behaviours;
	// calls that are no sends are always to be accepted.
	Answer func(w http.ResponseWriter, r *http.Request, b Behaviour)
	// Message is a fine message to the given recipient.
	Message func(target string) *channel.Message
	// Secrets must never show in a result.
	Secrets []string
	// Target makes the nth recipient.
	Target func(n int) string
}

// expectation is what a Sender must say of a behaviour.
type expectation struct {
	behaviour Behaviour
	outcome   channel.Outcome
	scope     channel.Scope
	code      string // "": not looked at
}

var expectations = []expectation{
	{Accepts, channel.Sent, channel.ScopeNone, ""},
	{RefusesUser, channel.Failed, channel.ScopeUser, ""},
	{RefusesMessage, channel.Failed, channel.ScopeMessage, ""},
	{RefusesTask, channel.Failed, channel.ScopeTask, ""},
	{RefusesChannel, channel.Failed, channel.ScopeChannel, ""},
	{IsBusy, channel.Later, channel.ScopeNone, ""},
	{Refuses, channel.Failed, channel.ScopeNone, ""},
	{Hangs, channel.Unconfirmed, channel.ScopeNone, channel.Timeout},
	{Slow, channel.Unconfirmed, channel.ScopeNone, channel.Timeout},
	{Drops, channel.Unconfirmed, channel.ScopeNone, channel.Broken},
	{Resets, channel.Unconfirmed, channel.ScopeNone, channel.Broken},
	{Truncated, channel.Unconfirmed, channel.ScopeNone, channel.Broken},
	{Endless, channel.Unconfirmed, channel.ScopeNone, channel.Broken},
	{NotHTTP, channel.Unconfirmed, channel.ScopeNone, channel.Broken},
	{Empty, channel.Unconfirmed, channel.ScopeNone, channel.Broken},
	{Garbage, channel.Unconfirmed, channel.ScopeNone, channel.Broken},
	{ServerError, channel.Unconfirmed, channel.ScopeNone, channel.ServerError},
}

// answerTime is what the suite waits for an answer that does not come;
// patience is what it gives to those that come.
const (
	answerTime = 300 * time.Millisecond
	patience   = 20 * time.Second
)

// Exercise runs the suite.
func Exercise(t *testing.T, p Provider) {
	t.Helper()
	for _, fresh := range []bool{true, false} {
		on := "on a new connection"
		if !fresh {
			on = "on a kept connection"
		}
		for _, e := range expectations {
			t.Run(fmt.Sprintf("a provider that %s %s is %s", e.behaviour, on, e.outcome), func(t *testing.T) {
				t.Parallel()
				p.expect(t, e, fresh)
			})
		}
	}
	t.Run("a passed deadline writes nothing", func(t *testing.T) {
		t.Parallel()
		s := NewServer(t, p)
		sender := p.New(t, s.URL, patience)
		for name, at := range map[string]time.Time{"just now": clock.Wall(), "long ago": clock.Wall().Add(-time.Hour), "never set": {}} {
			if res := sender.Send(at, p.Message(p.Target(1))); res.Outcome != channel.Later || res.Code != channel.NotWritten {
				t.Errorf("deadline %s: got %s %s, want LATER %s", name, res.Outcome, res.Code, channel.NotWritten)
			}
		}
		p.wantSends(t, s, 0)
	})
	t.Run("a refused connection is LATER", func(t *testing.T) {
		t.Parallel()
		sender := p.New(t, "http://"+closedPort(t), patience)
		p.wantLater(t, sender.Send(clock.Wall().Add(patience), p.Message(p.Target(1))))
	})
	t.Run("a name that does not resolve is LATER", func(t *testing.T) {
		t.Parallel()
		sender := p.New(t, "http://no-such-host.invalid", patience)
		p.wantLater(t, sender.Send(clock.Wall().Add(patience), p.Message(p.Target(1))))
	})
	t.Run("many sends at once arrive once each", func(t *testing.T) {
		t.Parallel()
		p.storm(t)
	})
}

func (p Provider) expect(t *testing.T, e expectation, fresh bool) {
	t.Helper()
	s := NewServer(t, p)
	wait := patience
	if e.code == channel.Timeout {
		wait = answerTime
	}
	sender := p.New(t, s.URL, patience)
	if !fresh {
		if res := sender.Send(clock.Wall().Add(patience), p.Message(p.Target(1))); res.Outcome != channel.Sent {
			t.Fatalf("first send: %+v", res)
		}
	}
	s.Behave(e.behaviour)
	res := sender.Send(clock.Wall().Add(wait), p.Message(p.Target(2)))
	if res.Outcome != e.outcome || res.Scope != e.scope || e.code != "" && res.Code != e.code {
		t.Errorf("got %s %s %s (%s), want %s %s %s", res.Outcome, res.Scope, res.Code, res.Text, e.outcome, e.scope, e.code)
	}
	if res.Outcome != channel.Sent && res.Code == "" {
		t.Error("everything but SENT has a code")
	}
	p.wantSends(t, s, 1)
	p.wantClean(t, res, p.Target(2))
	s.Behave(Accepts)
	if res = sender.Send(clock.Wall().Add(patience), p.Message(p.Target(3))); res.Outcome != channel.Sent {
		t.Errorf("the sender does not recover: %+v", res)
	}
}

func (p Provider) storm(t *testing.T) {
	t.Helper()
	const senders, each = 32, 25
	s := NewServer(t, p)
	sender := p.New(t, s.URL, patience)
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for j := range each {
				if res := sender.Send(clock.Wall().Add(patience), p.Message(p.Target(i*each+j))); res.Outcome != channel.Sent {
					t.Errorf("send: %+v", res)
				}
			}
		})
	}
	wg.Wait()
	got := strings.Join(s.Sends(), "\n")
	p.wantSends(t, s, senders*each)
	for i := range senders * each {
		if n := strings.Count(got, p.Target(i)); n != 1 {
			t.Errorf("recipient %d got %d messages", i, n)
		}
	}
}

func (p Provider) wantSends(t *testing.T, s *Server, want int) {
	t.Helper()
	if got := len(s.Sends()); got != want {
		t.Errorf("the provider received %d sends, want %d", got, want)
	}
}

func (p Provider) wantLater(t *testing.T, res channel.Result) {
	t.Helper()
	if res.Outcome != channel.Later || res.Code != channel.Unreachable {
		t.Errorf("got %s %s, want LATER %s", res.Outcome, res.Code, channel.Unreachable)
	}
	p.wantClean(t, res, p.Target(1))
}

func (p Provider) wantClean(t *testing.T, res channel.Result, target string) {
	t.Helper()
	all := fmt.Sprintf("%+v", res)
	for _, secret := range append([]string{target}, p.Secrets...) {
		if strings.Contains(all, secret) {
			t.Errorf("the result gives away %q: %s", secret, all)
		}
	}
	if n := len([]rune(res.Text)); n > channel.MaxText {
		t.Errorf("the text has %d runes", n)
	}
}

// closedPort is an address where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
