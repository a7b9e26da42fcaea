package bench

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/config"
)

func TestTheLoopSendsWhatTheProgramSends(t *testing.T) {
	t.Parallel()
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == tokenPath {
			_, _ = io.WriteString(w, `{"access_token":"t","expires_in":7200}`)
			return
		}
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok","msgid":1}`)
	}))
	t.Cleanup(server.Close)
	args := []string{"-n", "1", "-conns", "1", "-url", server.URL}
	require.NoError(t, clientRole(t.Context(), args, nil, io.Discard))
	require.Equal(t, string(body), string(loopBody(1)))
	body = nil
	require.NoError(t, loopRole(t.Context(), args, nil, io.Discard))
	require.Equal(t, string(loopBody(1)), string(body))
}

func TestTheReceiverCountsEveryRecipientOnce(t *testing.T) {
	t.Parallel()
	r := &receiver{}
	r.reset(100)
	for _, k := range []int64{1, 64, 100, 64} {
		r.take(loopBody(k))
	}
	r.take(loopBody(100_000))
	r.take([]byte(`{"touser":"somebody"}`))
	require.Equal(t, int64(6), r.count.Load())
	require.Equal(t, int64(3), r.unique.Load())
	require.Equal(t, int64(2), r.strange.Load())
	r.reset(100)
	require.Zero(t, r.count.Load())
	require.Zero(t, r.first.Load())
}

func TestParse(t *testing.T) {
	t.Parallel()
	t.Run("names and flags come in any order", func(t *testing.T) {
		t.Parallel()
		o, err := parse([]string{"-n", "10", "dispatch", "-runs=3"})
		require.NoError(t, err)
		require.Equal(t, &options{names: []string{"dispatch"}, recipients: 10, runs: 3, conns: 64, events: 10_000_000}, o)
	})
	for name, args := range map[string][]string{
		"an unknown figure is refused":   {"sending"},
		"an unknown flag is refused":     {"-m", "1"},
		"no recipients are refused":      {"-n", "0"},
		"fewer than one run are refused": {"-runs", "-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(args)
			require.Error(t, err)
		})
	}
}

func TestWithoutServersThereIsNothingToMeasure(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, Run(t.Context(), nil, &config.Config{}), errNoServers)
}

func TestLine(t *testing.T) {
	t.Parallel()
	require.Equal(t, "bench dispatch rate=14800 baseline=20000 ratio=0.740 p50_ms=12.3 p99_ms=45.6 rss_mb=78",
		line{name: "dispatch", rate: 14800.2, baseline: 20000, ratio: .74, p50: 12.34, p99: 45.6, rss: 78.1}.String())
	require.Equal(t, "bench render rate=5", line{name: "render", rate: 5}.String(), "keys that do not apply are left out")
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 2, 3}, 2.5}} {
		require.InDelta(t, c.want, median(c.values), 1e-9)
	}
}

func TestTheReportNamesEveryWay(t *testing.T) {
	t.Parallel()
	s := sending{rate: 100, arriving: 110, process: used{cpu: 50, rss: 20}}
	out := report(1000, []round{{loop: s, client: s, path: s, personal: s}})
	for _, way := range []string{"loop:", "client:", "path:", "personal:"} {
		require.Contains(t, out, way)
	}
	require.Contains(t, out, "0.0500")
}
