package bench

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"tidings/internal/clock"
	"tidings/outreach/channel"
	"tidings/outreach/channel/wechat"
)

// The message of a measurement. The loop writes the same by hand.
const (
	templateID = "tmpl_abcdefghijklmnopqrstuvwxyz"
	page       = "pages/index/index?from=1"
	thing1     = "积分到账提醒"
	number2    = "100000"
	time3      = "2026年11月22日 15:01"
)

// openID is the k-th recipient's, counted from 1.
func openID(k int64) string { return fmt.Sprintf("o%027d", k) }

// clientRole sends with the program's own client and records nothing: what is
// between this and the whole way is the price of the records.
func clientRole(_ context.Context, args []string, _ io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("client", flag.ContinueOnError)
	n := flags.Int64("n", 200_000, "messages")
	conns := flags.Int("conns", 64, "connections")
	base := flags.String("url", "", "the receiver")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client, err := wechat.New(wechat.Config{BaseURL: *base, AppID: appID, Secret: appSecret, Conns: *conns})
	if err != nil {
		return err
	}
	defer client.Close()
	params := []channel.Param{{Key: "thing1", Value: thing1}, {Key: "number2", Value: number2}, {Key: "time3", Value: time3}}
	var next, lost atomic.Int64
	var wg sync.WaitGroup
	for range *conns {
		wg.Go(func() { //nolint:contextcheck // Send has a deadline and no context
			for k := next.Add(1); k <= *n; k = next.Add(1) {
				res := client.Send(clock.Wall().Add(5*time.Second), &channel.Message{
					Target: openID(k), TemplateID: templateID, Page: page, State: "formal", Lang: "zh_CN", Params: params,
				})
				if res.Outcome != channel.Sent {
					lost.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if lost.Load() > 0 {
		return errors.New("some messages were not taken")
	}
	_, err = fmt.Fprintln(out, peakMemory("self"))
	return err
}
