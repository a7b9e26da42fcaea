package model

import "time"

// BacktestSample is one message that a trigger would have sent.
type BacktestSample struct {
	Num    int64 // of the person
	DoneAt time.Time
	SentAt time.Time
}
