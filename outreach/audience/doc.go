// Package audience says who a task reaches: by a rule, a segment of the list, an
// uploaded list, or all users; Abilities tells which of these a project may use.
//
// # Segments
//
// A segment is a rule with a name. Computing it writes a version, which never
// changes: the people as a bitmap, or why there are none. The newest version with
// people is what the segment holds; a failure takes nothing of it away.
//
//	EMPTY ──▶ COMPUTING ──▶ READY ⇄ COMPUTING
//	              ╰───────▶ FAILED ⇄ COMPUTING
//
// What is due is the segment's row: saved, refreshed by hand, at its time of day, or
// for a run (Start). Compute does it under the row's attempt, so that of two workers
// that hold one row only the later writes. Another rule moves the attempt on.
//
// A task that selects by rule has a segment of its own (Own), which follows it while
// it is a draft. A run refreshes an on-demand segment first; Next decides what it does
// with the result, and dispatch does it.
//
// Who may see a segment, Permitted says; the store narrows lists by the same rule.
//
// # Uploaded lists
//
// A list arrives as a stream and is judged line by line: nothing keeps the file,
// neither memory nor disk. Valid IDs go to the store in chunks while the rest is
// still arriving; the upload is RECEIVING. When the whole was read it becomes
// RESOLVING, and a worker joins its IDs to people, making people of those nobody
// knows (R42); then it is READY and keeps only a bitmap of person numbers.
//
//	RECEIVING ──▶ RESOLVING ──▶ READY
//
// A list that is refused, or whose sender goes away, leaves nothing behind; what
// a killed process leaves in RECEIVING is removed by Sweep.
package audience
