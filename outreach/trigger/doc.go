// Package trigger reaches people after what they do (spec §10): done A, and
// done A but not B. It says what a trigger is, counts, fires, judges, and cuts
// what is due into shards that outreach/delivery sends.
//
//	events ─▶ event_batches ─(due)─▶ Match ─▶ counters
//	                                   │ A, not B: touch JUDGE, due at tA + wait + grace
//	                                   │ A:        touch SEND, due by the timing from tA
//	                 Judge ◀─(due)─────┘
//	                   │ B was done: the touch goes
//	                   └ it was not: touch SEND
//	                 Cut  ◀─(due)──────┘ ─▶ shards of the task's run of that day
//
// What it promises:
//
//   - An event is counted once. A batch is matched in one transaction that is
//     fenced by its attempt and also marks it as done; so a job that runs twice, a
//     worker that was taken over, or a commit that nobody acknowledged counts
//     nothing twice. That an event is stored once is the event store's promise.
//   - CUMULATIVE fires at most once for a person, whoever was merged into them. Of
//     two who had each fired before they became one, the message that is cut second
//     is a DUPLICATE. What was in two shards already at the merge is not held back.
//     For EVERY, what fired, what was LATE and what was NOT_IN_AUDIENCE are
//     together ⌊count / n⌋ in any order of events, batches and workers.
//   - Whether B was done is asked of the stored events at the judgement and never
//     matched, so a batch that is stuck does not make a difference. B at the very
//     instant of A counts as done.
//   - What is pending is a row with the time it is due. It outlives every process.
//   - Nothing is sent once the task has ended; pending rows are discarded and counted.
//   - Every firing that is not sent becomes a delivery with its reason.
//
// Times of events are milliseconds since the epoch; the window of A is theirs.
// When something is due is business time.
package trigger
