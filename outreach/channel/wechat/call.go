package wechat

import (
	"errors"
	"fmt"
	"time"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

var errBase = errors.New("not a base URL")

// maxSendAnswer is plenty for the answer to a send.
const maxSendAnswer = 64 << 10

// callError tells how a call came to no answer, in the words of channel.
type callError struct {
	code  string // channel.NotWritten, Unreachable, Timeout or Broken
	cause error
}

func (e *callError) Error() string { return fmt.Sprintf("call WeChat: %s: %v", e.code, e.cause) }
func (e *callError) Unwrap() error { return e.cause }

// staleTries is how many kept connections a call may find dead before it wrote anything.
const staleTries = 3

// call makes one request and hands the answer to read before the connection
// goes back. The request is written at most once: another connection is tried
// only when not a byte of it has left.
func (c *Client) call(deadline time.Time, e *endpoint, token string, limit int, write func(*conn) []byte, read func(status int, body []byte)) *callError {
	for try := 1; ; try++ {
		pc, err := c.pool.acquire(deadline)
		if err != nil {
			return beforeWriting(deadline, err)
		}
		var body []byte
		if write != nil {
			body = write(pc)
		}
		pc.head = e.appendRequest(pc.head[:0], token, body)
		status, answer, reusable, err := pc.exchange(deadline, limit)
		if err == nil {
			read(status, answer)
			c.pool.release(pc, reusable)
			return nil
		}
		wrote, reused := pc.guard.wrote, pc.reused
		c.pool.release(pc, false)
		switch {
		case wrote && (isTimeout(err) || !clock.Wall().Before(deadline)):
			return &callError{channel.Timeout, err}
		case wrote:
			return &callError{channel.Broken, err}
		case reused && try < staleTries && clock.Wall().Before(deadline):
		default:
			return beforeWriting(deadline, err)
		}
	}
}

func beforeWriting(deadline time.Time, err error) *callError {
	if errors.Is(err, errLate) || isTimeout(err) || !clock.Wall().Before(deadline) {
		return &callError{channel.NotWritten, err}
	}
	return &callError{channel.Unreachable, err}
}
