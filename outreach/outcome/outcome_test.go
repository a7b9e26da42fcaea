package outcome_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/channel"
	"tidings/outreach/delivery"
	"tidings/outreach/outcome"
)

func TestRates(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }
	r := outcome.NewRates()

	require.Zero(t, r.Note("a", 100, at(0)), "the first reading has no past")
	require.Zero(t, r.Note("a", 200, at(0.5)), "half a second says nothing")
	require.InDelta(t, 1000, r.Note("a", 1100, at(1)), 0)
	require.InDelta(t, 1000, r.Note("a", 2100, at(2)), 0)
	require.Zero(t, r.Note("b", 5, at(2)), "another thing has its own past")
	for s := 3.0; s <= 12; s++ {
		r.Note("a", 2100, at(s))
	}
	require.Zero(t, r.Note("a", 2100, at(13)), "nothing moved for ten seconds")
	require.Zero(t, r.Note("a", 50, at(14)), "a count that shrank is no negative rate")
	require.Zero(t, r.Note("a", 9000, at(100)), "what was long ago is forgotten")
}

func TestEveryReasonIsExplainedInBothLanguages(t *testing.T) {
	t.Parallel()
	reasons := []string{
		"43101", "40003", "-1", "12345", channel.NotWritten, channel.Unreachable, channel.Busy, channel.Timeout, channel.Broken, channel.ServerError, "WORKER_LOST",
	}
	own := gateReasons(t)
	require.NotEmpty(t, own)
	for _, reason := range append(own, reasons...) {
		zh, en, ok := outcome.Explain(delivery.NotSent, reason)
		require.True(t, ok, reason)
		require.NotEmpty(t, zh, reason)
		require.NotEmpty(t, en, reason)
	}
	for _, reason := range own {
		zh, _, _ := outcome.Explain(delivery.NotSent, reason)
		require.NotContains(t, zh, reason, "our own reason %s has words of its own", reason)
	}
	_, _, ok := outcome.Explain(delivery.Sent, "")
	require.False(t, ok, "success needs no explanation")
	_, _, ok = outcome.Explain(delivery.Unconfirmed, "")
	require.True(t, ok)
}

// gateReasons reads the reasons from gate's source, so that a new one without words fails here.
func gateReasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../gate/reason.go", nil, 0)
	require.NoError(t, err)
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				out = append(out, s)
			}
		}
		return true
	})
	return out
}
