package process_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMainJobInOneProcess(t *testing.T) {
	t.Parallel()
	mainJob(t, oneProcess(t, t.TempDir()))
}

func TestMainJobWithTwoWorkersOnPostgresAndRedis(t *testing.T) {
	t.Parallel()
	s := manyProcesses(t)
	a, b := s.worker(), s.worker()
	mainJob(t, s)
	t.Logf("calls by worker: %d and %d", a.line.count(), b.line.count())
	for _, p := range []*program{a.program, b.program, s.server} {
		p.terminate(10 * time.Second)
	}
}

// mainJob is the story of the main job: 300 lines, of which 20 are repeated, 10
// are no openids, and 15 are of people who refuse.
func mainJob(t *testing.T, s *site) {
	t.Helper()
	c := s.campaign(0)
	good, refusing := people("Job", 255), people("No", 15)
	s.grant(5, good)
	s.grant(0, refusing)
	k := c.approved("双十二预告", list(good, refusing, good[:20], slices.Repeat([]string{"not an openid"}, 10)))
	require.Equal(t, uploaded{ID: k.upload.ID, Total: 300, Valid: 270, Duplicate: 20, Invalid: 10}, k.upload)
	require.Empty(t, s.sends(set(good)), "nothing is sent before the reach time")

	s.moveTo(k.reachAt) // answers when the run is through
	at := k.over(5 * time.Second)
	adds(t, at.Progress, 270)
	require.Equal(t, 255, at.Progress.Sent)
	require.Equal(t, 15, at.Progress.Failed)
	require.Len(t, at.Progress.Reasons, 1)
	require.Equal(t, "43101", at.Progress.Reasons[0].Reason)
	require.Equal(t, 15, at.Progress.Reasons[0].Count)

	for id, r := range c.marketer.deliveries(k.id) {
		if strings.HasPrefix(id, "oNo") {
			require.Equal(t, recipient{"Failed", "43101", "1"}, r)
		} else {
			require.Equal(t, recipient{"Sent", "", "1"}, r)
		}
	}
	require.Len(t, s.sends(set(good)), len(good))
	require.Len(t, s.sends(set(refusing)), len(refusing))
	phone := s.messages("?touser=" + good[0])
	require.Equal(t, 1, phone.Total)
	require.Equal(t, "活动开始提醒", phone.Messages[0].Title)
	require.False(t, phone.Messages[0].At.Before(k.reachAt), "not before the reach time")
	require.Equal(t, http.StatusOK, s.status("/healthz"))
}
