// Package channel is the seam between delivery, which decides that a message
// goes out, and the providers that carry it. A provider implements Sender and
// says of every call one of four things: it was sent, it failed for good, it
// was certainly not delivered and may be tried later, or nobody knows.
//
// The last two must never be mixed up. Later promises that the person got
// nothing, so trying again cannot send twice; when a provider is not sure it
// says Unconfirmed, and the message is not repeated without being asked.
package channel

import "time"

// Message is one message to one recipient, rendered. Delivery owns it and may
// use it again after Send has returned; a Sender keeps no reference to it.
type Message struct {
	Target     string  // the recipient at the provider, e.g. an openid
	TemplateID string  // the provider's ID of the template
	Page       string  // what a tap on the card opens; empty: nothing
	State      string  // WeChat's miniprogram_state: developer, trial or formal; empty: formal
	Lang       string  // zh_CN, en_US, zh_HK or zh_TW; empty: zh_CN
	Params     []Param // in the template's order
}

// Param is one value of a template.
type Param struct {
	Key   string
	Value string
}

// Sender carries messages to one account of one provider. Implementations are
// safe for concurrent use and pass the suite in channeltest.
type Sender interface {
	// Send makes one call and classifies what came of it. The deadline is an
	// instant of machine time (clock.Wall) and holds for the whole call:
	//
	//   - When it passes before the first byte of the request was written, Send
	//     answers Later with code NotWritten: nothing has left this machine,
	//     not even from a process that was frozen meanwhile and woke up.
	//   - When it passes afterwards, or the answer is missing or unreadable,
	//     Send answers Unconfirmed.
	Send(deadline time.Time, m *Message) Result
}
