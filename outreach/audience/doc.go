// Package audience says who a task reaches. Today that is a list of target IDs
// that somebody uploads (spec §9.5).
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
