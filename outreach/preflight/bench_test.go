package preflight_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/person"
	"tidings/outreach/task"
)

// TestALargeAudienceIsQuick rehearses 2,000 people, or as many as
// TIDINGS_TEST_ROWS says, with a message that varies and with one that does not,
// and tells how long it took and what was allocated.
func TestALargeAudienceIsQuick(t *testing.T) {
	t.Parallel()
	n := 2_000
	if text := os.Getenv("TIDINGS_TEST_ROWS"); text != "" { //nolint:forbidigo // a test's size
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		values := make([]string, n)
		for i := range values {
			values[i] = person.WechatValue(w.Channel.AppID, factory.OpenID(i))
		}
		_, err := person.Resolve(w.System, db, w.Project.Num, person.WechatOpenID, values, false)
		require.NoError(t, err)
		for i, attributes := range []string{`{"vip":true,"nickname":"小明","day":"2026-03-09","city":"上海"}`, `{"vip":true,"city":"上海"}`} {
			_, err := db.SQL.ExecContext(w.System, db.Rebind(`UPDATE persons SET attributes = ? WHERE project_num = ? AND id % 2 = ?`), attributes, w.Project.Num, i)
			require.NoError(t, err)
		}
		for _, c := range []struct {
			name   string
			change func(*task.Input)
			sent   int
		}{{"varied", varied, n / 2}, {"constant", func(*task.Input) {}, n}} {
			in := w.input(c.name)
			c.change(&in)
			d := w.create(in)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now() //nolint:forbidigo // a measurement
			p := w.rehearsed(d)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			r := w.result(p)
			require.Equal(t, n, r.Candidates)
			require.InDelta(t, c.sent, r.WillSend, float64(n)/100)
			t.Logf("%s: %d people in %s, %d decided one by one, %d MB allocated", c.name, n, took.Round(time.Millisecond), r.Examined,
				(after.TotalAlloc-before.TotalAlloc)>>20)
		}
	})
}
