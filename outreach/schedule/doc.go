// Package schedule says when: the points of a recurring task, what becomes of
// points that were missed, when a triggered message is due, and until when a
// triggered task lives. It is arithmetic: no function asks for the time or
// reads a store. Callers hand in now and the project's time zone, which is
// never nil. An instant means the same whatever its Location; those returned
// are in the zone that was handed in.
//
// A time of day is one of the zone's clock, and the clock is sometimes put
// forward or back. One rule decides all of it:
//
//	HH:MM of a day is the first instant at which the zone's clock shows that
//	day's HH:MM or something later.
//
// So a time that the clock jumps over (02:30 when 02:00 becomes 03:00) is the
// first instant after the gap, no day is left out; a time that the clock shows
// twice is the first of the two; and later times of day are never earlier
// instants. Two times of a cycle that fall on one instant are one point.
//
// Which days a cycle has comes from an implementation of RFC 5545 and is asked
// in whole days, which know no zone; the rule above then makes them instants.
// (Asked for instants the library puts 02:30 before the gap, at 01:30.)
package schedule
