// Package outcome reads what became of a task's candidates: how many are where,
// who they are page by page, what they were sent, and what a reason means in
// words. It writes nothing.
//
// Numbers come from the totals on the shards, never from counting deliveries: a
// run may have millions. Pages are cut by key, not by offset, so the thousandth
// costs what the first does. A filter by outcome reads through a run until the
// page is full, but leaves out runs that, by their totals, have none, and stops
// once it has found all there are.
package outcome
