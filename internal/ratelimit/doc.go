// Package ratelimit is the speed limit of a channel, shared by all workers
// through Redis.
//
// It is a token bucket of 100 ms of the rate. A taker gets a grant: at most
// 100 ms of the rate and 200 messages, at least half of that (or all it wants),
// so that a busy channel is not cut into crumbs; else it is told when to ask
// again. So in any 10 s at most 1 % more than the rate is granted (one message
// more at low rates, and none below 5 a second), and a taker may come up to
// 50 ms late without a loss.
//
// Classes are served in order. Who is refused is noted as waiting for 300 ms,
// longer than the longest wait it is told; while somebody of a higher class is
// noted, lower classes get nothing. A waiter that died thus holds up nobody for
// long.
//
// Time is Redis' own, so the workers' clocks do not matter. When Redis does not
// answer, nothing is granted. When it forgets everything, one full bucket too
// much may be granted, and Slow and Pause are forgotten until the provider
// complains again.
package ratelimit
