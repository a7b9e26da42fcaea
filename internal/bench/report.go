package bench

import (
	"fmt"
	"strings"
)

// dispatchLines are the figures in the form others read.
func dispatchLines(rounds []round) []line {
	path := func(r round) float64 { return r.path.rate }
	loop := func(r round) float64 { return r.loop.rate }
	client := func(r round) float64 { return r.client.rate }
	personal := func(r round) float64 { return r.personal.rate }
	return []line{
		{name: "dispatch/client", rate: of(rounds, path), baseline: of(rounds, client), ratio: of(rounds, func(r round) float64 { return r.path.rate / r.client.rate })},
		{
			name: "dispatch/personal", rate: of(rounds, personal), baseline: of(rounds, loop), ratio: of(rounds, func(r round) float64 { return r.personal.rate / r.loop.rate }),
			p50: of(rounds, func(r round) float64 { return r.personal.tally.p50 }), p99: of(rounds, func(r round) float64 { return r.personal.tally.p99 }),
			rss: of(rounds, func(r round) float64 { return r.personal.process.rss }),
		},
		{
			name: "dispatch", rate: of(rounds, path), baseline: of(rounds, loop), ratio: of(rounds, func(r round) float64 { return r.path.rate / r.loop.rate }),
			p50: of(rounds, func(r round) float64 { return r.path.tally.p50 }), p99: of(rounds, func(r round) float64 { return r.path.tally.p99 }),
			rss: of(rounds, func(r round) float64 { return r.path.process.rss }),
		},
	}
}

// report tells, for each way, its rate and what every process used for a message.
func report(n int, rounds []round) string {
	var b strings.Builder
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format, args...) }
	say("\n  %-34s %9s %9s  %s\n", "medians", "rate/s", "arriving", "CPU ms a message: sender + receiver + PostgreSQL + Redis; sender's memory")
	for _, way := range []struct {
		name string
		of   func(round) sending
	}{
		{"loop: net/http, nothing recorded", func(r round) sending { return r.loop }},
		{"client: ours, nothing recorded", func(r round) sending { return r.client }},
		{"path: everything recorded", func(r round) sending { return r.path }},
		{"personal: with an attribute each", func(r round) sending { return r.personal }},
	} {
		get := func(number func(sending) float64) float64 {
			return of(rounds, func(r round) float64 { return number(way.of(r)) })
		}
		each := func(number func(sending) float64) float64 { return get(number) / float64(n) }
		say("  %-34s %9.0f %9.0f  %.4f + %.4f + %.4f + %.4f; %.0f MB\n", way.name,
			get(func(s sending) float64 { return s.rate }), get(func(s sending) float64 { return s.arriving }),
			each(func(s sending) float64 { return s.process.cpu }), each(func(s sending) float64 { return s.receiverCPU }),
			each(func(s sending) float64 { return s.postgresCPU }), each(func(s sending) float64 { return s.redisCPU }),
			get(func(s sending) float64 { return s.process.rss }))
	}
	say("  CPU of all processes for a message, loop to path: %.2f (a busy machine moves the ratio of rates; this one hardly)\n",
		of(rounds, func(r round) float64 { return r.loop.cpu() / r.path.cpu() }))
	say("  Every recipient of every run was called once and is recorded as sent once. Rates run from the first message\n")
	say("  at the receiver to the end of the run in the database; p50 and p99 from the claim of a recipient to its answer.\n\n")
	return b.String()
}
