// Package preflight rehearses the next run of a scheduled task as of now: who
// would get the message, who not and why, what some of them would read, and how
// long the channel takes. It sends nothing and writes nothing but its result.
//
// The audience is frozen by outreach/dispatch and people are read and messages
// filled in by outreach/recipient, as when the task runs, so the two agree reason
// by reason as long as nothing changes between them. Up to Exact candidates every
// message is filled in; beyond that a fixed sample of them is, and the counts that
// follow from it are extrapolated.
//
// A preflight is a row with a lease: what a crash interrupts is begun again by the
// next holder. Whoever may see a task and its segment may ask for one, and a
// submission makes one, so that approvers see it. Triggered tasks have backtests.
package preflight
