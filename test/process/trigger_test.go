package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTriggersInOneProcess(t *testing.T) {
	t.Parallel()
	breakpoint(t, oneProcess(t, t.TempDir()))
}

func TestTriggersWithTwoWorkersOnPostgresAndRedis(t *testing.T) {
	t.Parallel()
	s := manyProcesses(t)
	s.worker()
	s.worker()
	breakpoint(t, s)
}

// shanghai is the zone of the demo's project.
var shanghai = time.FixedZone("Shanghai", 8*3600)

// breakpoint is breakpoint marketing, to the second: who puts something into the
// cart at 10:00:00 and has not bought by 10:20:00 is reached then (R48, R73-R75).
func breakpoint(t *testing.T, s *site) {
	t.Helper()
	c := s.campaign(0)
	s.alone()
	ids := people("Cart", 6)
	s.grant(9, ids)
	left, paid, atOnce, late, claimed, tooLate := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]
	day := s.now().In(shanghai).AddDate(0, 0, 1)
	ten := time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, day.Location())
	twenty := ten.Add(20 * time.Minute)

	unpaid := c.triggered("加购未买", vars{
		"a": c.does("cart_added", nil), "timing": immediately,
		"b": vars{"events": []vars{{"event": "purchase"}}, "wait": vars{"value": 20, "unit": "MINUTE"}},
	}, nil)
	welcome := c.triggered("领券提醒", vars{"a": c.does("coupon_claimed", nil), "timing": immediately}, nil)
	soon := c.does("product_viewed", nil)
	soon["to"] = ten.Add(30 * time.Minute)
	ending := c.triggered("浏览提醒", vars{"a": soon, "timing": vars{"kind": "DELAY", "minutes": 25}}, vars{"endsAt": ten.Add(30 * time.Minute)})

	s.moveTo(ten)
	s.track(each("cart_added", ten, vars{"product": "拿铁"}, []string{left, paid, atOnce, late})...)
	s.track(happened{"purchase", atOnce, ten, nil}) // at the very instant of A: it counts as done (§10.2)
	claimedAt := s.now()
	s.track(happened{"coupon_claimed", claimed, claimedAt, nil})
	eventually(t, 10*time.Second, closely, "done A is reached at once (R64)", func() bool { return len(s.received(claimed)) == 1 })
	require.Less(t, s.received(claimed)[0].At.Sub(claimedAt), 5*time.Second)
	unpaid.inStore(10*time.Second, 4, 0)
	require.WithinDuration(t, twenty, *unpaid.standing().Standing.NextAt, 0)

	s.moveTo(ten.Add(10 * time.Minute))
	s.track(happened{"product_viewed", tooLate, ten.Add(10 * time.Minute), nil})
	ending.inStore(10*time.Second, 0, 1)

	// The last seconds go by as they do.
	s.moveTo(twenty.Add(-4 * time.Second))
	s.track(happened{"purchase", paid, twenty, nil}, happened{"purchase", late, twenty.Add(time.Millisecond), nil})
	require.Empty(t, s.received(left))
	eventually(t, 15*time.Second, closely, "who has not bought is reached", func() bool { return len(s.received(left)) == 1 && len(s.received(late)) == 1 })
	for _, id := range []string{left, late} {
		at := s.received(id)[0].At
		require.False(t, at.Before(twenty), "at %s", at)
		require.False(t, at.After(twenty.Add(2*time.Second)), "at %s", at)
		t.Logf("reached %s after 10:20:00", at.Sub(twenty))
	}

	// The task that ends at 10:30 would have sent at 10:35 (R69).
	moving := time.Now()
	s.moveTo(ten.Add(40 * time.Minute))
	moved := time.Since(moving)
	t.Logf("the clock is there after %s, the task has ended %s later", moved, eventually(t, 20*time.Second, gently, "the task ends and discards what is pending", func() bool {
		at := ending.standing()
		return at.Status == "ENDED" && at.Discarded == 1 && at.Standing.Pending == 0
	}))
	for id, n := range map[string]int{left: 1, late: 1, claimed: 1, paid: 0, atOnce: 0, tooLate: 0} {
		require.Equal(t, n, len(s.sends(map[string]bool{id: true})), id)
	}
	require.Equal(t, 2, unpaid.standing().Progress.Sent)
	require.Equal(t, 1, welcome.standing().Progress.Sent)
	require.Zero(t, ending.standing().Progress.Total)
}
