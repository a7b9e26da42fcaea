// Package person keeps the people of a project: their numbers and the IDs by
// which the outside names them.
//
// A number is dense in its project and never used twice; bitmaps of people hold
// it. Numbers are handed out in blocks from the project's row, in a transaction
// of their own, so that nobody waits for a long one; a block that is not used up
// leaves a gap, which is harmless.
//
// An ID is unique by (project, type, value). Who makes a person writes the ID
// first and looks what stands there afterwards: of two workers that meet the
// same new ID one writes, and both read the same person.
package person
