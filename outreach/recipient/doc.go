// Package recipient reads people as a run sends to them: their target IDs,
// through merges, what the message's variables are for each of them, and what
// each would read, or why there is no message. A delivery, a rehearsal of the run
// and the samples of a draft use this one code, so that they cannot differ.
//
// What depends on a run (who else is in it, what its events were) is asked of
// the functions of a Loader.
package recipient
