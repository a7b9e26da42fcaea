package recipient

import (
	"slices"

	"tidings/outreach/channel"
	"tidings/outreach/gate"
	"tidings/outreach/render"
)

// Message is a compiled content. It is immutable and safe for concurrent use.
type Message struct {
	*render.Program

	// uploaded says that the audience is a list of IDs, some of which nobody may know (R42).
	uploaded bool
	// constant are the parameters where nothing varies by person, refusal why nothing is sent then.
	constant []channel.Param
	refusal  render.Refusal
}

// NewMessage renders once what is the same for everybody.
func NewMessage(program *render.Program, uploaded bool) *Message {
	m := &Message{Program: program, uploaded: uploaded}
	if program.Constant() {
		m.constant, m.refusal = program.Render(nil, nil)
	}
	return m
}

// Reachable tells whether a person is sent to if there is a message; the reason is
// noted otherwise.
func (p *Person) Reachable() bool {
	if p.Target == "" && p.Reason == "" {
		p.Reason = gate.NoTargetID
	}
	return p.Reason == ""
}

// Fill writes a person's message, or why there is none. The first reason in the
// order of spec §4.7 stands.
func (m *Message) Fill(p *Person) {
	switch {
	case !p.Reachable() || p.Params != nil:
	case m.Constant():
		p.Params, p.Reason = m.constant, gate.Reason(m.refusal.Reason)
	case p.Unknown && m.uploaded:
		p.Reason = gate.UnknownUserVariable
	default:
		var refusal render.Refusal
		p.Params, refusal = m.Render(nil, p.Values)
		p.Reason = gate.Reason(refusal.Reason)
	}
}

// Sample is one recipient's message as people are shown it before sending, or
// why there would be none.
type Sample struct {
	Target string        `json:"target"`
	Params []SampleParam `json:"params"`
	Reason string        `json:"reason,omitempty"`
}

// SampleParam is a parameter with the label that the recipient reads.
type SampleParam struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// Sample shows a person whose message was filled in.
func (p *Person) Sample(fields []render.Field) Sample {
	out := Sample{Target: p.Target, Params: []SampleParam{}, Reason: string(p.Reason)}
	for _, f := range fields {
		i := slices.IndexFunc(p.Params, func(p channel.Param) bool { return p.Key == f.Key })
		if i >= 0 {
			out.Params = append(out.Params, SampleParam{f.Key, f.Label, p.Params[i].Value})
		}
	}
	return out
}
