// Package queue hands work to workers through Redis. asynq runs it and does not
// remember it: everything that must happen is a row of the database with the
// time it is due, and a job in Redis only says "look at this row now".
//
//	commit ──▶ Publisher.AfterCommit ─┐
//	                                  ├─▶ Client.Enqueue ─▶ Redis ─▶ Server ─▶ Handler
//	poller, each due row ─────────────┘
//
// From this follow the rules of the package:
//
//   - A job is enqueued for now, never for later, is tried once and leaves no
//     trace: what a handler did, or when it wants to be called again, it wrote to
//     the row. An error or a panic is logged and counted, and the poller finds
//     the row again.
//   - A job is named by kind, row and attempt. Enqueuing what is already there is
//     success. Who hands a row out again must do so under the next attempt.
//   - A job may be lost (Redis was flushed) or come twice (a worker lost its
//     Redis for a while). Handlers are therefore guarded by the lease in their
//     row, not by the queue. No time limit of asynq's ends a handler.
//   - Stop first says so to the handlers (Stopping), which hand back what they
//     have not begun; their context ends later, so that they can still write it
//     down.
package queue
