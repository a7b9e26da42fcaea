package model

import "tidings/ent"

// Delivery is what became of one candidate, with the run it belongs to.
type Delivery struct {
	*ent.Delivery
	Run *ent.Run
}

// IsNode makes a delivery addressable by node(id).
func (*Delivery) IsNode() {}
