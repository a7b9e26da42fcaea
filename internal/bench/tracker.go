package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tidings/internal/clock"
)

const (
	// trackers is how many connections send events.
	trackers = 8
	// perRequest is how many events a request carries.
	perRequest = 100
	// visitors is how many people the events are of.
	visitors = 20_000
)

// tracked is what the sender of events saw.
type tracked struct {
	Rate     float64 `json:"rate"` // events acknowledged a second
	P50, P99 float64 // ms from when a request was due to its answer
}

// trackerRole sends events as an SDK does and prints what it saw: -url, -key,
// -n events, -seed of their IDs, -rate a second (0: as fast as answers come).
func trackerRole(ctx context.Context, args []string, _ io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("tracker", flag.ContinueOnError)
	url, key := flags.String("url", "", "where"), flags.String("key", "", "write key")
	n, seed := flags.Int("n", 0, "events"), flags.Int("seed", 0, "first of the message IDs")
	rate := flags.Float64("rate", 0, "events a second")
	if err := flags.Parse(args); err != nil {
		return err
	}
	bodies := make([][]byte, *n/perRequest)
	for i := range bodies {
		bodies[i] = trackBody(*seed, i)
	}
	got, err := sendTracks(ctx, *url, *key, bodies, *rate)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(got)
}

// sendTracks posts the bodies over some connections and expects every event to be taken.
func sendTracks(ctx context.Context, url, key string, bodies [][]byte, rate float64) (tracked, error) {
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: trackers, MaxIdleConnsPerHost: trackers, DisableCompression: true}}
	took := make([]time.Duration, len(bodies))
	var next atomic.Int64
	var wrong atomic.Pointer[error]
	began := clock.Wall()
	var wg sync.WaitGroup
	for range trackers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(bodies) || wrong.Load() != nil {
					return
				}
				due := began.Add(time.Duration(float64(i*perRequest) / max(rate, 1) * float64(time.Second)))
				if rate == 0 {
					due = clock.Wall()
				} else if wait := due.Sub(clock.Wall()); wait > 0 {
					t := time.NewTimer(wait)
					<-t.C
				}
				if err := postTracks(ctx, client, url, key, bodies[i]); err != nil {
					wrong.Store(&err)
					return
				}
				took[i] = clock.Wall().Sub(due)
			}
		})
	}
	wg.Wait()
	if err := wrong.Load(); err != nil {
		return tracked{}, *err
	}
	spent := clock.Wall().Sub(began)
	slices.Sort(took)
	at := func(q float64) float64 { return ms(took[min(int(q*float64(len(took))), len(took)-1)]) }
	return tracked{Rate: float64(len(bodies)*perRequest) / spent.Seconds(), P50: at(0.50), P99: at(0.99)}, nil
}

var errTaken = errors.New("not every event was taken")

func postTracks(ctx context.Context, client *http.Client, url, key string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/batch", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth(key, "")
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var a struct{ Accepted int }
	if err := json.Unmarshal(text, &a); err != nil || res.StatusCode != http.StatusOK || a.Accepted != perRequest {
		return fmt.Errorf("%w: HTTP %d %.300s", errTaken, res.StatusCode, text)
	}
	return nil
}

// trackBody is a request as a web shop's SDK sends it, always the same for one seed and place.
func trackBody(seed, place int) []byte {
	r := rand.New(rand.NewPCG(uint64(seed), uint64(place))) //nolint:gosec // made-up events
	now := clock.Wall()
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"sentAt":%q,"batch":[`, now.Format(time.RFC3339Nano))
	for i := range perRequest {
		if i > 0 {
			b.WriteByte(',')
		}
		who := r.IntN(visitors)
		at := now.Add(-time.Duration(r.IntN(60_000)) * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		fmt.Fprintf(&b, `{"messageId":"ajs-%d-%d-%d","userId":"user-%06d","anonymousId":"5f2d9c34-1b7e-4a6f-9d10-%012d","timestamp":%q,`, seed, place, i, who, who, at)
		b.WriteString(`"context":{"library":{"name":"analytics.js","version":"2.11.1"},"locale":"zh-CN","userAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15",` +
			`"page":{"path":"/goods/detail","referrer":"https://shop.example/","title":"手冲咖啡礼盒","url":"https://shop.example/goods/detail?id=1001"}},`)
		if r.IntN(5) == 0 {
			fmt.Fprintf(&b, `"type":"page","name":"商品详情","properties":{"path":"/goods/detail","url":"https://shop.example/goods/detail?id=%d","title":"手冲咖啡礼盒"}}`, r.IntN(1000))
			continue
		}
		fmt.Fprintf(&b, `"type":"track","event":%q,"properties":{"order_id":"SO%09d","sku":"G-%04d","name":"手冲咖啡礼盒","amount":%d.%02d,"quantity":%d,"coupon":%t}}`,
			[]string{"product_viewed", "cart_added", "checkout_started", "purchase"}[r.IntN(4)], r.IntN(1_000_000_000), r.IntN(2000), 18+r.IntN(400), r.IntN(100), 1+r.IntN(5), r.IntN(2) == 0)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}
