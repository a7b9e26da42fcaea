package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/valyala/fasthttp"

	"tidings/internal/clock"
)

const (
	sendPath    = "/cgi-bin/message/subscribe/send"
	tokenPath   = "/cgi-bin/stable_token" //nolint:gosec // an address, no credential
	accessToken = "80_benchmark"
)

// arrivals is what a receiver saw since the last reset.
type arrivals struct {
	Count   int64   `json:"count"`
	Unique  int64   `json:"unique"`
	Strange int64   `json:"strange"` // without a recipient of ours
	First   int64   `json:"first"`   // machine time, µs
	Last    int64   `json:"last"`
	CPU     float64 `json:"cpu"` // of the process since it began, ms
}

// receiver answers as WeChat does when all is well, as cheaply as it can: it
// shares the machine with what it measures. It notes each recipient in one bit, and
// of the first ones when they were called.
type receiver struct {
	times                  [timed]atomic.Int64
	seen                   atomic.Pointer[[]atomic.Uint64]
	count, unique, strange atomic.Int64
	first, last            atomic.Int64
}

// receiverRole serves until its standard input ends and prints its address first.
func receiverRole(ctx context.Context, _ []string, in io.Reader, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	r := &receiver{}
	r.reset(0)
	server := &fasthttp.Server{Handler: r.serve, Concurrency: 10_000, NoDefaultServerHeader: true}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if _, err := fmt.Fprintf(out, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, in) // until whoever started us lets go
	if err := server.ShutdownWithContext(ctx); err != nil {
		return err
	}
	return <-served
}

func (r *receiver) serve(c *fasthttp.RequestCtx) {
	switch string(c.Path()) {
	case sendPath:
		r.take(c.PostBody())
		c.SetContentType("application/json; encoding=utf-8")
		c.SetBodyString(`{"errcode":0,"errmsg":"ok","msgid":4161862352342212609}`)
	case tokenPath:
		c.SetContentType("application/json; encoding=utf-8")
		c.SetBodyString(`{"access_token":"` + accessToken + `","expires_in":7200}`)
	case "/stats":
		body, err := json.Marshal(arrivals{
			Count: r.count.Load(), Unique: r.unique.Load(), Strange: r.strange.Load(), First: r.first.Load(), Last: r.last.Load(), CPU: ownCPU(),
		})
		if err != nil {
			c.SetStatusCode(http.StatusInternalServerError)
		}
		c.SetBody(body)
	case "/arrived":
		body, err := json.Marshal(r.arrived(c.QueryArgs().GetUintOrZero("from"), c.QueryArgs().GetUintOrZero("n")))
		if err != nil {
			c.SetStatusCode(http.StatusInternalServerError)
		}
		c.SetBody(body)
	case "/reset":
		n, err := strconv.Atoi(string(c.QueryArgs().Peek("n")))
		if err != nil {
			c.SetStatusCode(http.StatusBadRequest)
			return
		}
		r.reset(n)
	default:
		c.SetStatusCode(http.StatusNotFound)
	}
}

func (r *receiver) reset(n int) {
	seen := make([]atomic.Uint64, n/64+1)
	r.seen.Store(&seen)
	for i := range r.times {
		r.times[i].Store(0)
	}
	for _, v := range []*atomic.Int64{&r.count, &r.unique, &r.strange, &r.first, &r.last} {
		v.Store(0)
	}
}

// timed is of how many recipients it is noted when they were called.
const timed = 4096

// arrived is when recipients were called, in µs of machine time: 0 is never, and
// more than once is negative.
func (r *receiver) arrived(from, n int) []int64 {
	out := []int64{}
	for k := from; k < min(from+n, timed); k++ {
		out = append(out, r.times[k].Load())
	}
	return out
}

func (r *receiver) take(body []byte) {
	now := clock.Wall().UnixMicro()
	if r.first.Load() == 0 {
		r.first.CompareAndSwap(0, now)
	}
	r.last.Store(now)
	r.count.Add(1)
	k, ok := recipient(body)
	if ok && k < timed && !r.times[k].CompareAndSwap(0, now) {
		r.times[k].Store(-now)
	}
	seen := *r.seen.Load()
	if !ok || k/64 >= len(seen) {
		r.strange.Add(1)
		return
	}
	if bit := uint64(1) << (k % 64); seen[k/64].Or(bit)&bit == 0 {
		r.unique.Add(1)
	}
}

// recipient reads the number from `{"touser":"o000…"`; both senders begin so.
func recipient(body []byte) (int, bool) {
	const before, digits = len(`{"touser":"o`), 27
	if len(body) < before+digits {
		return 0, false
	}
	k := 0
	for _, c := range body[before : before+digits] {
		if c < '0' || c > '9' {
			return 0, false
		}
		k = k*10 + int(c-'0')
	}
	return k, true
}
