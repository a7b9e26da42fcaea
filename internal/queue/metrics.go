package queue

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// How a job ended, as the label "outcome".
const (
	outcomeDone    = "done"
	outcomeError   = "error"
	outcomePanic   = "panic"
	outcomeStopped = "stopped" // an error of a handler that was told to stop
	outcomeUnknown = "unknown" // no handler for the kind, or not to be decoded
)

type metrics struct {
	jobs    *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	running *prometheus.GaugeVec
	waiting *prometheus.GaugeVec
	lost    *prometheus.CounterVec
}

// newMetrics registers the server's figures; without a registry they are kept for nobody.
func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidings_jobs_total", Help: "Jobs run, by kind and how they ended: done, error, panic, stopped, unknown.",
		}, []string{"kind", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tidings_job_seconds", Help: "How long jobs ran, by kind.",
			Buckets: []float64{.001, .005, .025, .1, .5, 1, 5, 15, 60, 300},
		}, []string{"kind"}),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tidings_jobs_running", Help: "Jobs running in this process, by queue.",
		}, []string{"queue"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tidings_jobs_waiting", Help: "Jobs waiting in each queue this process serves, whoever will run them.",
		}, []string{"queue"}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidings_jobs_swept_total", Help: "Jobs of workers that died, cleared away for the poller to hand out again.",
		}, []string{"queue"}),
	}
	if registry == nil {
		return m, nil
	}
	var failed []error
	for _, c := range []prometheus.Collector{m.jobs, m.seconds, m.running, m.waiting, m.lost} {
		failed = append(failed, registry.Register(c))
	}
	return m, errors.Join(failed...)
}

func (m *metrics) ended(kind, outcome string, took time.Duration) {
	m.jobs.WithLabelValues(kind, outcome).Inc()
	m.seconds.WithLabelValues(kind).Observe(took.Seconds())
}
