// Package approval lets a second person decide whether a task may go out (spec
// §3.3). A submission opens an approval; it is approved, rejected, withdrawn or
// expires, and whoever comes second learns that it was decided.
//
//	task.Submit ──▶ PENDING ──approve──▶ APPROVED: the task waits, its run is made
//	                   ├─────reject────▶ REJECTED (a reason is needed)
//	                   ├────withdraw───▶ WITHDRAWN: the task is a draft again
//	                   └─────expire────▶ EXPIRED: the task is cancelled (R50)
//
// An approval changes the task in the same transaction, by the table in
// task/state. Approving makes the run's row; nothing else tells the workers.
package approval
