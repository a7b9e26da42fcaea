// Package compile evaluates rules (package rule): it turns the leaves of a tree
// into SQL, reads the people each selects into a roaring bitmap of person
// numbers, and joins the bitmaps.
//
// One leaf is one statement, and tests of attributes and tags under one AND or
// OR are one scan. A statement answers with one text of numbers, which costs a
// tenth of as many rows. On PostgreSQL an evaluation reads one snapshot, so that
// "did this but not that" sees one state of the data.
//
// Nothing a user writes becomes part of a statement's text: names and values are
// parameters, names of events and tables become numbers first.
package compile
