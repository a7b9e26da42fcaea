package bench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

// loopBody is the message that the program sends in the same round, byte for
// byte (a test compares them); only the recipient differs from one to the next.
func loopBody(k int64) []byte {
	return fmt.Appendf(nil, `{"touser":"o%027d","template_id":"tmpl_abcdefghijklmnopqrstuvwxyz","page":"pages/index/index?from=1","miniprogram_state":"formal","lang":"zh_CN",`+
		`"data":{"thing1":{"value":"积分到账提醒"},"number2":{"value":"100000"},"time3":{"value":"2026年11月22日 15:01"}}}`, k)
}

// loopRole is the bare yardstick: net/http, one goroutine a connection, a POST
// and nothing else. Nobody is recorded, nothing is claimed, no answer is looked
// at, and whoever restarts it calls everybody again.
func loopRole(ctx context.Context, args []string, _ io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("loop", flag.ContinueOnError)
	n := flags.Int64("n", 200_000, "messages")
	conns := flags.Int("conns", 64, "connections")
	base := flags.String("url", "", "the receiver")
	if err := flags.Parse(args); err != nil {
		return err
	}
	url := *base + sendPath + "?access_token=" + accessToken
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *conns, MaxConnsPerHost: *conns, DisableCompression: true}}
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range *conns {
		wg.Go(func() {
			for {
				k := next.Add(1)
				if k > *n {
					return
				}
				if err := post(ctx, client, url, loopBody(k)); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	_, err := fmt.Fprintln(out, peakMemory("self"))
	return err
}

func post(ctx context.Context, client *http.Client, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return err
}
