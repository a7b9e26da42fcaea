package delivery

import (
	"github.com/prometheus/client_golang/prometheus"

	"tidings/outreach/channel"
)

// Metrics count calls by outcome and code. A nil *Metrics counts nothing.
type Metrics struct{ sent *prometheus.CounterVec }

// NewMetrics registers the counters.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{sent: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tidings_calls_total", Help: "Calls to channels by outcome and the channel's code.",
	}, []string{"outcome", "code"})}
	reg.MustRegister(m.sent)
	return m
}

func (m *Metrics) calls(_ *run, calls []*candidate) {
	if m == nil {
		return
	}
	sent := 0
	for _, c := range calls {
		if c.result.Outcome == channel.Sent {
			sent++
			continue
		}
		m.sent.WithLabelValues(c.result.Outcome.String(), c.result.Code).Inc()
	}
	if sent > 0 {
		m.sent.WithLabelValues(channel.Sent.String(), "").Add(float64(sent))
	}
}
