package model

import (
	"encoding/json"
	"time"

	"tidings/ent"
)

// Person is a person of the viewer's project, addressed by project and number.
type Person struct {
	*ent.Person
	ID      string
	Number  int64
	Subject string
}

// IsNode makes a person addressable by node(id).
func (*Person) IsNode() {}

// PersonEvent is something a person did.
type PersonEvent struct {
	At          time.Time
	ReceivedAt  time.Time
	Event       string
	DisplayName string
	Source      string
	Properties  json.RawMessage
}
