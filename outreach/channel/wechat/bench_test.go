package wechat

import (
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

// BenchmarkSend is the whole send path against a receiver in the same process:
// half of the time is the receiver's.
func BenchmarkSend(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // ends with the benchmark
	if err != nil {
		b.Fatal(err)
	}
	answer := []byte(`{"errcode":0,"errmsg":"ok","msgid":4161862352342212609}`)
	srv := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) { ctx.SetBody(answer) }, NoDefaultServerHeader: true}
	go func() { _ = srv.Serve(l) }()
	defer func() { _ = srv.Shutdown() }()

	c, err := New(Config{BaseURL: "http://" + l.Addr().String(), AppID: "wx1", Secret: "s", Conns: 64})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	c.tokens.cached.Store(newToken("80_token", clock.Wall().Add(time.Hour)))
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		id := n.Add(1)
		m := &channel.Message{
			Target: fmt.Sprintf("o%027d", id), TemplateID: "tmpl_abcdefghijklmnopqrstuvwxyz", Page: "pages/index/index?from=1",
			Params: []channel.Param{{Key: "thing1", Value: "积分到账提醒"}, {Key: "number2", Value: "12"}, {Key: "time3", Value: "2026年11月22日 15:01"}},
		}
		for pb.Next() {
			if res := c.Send(clock.Wall().Add(5*time.Second), m); res.Outcome != channel.Sent {
				b.Errorf("%+v", res)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
}

// BenchmarkEncode is the body alone.
func BenchmarkEncode(b *testing.B) {
	m := &channel.Message{
		Target: "o123456789012345678901234567", TemplateID: "tmpl_abcdefghijklmnopqrstuvwxyz", Page: "pages/index/index?from=1",
		Params: []channel.Param{{Key: "thing1", Value: "积分到账提醒"}, {Key: "number2", Value: "12"}, {Key: "time3", Value: "2026年11月22日 15:01"}},
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = appendMessage(buf[:0], m)
	}
}
