package recipient_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/channel"
	"tidings/outreach/gate"
	"tidings/outreach/recipient"
	"tidings/outreach/render"
)

var fields = []render.Field{{Key: "thing1", Label: "活动", Kind: "thing"}, {Key: "date2", Label: "时间", Kind: "date"}}

func message(t *testing.T, uploaded bool, thing ...render.Part) *recipient.Message {
	t.Helper()
	program, err := render.Compile(fields, render.Content{Params: []render.ParamContent{
		{Key: "thing1", Parts: thing}, {Key: "date2", Parts: []render.Part{{Text: "2026年3月8日"}}},
	}}, time.UTC)
	require.NoError(t, err)
	return recipient.NewMessage(program, uploaded)
}

func TestTheFirstReasonStands(t *testing.T) {
	t.Parallel()
	constant := render.Part{Text: "春季大促"}
	nickname := render.Part{Var: &render.Var{Source: render.Attribute, Name: "nickname"}}
	for name, c := range map[string]struct {
		part     render.Part
		uploaded bool
		person   recipient.Person
		want     gate.Reason
	}{
		"a constant message goes to whoever has a target":        {constant, true, recipient.Person{Target: "o", Unknown: true}, ""},
		"nobody is sent to without one":                          {constant, false, recipient.Person{}, gate.NoTargetID},
		"what is known before comes first":                       {nickname, true, recipient.Person{Unknown: true, Reason: gate.Late}, gate.Late},
		"a missing target comes before variables":                {nickname, true, recipient.Person{Unknown: true}, gate.NoTargetID},
		"a duplicate comes before variables":                     {nickname, true, recipient.Person{Target: "o", Unknown: true, Reason: gate.Duplicate}, gate.Duplicate},
		"an uploaded ID nobody knows fails with variables (R42)": {nickname, true, recipient.Person{Target: "o", Unknown: true}, gate.UnknownUserVariable},
		"a stub of another audience is like anybody":             {nickname, false, recipient.Person{Target: "o", Unknown: true}, gate.MissingVariable},
		"no value and no default (R84)":                          {nickname, true, recipient.Person{Target: "o", Values: []any{nil}}, gate.MissingVariable},
		"too long (R85)":                                         {nickname, true, recipient.Person{Target: "o", Values: []any{strings.Repeat("长", 30)}}, gate.ValueTooLong},
		"filled in":                                              {nickname, true, recipient.Person{Target: "o", Values: []any{"小明"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := message(t, c.uploaded, c.part)
			p := c.person
			m.Fill(&p)
			require.Equal(t, c.want, p.Reason)
			require.Equal(t, c.want == "", len(p.Params) > 0)
			again := p
			m.Fill(&again)
			require.Equal(t, p, again, "filling in twice changes nothing")
		})
	}
}

func TestASampleIsWhatTheRecipientReads(t *testing.T) {
	t.Parallel()
	m := message(t, false, render.Part{Text: "你好 "}, render.Part{Var: &render.Var{Source: render.Attribute, Name: "nickname", Default: new("朋友")}})
	p := m.Stranger("oStranger")
	m.Fill(&p)
	require.Equal(t, recipient.Sample{Target: "oStranger", Params: []recipient.SampleParam{
		{Key: "thing1", Label: "活动", Value: "你好 朋友"}, {Key: "date2", Label: "时间", Value: "2026年3月8日"},
	}}, p.Sample(fields))
	held := recipient.Person{Target: "o", Reason: gate.Duplicate, Params: []channel.Param(nil)}
	require.Equal(t, recipient.Sample{Target: "o", Params: []recipient.SampleParam{}, Reason: "DUPLICATE"}, held.Sample(fields))
}
